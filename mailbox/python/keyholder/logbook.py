"""One circle's history as this end has verified it, entry by entry, from the opening on.

Headers come freely from the hub; every one is checked at its place before anything else is done with it.
The first fault stops everything with an alarm. What was verified is kept on this device and never goes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crypto.circle import Circle
from crypto.encoding import pack
from crypto.entries import (
    Entry,
    Grant,
    Handover,
    Invite,
    Kind,
    Listing,
    Open,
    Receipt,
    Rekey,
    Release,
    read_facts,
    read_header,
    verify_receipt,
)
from crypto.errors import CryptoError
from crypto.errors import UpdateNeeded as NewerVersion
from crypto.log import Log, Verified
from keyholder import alarms, answers
from keyholder.desk import Desk
from keyholder.diagnosis import diagnose
from keyholder.directory import FRESH_MS
from keyholder.errors import NotReady, Refused, UpdateNeeded
from keyholder.headercache import HeaderCache
from keyholder.histories import Foreseen
from keyholder.pins import Place

PAGE = 500
AHEAD_MS = 15 * 60 * 1000
"""How far a device's clock may be behind the hub's."""


class Logbook:
    """A circle's verified log. ``lock`` keeps one writer at a time."""

    def __init__(self, desk: Desk, circle: bytes) -> None:
        self.desk, self.id = desk, circle
        self.log = Log(circle)
        self.entries: list[Verified] = []
        self.lock = asyncio.Lock()
        self.places: dict[bytes, int] = {}
        self._cache = HeaderCache(desk.state, circle)
        self._restored = False
        self._foreseen: Foreseen | None = None
        self._syncing = asyncio.Lock()

    @property
    def circle(self) -> Circle:
        """The state of the circle. Raises NotReady before anything was verified."""
        if self.log.circle is None:
            raise NotReady("There is no such circle, or your organisation is not in it.")
        return self.log.circle

    def at(self, seq: int) -> Verified:
        """The entry at ``seq`` (from 1)."""
        if not 1 <= seq <= self.log.seq:
            raise NotReady("There is no such entry in this circle.")
        return self.entries[seq - 1]

    def by_hash(self, entry: bytes) -> Verified | None:
        """The entry with that hash."""
        seq = self.places.get(entry)
        return self.entries[seq - 1] if seq else None

    def backwards(self, *kinds: Kind) -> Iterator[Verified]:
        """Entries of these kinds, newest first."""
        return (entry for entry in reversed(self.entries) if entry.header.kind in kinds)

    def describing(self) -> Iterator[Verified]:
        """The entries that say what the circle is called, newest first: its opening, and details for all."""
        for verified in self.backwards(Kind.DETAILS, Kind.OPEN):
            if getattr(verified.facts, "restricted", None) is None:
                yield verified

    async def sync(self) -> Log:
        """Verify everything that is new.

        Raises:
            Alarm: on the first thing that does not hold. UpdateNeeded.
        """
        async with self._syncing:
            await self._restore()
            foreseen = self._take_foreseen()
            # Another program may move the pin further while the hub answers: it counts as it stood before.
            pin = self.desk.pins.circle(self.id) if foreseen is None else foreseen.pin
            page = await self._page() if foreseen is None else foreseen.page
            while True:
                self._check_page(page)
                await self._take(page.entries)
                if self.log.seq >= page.seq:
                    break
                if not page.entries:
                    raise self.alarm(alarms.Kind.HISTORY_CHANGED, head=page.head)
                page = await self._page()
            self._check_end(page)
            self._remember(pin)
            return self.log

    async def taken_up(self) -> int:
        """How far this was verified, once what this device had kept is taken up."""
        async with self._syncing:
            await self._restore()
            return self.log.seq

    def foresee(self, foreseen: Foreseen) -> None:
        """The next page came together with those of other circles: it is what the next ``sync`` begins
        with."""
        self._foreseen = foreseen

    async def took(self, entry: Entry, receipt: answers.Receipt) -> Receipt:
        """The hub took an own entry: check its promise, and that the entry stands where it says.

        Raises:
            Alarm.
        """
        promised = self._verify_receipt(receipt)
        if receipt.entry_hash != entry.hash:
            raise self.alarm(alarms.Kind.HISTORY_CHANGED, entry=entry.header, receipt=pack(promised))
        async with self._syncing:
            if receipt.seq == self.log.seq + 1:
                await self._take_one(entry, receipt.received_at)
                self._remember(self.desk.pins.circle(self.id))
        if receipt.seq > self.log.seq:
            await self.sync()
        if self.log.seq < receipt.seq or self.log.heads[receipt.seq] != receipt.head:
            raise self.alarm(alarms.Kind.HISTORY_CHANGED, entry=entry.header, receipt=pack(promised))
        return promised

    def alarm(self, kind: alarms.Kind, **material: bytes) -> alarms.Alarm:
        """An alarm about this circle."""
        return self.desk.keeper.alarm(kind, circle=self.id, verified_head=self.log.head, **material)

    def _take_foreseen(self) -> Foreseen | None:
        """What was foreseen, if nothing was verified since."""
        foreseen, self._foreseen = self._foreseen, None
        return foreseen if foreseen is not None and foreseen.after == self.log.seq else None

    async def _page(self) -> answers.Headers:
        path = f"/v1/circles/{self.id.hex()}/headers"
        return await self.desk.connection.get(path, answers.Headers, after=self.log.seq, limit=PAGE)

    def _check_page(self, page: answers.Headers) -> None:
        receipt = self._verify_receipt(page.receipt)
        if (receipt.seq, receipt.head) != (page.seq, page.head) or page.seq < self.log.seq:
            raise self.alarm(alarms.Kind.HISTORY_CHANGED, head=page.head, receipt=pack(receipt))
        for offset, row in enumerate(page.entries, 1):
            if row.seq != self.log.seq + offset:
                raise self.alarm(alarms.Kind.HISTORY_CHANGED, header=row.header)

    def _check_end(self, page: answers.Headers) -> None:
        if self.log.heads[page.seq] != page.head:
            raise self.alarm(alarms.Kind.HISTORY_CHANGED, head=page.head, receipt=page.receipt.signature)

    def _verify_receipt(self, shown: answers.Receipt) -> Receipt:
        receipt = Receipt(1, self.id, shown.seq, shown.entry_hash, shown.head, shown.received_at)
        try:
            verify_receipt(receipt, shown.signature, self.desk.authority.root.receipt_keys)
        except CryptoError as error:
            raise self.alarm(
                alarms.Kind.NOBODY_SIGNED, receipt=pack(receipt), signature=shown.signature
            ) from error
        return receipt

    async def _take(self, rows: Sequence[answers.HeaderRow]) -> None:
        await self._know_authors(rows)
        for row in rows:
            await self._take_one(Entry(row.header, row.signature), row.received_at)

    async def _know_authors(self, rows: Iterable[answers.HeaderRow]) -> None:
        named: dict[bytes, None] = {}
        for row in rows:
            for organisation, _ in _named(Entry(row.header, row.signature)):
                named[organisation] = None
        await self._know(named)

    async def _take_one(self, entry: Entry, received_at: int) -> None:
        directory = self.desk.directory
        for organisation, head in _named(entry):
            await self._know([organisation])
            if head and head not in directory.organisation(organisation).heads:
                await self._know([organisation], 0)
        if received_at > self.desk.clock() + AHEAD_MS:
            raise self._refused(alarms.Kind.TIME_MOVED, entry, received_at)
        try:
            verified = self.log.extend(entry, received_at, directory)
        except NewerVersion as error:
            raise UpdateNeeded from error
        except CryptoError as error:
            kind = diagnose(self.log, entry, received_at, directory, error)
            raise self._refused(kind, entry, received_at) from error
        self.entries.append(verified)
        self.places[verified.placed.hash] = verified.placed.seq

    def _refused(self, kind: alarms.Kind, entry: Entry, received_at: int) -> alarms.Alarm:
        at = received_at.to_bytes(8, "big")
        return self.alarm(kind, header=entry.header, signature=entry.signature, received_at=at)

    async def _know(self, organisations: Iterable[bytes], max_age: int = FRESH_MS) -> None:
        """Verify organisations that an entry names; one that the hub does not have is made up."""
        for organisation in organisations:
            try:
                await self.desk.directory.know([organisation], max_age)
            except Refused as refused:
                if refused.status != 404:
                    raise
                raise self.alarm(alarms.Kind.GHOST, organisation=organisation) from refused

    def _remember(self, pin: Place | None) -> None:
        if pin is not None and (pin.length > self.log.seq or self.log.heads[pin.length] != pin.head):
            raise self.alarm(alarms.Kind.HISTORY_CHANGED, pinned=pin.head)
        self.desk.pins.pin_circle(self.id, self.log.seq, self.log.head)
        self._cache.keep(self.entries)

    async def _restore(self) -> None:
        """Take up what this device had verified before; it is verified again, or dropped."""
        if self._restored:
            return
        self._restored = True
        try:
            await self._take(self._cache.rows())
        except alarms.Alarm:
            self.log, self.entries, self.places = Log(self.id), [], {}


def _named(entry: Entry) -> Iterator[tuple[bytes, bytes]]:
    """Every (organisation, head) an entry speaks of; heads may be empty. Nothing for what cannot be read."""
    try:
        header = read_header(entry)
        facts = read_facts(header) if header.is_control else None
    except CryptoError:
        return
    yield header.organisation, header.organisation_head
    for listing in listings(facts):
        yield listing.organisation, listing.head
    if isinstance(facts, Grant | Release | Handover):
        yield facts.organisation, b""


def listings(facts: Any) -> tuple[Listing, ...]:
    """The listings in a control entry's facts."""
    if isinstance(facts, Open | Rekey):
        return (*facts.members, *facts.pending)
    return (facts.listing,) if isinstance(facts, Invite) else ()
