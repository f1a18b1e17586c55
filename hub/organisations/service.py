"""Organisations: what the features above ask about them, and the pages that people read.

``chain`` and ``directory`` give verified objects of ``crypto``; both remember what they verified.
"""

from __future__ import annotations

from collections.abc import Iterable

from crypto.accreditation import Root
from crypto.organisation import Organisation
from hub.accounts import enrolment
from hub.accounts import service as accounts
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import NotAllowed, NotFound
from hub.organisations import authority, chains, queries
from hub.organisations.authority import KIND_WORDS
from hub.organisations.chains import Known
from hub.organisations.schemas import (
    Archive,
    ChainPage,
    DirectoryItem,
    DirectoryPage,
    EventOut,
    Keys,
    WaitingItem,
    WaitingPage,
    WorkerItem,
    WorkerPage,
)
from policies.access import may_see_colleagues, may_see_directory
from policies.decisions import Denied
from policies.limits import limits
from storage.database import Row, Unit

SLICE = 20
PAGE_BYTES = 2 * 1024 * 1024


async def trust(unit: Unit, hub: Hub, signed: bytes, now: int) -> Root:
    """The operator names this hub's authority; see ``authority.trust``."""
    return await authority.trust(unit, hub, signed, now)


async def chain(unit: Unit, organisation: bytes) -> Organisation:
    """The verified chain as of now. Raises NotFound."""
    return await chains.chain(unit, organisation)


async def chain_at(unit: Unit, organisation: bytes, length: int, head: bytes) -> Organisation:
    """The verified chain for whoever has read its stored length and head in this transaction already."""
    return await chains.at(unit, organisation, length, head)


async def directory(unit: Unit, organisations: Iterable[bytes], now: int) -> Known:
    """Chains, accreditations and withdrawals of those organisations: a ``crypto.circle.Directory``."""
    return await chains.directory(unit, organisations)


async def accreditation_kind(unit: Unit, organisation: bytes, now: int) -> str | None:
    """What the organisation is accredited as at ``now``, or None when it is not."""
    row = await unit.one(queries.IN_FORCE, p_organisation=organisation, p_now=now)
    return None if row is None else KIND_WORDS[chains.read_accreditation(row.signed).kind]


async def accreditation_hash(unit: Unit, organisation: bytes, now: int) -> bytes | None:
    """The digest of the accreditation in force that holds longest, or None."""
    row = await unit.one(queries.IN_FORCE, p_organisation=organisation, p_now=now)
    return None if row is None else row.digest


async def list_accredited(unit: Unit, caller: Caller, after: bytes, limit: int, now: int) -> DirectoryPage:
    """A page of the directory: only organisations accredited at ``now``, by id."""
    decision = may_see_directory(accounts.person(caller))
    if isinstance(decision, Denied):
        raise NotAllowed(decision.say)
    rows = await unit.all(queries.DIRECTORY, p_after=after, p_now=now, p_limit=limit)
    return DirectoryPage(items=[_item(row) for row in rows], next=_next(rows, limit, "organisation"))


async def read_chain(unit: Unit, caller: Caller, organisation: bytes, after: int, limit: int) -> ChainPage:
    """Events after a length, and all that the authority signed about the organisation."""
    if not caller.organisation and await _waits_for(unit, caller) != organisation:
        raise NotFound
    row = await unit.one(queries.STATE, p_organisation=organisation)
    if row is None:
        raise NotFound
    events = await _events(unit, organisation, after, limit)
    page = {"p_organisation": organisation, "p_limit": chains.DOCUMENTS_PER_ORGANISATION}
    return ChainPage(
        events=[EventOut(kind=e.kind, payload=e.payload, signature=e.signature) for e in events],
        accreditations=[a.signed for a in await unit.all(queries.ACCREDITATIONS_OF, **page)],
        withdrawals=[w.signed for w in await unit.all(queries.WITHDRAWALS_OF, **page)],
        length=row.length,
        head=row.head,
    )


async def _events(unit: Unit, organisation: bytes, after: int, limit: int) -> list[Row]:
    """Up to ``limit`` events, fewer when they weigh much: a rotation of a full organisation has 100 KiB."""
    found: list[Row] = []
    weight = 0
    while len(found) < limit and weight < PAGE_BYTES:
        wanted = min(SLICE, limit - len(found))
        rows = await unit.all(
            queries.EVENTS, p_organisation=organisation, p_after=after + len(found), p_limit=wanted
        )
        found += rows
        weight += sum(len(row.payload) for row in rows)
        if len(rows) < wanted:
            break
    return found


async def read_keys(unit: Unit, caller: Caller, organisation: bytes) -> Keys:
    """The caller's box of the present generation, and the archives that lead back to each earlier one."""
    if caller.organisation != organisation:
        raise NotAllowed("These are the keys of another organisation.")
    row = await unit.one(queries.BOX, p_organisation=organisation, p_worker=caller.worker)
    if row is None:
        raise NotFound
    kept = await unit.all(
        queries.ARCHIVES, p_organisation=organisation, p_limit=limits().organisations.events_max
    )
    archives = [Archive(generation=each.generation, wrapped=each.wrapped) for each in kept]
    return Keys(generation=row.generation, box=row.box, archives=archives)


async def list_workers(
    unit: Unit, caller: Caller, organisation: bytes, after: bytes, limit: int
) -> WorkerPage:
    """One's own organisation's accounts."""
    decision = may_see_colleagues(accounts.person(caller), own=caller.organisation == organisation)
    if isinstance(decision, Denied):
        raise NotAllowed(decision.say)
    rows = await accounts.colleagues(unit, organisation, after, limit)
    items = [
        WorkerItem(worker=r.worker, role=r.role, state=r.state, address=r.address, profile_box=r.profile_box)
        for r in rows
    ]
    return WorkerPage(items=items, next=_next(rows, limit, "worker"))


async def list_waiting(unit: Unit, organisation: bytes, after: bytes, limit: int) -> WaitingPage:
    """Who waits to be admitted. The route lets managers and the kit in."""
    rows = await enrolment.waiting(unit, organisation, after, limit)
    return WaitingPage(items=[_waiting(row) for row in rows], next=_next(rows, limit, "worker"))


def _item(row: Row) -> DirectoryItem:
    read = chains.read_accreditation(row.signed)
    return DirectoryItem(
        organisation=row.organisation,
        legal_name=read.legal_name,
        domain=read.domain,
        kind=KIND_WORDS[read.kind],
        accreditation=row.signed,
        length=row.length,
        head=row.head,
        generation=row.generation,
    )


def _waiting(row: Row) -> WaitingItem:
    return WaitingItem(
        invitation=row.invitation,
        worker=row.worker,
        address=row.address,
        signing_key=row.signing_key,
        box_key=row.box_key,
        profile_box=row.profile_box,
        role=row.role,
        replaces=row.worker if row.replaces else None,
    )


def _next(rows: list[Row], limit: int, name: str) -> str | None:
    return bytes(getattr(rows[-1], name)).hex() if len(rows) == limit else None


async def _waits_for(unit: Unit, caller: Caller) -> bytes:
    return (await accounts.me(unit, caller)).organisation
