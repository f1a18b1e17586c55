"""Pins: how far this worker has verified everything, so that nobody can take them back.

Sealed under the worker's own key, kept at the hub and on this device, and only moving forward. The
version is sealed in, so an old copy cannot pass for the newest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from crypto.encoding import Hash, Id, Struct, Uint, Version, pack, unpack
from crypto.errors import CryptoError
from crypto.merkle import EMPTY_ROOT
from crypto.private.secrets import lock, unlock
from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.answers import Nothing
from keyholder.connection import Connection
from keyholder.errors import Refused
from keyholder.signinanswers import SealedPins
from keyholder.state import LocalState

CIRCLES = 2000
ORGANISATIONS = 2000
WITHDRAWN = 4000
_CONTEXT = b"kith/1/pins\x00"


class Place(Struct, frozen=True):
    """How far one chain or one circle was verified."""

    id: Annotated[bytes, Meta(min_length=16, max_length=32)]
    length: Uint
    head: Hash


class Withdrawn(Struct, frozen=True):
    """A withdrawal that was seen: of which organisation, and its digest."""

    organisation: Id
    digest: Hash


class Pinned(Struct, frozen=True):
    """Everything that was verified."""

    version: Version
    worker: Id
    root: Uint
    root_digest: Hash
    log_size: Uint
    log_root: Hash
    organisations: Annotated[tuple[Place, ...], Meta(max_length=ORGANISATIONS)]
    circles: Annotated[tuple[Place, ...], Meta(max_length=CIRCLES)]
    organisation: Annotated[bytes, Meta(max_length=16)]
    genesis: Annotated[bytes, Meta(max_length=32)]
    withdrawn: Annotated[tuple[Withdrawn, ...], Meta(max_length=WITHDRAWN)]


class Pins:
    """One worker's pins. ``version`` counts what was kept at the hub."""

    def __init__(self, worker: bytes, key: bytes, state: LocalState, keeper: EvidenceKeeper) -> None:
        self._worker, self._key, self._state, self._keeper = worker, key, state, keeper
        self.version = 0
        self.root, self.root_digest = 0, bytes(32)
        self.log_size, self.log_root = 0, EMPTY_ROOT
        self._organisations: dict[bytes, Place] = {}
        self._circles: dict[bytes, Place] = {}
        self.own: tuple[bytes, bytes] | None = None
        """The own organisation and its genesis, once the authority has vouched for them."""
        self._withdrawn: dict[bytes, Withdrawn] = {}
        self._changed = False
        self._saving = asyncio.Lock()

    async def load(self, connection: Connection) -> None:
        """Take the copies of this device and of the hub together.

        Raises:
            Alarm: the hub's copy is older than this device's, is not ours, or contradicts it.
        """
        local = self._state.read("pins")
        if local is not None:
            self.version = int.from_bytes(local[:8], "big")
            self._take(unpack(Pinned, local[8:]))
        answer = await connection.get("/v1/me/pins", SealedPins)
        sealed = answer.sealed or b""
        if answer.version < self.version or (answer.version and not sealed):
            raise self._keeper.alarm(Kind.PINS_WOUND_BACK, shown=sealed)
        if answer.version > 0:
            self._take(self._open(answer.version, sealed))
        self.version = answer.version

    async def save(self, connection: Connection) -> None:
        """Keep what changed, at the hub and here. Another device's newer copy is taken in first."""
        async with self._saving:  # one's own newer copy would look like one that the hub wound back
            await self._save(connection)

    async def _save(self, connection: Connection) -> None:
        while self._changed:
            self._changed = False
            sealed = lock(self._key, pack(self._now()), self._context(self.version + 1))
            body = {"version": self.version + 1, "sealed": sealed}
            try:
                await connection.put("/v1/me/pins", body, Nothing, again=False)
                self.version += 1
            except Refused as refused:
                if refused.status != 409:
                    raise
                await self._catch_up(connection)
        self.keep_here()

    def keep_here(self) -> None:
        """Keep a copy on this device."""
        with self._state.locked():
            local = self._state.read("pins")
            if local is not None:
                self._take(unpack(Pinned, local[8:]))
                self.version = max(self.version, int.from_bytes(local[:8], "big"))
            self._state.write("pins", self.version.to_bytes(8, "big") + pack(self._now()))

    def organisation(self, organisation: bytes) -> Place | None:
        """How far that organisation's chain was verified."""
        return self._organisations.get(organisation)

    def circle(self, circle: bytes) -> Place | None:
        """How far that circle was verified."""
        return self._circles.get(circle)

    def circles(self) -> tuple[bytes, ...]:
        """Every circle that was ever verified."""
        return tuple(self._circles)

    def pin_organisation(self, organisation: bytes, length: int, head: bytes) -> None:
        """Move forward."""
        self._forward(self._organisations, Place(organisation, length, head))

    def pin_circle(self, circle: bytes, seq: int, head: bytes) -> None:
        """Move forward."""
        self._forward(self._circles, Place(circle, seq, head))

    def pin_own(self, organisation: bytes, genesis: bytes) -> None:
        """For ever: nobody's organisation changes. Raises Alarm when another is pinned."""
        if self.own is None:
            self.own, self._changed = (organisation, genesis), True
        elif self.own != (organisation, genesis):
            raise self._keeper.alarm(Kind.KEY_SUBSTITUTED, known=self.own[0], shown=organisation)

    def withdrawn(self, organisation: bytes) -> frozenset[bytes]:
        """The digests of all withdrawals that were ever seen for that organisation."""
        return frozenset(w.digest for w in self._withdrawn.values() if w.organisation == organisation)

    def pin_withdrawn(self, organisation: bytes, digest: bytes) -> None:
        """For ever: what the authority has withdrawn stays withdrawn."""
        if digest not in self._withdrawn:
            self._withdrawn[digest] = Withdrawn(organisation, digest)
            self._changed = True

    def pin_log(self, size: int, root: bytes) -> None:
        """Move forward."""
        if size > self.log_size:
            self.log_size, self.log_root, self._changed = size, root, True

    def pin_root(self, number: int, digest: bytes) -> None:
        """Move forward."""
        if number > self.root:
            self.root, self.root_digest, self._changed = number, digest, True

    async def _catch_up(self, connection: Connection) -> None:
        answer = await connection.get("/v1/me/pins", SealedPins)
        if answer.version <= self.version or answer.sealed is None:
            raise self._keeper.alarm(Kind.PINS_WOUND_BACK, shown=answer.sealed or b"")
        self._take(self._open(answer.version, answer.sealed))
        self.version, self._changed = answer.version, True

    def _open(self, version: int, sealed: bytes) -> Pinned:
        try:
            pinned = unpack(Pinned, unlock(self._key, sealed, self._context(version)))
        except CryptoError as error:
            raise self._keeper.alarm(Kind.PINS_WOUND_BACK, shown=sealed) from error
        return pinned

    def _take(self, pinned: Pinned) -> None:
        self.pin_root(pinned.root, pinned.root_digest)
        self.pin_log(pinned.log_size, pinned.log_root)
        for place in pinned.organisations:
            self._forward(self._organisations, place)
        for place in pinned.circles:
            self._forward(self._circles, place)
        if pinned.organisation:
            self.pin_own(pinned.organisation, pinned.genesis)
        for seen in pinned.withdrawn:
            self.pin_withdrawn(seen.organisation, seen.digest)

    def _forward(self, places: dict[bytes, Place], place: Place) -> None:
        known = places.get(place.id)
        if known is not None and known.length >= place.length:
            if known.length == place.length and known.head != place.head:
                raise self._keeper.alarm(Kind.HISTORY_CHANGED, known=pack(known), shown=pack(place))
            return
        places.pop(place.id, None)  # the latest change stands last
        places[place.id] = place
        self._changed = True

    def _now(self) -> Pinned:
        return Pinned(
            1,
            self._worker,
            self.root,
            self.root_digest,
            self.log_size,
            self.log_root,
            _latest(self._organisations, ORGANISATIONS),
            _latest(self._circles, CIRCLES),
            *(self.own or (b"", b"")),
            tuple(self._withdrawn.values())[-WITHDRAWN:],
        )

    def _context(self, version: int) -> bytes:
        return _CONTEXT + self._worker + version.to_bytes(8, "big")


def _latest(places: Mapping[bytes, Place], most: int) -> tuple[Place, ...]:
    return tuple(places.values())[-most:]
