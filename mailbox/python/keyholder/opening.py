"""Opening one entry's body: with the epoch's key, a key of its own, or one that was granted.

A fault of a body stops nothing else: it is marked, against the hub when the bytes are not those that were
signed, against the author when they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crypto.circle import Circle
from crypto.encoding import Struct
from crypto.entries import Accept, Decline, header_id, verify_body
from crypto.errors import CryptoError, Malformed, NotForMe
from crypto.errors import UpdateNeeded as NewerVersion
from crypto.log import Verified
from crypto.private import boxes, content
from crypto.private.bodies import open_body
from keyholder.alarms import Alarm, Kind
from keyholder.epochs import EpochKeys, own_box
from keyholder.errors import CannotOpen
from keyholder.logbook import Logbook

LATE_MS = 15 * 60 * 1000


class Shown(StrEnum):
    """How one entry's body stands to this reader."""

    OPEN = "open"
    RESTRICTED = "restricted"
    ERASED = "erased"
    LOCKED = "locked"
    NEWER = "newer"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as a reader may see it. ``body`` is None unless ``state`` is "open"."""

    seq: int
    kind: int
    worker: bytes
    organisation: bytes
    author: str
    sent_at: int
    received_at: int
    facts: Any
    body: Any
    state: Shown
    late: bool
    alarm: Alarm | None = None


class BodyOpener:
    """Opens bodies of one circle."""

    def __init__(self, book: Logbook, keys: EpochKeys) -> None:
        self._book, self._keys = book, keys
        self._own: dict[bytes, bytes] = {}

    async def item(self, verified: Verified, sealed: bytes | None, served: Iterable[bytes]) -> Item:
        """What to show for one entry whose sealed body is ``sealed`` (None: gone)."""
        if sealed is None:
            return self._gone(verified)
        try:
            verify_body(verified.header, sealed)
        except CryptoError:
            return self._fault(verified, Kind.CONTENT_CHANGED, sealed)
        key, bound = await self._key(verified, served)
        if key is None:
            return _item(verified, Shown.RESTRICTED if bound else Shown.LOCKED)
        try:
            body = open_body(key, verified.header, sealed)
        except NewerVersion:
            return _item(verified, Shown.NEWER)
        except (NotForMe, Malformed):
            return self._fault(verified, Kind.BADLY_SEALED, sealed)
        return _item(verified, Shown.OPEN, body)

    async def own_key(self, verified: Verified, served: Iterable[bytes]) -> bytes | None:
        """The key of a body that has its own (an invitation, a restricted entry), if it is for us."""
        known = self._own.get(verified.placed.hash)
        bound = own_box(verified)
        if known is not None or bound is None:
            return known
        for box in served:
            if hashlib.sha256(box).digest() in bound[1]:
                key = await self._unbox(verified, bound[0], box)
                if key is not None:
                    self._own[verified.placed.hash] = key
                    return key
        return None

    def has_own_key(self, verified: Verified) -> bool:
        """Is this body sealed by a key of its own (or an invitation's), so that the epoch's opens nothing of
        it?"""
        return own_box(verified) is not None or self._answered(verified) is not None

    def keep_own(self, entry: bytes, key: bytes) -> None:
        """The own key of an entry that this end has written."""
        self._own[entry] = key

    async def _key(self, verified: Verified, served: Iterable[bytes]) -> tuple[bytes | None, bool]:
        """The key of a body, and whether it has one of its own."""
        if own_box(verified) is not None:
            return await self.own_key(verified, served), True
        invite = self._answered(verified)
        if invite is not None:
            own = await self.own_key(invite, served)
            return (content.entry_key(own, header_id(verified.header)) if own else None), True
        epoch = self._keys.get(verified.header.epoch)
        if epoch is not None:
            return content.entry_key(epoch, header_id(verified.header)), False
        return self._keys.entry_key(verified.placed.hash), False

    def _answered(self, verified: Verified) -> Verified | None:
        """The invitation that an answer answers: its key seals the answer's words too."""
        facts = verified.facts
        if not isinstance(facts, Accept | Decline):
            return None
        asked = self._book.by_hash(facts.invite)
        return asked if asked is not None and own_box(asked) is not None else None

    async def _unbox(self, verified: Verified, nonce: bytes, box: bytes) -> bytes | None:
        desk, header = self._book.desk, verified.header
        chain = desk.directory.organisation(desk.me.organisation)
        for number in _generations(
            self._book.circle, header.epoch, desk.me.organisation, chain.generation.number
        ):
            generation = chain.generations[number - 1]
            info = boxes.body_info(header.circle, nonce, header.worker, chain.id, number, generation.key_hash)
            try:
                key = (await desk.keys.secret(number)).box.open(box, info)
            except (NotForMe, CannotOpen):
                continue
            if len(key) == 32:
                return key
        return None

    def _gone(self, verified: Verified) -> Item:
        if verified.placed.hash in self._book.circle.erased:
            return _item(verified, Shown.ERASED)
        return self._fault(verified, Kind.BODY_MISSING, b"")

    def _fault(self, verified: Verified, kind: Kind, sealed: bytes) -> Item:
        alarm = self._book.alarm(
            kind, header=verified.entry.header, signature=verified.entry.signature, body=sealed
        )
        return _item(verified, Shown.FAULT, alarm=alarm)


def _generations(circle: Circle, epoch: int, organisation: bytes, newest: int) -> list[int]:
    """The generations a body's box may be for: the listed one of its epoch, then the newest."""
    holder = circle.epochs[epoch - 1].holders.get(organisation)
    return list(dict.fromkeys([holder[0].generation, newest] if holder else [newest]))


def _item(verified: Verified, state: Shown, body: Struct | None = None, alarm: Alarm | None = None) -> Item:
    header, placed = verified.header, verified.placed
    return Item(
        placed.seq,
        header.kind,
        header.worker,
        header.organisation,
        str(getattr(body, "author", "")),
        header.sent_at,
        placed.received_at,
        verified.facts,
        body,
        state,
        abs(placed.received_at - header.sent_at) > LATE_MS,
        alarm,
    )
