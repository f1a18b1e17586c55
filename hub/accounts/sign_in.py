"""Sign-in: prove the words (or a passkey, or a PIN), then the worker's key. Known and unknown names get the
same answers and work.

The hub keeps SHA-256(auth) only. What it gives for a right proof is the wrapped secret and a challenge; a
session begins when the key inside that secret has signed the challenge. Each challenge works once, briefly.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from crypto.errors import Forged
from crypto.statements import verify_session
from hub.accounts import queries
from hub.accounts.schemas import (
    FinishSignIn,
    KitChallenge,
    ProveSignIn,
    SessionStarted,
    SignInChallenge,
    SignInParameters,
)
from hub.accounts.sessions import token_hash
from hub.kernel.context import Hub
from hub.kernel.refusals import Refused
from policies.limits import limits
from storage.database import Row, Unit

SUITE = 1


class NotProved(Refused):
    """One refusal for every cause, so that it tells nobody which names exist."""

    code, status, title = "not-proved", 401, "The sign-in name or the words are not right"


def auth_hash(auth: bytes) -> bytes:
    """How a proof is stored: it is 256 bits derived from words that nobody chose, so one hash is enough."""
    return hashlib.sha256(auth).digest()


async def start(unit: Unit, hub: Hub, address: str) -> SignInParameters:
    """The salt of the name; for an unknown one, always the same invented salt. Ends enrol a name with that
    very salt, so it does not change when somebody takes the name."""
    row = await unit.one(queries.BY_ADDRESS, p_address=address)
    invented = hub.keys.derive("sign-in-salt", address.encode())[:16]
    return SignInParameters(
        hub=hub.settings.hub_name, suite=SUITE, salt=invented if row is None else row.salt
    )


async def proved(unit: Unit, hub: Hub, given: ProveSignIn) -> Row:
    """The account whose words were proved.

    Raises:
        NotProved: unknown name or wrong proof, after the same work.
    """
    row = await unit.one(queries.BY_ADDRESS, p_address=given.address)
    invented = hub.keys.derive("sign-in-proof", given.address.encode())
    expected = invented if row is None else row.auth_hash
    right = hmac.compare_digest(auth_hash(given.auth), expected)
    if row is None or not right:
        raise NotProved
    return row


async def challenge(unit: Unit, account: Row, now: int) -> SignInChallenge:
    """What a right proof gives: the wrapped secret, and a nonce for its key to sign."""
    session, nonce = await new_challenge(unit, account.worker, None, now)
    return SignInChallenge(
        worker=account.worker,
        organisation=account.organisation,
        wrapped=account.wrapped,
        wrap_version=account.wrap_version,
        session=session,
        nonce=nonce,
    )


async def challenge_kit(unit: Unit, hub: Hub, organisation: bytes, now: int) -> KitChallenge:
    """A nonce for an organisation's printed kit; an unknown organisation gets an invented one."""
    kits = await unit.all(queries.KITS, p_organisation=organisation)
    session, nonce = await new_challenge(unit, None, organisation, now)
    workers = [kit.worker for kit in kits] or [hub.keys.derive("kit", organisation)[:16]]
    return KitChallenge(worker=workers, session=session, nonce=nonce)


async def finish(unit: Unit, hub: Hub, given: FinishSignIn, now: int) -> SessionStarted | None:
    """Begin a session, or None: then commit all the same, since the challenge is used up."""
    asked = await unit.one(queries.TAKE_CHALLENGE, p_session=given.session)
    if asked is None or now >= asked.expires_at:
        return None
    for account in await _signers(unit, asked):
        if _signed(hub, given, asked.nonce, account.signing_key):
            return await _begin(unit, account, given.session, now, kit=asked.worker is None)
    return None


async def new_challenge(
    unit: Unit, worker: bytes | None, organisation: bytes | None, now: int
) -> tuple[bytes, bytes]:
    """The id of a session to come and the nonce to sign for it: by that worker, or by a kit of that
    organisation."""
    session, nonce = os.urandom(16), os.urandom(32)
    await unit.run(
        queries.ADD_CHALLENGE,
        session=session,
        nonce=nonce,
        worker=worker,
        organisation=organisation,
        expires_at=now + limits().sessions.nonce_ms,
    )
    return session, nonce


async def _signers(unit: Unit, asked: Row) -> list[Row]:
    if asked.worker is None:
        return await unit.all(queries.KITS, p_organisation=asked.organisation)
    found = await unit.one(queries.LOCKED_ACCOUNT, p_worker=asked.worker)
    return [] if found is None or found.state == "removed" else [found]


def _signed(hub: Hub, given: FinishSignIn, nonce: bytes, signing_key: bytes) -> bool:
    try:
        verify_session(hub.settings.hub_name, given.session, nonce, signing_key, given.signature)
    except Forged:
        return False
    return True


async def _begin(unit: Unit, account: Row, session: bytes, now: int, *, kit: bool) -> SessionStarted:
    bounds = limits().sessions
    for old in (await unit.all(queries.SESSIONS_OF, p_worker=account.worker))[bounds.per_worker - 1 :]:
        await unit.run(queries.END_SESSION, p_session=old.session)
    token = os.urandom(32)
    ends_at = now + (bounds.idle_ms if kit else bounds.absolute_ms)
    await unit.run(
        queries.ADD_SESSION,
        session=session,
        token_hash=token_hash(token),
        worker=account.worker,
        signing_key=account.signing_key,
        made_at=now,
        seen_at=now,
        ends_at=ends_at,
    )
    return SessionStarted(token=token, expires_at=ends_at, idle_ms=bounds.idle_ms)
