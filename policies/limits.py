"""Every size, page, count, lifetime and rate the hub enforces, as one frozen struct (`data/limits.toml`).

Sizes are bytes, `*_ms` milliseconds. Each field is a positive integer; sections mirror what they bound.
"""

from functools import cache

from msgspec import structs

from policies.tables import Table, read

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Positive(Table, frozen=True):
    """A section of numbers: no bound may be zero, negative or missing."""

    def __post_init__(self) -> None:
        for field in structs.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 1:
                raise ValueError(f"{field.name} must be at least 1")


class Rate(Positive, frozen=True):
    """At most `count` in any `seconds`."""

    count: int
    seconds: int

    @property
    def window_ms(self) -> int:
        """The window in milliseconds."""
        return self.seconds * 1000


class Entries(Positive, frozen=True):
    """One entry."""

    box_max: int
    clock_skew_ms: int


class Circles(Positive, frozen=True):
    """One circle."""

    members_max: int
    invitations_open_max: int
    actions_open_max: int
    due_ahead_days: int


class Organisations(Positive, frozen=True):
    """One organisation and its chain."""

    workers_max: int
    events_max: int


class Documents(Positive, frozen=True):
    """One document and its upload."""

    part: int
    size_max: int
    sealed_max: int
    uploads_open_per_worker: int
    upload_idle_hours: int
    name_max_characters: int


class Requests(Positive, frozen=True):
    """One HTTP request."""

    json_max: int


class Sessions(Positive, frozen=True):
    """How long a session lives, and how many there may be."""

    idle_minutes: int
    browser_idle_minutes: int
    shared_idle_minutes: int
    warning_minutes: int
    absolute_hours: int
    per_worker: int
    nonce_seconds: int

    @property
    def idle_ms(self) -> int:
        """Signed out after this long without a request."""
        return self.idle_minutes * MINUTE

    @property
    def browser_idle_ms(self) -> int:
        """A browser puts its keys away after this long with nobody there."""
        return self.browser_idle_minutes * MINUTE

    @property
    def shared_idle_ms(self) -> int:
        """The same on a shared device."""
        return self.shared_idle_minutes * MINUTE

    @property
    def warning_ms(self) -> int:
        """How long before that a page says so."""
        return self.warning_minutes * MINUTE

    @property
    def absolute_ms(self) -> int:
        """Signed out after this long in any case."""
        return self.absolute_hours * HOUR

    @property
    def nonce_ms(self) -> int:
        """A challenge must be answered within this."""
        return self.nonce_seconds * 1000


class Devices(Positive, frozen=True):
    """Devices from which a worker's words open without a code from the mail."""

    per_worker: int
    unused_days: int

    @property
    def unused_ms(self) -> int:
        """Forgotten after this long without a sign-in."""
        return self.unused_days * DAY


class Codes(Positive, frozen=True):
    """Codes by mail, which a device that is not remembered needs."""

    minutes: int
    tries: int
    again_seconds: int

    @property
    def lasts_ms(self) -> int:
        """A code works for this long, once."""
        return self.minutes * MINUTE

    @property
    def again_ms(self) -> int:
        """Nobody is sent another one sooner."""
        return self.again_seconds * 1000


class Pins(Positive, frozen=True):
    """The hub's half of what a PIN opens."""

    hours: int
    tries: int

    @property
    def lasts_ms(self) -> int:
        """The half is deleted after this long, used or not."""
        return self.hours * HOUR


class Passkeys(Positive, frozen=True):
    """Passkeys of one worker."""

    per_worker: int


class Drafts(Positive, frozen=True):
    """Sealed drafts that a browser could not keep."""

    size_max: int
    per_worker: int
    days: int

    @property
    def lasts_ms(self) -> int:
        """A draft nobody wrote to for this long is deleted."""
        return self.days * DAY


class Links(Positive, frozen=True):
    """Links in mails."""

    enrolment_hours: int
    mail_days: int

    @property
    def enrolment_ms(self) -> int:
        """An enrolment link works for this long, once."""
        return self.enrolment_hours * HOUR

    @property
    def mail_ms(self) -> int:
        """A personal link leads straight to its place for this long; afterwards by way of sign-in."""
        return self.mail_days * DAY


class Statements(Positive, frozen=True):
    """One statement for the access log."""

    objects_max: int
    at_skew_ms: int


class Rates(Table, frozen=True):
    """How often. `sign_in_account` counts all tries for one sign-in name, `sign_in_proof` the wrong ones."""

    sign_in_account: Rate
    sign_in_proof: Rate
    sign_in_address: Rate
    codes_account: Rate
    codes_mail: Rate
    enrolment_address: Rate
    mail_link_address: Rate
    posts_worker: Rate
    reads_worker: Rate
    statements_worker: Rate
    uploads_worker: Rate
    invitations_organisation: Rate
    letters_address: Rate


class Limits(Table, frozen=True):
    """All bounds together."""

    entries: Entries
    circles: Circles
    organisations: Organisations
    documents: Documents
    requests: Requests
    sessions: Sessions
    devices: Devices
    codes: Codes
    pins: Pins
    passkeys: Passkeys
    drafts: Drafts
    links: Links
    statements: Statements
    rates: Rates

    def __post_init__(self) -> None:
        if self.documents.sealed_max < self.documents.size_max + self.documents.size_max // 8:
            raise ValueError("sealed_max must leave room for padding")

    @property
    def due_ahead_ms(self) -> int:
        """How far ahead an action may be due."""
        return self.circles.due_ahead_days * DAY

    @property
    def upload_idle_ms(self) -> int:
        """An upload nobody went on with for this long is dropped."""
        return self.documents.upload_idle_hours * HOUR


@cache
def limits() -> Limits:
    """The bounds the product ships with, read once."""
    return read("limits", Limits)
