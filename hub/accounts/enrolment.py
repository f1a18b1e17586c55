"""Enrolment: an emailed link becomes a waiting account, and an `admit` event makes it a colleague.

A link's token is derived from the invitation with the hub's private key; the database holds its hash only.
Looking consumes nothing; completing does, once, and the same content again gets the same answer.
"Replace my words" waits beside the account, which goes on working until the chain admits the new keys.
"""

from __future__ import annotations

import hashlib
import os
from typing import NamedTuple

from crypto.keys import check_box_key, check_signing_key
from hub.accounts import devices, queries, recipients
from hub.accounts.schemas import Credentials
from hub.accounts.sessions import token_hash
from hub.accounts.sign_in import auth_hash
from hub.kernel.context import Hub
from hub.kernel.refusals import NotAllowed, NotFound, Refused
from hub.notifications import service as notifications
from policies.limits import limits
from storage.database import Row, Unit


class LinkUsed(Refused):
    code, status, title = "link-used", 409, "This link has been used already"


class LinkExpired(Refused):
    code, status, title = "link-expired", 410, "This link has expired"


class NameTaken(Refused):
    code, status, title = "name-taken", 409, "Somebody has this sign-in name already"


class Invitation(NamedTuple):
    """organisation is None for a founder; replaces names the worker whose words are replaced."""

    invitation: bytes
    organisation: bytes | None
    role: str
    replaces: bytes | None
    mail: str
    expires_at: int
    worker: bytes | None
    content_hash: bytes | None


def link_of(hub: Hub, invitation: bytes) -> str:
    """The link that is mailed; its token is made again from the invitation and kept nowhere."""
    return notifications.enrolment_link(hub, invitation)


async def invite(
    unit: Unit,
    hub: Hub,
    mail: str,
    now: int,
    *,
    organisation: bytes | None,
    role: str,
    replaces: bytes | None = None,
) -> bytes:
    """Make an invitation and have its link mailed. Returns the invitation's id. Raises Malformed for what is
    no mail address."""
    notifications.checked_address(mail)
    invitation = os.urandom(16)
    await unit.run(
        queries.ADD_INVITATION,
        invitation=invitation,
        token_hash=token_hash(notifications.enrolment_token(hub, invitation)),
        organisation=organisation,
        role=role,
        replaces=replaces,
        mail=mail,
        made_at=now,
        expires_at=now + limits().links.enrolment_ms,
        worker=None,
        content_hash=None,
    )
    await recipients.mail_link(unit, hub, organisation, mail, invitation, now)
    return invitation


async def look(unit: Unit, token: bytes, now: int) -> Invitation:
    """The open invitation behind a token. Raises NotFound, LinkUsed or LinkExpired; consumes nothing."""
    found = await _invitation(unit, token, lock=False)
    _require_open(found, now)
    return found


async def locked(unit: Unit, token: bytes) -> Invitation:
    """The invitation behind a token, whatever its state, held until the unit ends. Raises NotFound."""
    return await _invitation(unit, token, lock=True)


async def is_repeat(unit: Unit, found: Invitation, content: bytes, now: int) -> str | None:
    """The state of an account that this very content made before; None when nothing did yet.

    Raises:
        LinkUsed: by other content. LinkExpired.
    """
    if found.worker is not None and found.content_hash == hashlib.sha256(content).digest():
        return await _state(unit, found.worker, found.invitation)
    _require_open(found, now)
    return None


async def complete(unit: Unit, found: Invitation, worker: bytes, organisation: bytes, content: bytes) -> None:
    """Use the invitation up."""
    used = await unit.run(
        queries.COMPLETE,
        p_invitation=found.invitation,
        p_worker=worker,
        p_organisation=organisation,
        p_content_hash=hashlib.sha256(content).digest(),
    )
    if not used:
        raise LinkUsed


async def add_account(
    unit: Unit,
    given: Credentials,
    now: int,
    *,
    organisation: bytes,
    role: str,
    state: str,
    mail: str,
    invitation: bytes | None = None,
    profile_box: bytes | None = None,
) -> None:
    """A new worker's account. Raises NameTaken, Malformed for what is no mail address, and Conflict for a
    worker id that was used before."""
    notifications.checked_address(mail)
    people = await unit.value(queries.HOW_MANY, p_organisation=organisation) or 0
    if people >= limits().organisations.workers_max:
        raise NotAllowed("The organisation is full.")
    await _take_name(unit, given.address, given.worker)
    await unit.run(
        queries.ADD_ACCOUNT,
        **_columns(given, mail, profile_box, invitation or os.urandom(16)),
        worker=given.worker,
        organisation=organisation,
        role=role,
        state=state,
        made_at=now,
        changed_at=now,
    )
    if given.device is not None:
        await devices.remember(unit, given.worker, given.device, now)


async def add_replacement(
    unit: Unit, given: Credentials, found: Invitation, profile_box: bytes | None, now: int
) -> None:
    """New words for a worker who is admitted; nothing changes for them until the chain says so."""
    account = await unit.one(queries.LOCKED_ACCOUNT, p_worker=given.worker)
    if account is None or account.state != "admitted" or account.organisation != found.organisation:
        raise NotAllowed("This person is not in the organisation any more.")
    await _take_name(unit, given.address, given.worker)
    await unit.run(queries.DROP_REPLACEMENT, p_worker=given.worker)
    await unit.run(
        queries.DROP_LEFT_NAMES, p_worker=given.worker, p_has=account.address, p_waits_for=given.address
    )
    await unit.run(
        queries.ADD_REPLACEMENT,
        **_columns(given, found.mail, profile_box, found.invitation),
        worker=given.worker,
        organisation=account.organisation,
        role=account.role,
        device=None if given.device is None else token_hash(given.device),
        made_at=now,
    )


async def _invitation(unit: Unit, token: bytes, *, lock: bool) -> Invitation:
    statement = queries.LOCKED_INVITATION if lock else queries.INVITATION
    row = await unit.one(statement, p_token_hash=token_hash(token))
    if row is None:
        raise NotFound("This link is not one of this hub's.")
    return Invitation(*(getattr(row, name) for name in Invitation._fields))


def _require_open(found: Invitation, now: int) -> None:
    if found.worker is not None:
        raise LinkUsed("Sign in with the words you wrote down, or ask your manager for a new link.")
    if now >= found.expires_at:
        raise LinkExpired("Ask your manager for a new link.")


async def _state(unit: Unit, worker: bytes, invitation: bytes) -> str:
    """Waiting until the chain took up this invitation's keys; what the account is from then on."""
    account = await unit.one(queries.ACCOUNT, p_worker=worker)
    if account is None:
        raise LinkUsed
    return str(account.state) if account.invitation == invitation else "waiting"


async def _take_name(unit: Unit, address: str, worker: bytes) -> None:
    await unit.run(queries.TAKE_NAME, address=address, worker=worker)
    if await unit.value(queries.NAME_OWNER, p_address=address) != worker:
        raise NameTaken("Choose another sign-in name.")


def _columns(
    given: Credentials, mail: str, profile_box: bytes | None, invitation: bytes
) -> dict[str, object]:
    check_signing_key(given.signing_key)
    check_box_key(given.box_key)
    return {
        "address": given.address,
        "signing_key": given.signing_key,
        "box_key": given.box_key,
        "salt": given.salt,
        "auth_hash": auth_hash(given.auth),
        "wrapped": given.wrapped,
        "wrap_version": given.wrap_version,
        "profile_box": profile_box,
        "invitation": invitation,
        "mail": mail,
    }


async def waiting(unit: Unit, organisation: bytes, after: bytes, limit: int) -> list[Row]:
    """Who waits to be admitted, by worker id: new accounts (replaces 0) and new words (1)."""
    return await unit.all(queries.WAITING, p_organisation=organisation, p_after=after, p_limit=limit)


async def waits_already(unit: Unit, given: Credentials, organisation: bytes) -> bool:
    """Whether these very credentials wait to be admitted there."""
    row = await unit.one(queries.ACCOUNT, p_worker=given.worker)
    return row is not None and (row.state, row.organisation, row.signing_key, row.box_key, row.wrapped) == (
        "waiting",
        organisation,
        given.signing_key,
        given.box_key,
        given.wrapped,
    )


async def welcome(unit: Unit, worker: bytes, organisation: bytes, mail: str) -> None:
    """A founder needs nobody's admission: from now on mail reaches them."""
    await recipients.reached(unit, worker, organisation, "manager", mail)
