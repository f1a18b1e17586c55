"""PINs: a short one is enough, because half of the key it opens is here, and goes after five wrong tries.

The half is random and opens nothing by itself; a device without it can try no PIN. It is kept for a working
day. Each try counts before it is looked at, so tries at the same moment count each.
"""

from __future__ import annotations

import hmac
import os

from hub.accounts import queries, sign_in
from hub.accounts.own import own_account
from hub.accounts.schemas import PinChallenge, PinHalf, SetPin, SignInByPin
from hub.accounts.sessions import token_hash
from hub.accounts.sign_in import auth_hash
from hub.kernel.caller import Caller
from hub.kernel.refusals import Refused
from policies.limits import limits
from storage.database import Row, Unit


class WrongPin(Refused):
    """Carries ``tries_left``."""

    code, status, title = "wrong-pin", 403, "That is not the PIN"


class PinGone(Refused):
    code, status, title = "pin-gone", 403, "The PIN does not work any more"


async def put(unit: Unit, caller: Caller, given: SetPin, now: int) -> PinHalf:
    """A fresh half for this device, in place of any before it."""
    await own_account(unit, caller)
    bounds, half = limits().pins, os.urandom(32)
    expires_at = now + bounds.lasts_ms
    await unit.run(
        queries.PUT_HALF,
        device=token_hash(given.device),
        worker=caller.worker,
        half=half,
        check_hash=auth_hash(given.check),
        tries_left=bounds.tries,
        expires_at=expires_at,
    )
    await unit.run(queries.DROP_SURPLUS_HALVES, p_worker=caller.worker, p_kept=limits().devices.per_worker)
    return PinHalf(half=half, expires_at=expires_at)


async def forget(unit: Unit, device: bytes) -> None:
    """Delete the half of whoever shows the device's token. None there is just as good."""
    await unit.run(queries.DROP_HALF, p_device=token_hash(device))


async def attempt(unit: Unit, given: SignInByPin, now: int) -> PinChallenge | Refused:
    """The half and a challenge; or the refusal to raise once the unit is durable, which counts the try."""
    device = token_hash(given.device)
    tried = await unit.one(queries.TRY_PIN, p_device=device, p_now=now)
    if tried is None:
        await unit.run(queries.DROP_HALF, p_device=device)
        return PinGone("Sign in with your words or your passkey.")
    if not hmac.compare_digest(auth_hash(given.check), tried.check_hash):
        return await _wrong(unit, device, tried)
    await unit.run(queries.RENEW_TRIES, p_device=device, p_tries=limits().pins.tries)
    return await _challenge(unit, tried, now)


async def _wrong(unit: Unit, device: bytes, tried: Row) -> Refused:
    if tried.tries_left > 0:
        return WrongPin(tries_left=tried.tries_left)
    await unit.run(queries.DROP_HALF, p_device=device)
    return PinGone("Too many wrong PINs. Sign in with your words or your passkey.")


async def _challenge(unit: Unit, tried: Row, now: int) -> PinChallenge | Refused:
    account = await unit.one(queries.ACCOUNT, p_worker=tried.worker)
    if account is None or account.state == "removed":
        return PinGone("Sign in with your words or your passkey.")
    session, nonce = await sign_in.new_challenge(unit, tried.worker, None, now)
    return PinChallenge(
        worker=tried.worker, organisation=account.organisation, half=tried.half, session=session, nonce=nonce
    )
