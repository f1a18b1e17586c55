"""The keys of one circle: opened from the boxes that verified entries name, matched to their promises.

A box counts only if a signed entry names its hash for this organisation, and a key only if it fits the
commitment of its epoch. Keys are kept on this device, sealed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from crypto.encoding import Key32, Struct, Uint, Version, pack, unpack
from crypto.entries import Grant, Invite, Restricted
from crypto.errors import CryptoError, NotForMe
from crypto.log import Verified
from crypto.private import boxes, content
from crypto.statements import Object, ObjectKind
from keyholder import answers, copies
from keyholder.alarms import Kind
from keyholder.logbook import Logbook, listings

KEPT = 4096


@dataclass(frozen=True, slots=True)
class Way:
    """One box that should give a key: its hash, what it is bound to, and the generation that opens it."""

    box_hash: bytes
    info: bytes
    generation: int
    required: bool
    """Whether the hub must have it for a member: it was given with the epoch, not as history."""


class _Kept(Struct, frozen=True):
    epoch: Uint
    key: Key32


class _Keys(Struct, frozen=True):
    version: Version
    epochs: Annotated[tuple[_Kept, ...], Meta(max_length=KEPT)]


class EpochKeys:
    """The epoch keys this organisation has in one circle."""

    def __init__(self, book: Logbook) -> None:
        self._book = book
        self._keys: dict[int, bytes] = {}
        self._unboxed: dict[int, bytes] = {}
        self._entry_keys: dict[bytes, bytes] = {}
        self._bad: set[int] = set()
        self._ways: dict[int, list[Way]] = {}
        self._entry_ways: dict[bytes, Way] = {}
        self._scanned = 0
        self._name = f"keys-{book.id.hex()}"
        self._restore()

    def get(self, epoch: int) -> bytes | None:
        """The key of ``epoch``, if it is known."""
        return self._keys.get(epoch)

    def entry_key(self, entry: bytes) -> bytes | None:
        """The own key of one entry, where it was granted by itself."""
        return self._entry_keys.get(entry)

    def is_bad(self, epoch: int) -> bool:
        """Whether the box for ``epoch`` did not hold: its maker sealed it wrongly."""
        return epoch in self._bad

    def missing(self, epochs: Iterable[int]) -> list[int]:
        """Those of ``epochs`` that a box exists for and that are not known yet."""
        self._scan()
        if self._book.desk.me.organisation not in self._book.circle.members:
            return []  # keys are for members; an invited organisation gets them by accepting
        return sorted({e for e in epochs if e not in self._keys and e not in self._bad and e in self._ways})

    def asks(self, epochs: Iterable[int]) -> tuple[Object, ...]:
        """What a statement names to be given those keys' boxes."""
        wanted = self.missing(epochs)
        if not wanted:
            return ()
        return (Object(ObjectKind.KEYS, self._book.id, wanted[0], wanted[-1] + 1),)

    def keep(self, epoch: int, key: bytes) -> None:
        """A key this end has made or opened."""
        self._keys[epoch] = key
        rows = tuple(_Kept(e, k) for e, k in sorted(self._keys.items())[-KEPT:])
        self._book.desk.state.write(self._name, pack(_Keys(1, rows)))

    async def take_copies(self, served: Iterable[answers.Copy], epochs: Iterable[int]) -> bool:
        """Open the copies that were served for ``epochs``. Says whether each of them counted."""
        wanted, good = set(self.missing(epochs)), True
        for copy in served:
            if copy.epoch in wanted and copy.epoch not in self._keys:
                promised = self._book.circle.epochs[copy.epoch - 1].commitment
                key = await copies.open_copy(self._book.desk, self._book.id, copy, promised)
                good = good and key is not None
                if key is not None:
                    self.keep(copy.epoch, key)
        return good

    def unboxed(self) -> list[copies.Opened]:
        """The keys that came out of boxes since this was last asked: worth a copy."""
        found, self._unboxed = self._unboxed, {}
        return [copies.Opened(self._book.id, epoch, key) for epoch, key in sorted(found.items())]

    async def take(self, served: Iterable[bytes], epochs: Iterable[int]) -> None:
        """Open the boxes that were served for ``epochs``.

        Raises:
            Alarm: a box that this organisation was given with an epoch is held back.
        """
        found = {hashlib.sha256(box).digest(): box for box in served}
        for epoch in self.missing(epochs):
            await self._open_epoch(epoch, found)
        for entry, way in self._entry_ways.items():
            if way.box_hash in found and entry not in self._entry_keys:
                await self._open_entry(entry, way, found[way.box_hash])

    async def _open_epoch(self, epoch: int, found: Mapping[bytes, bytes]) -> None:
        ways = self._ways[epoch]
        served = [way for way in ways if way.box_hash in found]
        for way in served:
            key = await self._open(way, found[way.box_hash])
            if key is not None and self._fits(epoch, key):
                self.keep(epoch, key)
                self._unboxed[epoch] = key
                return
        required = [way for way in ways if way.required]
        if required and not any(way in served for way in required):
            raise self._book.alarm(Kind.BOX_WITHHELD, box_hash=required[0].box_hash)
        if served:
            self._bad.add(epoch)

    async def _open_entry(self, entry: bytes, way: Way, box: bytes) -> None:
        key = await self._open(way, box)
        if key is not None:
            self._entry_keys[entry] = key

    async def _open(self, way: Way, box: bytes) -> bytes | None:
        secret = await self._book.desk.keys.secret(way.generation)
        try:
            key = secret.box.open(box, way.info)
        except NotForMe:
            return None
        return key if len(key) == 32 else None

    def _fits(self, epoch: int, key: bytes) -> bool:
        promised = self._book.circle.epochs[epoch - 1].commitment
        return content.commitment(self._book.id, epoch, key) == promised

    def _scan(self) -> None:
        for verified in self._book.entries[self._scanned :]:
            for epoch, way in epoch_ways(verified, self._book.desk.me.organisation):
                self._ways.setdefault(epoch, []).append(way)
            self._entry_ways |= entry_ways(verified, self._book.desk.me.organisation)
        self._scanned = len(self._book.entries)

    def _restore(self) -> None:
        data = self._book.desk.state.read(self._name)
        if data is None:
            return
        try:
            self._keys = {kept.epoch: kept.key for kept in unpack(_Keys, data).epochs}
        except CryptoError:
            self._keys = {}


def epoch_ways(verified: Verified, organisation: bytes) -> list[tuple[int, Way]]:
    """The boxes of epoch keys that one entry gives ``organisation``."""
    header, facts = verified.header, verified.facts
    found = []
    for listing in listings(facts):
        if listing.organisation == organisation:
            given = (listing.generation, listing.key_hash)
            way = _epoch_way(verified, header.epoch, listing.box_hash, organisation, given, True)
            found.append((header.epoch, way))
            for keyed in facts.history if isinstance(facts, Invite) else ():
                way = _epoch_way(verified, keyed.epoch, keyed.box_hash, organisation, given, False)
                found.append((keyed.epoch, way))
    if isinstance(facts, Grant) and facts.organisation == organisation:
        for keyed in facts.epochs:
            given = (facts.generation, facts.key_hash)
            way = _epoch_way(verified, keyed.epoch, keyed.box_hash, organisation, given, False)
            found.append((keyed.epoch, way))
    return found


def entry_ways(verified: Verified, organisation: bytes) -> dict[bytes, Way]:
    """The boxes of single entries' keys that one grant gives ``organisation``."""
    facts = verified.facts
    if not isinstance(facts, Grant) or facts.organisation != organisation:
        return {}
    circle = verified.header.circle
    return {
        each.entry: Way(
            each.box_hash,
            boxes.entry_key_info(circle, each.entry, organisation, facts.generation, facts.key_hash),
            facts.generation,
            False,
        )
        for each in facts.entries
    }


def _epoch_way(
    verified: Verified,
    epoch: int,
    box_hash: bytes,
    organisation: bytes,
    given: tuple[int, bytes],
    required: bool,
) -> Way:
    header = verified.header
    info = boxes.epoch_info(header.circle, epoch, header.control_head, organisation, *given)
    return Way(box_hash, info, given[0], required)


def own_box(verified: Verified) -> tuple[bytes, frozenset[bytes]] | None:
    """The nonce and the box hashes of a body that has a key of its own; None for any other."""
    facts = verified.facts
    if isinstance(facts, Invite):
        return facts.nonce, frozenset(facts.body_boxes)
    restricted = getattr(facts, "restricted", None)
    if isinstance(restricted, Restricted):
        return restricted.nonce, frozenset(restricted.boxes)
    return None
