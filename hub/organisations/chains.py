"""Verified chains and accreditations, remembered in this process.

A chain is named by its head, a hash over its whole history, so what was verified once under a head holds
for ever and for everyone: this is a memo of a pure function, bounded by the number of events it holds. A
chain that grew is extended from what is known; nothing is verified twice.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from crypto.accreditation import Accreditation, Signed, Withdrawal
from crypto.encoding import unpack
from crypto.errors import CryptoError
from crypto.errors import NotAllowed as NotAllowedThere
from crypto.organisation import Organisation, SignedEvent, begin
from hub.kernel.refusals import NotFound
from hub.organisations import queries
from storage.database import Row, Unit

EVENTS_KEPT = 200_000
DOCUMENTS_KEPT = 4_096
PAGE = 500
BREATH = 50
DOCUMENTS_PER_ORGANISATION = 200

T = TypeVar("T")
Document = TypeVar("Document", Accreditation, Withdrawal)


class Memo(Generic[T]):
    """The most recently used values, up to ``room`` by weight."""

    def __init__(self, room: int) -> None:
        self._room, self._held = room, 0
        self._kept: OrderedDict[bytes, tuple[T, int]] = OrderedDict()

    def get(self, key: bytes) -> T | None:
        """The value, which counts as used."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: bytes, value: T, weight: int = 1) -> None:
        """Keep it; the longest unused make room, but never this one."""
        self.drop(key)
        self._kept[key] = (value, weight)
        self._held += weight
        while self._held > self._room and len(self._kept) > 1:
            _, (_, lighter) = self._kept.popitem(last=False)
            self._held -= lighter

    def drop(self, key: bytes) -> None:
        """Forget it, if it is there."""
        found = self._kept.pop(key, None)
        self._held -= found[1] if found else 0


@dataclass(frozen=True, slots=True)
class Documents:
    """What the authority signed about one organisation, read."""

    accreditations: Mapping[bytes, Accreditation]
    withdrawals: Sequence[Withdrawal]


_BY_HEAD: Memo[Organisation] = Memo(EVENTS_KEPT)
_LATEST: Memo[bytes] = Memo(DOCUMENTS_KEPT)
_DOCUMENTS: Memo[Documents] = Memo(DOCUMENTS_KEPT)


@dataclass(frozen=True, slots=True)
class Known:
    """A prefetched directory: fits ``crypto.circle.Directory``."""

    chains: Mapping[bytes, Organisation]
    documents: Mapping[bytes, Documents]
    by_digest: Mapping[bytes, Accreditation]

    def organisation(self, organisation: bytes) -> Organisation:
        """The verified chain. Raises crypto's NotAllowed for one that was not asked for or is not known."""
        found = self.chains.get(organisation)
        if found is None:
            raise NotAllowedThere("that organisation is not known here")
        return found

    def accreditation(self, digest: bytes) -> Accreditation:
        """The verified accreditation. Raises crypto's NotAllowed."""
        found = self.by_digest.get(digest)
        if found is None:
            raise NotAllowedThere("that accreditation is not known here")
        return found

    def withdrawals(self, organisation: bytes) -> Sequence[Withdrawal]:
        """All withdrawals for that organisation."""
        found = self.documents.get(organisation)
        return () if found is None else found.withdrawals


def signed_event(row: Row) -> SignedEvent:
    """The event of a stored row."""
    return SignedEvent(row.kind, row.payload, row.signature)


def remember(chain: Organisation) -> None:
    """Keep a verified chain; a reader on an older snapshot may still need the one before it."""
    _BY_HEAD.put(chain.head, chain, weight=chain.length)
    _LATEST.put(chain.id, chain.head)


async def at(unit: Unit, organisation: bytes, length: int, head: bytes) -> Organisation:
    """The verified chain whose head the database says is ``head``."""
    known = _BY_HEAD.get(head)
    if known is not None:
        return known
    grown = await _continued(unit, organisation, length, head) or await _replayed(unit, organisation, length)
    if grown.head != head:
        raise RuntimeError("the stored events of an organisation do not lead to its stored head")
    remember(grown)
    return grown


async def _continued(unit: Unit, organisation: bytes, length: int, head: bytes) -> Organisation | None:
    """Go on from the last known state. None when that is ahead, or was undone before it was stored."""
    latest = _LATEST.get(organisation)
    known = None if latest is None else _BY_HEAD.get(latest)
    if known is None or known.length >= length:
        return None
    try:
        grown = await _extended(unit, organisation, length, known)
    except CryptoError:
        return None
    return grown if grown.head == head else None


async def _replayed(unit: Unit, organisation: bytes, length: int) -> Organisation:
    [first] = await unit.all(queries.EVENTS, p_organisation=organisation, p_after=0, p_limit=1)
    return await _extended(unit, organisation, length, begin(signed_event(first)))


async def _extended(unit: Unit, organisation: bytes, length: int, chain: Organisation) -> Organisation:
    while chain.length < length:
        wanted = min(PAGE, length - chain.length)
        rows = await unit.all(
            queries.EVENTS, p_organisation=organisation, p_after=chain.length, p_limit=wanted
        )
        if not rows:
            raise RuntimeError("an organisation has fewer events than its length says")
        for place, row in enumerate(rows):
            chain = chain.extend(signed_event(row))
            if place % BREATH == 0:
                await asyncio.sleep(0)
    return chain


async def documents(unit: Unit, organisation: bytes, head: bytes, version: int) -> Documents:
    """What the authority signed about it; ``version`` is the count that each document moves.

    Remembered under the chain's head as well: an id alone does not tell two databases apart, a head does.
    """
    key = head + version.to_bytes(8, "big")
    known = _DOCUMENTS.get(key)
    if known is not None:
        return known
    words = {"p_organisation": organisation, "p_limit": DOCUMENTS_PER_ORGANISATION}
    signed = await unit.all(queries.ACCREDITATIONS_OF, **words)
    ended = await unit.all(queries.WITHDRAWALS_OF, **words)
    found = Documents(
        {row.digest: read_stored(Accreditation, row.signed) for row in signed},
        tuple(read_stored(Withdrawal, row.signed) for row in ended),
    )
    _DOCUMENTS.put(key, found)
    return found


def read_stored(kind: type[Document], packed: bytes) -> Document:
    """Read a document whose signatures were checked when it came."""
    return unpack(kind, unpack(Signed, packed).payload)


def read_accreditation(packed: bytes) -> Accreditation:
    """A stored accreditation."""
    return read_stored(Accreditation, packed)


async def directory(unit: Unit, organisations: Iterable[bytes]) -> Known:
    """Chains, accreditations and withdrawals of those organisations; unknown ones are left out.

    One query for all of them when everything is remembered.
    """
    wanted = sorted(set(organisations))
    rows = await unit.all(queries.STATES, p_organisations=wanted) if wanted else []
    chains = {row.organisation: await at(unit, row.organisation, row.length, row.head) for row in rows}
    papers = {
        row.organisation: await documents(unit, row.organisation, row.head, row.documents) for row in rows
    }
    by_digest = {digest: read for paper in papers.values() for digest, read in paper.accreditations.items()}
    return Known(chains, papers, by_digest)


async def chain(unit: Unit, organisation: bytes) -> Organisation:
    """One verified chain. Raises NotFound."""
    row = await unit.one(queries.STATE, p_organisation=organisation)
    if row is None:
        raise NotFound
    return await at(unit, organisation, row.length, row.head)
