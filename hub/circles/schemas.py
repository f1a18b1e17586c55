"""What comes in and goes out about circles."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from crypto.encoding import MAX_INTEGER
from crypto.entries import MAX_BODY, MAX_BOXES, MAX_HEADER
from crypto.statements import MAX_STATEMENT
from hub.audit.schemas import LogState, Reader, ReasonBox
from hub.kernel.schemas import Input, Output

Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
Box = Annotated[bytes, Meta(min_length=1, max_length=2048)]
PAGE = 100
LIST_MOST = 500
"""Lines of a list of circles in one page, for whoever reads a long one to its end."""
HEADERS = 500
NAMES = 500
"""Names at once, and copies of keys at once: a whole list."""
STATEMENTS = 10
POST_LIMIT = 1024 * 1024


class PostEntry(Input):
    """One entry: exact header bytes, signature, sealed body, and every box its facts name."""

    header: Annotated[bytes, Meta(min_length=1, max_length=MAX_HEADER)]
    signature: Signature
    body: Annotated[bytes, Meta(min_length=1, max_length=MAX_BODY)]
    boxes: Annotated[tuple[Box, ...], Meta(max_length=2 * MAX_BOXES)] = ()


class Statement(Input):
    """A signed statement (`crypto.statements.SignedStatement`)."""

    payload: Annotated[bytes, Meta(min_length=1, max_length=MAX_STATEMENT)]
    signature: Signature


class Fetch(Input):
    """``break_glass`` is the reason's code, for who looks without being assigned. The statement then holds a
    commitment to the reason, and ``reason`` is [salt, reason] boxed to the worker's own organisation: all
    three, or the glass stays whole."""

    statement: Statement
    break_glass: Annotated[int, Meta(ge=0, le=255)] | None = None
    reason: ReasonBox | None = None


class Names(Input):
    """Names, for circles the caller works on. One statement holds a hundred at most, so a longer list brings
    several in ``statements``: together they name each circle once, in this order."""

    circles: Annotated[list[Hash], Meta(min_length=1, max_length=NAMES)]
    statement: Statement | None = None
    statements: Annotated[tuple[Statement, ...], Meta(max_length=STATEMENTS)] = ()


class HistoryFrom(Input):
    """A circle, and how far its history is known already."""

    circle: Hash
    after: Annotated[int, Meta(ge=0, le=MAX_INTEGER)] = 0


class Histories(Input):
    """The histories of many circles, each from where it is known on. Each circle once."""

    circles: Annotated[list[HistoryFrom], Meta(min_length=1, max_length=NAMES)]


class WrapIn(Input):
    """An epoch's key under a symmetric key of the organisation's ``generation``."""

    circle: Hash
    epoch: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    generation: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
    wrapped: Annotated[bytes, Meta(min_length=32, max_length=128)]


class PostWraps(Input):
    """Copies to keep."""

    items: Annotated[list[WrapIn], Meta(min_length=1, max_length=NAMES)]


class Assign(Input):
    """Put a worker on a circle, or take them off."""

    on: bool


class ReceiptOut(Output):
    """The hub's receipt: `crypto.entries.Receipt` and its signature."""

    seq: int
    entry_hash: bytes
    head: bytes
    received_at: int
    signature: bytes


class InviteOut(Output):
    """An invitation that waits for the caller's organisation."""

    hash: bytes
    seq: int
    answer_due: int


class CircleOut(Output):
    """One line of the list of circles."""

    circle: bytes
    owner: bytes
    standing: str
    seq: int
    head: bytes
    control_head: bytes
    epoch: int
    received_at: int
    read_seq: int
    unread: int
    assigned: bool
    closed: bool
    about_seq: int
    next_due: int | None
    invite: InviteOut | None


class CirclesOut(Output):
    """A page; ``next`` is what ``after`` takes."""

    items: list[CircleOut]
    next: str | None


class WrapOut(Output):
    """A copy of an epoch's key that the caller's organisation made for itself."""

    epoch: int
    generation: int
    wrapped: bytes


class NameOut(Output):
    """What opens to a circle's name. No box where a copy of the present generation stands for it."""

    circle: bytes
    seq: int
    header: bytes
    signature: bytes
    body: bytes | None
    boxes: list[bytes]
    wraps: list[WrapOut]


class NamesOut(LogState):
    """In the order asked for, and the access log after the statement."""

    items: list[NameOut]


class HeaderOut(Output):
    """One entry without its body."""

    seq: int
    header: bytes
    signature: bytes
    received_at: int


class HeadersOut(Output):
    """A page of headers, and where the circle stands."""

    entries: list[HeaderOut]
    seq: int
    head: bytes
    receipt: ReceiptOut


class HistoryOut(HeadersOut):
    """A page of headers of one circle of several."""

    circle: bytes


class HistoriesOut(Output):
    """In the order asked for. The first ``done`` circles were looked at; what is left out of them is not
    there for the caller."""

    items: list[HistoryOut]
    done: int


class BodyOut(Output):
    """One sealed body; null once erased."""

    seq: int
    body: bytes | None


class FetchedOut(LogState):
    """Bodies and boxes, and the access log after the statement that let them go."""

    bodies: list[BodyOut]
    boxes: list[bytes]
    wraps: list[WrapOut]


class ReadersOut(Output):
    """Everyone who has opened something here."""

    items: list[Reader]


class AssignmentOut(Output):
    """Who works on this circle, within the caller's organisation."""

    worker: bytes
    by: bytes
    at: int


class AssignmentsOut(Output):
    """All of them."""

    items: list[AssignmentOut]


class WorkedOnOut(Output):
    """A circle that a colleague is assigned to."""

    circle: bytes
    closed: bool


class WorkedOnPage(Output):
    """A page; ``next`` is what ``after`` takes."""

    items: list[WorkedOnOut]
    next: str | None
