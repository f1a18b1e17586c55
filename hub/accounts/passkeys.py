"""Passkeys: what an authenticator's PRF gives takes the place of the words.

The hub checks no WebAuthn assertion. A right ``auth``, 256 bits that only the authenticator can make again,
is the proof, as it is with words; and a session begins only when the worker's key has signed. The credential
is a device, so no code is asked for.
"""

from __future__ import annotations

import hashlib
import hmac

from hub.accounts import queries, sign_in
from hub.accounts.own import own_account
from hub.accounts.schemas import AddPasskey, Passkey, PasskeyChallenge, Passkeys, SignInByPasskey
from hub.accounts.sign_in import NotProved, auth_hash
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import Conflicting, NotAllowed, NotFound
from hub.notifications import service as notifications
from policies.limits import limits
from storage.database import Row, Unit


def credential_hash(credential: bytes) -> bytes:
    """How a credential is named. 32 bytes."""
    return hashlib.sha256(credential).digest()


async def add(unit: Unit, hub: Hub, caller: Caller, given: AddPasskey, now: int) -> Passkey:
    """Keep a passkey's wrap, and mail its owner that there is one; the same credential again takes the place
    of what was kept.

    Raises:
        NotAllowed: too many. Conflicting: it is somebody else's.
    """
    await own_account(unit, caller)
    name = credential_hash(given.credential)
    others = [row for row in await _of(unit, caller.worker) if row.credential_hash != name]
    if len(others) >= limits().passkeys.per_worker:
        raise NotAllowed("Remove one of your passkeys first.")
    added = await unit.run(
        queries.ADD_PASSKEY,
        credential_hash=name,
        worker=caller.worker,
        credential=given.credential,
        auth_hash=auth_hash(given.auth),
        wrapped=given.wrapped,
        wrap_version=given.wrap_version,
        label_box=given.label_box,
        made_at=now,
    )
    if not added:
        raise Conflicting("Make another passkey.")
    await notifications.notify_ways(unit, hub, caller.worker, caller.organisation, now)
    return Passkey(credential=given.credential, label_box=given.label_box, created_at=now, used_at=None)


async def mine(unit: Unit, caller: Caller) -> Passkeys:
    """The caller's own, oldest first."""
    return Passkeys(
        items=[
            Passkey(
                credential=row.credential,
                label_box=row.label_box,
                created_at=row.made_at,
                used_at=row.used_at,
            )
            for row in await _of(unit, caller.worker)
        ]
    )


async def remove(unit: Unit, hub: Hub, caller: Caller, name: bytes, now: int) -> None:
    """Forget one, and mail its owner. Raises NotFound for what is not the caller's."""
    if not await unit.run(queries.DROP_PASSKEY, p_worker=caller.worker, p_credential_hash=name):
        raise NotFound
    await notifications.notify_ways(unit, hub, caller.worker, caller.organisation, now)


async def proved(unit: Unit, hub: Hub, given: SignInByPasskey) -> Row:
    """The account whose passkey was proved.

    Raises:
        NotProved: unknown credential or wrong proof, after the same work.
    """
    name = credential_hash(given.credential)
    row = await unit.one(queries.PASSKEY, p_credential_hash=name)
    invented = hub.keys.derive("passkey-proof", name)
    expected = invented if row is None else row.auth_hash
    right = hmac.compare_digest(auth_hash(given.auth), expected)
    if row is None or not right:
        raise NotProved("This passkey opens nothing here.")
    return row


async def challenge(unit: Unit, found: Row, now: int) -> PasskeyChallenge:
    """What a right proof gives: as with words, and the sign-in name, which nobody typed."""
    await unit.run(queries.USE_PASSKEY, p_credential_hash=found.credential_hash, p_now=now)
    session, nonce = await sign_in.new_challenge(unit, found.worker, None, now)
    return PasskeyChallenge(
        worker=found.worker,
        organisation=found.organisation,
        wrapped=found.wrapped,
        wrap_version=found.wrap_version,
        session=session,
        nonce=nonce,
        address=found.address,
    )


async def _of(unit: Unit, worker: bytes) -> list[Row]:
    return await unit.all(queries.PASSKEYS_OF, p_worker=worker)
