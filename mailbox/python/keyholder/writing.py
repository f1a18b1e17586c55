"""What one entry is made of, and how it is sealed and signed at its place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from crypto.circle import Circle
from crypto.encoding import Struct, to_array
from crypto.entries import NOTHING, Entry, Header, Kind, body_hash, header_id, sign_entry
from crypto.private.bodies import seal_body
from crypto.private.content import entry_key
from keyholder.desk import Desk
from keyholder.epochs import EpochKeys
from keyholder.errors import CannotSend
from keyholder.logbook import Logbook


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be said: facts for the hub, a body for those who may read it, and boxes of keys.

    ``body_key`` seals the body instead of the epoch's; ``epoch_key`` is a new epoch's own key.
    """

    kind: Kind
    facts: Struct
    body: Struct
    boxes: tuple[bytes, ...] = ()
    body_key: bytes | None = None
    epoch_key: bytes | None = None


@dataclass(slots=True)
class Position:
    """Where the next entry will stand, with the key that is in force there."""

    book: Logbook
    keys: EpochKeys
    now: int
    epoch_key: bytes | None = field(repr=False)

    @property
    def desk(self) -> Desk:
        """The writer's desk."""
        return self.book.desk

    @property
    def circle(self) -> Circle:
        """The state the entry builds on."""
        return self.book.circle

    @property
    def key(self) -> bytes:
        """The key of the epoch in force. Raises CannotSend when this organisation was not given it."""
        if self.epoch_key is None:
            raise CannotSend("Your organisation was not given the key to this circle. Ask its owner.")
        return self.epoch_key


Write = Callable[[Position], Awaitable[Writing]]


def compose(position: Position, writing: Writing) -> tuple[Entry, bytes]:
    """The signed entry and its sealed body, for a circle that exists."""
    desk, log, circle = position.desk, position.book.log, position.circle
    header = Header(
        1,
        writing.kind,
        position.book.id,
        circle.epoch.number + (writing.kind == Kind.REKEY),
        desk.me.worker,
        desk.me.organisation,
        desk.directory.organisation(desk.me.organisation).head,
        circle.control_head,
        log.seq,
        log.head,
        log.authors.get(desk.me.organisation + desk.me.worker, NOTHING),
        position.now,
        tuple(to_array(writing.facts)),
        b"",
    )
    key = _body_key(position, writing, header)
    return finish(desk, header, key, writing.body)


def _body_key(position: Position, writing: Writing, header: Header) -> bytes:
    """An answer's words are sealed by a key that comes from the invitation's: the answerer has no other."""
    if writing.body_key is None:
        return entry_key(writing.epoch_key or position.key, header_id(header))
    if writing.kind in (Kind.ACCEPT, Kind.DECLINE):
        return entry_key(writing.body_key, header_id(header))
    return writing.body_key


def finish(desk: Desk, header: Header, key: bytes, body: Struct) -> tuple[Entry, bytes]:
    """Seal the body under ``key``, name it in the header, sign."""
    sealed = seal_body(key, header, body)
    named = replace(header, sealed_hash=body_hash(sealed))
    return sign_entry(named, desk.me.secret.signing), sealed
