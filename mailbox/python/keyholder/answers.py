"""What the hub may answer, with a bound on everything. Anything else is refused before it is looked at.

Bytes travel as standard base64. Unknown fields are passed over, so that a newer hub can say more.
"""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from crypto.encoding import MAX_INTEGER
from crypto.entries import MAX_BODY, MAX_HEADER
from crypto.organisation import MAX_EVENT

Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
BoxKey = Annotated[bytes, Meta(min_length=1216, max_length=1216)]
Number = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
Text = Annotated[str, Meta(max_length=320)]
Note = Annotated[str, Meta(max_length=4096)]
Packed = Annotated[bytes, Meta(max_length=64 * 1024)]
Box = Annotated[bytes, Meta(min_length=1, max_length=2048)]
Boxes = Annotated[tuple[Box, ...], Meta(max_length=2048)]
Body = Annotated[bytes, Meta(max_length=MAX_BODY)]
Word = Annotated[str, Meta(max_length=64)]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all answers."""


T = TypeVar("T", bound=Answer)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; ``next`` is what to give as ``after``."""

    items: Annotated[tuple[T, ...], Meta(max_length=500)]
    next: str | int | None = None


class Nothing(Answer, frozen=True, kw_only=True):
    """An answer nobody needs to read."""


class Roots(Answer, frozen=True, kw_only=True):
    """The authority's roots after the one that was named."""

    roots: Annotated[tuple[Packed, ...], Meta(max_length=64)]


class DirectoryRow(Answer, frozen=True, kw_only=True):
    """One organisation of the directory."""

    organisation: Id
    legal_name: Text
    domain: Text
    kind: Word | Number
    accreditation: Packed
    length: Number
    head: Hash
    generation: Number


class EventRow(Answer, frozen=True, kw_only=True):
    """One event of an organisation's chain."""

    kind: Annotated[int, Meta(ge=1, le=4)]
    payload: Annotated[bytes, Meta(max_length=MAX_EVENT)]
    signature: Signature


class ChainPage(Answer, frozen=True, kw_only=True):
    """A part of an organisation's chain, and all the authority said of it."""

    events: Annotated[tuple[EventRow, ...], Meta(max_length=200)]
    accreditations: Annotated[tuple[Packed, ...], Meta(max_length=256)]
    withdrawals: Annotated[tuple[Packed, ...], Meta(max_length=256)]
    length: Number
    head: Hash


class ChainPlace(Answer, frozen=True, kw_only=True):
    """Where a chain stands after an event."""

    length: Number
    head: Hash


class Archive(Answer, frozen=True, kw_only=True):
    """The wrapped secret of the generation before ``generation``."""

    generation: Number
    wrapped: Annotated[bytes, Meta(max_length=256)]


class OrganisationKeys(Answer, frozen=True, kw_only=True):
    """The caller's box of the organisation's secret, and the way back."""

    generation: Number
    box: Box
    archives: Annotated[tuple[Archive, ...], Meta(max_length=10_000)]


class Waiting(Answer, frozen=True, kw_only=True):
    """Somebody who wants to be admitted."""

    invitation: Id
    worker: Id
    address: Text
    signing_key: Hash
    box_key: BoxKey
    profile_box: Annotated[bytes, Meta(max_length=4096)] | None = None
    role: Word
    replaces: Id | None = None


class WorkerRow(Answer, frozen=True, kw_only=True):
    """A colleague, as the hub has them."""

    worker: Id
    role: Word
    state: Word
    address: Text | None = None
    profile_box: Annotated[bytes, Meta(max_length=4096)] | None = None


class Invited(Answer, frozen=True, kw_only=True):
    """An enrolment link was sent."""

    invitation: Id


class Receipt(Answer, frozen=True, kw_only=True):
    """The hub's signed promise that it holds an entry at its place."""

    seq: Number
    entry_hash: Hash
    head: Hash
    received_at: Number
    signature: Signature


class InviteRow(Answer, frozen=True, kw_only=True):
    """The invitation that waits for the caller's organisation."""

    hash: Hash
    seq: Number
    answer_due: Number


class CircleListed(Answer, frozen=True, kw_only=True):
    """One circle of the caller's list."""

    circle: Hash
    owner: Id
    standing: Word
    seq: Number
    head: Hash
    read_seq: Number = 0
    unread: Number = 0
    received_at: Number = 0
    assigned: bool = False
    closed: bool = False
    about_seq: Number | None = None
    next_due: Number | None = None
    invite: InviteRow | None = None


class HeaderRow(Answer, frozen=True, kw_only=True):
    """One entry without its body."""

    seq: Number
    header: Annotated[bytes, Meta(max_length=MAX_HEADER)]
    signature: Signature
    received_at: Number


class Headers(Answer, frozen=True, kw_only=True):
    """A part of a circle's log."""

    entries: Annotated[tuple[HeaderRow, ...], Meta(max_length=500)]
    seq: Number
    head: Hash
    receipt: Receipt


class History(Headers, frozen=True, kw_only=True):
    """A part of the log of one circle of several."""

    circle: Hash


class Histories(Answer, frozen=True, kw_only=True):
    """Parts of many circles' logs; ``done`` of those asked for were looked at."""

    items: Annotated[tuple[History, ...], Meta(max_length=500)]
    done: Number


class Logged(Answer, frozen=True, kw_only=True):
    """Where a statement stands in the access log."""

    index: Number
    salt: Hash


class LogAnswer(Answer, frozen=True, kw_only=True):
    """The access log after a statement."""

    size: Number
    note: Note
    logged: Annotated[tuple[Logged, ...], Meta(max_length=50)] = ()


class BodyRow(Answer, frozen=True, kw_only=True):
    """One sealed body; null when it was erased."""

    seq: Number
    body: Body | None = None


class Copy(Answer, frozen=True, kw_only=True):
    """An epoch's key under a key of the own organisation's ``generation``."""

    epoch: Number
    generation: Number
    wrapped: Annotated[bytes, Meta(max_length=128)]


Copies = Annotated[tuple[Copy, ...], Meta(max_length=512)]


class Fetched(LogAnswer, frozen=True, kw_only=True):
    """Bodies, boxes and copies of keys, released after a statement."""

    bodies: Annotated[tuple[BodyRow, ...], Meta(max_length=100)]
    boxes: Boxes
    wraps: Copies = ()


class ReaderRow(Answer, frozen=True, kw_only=True):
    """One worker's latest statement of having read."""

    organisation: Id
    worker: Id
    payload: Packed
    signature: Signature


class AssignmentRow(Answer, frozen=True, kw_only=True):
    """A colleague who works on a circle."""

    worker: Id
    at: Number


class WorkedOnRow(Answer, frozen=True, kw_only=True):
    """A circle that a colleague is assigned to."""

    circle: Hash
    closed: bool = False


class Upload(Answer, frozen=True, kw_only=True):
    """An upload: how its parts are cut, and which are there."""

    upload: Id | None = None
    part_size: Annotated[int, Meta(ge=1, le=64 * 1024 * 1024)]
    parts: Annotated[tuple[Number, ...], Meta(max_length=100_000)]


class Ticket(LogAnswer, frozen=True, kw_only=True):
    """Leave to download a range of a document."""

    size: Number = 0
    note: Note = ""
    ticket: Hash
    expires_at: Number


class ActionRow(Answer, frozen=True, kw_only=True):
    """One action as the hub projects it."""

    circle: Hash
    action: Id
    organisation: Id
    assignee: Id | None = None
    state: Word
    due_at: Number
    priority: Number
    seq: Number
    changed_at: Number
    overdue: bool = False
    red: bool = False


class TodayInvite(Answer, frozen=True, kw_only=True):
    """An invitation on today's page."""

    circle: Hash
    hash: Hash
    answer_due: Number


class Today(Answer, frozen=True, kw_only=True):
    """What there is to do today, as the hub projects it."""

    actions: Annotated[tuple[ActionRow, ...], Meta(max_length=50)] = ()
    unassigned: Annotated[tuple[ActionRow, ...], Meta(max_length=50)] = ()
    invitations: Annotated[tuple[TodayInvite, ...], Meta(max_length=100)] = ()
    unread: Number = 0
    counts: dict[str, Number] = msgspec.field(default_factory=dict)


class LetterRow(Answer, frozen=True, kw_only=True):
    """A letter that waits."""

    letter: Id
    kind: Number | Word
    sender_organisation: Id | None = None
    received_at: Number
    fetched: bool = False


class LetterSent(Answer, frozen=True, kw_only=True):
    """The hub took a letter."""

    letter: Id
    received_at: Number


class LetterFetched(LogAnswer, frozen=True, kw_only=True):
    """A letter as it travels."""

    size: Number = 0
    note: Note = ""
    header: Annotated[bytes, Meta(max_length=4096)]
    signature: Annotated[bytes, Meta(max_length=64)]
    box: Box
    body: Body
    received_at: Number


class CheckpointNote(Answer, frozen=True, kw_only=True):
    """The access log's signed note."""

    note: Note


class Path(Answer, frozen=True, kw_only=True):
    """A proof of consistency."""

    path: Annotated[tuple[Hash, ...], Meta(max_length=64)]


class Inclusion(Answer, frozen=True, kw_only=True):
    """A proof of inclusion."""

    index: Number
    path: Annotated[tuple[Hash, ...], Meta(max_length=64)]


class StatementRow(Answer, frozen=True, kw_only=True):
    """One statement of the access log, with the salt of its leaf."""

    index: Number
    salt: Hash
    payload: Packed
    signature: Signature
    received_at: Number
    alert: Word | None = None
