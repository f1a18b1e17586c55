"""The bounds the design fixes, and how they stand to each other."""

import re
from pathlib import Path

import msgspec

from policies.limits import DAY, HOUR, MINUTE, Limits, limits

LIMITS = limits()
XWING_BOX = 1_120 + 32 + 16


def test_the_bounds_the_design_fixes() -> None:
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
    assert LIMITS.devices.unused_ms == 180 * DAY
    assert LIMITS.codes.lasts_ms == 10 * MINUTE
    assert LIMITS.codes.again_ms == MINUTE
    assert LIMITS.pins.lasts_ms == 12 * HOUR
    assert LIMITS.drafts.lasts_ms == 14 * DAY
    assert LIMITS.due_ahead_ms == 732 * DAY
    assert LIMITS.rates.sign_in_account.window_ms == 15 * MINUTE


def test_keys_in_a_browser_go_before_the_hub_ends_the_session_and_never_without_a_word() -> None:
    sessions = LIMITS.sessions
    assert sessions.warning_ms < sessions.shared_idle_ms < sessions.browser_idle_ms < sessions.idle_ms


def test_a_box_of_the_suite_fits() -> None:
    assert LIMITS.entries.box_max >= XWING_BOX


def test_one_wrong_guesser_cannot_lock_an_office_out() -> None:
    assert LIMITS.rates.sign_in_address.count > 5 * LIMITS.rates.sign_in_account.count


def test_guessing_a_code_of_eight_digits_is_hopeless_for_whoever_has_the_words() -> None:
    a_year = 365 * DAY // LIMITS.rates.codes_account.window_ms * LIMITS.rates.codes_account.count
    assert a_year * LIMITS.codes.tries < 10**8 // 100


def test_every_bound_in_the_table_is_asked_for_somewhere() -> None:
    """A bound that nothing enforces would be a promise to whoever reads the table."""
    root = Path(__file__).parents[2]
    files = [path for folder in ("hub", "policies", "mailbox") for path in (root / folder).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    names = {name for table in tables(LIMITS) for name in table.__struct_fields__}
    assert {name for name in names if not re.search(rf"\.{name}\b", code)} == set()


def tables(limits: Limits) -> list[msgspec.Struct]:
    return [getattr(limits, name) for name in limits.__struct_fields__]
