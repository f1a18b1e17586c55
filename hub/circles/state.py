"""Where a circle stands: a summary that every content entry is judged by, and the whole control state by
replay.

Both are given to the very functions that readers use (`crypto.circle`, `crypto.log`), so the hub cannot be
laxer than they are. The summary holds what those functions ask of a content entry's circle and nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import Any

import msgspec
from msgspec import structs

from crypto import circle as control
from crypto.circle import Circle, Epoch, Invitation, Placed
from crypto.entries import NOTHING, Entry, Header, Listing, read_facts, read_header
from crypto.signing import SigningKey
from hub.circles import queries
from hub.kernel.context import Hub
from hub.organisations import service as organisations
from storage.database import Row, Unit

ROOM = 1000
"""Whole states kept in memory by each process; some 10 KiB each."""


class Standing(IntEnum):
    """``LEFT`` is remembered because whoever comes back may not sign under an earlier state than before."""

    IN = 1
    ASKED = 2
    LEFT = 3


class Place(msgspec.Struct, array_like=True, frozen=True):
    """One organisation. ``head`` is its listing's; ``used`` the latest position in its chain that an entry
    here named; ``workers`` who of it is assigned here (`circle_assignments` says the same, for lists)."""

    organisation: bytes
    standing: Standing
    head: bytes
    used: int
    workers: tuple[bytes, ...] = ()


class Summary(msgspec.Struct, array_like=True, frozen=True):
    """What is stored beside a circle and rewritten with each entry."""

    owner: bytes
    closed: bool
    places: tuple[Place, ...]

    @property
    def members(self) -> tuple[bytes, ...]:
        """Every organisation that is in."""
        return tuple(place.organisation for place in self.places if place.standing is Standing.IN)

    @property
    def here(self) -> tuple[bytes, ...]:
        """Every organisation that is in or asked in."""
        return tuple(place.organisation for place in self.places if place.standing is not Standing.LEFT)

    def place(self, organisation: bytes) -> Place | None:
        """What is known of one organisation."""
        return next((place for place in self.places if place.organisation == organisation), None)

    def replaced(self, place: Place) -> Summary:
        """The same, with another place for that organisation."""
        places = tuple(place if each.organisation == place.organisation else each for each in self.places)
        return structs.replace(self, places=places)

    def used(self) -> dict[bytes, int]:
        """As `crypto.log.check_head` takes it."""
        return {place.organisation: place.used for place in self.places}


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Summary).decode


def pack(summary: Summary) -> bytes:
    """The bytes that are stored."""
    return _encode(summary)


def unpack(data: bytes) -> Summary:
    """What ``pack`` made."""
    return _decode(data)


def light(row: Row, summary: Summary, heads: Iterable[bytes]) -> Circle:
    """As much of a circle as `check_author`, `check_content` and `check_head` look at: listings say only
    their head."""
    listed = {place.organisation: _listed(place) for place in summary.places}
    epoch = Epoch(row.epoch, NOTHING, summary.owner, {}, frozenset(heads))
    return Circle(
        id=row.circle,
        owner=summary.owner,
        control_head=row.control_head,
        epochs=(epoch,),
        members={o: listed[o] for o in summary.members},
        pending={
            place.organisation: Invitation(NOTHING, listed[place.organisation], 0)
            for place in summary.places
            if place.standing is Standing.ASKED
        },
        closed=summary.closed,
    )


def _listed(place: Place) -> Listing:
    return Listing(place.organisation, place.head, 0, NOTHING, NOTHING, NOTHING)


def summarised(circle: Circle, before: Summary | None) -> Summary:
    """The summary of a whole state; ``before`` tells what is known of each organisation beside it."""
    earlier = {place.organisation: place for place in before.places} if before else {}
    present = [
        *((Standing.IN, listing) for listing in circle.members.values()),
        *((Standing.ASKED, waiting.listing) for waiting in circle.pending.values()),
    ]
    here = [_place(standing, listing, earlier.get(listing.organisation)) for standing, listing in present]
    gone = earlier.keys() - circle.members.keys() - circle.pending.keys()
    left = [structs.replace(earlier[o], standing=Standing.LEFT, workers=()) for o in sorted(gone)]
    return Summary(circle.owner, circle.closed, (*here, *left))


def _place(standing: Standing, listing: Listing, earlier: Place | None) -> Place:
    used, workers = (earlier.used, earlier.workers) if earlier else (0, ())
    return Place(listing.organisation, standing, listing.head, used, workers)


def with_used(summary: Summary, organisation: bytes, position: int) -> Summary:
    """The same, after an entry of that organisation at that position of its chain."""
    place = summary.place(organisation)
    if place is None or place.used >= position:
        return summary
    return summary.replaced(structs.replace(place, used=position))


def with_worker(summary: Summary, organisation: bytes, worker: bytes, *, on: bool) -> Summary:
    """The same, with that worker assigned or not."""
    place = summary.place(organisation)
    if place is None or on == (worker in place.workers):
        return summary
    workers = (*place.workers, worker) if on else tuple(w for w in place.workers if w != worker)
    return summary.replaced(structs.replace(place, workers=workers))


class States:
    """What circles keeps in memory: whole control states, the longest unused forgotten first, and the key
    of receipts.

    A state is what its control head says, so none is ever out of date.
    """

    def __init__(self, receipt_seed: bytes, room: int = ROOM) -> None:
        self.receipt_key = SigningKey(receipt_seed)
        self._room = room
        self._kept: OrderedDict[bytes, Circle] = OrderedDict()

    def get(self, control_head: bytes) -> Circle | None:
        """The state after the control entry of that hash, if it is at hand."""
        found = self._kept.get(control_head)
        if found is not None:
            self._kept.move_to_end(control_head)
        return found

    def put(self, circle: Circle) -> None:
        """Keep it."""
        self._kept[circle.control_head] = circle
        self._kept.move_to_end(circle.control_head)
        if len(self._kept) > self._room:
            self._kept.popitem(last=False)


@asynccontextmanager
async def start(hub: Hub) -> AsyncIterator[States]:
    """One `States` for each process."""
    yield States(hub.keys.receipt)


async def whole(unit: Unit, hub: Hub, row: Row, now: int) -> Circle:
    """The whole control state of a locked circle, replayed if it is not at hand."""
    states = hub.part(States)
    known = states.get(row.control_head)
    if known is None:
        known = await _replay(unit, row.circle, now)
        states.put(known)
    return known


async def _replay(unit: Unit, circle: bytes, now: int) -> Circle:
    """Every control entry was verified when it was taken in; here its rules are applied once more."""
    rows = await unit.all(queries.CONTROL_CHAIN, circle=circle)
    headers = [read_header(Entry(row.header, bytes(64))) for row in rows]
    facts = [read_facts(header) for header in headers]
    directory = await organisations.directory(unit, named(zip(headers, facts, strict=True)), now)
    state: Circle | None = None
    for row, header, said in zip(rows, headers, facts, strict=True):
        placed = Placed(row.hash, row.seq, row.received_at)
        state = control.apply(state, header, said, placed, directory)
    assert state is not None
    return state


def named(entries: Iterable[tuple[Header, Any]]) -> frozenset[bytes]:
    """Every organisation whose chain the rules look at."""
    found = set()
    for header, facts in entries:
        found.add(header.organisation)
        found.update(listing.organisation for listing in listings(facts))
        found.update(filter(None, [getattr(facts, "organisation", None)]))
        found.update(getattr(facts, "removed", ()))
    return frozenset(found)


def listings(facts: Any) -> tuple[Listing, ...]:
    """The listings that open, invite and rekey carry."""
    single = getattr(facts, "listing", None)
    several = (*getattr(facts, "members", ()), *getattr(facts, "pending", ()))
    return several if single is None else (single,)
