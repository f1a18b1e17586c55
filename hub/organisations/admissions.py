"""How people come in: a manager invites, a link is looked at and completed, a manager's event admits.

A founder's link brings a new organisation with it. Whoever holds the printed kit can bring back a manager.
"""

from __future__ import annotations

import msgspec

from crypto.organisation import Member, Role
from hub.accounts import enrolment
from hub.accounts import service as accounts
from hub.accounts.enrolment import Invitation
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import Malformed, NotAllowed, NotFound
from hub.organisations import chains, events, queries
from hub.organisations.schemas import Enrol, Enrolled, Invite, Invited, Look, Looked, Recover
from storage.database import Unit


def require_manages(caller: Caller, organisation: bytes, *, kit: bool = False) -> None:
    """Only a manager of that very organisation, or its kit where that is allowed."""
    roles = ("manager", "kit") if kit else ("manager",)
    if caller.organisation != organisation or caller.role not in roles:
        raise NotAllowed("Only a manager of your organisation can do this. Ask one of them.")


async def invite(
    unit: Unit, hub: Hub, caller: Caller, organisation: bytes, given: Invite, now: int
) -> Invited:
    """Invite a new worker, or a present one to replace their words. The link is mailed, never shown."""
    require_manages(caller, organisation)
    role: str = given.role
    if given.worker is not None:
        if await accounts.organisation_of(unit, given.worker) != organisation:
            raise NotFound
        role = await accounts.role(unit, given.worker)
        if role == "kit":
            raise NotFound("A printed kit has no words: print another.")
    made = await enrolment.invite(
        unit, hub, given.mail, now, organisation=organisation, role=role, replaces=given.worker
    )
    return Invited(invitation=made)


async def look(unit: Unit, hub: Hub, given: Look, now: int) -> Looked:
    """What a link invites to. Consumes nothing."""
    found = await enrolment.look(unit, given.token, now)
    chain = None if found.organisation is None else await chains.chain(unit, found.organisation)
    name = None
    if chain is not None:
        row = await unit.one(queries.IN_FORCE, p_organisation=chain.id, p_now=now)
        name = None if row is None else chains.read_accreditation(row.signed).legal_name
    return Looked(
        invitation=found.invitation,
        hub=hub.settings.hub_name,
        organisation=found.organisation,
        genesis=None if chain is None else chain.genesis,
        legal_name=name,
        role=found.role,
        founding=found.organisation is None,
        replaces=found.replaces,
        expires_at=found.expires_at,
        generation_key=None if chain is None else chain.generation.box_key,
    )


async def enrol(unit: Unit, given: Enrol, now: int) -> Enrolled:
    """Complete a link. The same content again gets the same answer, updated once the chain took it up.

    Raises:
        LinkUsed, LinkExpired, NameTaken, NotFound, NotAllowed, Malformed; founders also as ``events.found``.
    """
    found = await enrolment.locked(unit, given.token)
    content = msgspec.msgpack.encode(given)
    repeated = await enrolment.is_repeat(unit, found, content, now)
    if repeated is not None:
        return Enrolled(state=repeated)
    if (given.founding is None) != (found.organisation is not None):
        raise Malformed("This link does not found an organisation, or it does and nothing was brought.")
    if found.organisation is None:
        organisation, state = await _found(unit, found, given, now), "admitted"
    else:
        organisation, state = found.organisation, "waiting"
        await _wait(unit, found, organisation, given, now)
    await enrolment.complete(unit, found, given.worker, organisation, content)
    if state == "admitted":
        await enrolment.welcome(unit, given.worker, organisation, found.mail)
    return Enrolled(state=state)


async def _found(unit: Unit, found: Invitation, given: Enrol, now: int) -> bytes:
    assert given.founding is not None
    founder = Member(given.worker, given.signing_key, given.box_key, Role.MANAGER)
    chain = await events.found(unit, given.founding.event, given.founding.boxes, founder, now)
    await enrolment.add_account(
        unit,
        given,
        now,
        organisation=chain.id,
        role="manager",
        state="admitted",
        mail=found.mail,
        invitation=found.invitation,
        profile_box=given.profile_box,
    )
    return chain.id


async def _wait(unit: Unit, found: Invitation, organisation: bytes, given: Enrol, now: int) -> None:
    if found.replaces is not None:
        if given.worker != found.replaces:
            raise Malformed("These words are to be replaced for another worker.")
        await enrolment.add_replacement(unit, given, found, given.profile_box, now)
        return
    await enrolment.add_account(
        unit,
        given,
        now,
        organisation=organisation,
        role=found.role,
        state="waiting",
        mail=found.mail,
        invitation=found.invitation,
        profile_box=given.profile_box,
    )


async def recover(unit: Unit, caller: Caller, given: Recover, now: int) -> Enrolled:
    """Bring a manager's new credentials with the printed kit; the kit's own `admit` event takes them up.

    The same credentials again change nothing, so a recovery that was cut off can go on.
    """
    require_manages(caller, caller.organisation, kit=True)
    if caller.role != "kit":
        raise NotAllowed("This is for whoever holds the printed kit.")
    if await enrolment.waits_already(unit, given, caller.organisation):
        return Enrolled(state="waiting")
    await enrolment.add_account(
        unit,
        given,
        now,
        organisation=caller.organisation,
        role="manager",
        state="waiting",
        mail=given.mail,
    )
    return Enrolled(state="waiting")
