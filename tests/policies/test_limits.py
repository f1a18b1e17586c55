"""The bounds the design fixes, and how they stand to each other."""

from policies.limits import DAY, HOUR, MINUTE, limits

LIMITS = limits()
XWING_BOX = 1_120 + 32 + 16


def test_the_bounds_the_design_fixes() -> None:
    assert LIMITS.entries.body_max == 64 << 10
    assert LIMITS.entries.page_max == 100
    assert LIMITS.entries.clock_skew_ms == 15 * MINUTE
    assert LIMITS.circles.members_max == 64
    assert LIMITS.documents.part == 8 << 20
    assert LIMITS.documents.size_max == 8 << 30
    assert LIMITS.sessions.idle_ms == 30 * MINUTE
    assert LIMITS.sessions.absolute_ms == 12 * HOUR
    assert LIMITS.sessions.nonce_ms == 2 * MINUTE


def test_lifetimes_and_windows_come_in_milliseconds() -> None:
    assert LIMITS.links.enrolment_ms == 72 * HOUR
    assert LIMITS.links.mail_ms == 14 * DAY
    assert LIMITS.upload_idle_ms == 48 * HOUR
    assert LIMITS.due_ahead_ms == 732 * DAY
    assert LIMITS.rates.sign_in_account.window_ms == 15 * MINUTE


def test_a_box_of_the_suite_fits() -> None:
    assert LIMITS.entries.box_max >= XWING_BOX


def test_a_full_circle_and_a_full_organisation_fit_into_one_request() -> None:
    row_of_a_member = 200
    assert LIMITS.circles.members_max * row_of_a_member <= LIMITS.entries.header_max
    assert LIMITS.circles.members_max <= LIMITS.entries.boxes_max
    sealed = (
        LIMITS.entries.body_max
        + LIMITS.entries.header_max
        + LIMITS.entries.boxes_max * LIMITS.entries.box_max
    )
    assert sealed * 4 // 3 < LIMITS.requests.json_max
    assert LIMITS.organisations.workers_max * XWING_BOX * 4 // 3 < LIMITS.requests.chain_json_max


def test_one_wrong_guesser_cannot_lock_an_office_out() -> None:
    assert LIMITS.rates.sign_in_address.count > 5 * LIMITS.rates.sign_in_account.count
