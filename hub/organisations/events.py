"""Events of an organisation's chain: verified, one for each head, with exactly the boxes that they name.

The chain decides, the accounts follow: whoever it admits may work, whoever it removes is signed out, all in
the transaction that stores the event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crypto.encoding import unpack
from crypto.organisation import (
    MAX_EVENT,
    Admit,
    Genesis,
    Member,
    Organisation,
    Role,
    RoleChange,
    Rotate,
    SignedEvent,
    begin,
    box_hash,
    check_event_time,
)
from crypto.organisation import Event as Kind
from hub.accounts import admission
from hub.accounts import service as accounts
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import Conflicting, Malformed, NotAllowed, NotFound, Refused
from hub.organisations import chains, queries
from hub.organisations.schemas import Boxes, ChainState, Event, PostEvent
from policies.limits import limits
from storage.database import Row, Unit

ROLE_WORDS: Mapping[int, str] = {role.value: role.name.lower() for role in Role}
_PAYLOADS: Mapping[Kind, type[Admit | RoleChange | Rotate]] = {
    Kind.ADMIT: Admit,
    Kind.ROLE: RoleChange,
    Kind.ROTATE: Rotate,
}


class ChainMoved(Refused):
    """Carries the chain's present length and head."""

    code, status, title = "stale", 409, "The organisation has moved on"


class WrongBoxes(Refused):
    code, status, title = "wrong-boxes", 400, "The boxes are not exactly those that the event names"


async def found(unit: Unit, given: Event, boxes: Boxes, owner: Member, now: int) -> Organisation:
    """Store a genesis whose founder is ``owner``, and its kit's account.

    Raises:
        NotAllowed: another founder. WrongBoxes. Conflict: the organisation's id was used before.
    """
    event = _signed(given)
    chain = begin(event)
    check_event_time(event, now)
    genesis = unpack(Genesis, event.payload, limit=MAX_EVENT)
    if genesis.founder != owner:
        raise NotAllowed("The founder is not who enrols.")
    _require_boxes(chain.boxes, boxes)
    await unit.run(
        queries.ADD,
        organisation=chain.id,
        genesis=chain.genesis,
        length=1,
        head=chain.head,
        generation=1,
        documents=0,
        made_at=now,
    )
    await _store(unit, chain, event, boxes, now)
    await _admit_kit(unit, chain.id, genesis.kit, now)
    unit.after_commit(lambda: chains.remember(chain))
    return chain


async def post(
    unit: Unit, hub: Hub, caller: Caller, organisation: bytes, given: PostEvent, now: int
) -> ChainState:
    """Extend the chain by one event. The very last event again gets the same answer.

    Raises:
        ChainMoved, WrongBoxes, NotAllowed; crypto's Forged, Malformed, NotAllowed, Stale.
    """
    _require_may(caller, organisation)
    event = _signed(given.event)
    row = await unit.one(queries.LOCKED_STATE, p_organisation=organisation)
    if row is None:
        raise NotFound
    if event.head == row.head:
        return ChainState(length=row.length, head=row.head)
    payload = _payload(event, caller, row)
    chain = await chains.at(unit, organisation, row.length, row.head)
    check_event_time(event, now)
    grown = chain.extend(event)
    _require_boxes(_named(payload), given.boxes)
    _require_archive(payload, given.archive)
    await _move(unit, row, grown)
    await _store(unit, grown, event, given.boxes, now, given.archive)
    await _follow(unit, hub, organisation, payload, now)
    unit.after_commit(lambda: chains.remember(grown))
    return ChainState(length=grown.length, head=grown.head)


def _require_may(caller: Caller, organisation: bytes) -> None:
    if caller.organisation != organisation or caller.role not in ("manager", "kit"):
        raise NotAllowed("Only a manager of the organisation, or its printed kit, can do this.")


def _payload(event: SignedEvent, caller: Caller, row: Row) -> Admit | RoleChange | Rotate:
    if event.kind == Kind.GENESIS:
        raise Malformed("A chain has one genesis.")
    payload = unpack(_PAYLOADS[Kind(event.kind)], event.payload, limit=MAX_EVENT)
    if payload.organisation != row.organisation or payload.author != caller.worker:
        raise NotAllowed("An event is posted by who signed it, to their own organisation.")
    if payload.previous != row.head:
        raise ChainMoved("Read the newest events, then sign again.", length=row.length, head=row.head)
    if row.length >= limits().organisations.events_max:
        raise Conflicting("The organisation's chain is full.")
    return payload


def _signed(given: Event) -> SignedEvent:
    return SignedEvent(given.kind, given.payload, given.signature)


def _named(payload: Admit | RoleChange | Rotate) -> dict[bytes, bytes]:
    """The boxes an event names: worker -> hash."""
    if isinstance(payload, Admit):
        return {payload.member.worker: payload.box_hash}
    if isinstance(payload, Rotate):
        return {box.worker: box.box_hash for box in payload.boxes}
    return {}


def _require_boxes(named: Mapping[bytes, bytes], boxes: Boxes) -> None:
    brought = {box.worker: box_hash(box.box) for box in boxes}
    if len(brought) != len(boxes) or brought != dict(named):
        raise WrongBoxes


def _require_archive(payload: Admit | RoleChange | Rotate, archive: bytes | None) -> None:
    wanted = payload.archive_hash if isinstance(payload, Rotate) else None
    brought = None if archive is None else box_hash(archive)
    if wanted != brought:
        raise WrongBoxes("The archive is not the one that the event names.")


async def _move(unit: Unit, row: Row, grown: Organisation) -> None:
    moved = await unit.run(
        queries.MOVE_HEAD,
        p_organisation=grown.id,
        p_before=row.head,
        p_length=grown.length,
        p_head=grown.head,
        p_generation=grown.generation.number,
    )
    if not moved:
        raise ChainMoved("Read the newest events, then sign again.")


async def _store(
    unit: Unit, chain: Organisation, event: SignedEvent, boxes: Boxes, now: int, archive: bytes | None = None
) -> None:
    generation = chain.generation.number
    await unit.run(
        queries.ADD_EVENT,
        organisation=chain.id,
        length=chain.length,
        kind=event.kind,
        payload=event.payload,
        signature=event.signature,
        received_at=now,
    )
    if event.kind == Kind.ROTATE:
        await unit.run(queries.DROP_BOXES, p_organisation=chain.id)
    rows: list[dict[str, Any]] = [
        {"organisation": chain.id, "worker": box.worker, "generation": generation, "box": box.box}
        for box in boxes
    ]
    await unit.run_many(queries.SET_BOX, rows)
    if archive is not None:
        await unit.run(queries.ADD_ARCHIVE, organisation=chain.id, generation=generation, wrapped=archive)


async def _follow(
    unit: Unit, hub: Hub, organisation: bytes, payload: Admit | RoleChange | Rotate, now: int
) -> None:
    """Bring the accounts to what the chain says."""
    if isinstance(payload, RoleChange):
        await accounts.set_role(unit, hub, payload.worker, ROLE_WORDS[payload.role], now)
    elif isinstance(payload, Rotate):
        for worker in payload.removed:
            await accounts.remove(unit, hub, worker, now)
    elif payload.member.role == Role.KIT:
        await _admit_kit(unit, organisation, payload.member, now)
    else:
        member = payload.member
        keys, role = (member.signing_key, member.box_key), ROLE_WORDS[member.role]
        await admission.admit(unit, hub, member.worker, organisation, role, keys, now)


async def _admit_kit(unit: Unit, organisation: bytes, kit: Member, now: int) -> None:
    await admission.add_kit(unit, kit.worker, organisation, kit.signing_key, kit.box_key, now)
