"""What this end has verified about organisations: their chains, accreditations and withdrawals.

Nothing is believed: every event is replayed, every accreditation checked under the trusted root, and a
chain never gets shorter or different than the pins say. ``crypto.circle`` reads from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from crypto import accreditation as rules
from crypto.accreditation import Accreditation, Root, Signed, Withdrawal, in_force
from crypto.encoding import unpack
from crypto.errors import CryptoError, Forged, NotAllowed
from crypto.organisation import Event, Organisation, SignedEvent, begin
from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.answers import ChainPage, DirectoryRow, Page
from keyholder.authority import Authority
from keyholder.connection import Connection
from keyholder.pins import Pins

T = TypeVar("T")
FRESH_MS = 60_000
PAGE = 200
PAGES = 100


class Directory:
    """Verified organisations. ``know`` fetches; the rest answers from what was verified."""

    def __init__(
        self,
        connection: Connection,
        authority: Authority,
        pins: Pins | None,
        keeper: EvidenceKeeper,
        clock: Callable[[], int],
    ) -> None:
        self._connection, self._authority, self._pins = connection, authority, pins
        self._keeper, self._clock = keeper, clock
        self._chains: dict[bytes, Organisation] = {}
        self._accreditations: dict[bytes, Accreditation] = {}
        self._withdrawals: dict[bytes, dict[bytes, Withdrawal]] = {}
        self._vouched_for: set[tuple[bytes, bytes]] = set()
        self._checked: dict[bytes, int] = {}

    def organisation(self, organisation: bytes) -> Organisation:
        """The verified chain."""
        try:
            return self._chains[organisation]
        except KeyError:
            raise NotAllowed("that organisation is not known here") from None

    def accreditation(self, digest: bytes) -> Accreditation:
        """The verified accreditation with that digest."""
        try:
            return self._accreditations[digest]
        except KeyError:
            raise NotAllowed("that accreditation is not known here") from None

    def withdrawals(self, organisation: bytes) -> Sequence[Withdrawal]:
        """All verified withdrawals for that organisation."""
        return tuple(self._withdrawals.get(organisation, {}).values())

    def vouched(self, organisation: bytes) -> bool:
        """Whether the authority, under its newest root or a former one, ever accredited this organisation
        with the beginning that its chain has. False while its founder waits for it, and for what a hub
        made up."""
        return (organisation, self.organisation(organisation).genesis) in self._vouched_for

    def knows(self, organisation: bytes) -> bool:
        """Whether anything was verified of it."""
        return organisation in self._chains

    def standing(self, organisation: bytes, at: int) -> tuple[bytes, Accreditation] | None:
        """The accreditation that stands at ``at`` and lasts longest: its digest, and what it says."""
        chain = self.organisation(organisation)
        good = [
            (accreditation.valid_to, digest)
            for digest, accreditation in self._accreditations.items()
            if accreditation.organisation == chain.id
            and accreditation.genesis == chain.genesis
            and in_force(accreditation, self.withdrawals(chain.id), digest, at)
        ]
        if not good:
            return None
        digest = max(good)[1]
        return digest, self._accreditations[digest]

    def legal_name(self, organisation: bytes) -> str:
        """The name the authority vouches for, now or formerly; empty when there is none."""
        own = [a for a in self._accreditations.values() if a.organisation == organisation]
        return max(own, key=lambda a: a.valid_to).legal_name if own else ""

    async def know(self, organisations: Iterable[bytes], max_age: int = FRESH_MS) -> None:
        """Verify these organisations' newest state, unless that was done less than ``max_age`` ms ago.

        Raises:
            Alarm: a chain or an accreditation that does not hold, or goes back.
        """
        now = self._clock()
        for organisation in dict.fromkeys(organisations):
            checked = self._checked.get(organisation)
            if checked is None or not 0 <= now - checked < max_age:
                await self._refresh(organisation)
                self._checked[organisation] = now

    async def page(self, after: bytes | None, limit: int) -> Page[DirectoryRow]:
        """One page of the hub's directory, as the hub tells it: verify by ``know`` before use."""
        cursor = after.hex() if after else None
        return await self._connection.get("/v1/organisations", Page[DirectoryRow], after=cursor, limit=limit)

    async def _refresh(self, organisation: bytes) -> None:
        chain = self._chains.get(organisation)
        for _ in range(PAGES):
            known = chain.length if chain else 0
            path = f"/v1/organisations/{organisation.hex()}/chain"
            page = await self._connection.get(path, ChainPage, after=known, limit=PAGE)
            chain = self._extend(organisation, chain, page)
            self._take_authority(organisation, page)
            if chain.length >= page.length or not page.events:
                break
        else:
            raise self._keeper.alarm(Kind.CHAIN_CHANGED, organisation=organisation)
        if (chain.length, chain.head) != (page.length, page.head):
            raise self._keeper.alarm(Kind.CHAIN_CHANGED, organisation=organisation, shown=page.head)
        self._check_pin(chain)
        self._check_genesis(chain)
        self._check_withdrawals(organisation)
        self._chains[organisation] = chain

    def _extend(self, organisation: bytes, chain: Organisation | None, page: ChainPage) -> Organisation:
        payload, kind = b"", 0
        try:
            for row in page.events:
                payload, kind = row.payload, row.kind
                event = SignedEvent(row.kind, row.payload, row.signature)
                chain = begin(event) if chain is None else chain.extend(event)
            if chain is None or chain.id != organisation:
                raise NotAllowed("another organisation's chain")
        except CryptoError as error:
            forged = isinstance(error, Forged) and kind == Event.ADMIT
            raise self._keeper.alarm(
                Kind.NOBODY_SIGNED if forged else Kind.CHAIN_CHANGED, organisation=organisation, event=payload
            ) from error
        return chain

    def _check_pin(self, chain: Organisation) -> None:
        if self._pins is None:
            return
        pin = self._pins.organisation(chain.id)
        if pin is not None and chain.heads.get(pin.head) != pin.length:
            raise self._keeper.alarm(
                Kind.CHAIN_CHANGED, organisation=chain.id, pinned=pin.head, shown=chain.head
            )
        self._pins.pin_organisation(chain.id, chain.length, chain.head)

    def _check_genesis(self, chain: Organisation) -> None:
        """The authority vouches for one beginning of an organisation; another is somebody else's."""
        for accreditation in self._accreditations.values():
            if accreditation.organisation == chain.id and accreditation.genesis != chain.genesis:
                raise self._keeper.alarm(
                    Kind.KEY_SUBSTITUTED,
                    organisation=chain.id,
                    shown=chain.genesis,
                    vouched=accreditation.genesis,
                )

    def _check_withdrawals(self, organisation: bytes) -> None:
        """A withdrawal that was seen once is served for ever."""
        if self._pins is None:
            return
        shown = self._withdrawals.get(organisation, {})
        missing = self._pins.withdrawn(organisation) - shown.keys()
        if missing:
            raise self._keeper.alarm(
                Kind.WITHDRAWAL_WITHHELD, organisation=organisation, missing=b"".join(sorted(missing))
            )
        for digest in shown:
            self._pins.pin_withdrawn(organisation, digest)

    def _take_authority(self, organisation: bytes, page: ChainPage) -> None:
        for packed in page.accreditations:
            digest, said, newest = self._read(organisation, packed, rules.verify_accreditation)
            self._vouched_for.add((said.organisation, said.genesis))
            if newest:
                self._accreditations[digest] = said
        for packed in page.withdrawals:
            digest, ended, newest = self._read(organisation, packed, rules.verify_withdrawal)
            known = self._pins.withdrawn(ended.organisation) if self._pins else frozenset()
            if newest or digest in known:
                self._withdrawals.setdefault(ended.organisation, {})[digest] = ended

    def _read(
        self, organisation: bytes, packed: bytes, verify: Callable[[Root, Signed], T]
    ) -> tuple[bytes, T, bool]:
        """A document's digest, what it says, and whether the newest root signed it. One that only a former
        root signed waits to be signed again, under the same digest."""
        newest = self._authority.root
        for root in (newest, *reversed(self._authority.earlier)):
            try:
                signed = unpack(Signed, packed)
                return rules.digest(signed), verify(root, signed), root is newest
            except CryptoError:
                continue
        raise self._keeper.alarm(Kind.NOT_ACCREDITED, organisation=organisation, shown=packed)
