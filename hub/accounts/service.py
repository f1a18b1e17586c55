"""Accounts: what a worker may ask about their own, and what the features above need to know of a worker."""

from __future__ import annotations

import hmac
from typing import NamedTuple

from hub.accounts import enrolment, queries, recipients, wiping
from hub.accounts.own import own_account
from hub.accounts.schemas import ChangeWords, Me, Pins, PutPins, PutProfile
from hub.accounts.sessions import changed
from hub.accounts.sign_in import NotProved, auth_hash
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import Conflicting, NotAllowed, NotFound
from policies.limits import limits
from policies.people import OrganisationKind, Person, Role
from storage.database import Row, Unit


class Standing(NamedTuple):
    """What the authority says an organisation is, and from when until when (UTC ms)."""

    kind: str
    valid_from: int
    valid_to: int


def person(caller: Caller) -> Person:
    """The caller as the policies see them."""
    admitted = bool(caller.organisation)
    return Person(
        kind=OrganisationKind(caller.kind) if caller.kind else OrganisationKind.PARTNER,
        role=Role(caller.role) if admitted else Role.WORKER,
        admitted=admitted,
        accredited=caller.accredited,
    )


async def signing_key(unit: Unit, worker: bytes) -> bytes:
    """The worker's key as of now (32 bytes). Raises NotFound for nobody admitted."""
    return bytes((await _admitted(unit, worker)).signing_key)


async def role(unit: Unit, worker: bytes) -> str:
    """The worker's role as of now. Raises NotFound for nobody admitted."""
    return str((await _admitted(unit, worker)).role)


async def organisation_of(unit: Unit, worker: bytes) -> bytes:
    """The organisation of an admitted worker. Raises NotFound for nobody admitted."""
    return bytes((await _admitted(unit, worker)).organisation)


async def mail_of(unit: Unit, worker: bytes) -> str | None:
    """Where the worker is reached, or None."""
    row = await unit.one(queries.ACCOUNT, p_worker=worker)
    return None if row is None else row.mail


async def invite_founder(unit: Unit, hub: Hub, mail: str, now: int) -> str:
    """Invite somebody to found an organisation, as the operator. Returns the link, which is mailed too."""
    made = await enrolment.invite(unit, hub, mail, now, organisation=None, role="manager")
    return enrolment.link_of(hub, made)


async def me(unit: Unit, caller: Caller) -> Me:
    """The caller's own account, and how long this session can last."""
    row = await unit.one(queries.ACCOUNT, p_worker=caller.worker)
    if row is None:
        raise NotFound
    ends_at = await unit.value(queries.SESSION, p_session=caller.session)
    return Me(
        worker=row.worker,
        organisation=row.organisation,
        role=row.role,
        kind=caller.kind,
        address=row.address,
        state=row.state,
        profile_box=row.profile_box,
        session_expires_at=ends_at or 0,
        idle_ms=limits().sessions.idle_ms,
    )


async def put_profile(unit: Unit, caller: Caller, given: PutProfile) -> None:
    """Set what colleagues are shown beside the sign-in name, sealed to them."""
    await own_account(unit, caller)
    await unit.run(queries.SET_PROFILE, p_worker=caller.worker, p_profile_box=given.profile_box)


async def change_words(unit: Unit, hub: Hub, caller: Caller, given: ChangeWords, now: int) -> None:
    """Wrap the same secret under new words. Every other session and every PIN ends.

    Raises:
        NotProved: the old words. Conflicting: the wrap moved on meanwhile.
    """
    row = await unit.one(queries.LOCKED_ACCOUNT, p_worker=caller.worker)
    if row is None or row.auth_hash is None:
        raise NotAllowed
    if not hmac.compare_digest(auth_hash(given.old_auth), row.auth_hash):
        raise NotProved
    if given.wrap_version != row.wrap_version + 1:
        raise Conflicting("The words were changed elsewhere.", wrap_version=row.wrap_version)
    await unit.run(
        queries.SET_WORDS,
        p_worker=caller.worker,
        p_old_hash=row.auth_hash,
        p_old_version=row.wrap_version,
        p_salt=given.salt,
        p_auth_hash=auth_hash(given.auth),
        p_wrapped=given.wrapped,
        p_wrap_version=given.wrap_version,
        p_now=now,
    )
    await wiping.words_only(unit, caller.worker)
    for session in await unit.all(queries.SESSIONS_OF, p_worker=caller.worker):
        if session.session != caller.session:
            await unit.run(queries.END_SESSION, p_session=session.session)
    changed(unit, hub, caller.worker)


async def sign_out(unit: Unit, hub: Hub, caller: Caller, *, everywhere: bool) -> None:
    """End this session, or all of this worker's and every PIN."""
    if everywhere:
        await wiping.everywhere(unit, caller.worker)
        await unit.run(queries.END_SESSIONS_OF, p_worker=caller.worker)
    else:
        await unit.run(queries.END_SESSION, p_session=caller.session)
    changed(unit, hub, caller.worker)


async def read_pins(unit: Unit, worker: bytes) -> Pins:
    """What the worker pinned, sealed to themself; version 0 while there is nothing."""
    row = await unit.one(queries.PINS, p_worker=worker)
    return Pins(version=0, sealed=None) if row is None else Pins(version=row.version, sealed=row.sealed)


async def put_pins(unit: Unit, worker: bytes, given: PutPins) -> Pins:
    """Put the next version. Raises Conflicting with the version that is stored."""
    if given.version == 1:
        done = await unit.run(queries.FIRST_PINS, worker=worker, version=1, sealed=given.sealed)
    else:
        done = await unit.run(
            queries.NEXT_PINS,
            p_worker=worker,
            p_before=given.version - 1,
            p_version=given.version,
            p_sealed=given.sealed,
        )
    if not done:
        stored = await read_pins(unit, worker)
        raise Conflicting("Read the pins again first.", version=stored.version)
    return Pins(version=given.version, sealed=given.sealed)


async def colleagues(unit: Unit, organisation: bytes, after: bytes, limit: int) -> list[Row]:
    """Everyone with an account in the organisation, by worker id."""
    return await unit.all(queries.COLLEAGUES, p_organisation=organisation, p_after=after, p_limit=limit)


async def set_role(unit: Unit, hub: Hub, worker: bytes, role: str, now: int) -> None:
    """The chain gave this worker another role."""
    account = await _admitted(unit, worker)
    await unit.run(queries.SET_STATE, p_worker=worker, p_state="admitted", p_role=role, p_now=now)
    await recipients.reached(unit, worker, account.organisation, role, account.mail)
    changed(unit, hub, worker, ended=False)


async def remove(unit: Unit, hub: Hub, worker: bytes, now: int) -> None:
    """The chain removed this worker: no session, no words, no mail from here on."""
    await unit.run(queries.REMOVE, p_worker=worker, p_now=now)
    await unit.run(queries.END_SESSIONS_OF, p_worker=worker)
    await unit.run(queries.DROP_REPLACEMENT, p_worker=worker)
    await unit.run(queries.DROP_NAMES_OF, p_worker=worker)
    await wiping.everything(unit, worker)
    await recipients.left(unit, worker)
    changed(unit, hub, worker)


async def set_standings(
    unit: Unit, hub: Hub, organisation: bytes, standings: list[Standing], now: int
) -> None:
    """What the authority's documents, taken together, say about the organisation: stretches that do not
    overlap. Sessions look up which one covers the moment they are read at."""
    await unit.run(queries.DROP_STANDINGS, p_organisation=organisation)
    rows = [{"organisation": organisation, **standing._asdict()} for standing in standings]
    await unit.run_many(queries.ADD_STANDING, rows)
    if not any(standing.valid_from <= now < standing.valid_to for standing in standings):
        for row in await unit.all(queries.ADMITTED, p_organisation=organisation):
            changed(unit, hub, row.worker)


async def _admitted(unit: Unit, worker: bytes) -> Row:
    row = await unit.one(queries.ACCOUNT, p_worker=worker)
    if row is None or row.state != "admitted":
        raise NotFound
    return row
