"""Codes from the mail: right words on a device that is not known open only for who reads the owner's mail.

A code is made from random bytes with the hub's private key, so neither this table nor the outbox holds one
that could be typed. A worker has one at most; each try counts before it is looked at.
"""

from __future__ import annotations

import hmac
import os
from enum import Enum

from hub.accounts import devices, queries
from hub.accounts.schemas import ProveSignIn
from hub.kernel.context import Hub
from hub.kernel.refusals import Refused
from hub.notifications import service as notifications
from policies.limits import limits
from storage.database import Row, Unit


class CodeNeeded(Refused):
    code, status, title = "code-needed", 403, "A code has been sent to your mail"


class CodeWrong(Refused):
    """Carries ``tries_left``."""

    code, status, title = "code-wrong", 403, "That is not the code from the mail"


class Door(Enum):
    """What a proof of the right words comes to."""

    OPEN = "open"
    SHUT = "shut"
    ASKS = "asks"


async def knock(unit: Unit, hub: Hub, account: Row, given: ProveSignIn, now: int) -> tuple[Door, int]:
    """Judge device and code of whoever proved the words, and count the try: commit in any case. Gives the
    tries that are left."""
    if await devices.is_known(unit, account.worker, given.device, now):
        return Door.OPEN, 0
    if given.code is None:
        return Door.ASKS, 0
    tried = await unit.one(queries.TRY_CODE, p_worker=account.worker, p_now=now)
    if tried is None:
        return Door.ASKS, 0
    expected = notifications.sign_in_code(hub, tried.code)
    if not hmac.compare_digest(_digits(given.code), expected):
        return (Door.SHUT if tried.tries_left else Door.ASKS), tried.tries_left
    await unit.run(queries.DROP_CODE, p_worker=account.worker)
    if given.device is not None:
        await devices.remember(unit, account.worker, given.device, now)
    await notifications.notify_ways(unit, hub, account.worker, account.organisation, now)
    return Door.OPEN, 0


async def is_under_way(unit: Unit, worker: bytes, now: int) -> bool:
    """Whether a code left so short a while ago that another would be one too many."""
    made_at = await unit.value(queries.PENDING_CODE, p_worker=worker, p_now=now)
    return made_at is not None and now < made_at + limits().codes.again_ms


async def send(unit: Unit, hub: Hub, worker: bytes, now: int) -> None:
    """A fresh code by mail, in place of any before it."""
    account = await unit.one(queries.LOCKED_ACCOUNT, p_worker=worker)
    if account is None or account.mail is None or await is_under_way(unit, worker, now):
        return
    bounds, code = limits().codes, os.urandom(16)
    expires_at = now + bounds.lasts_ms
    await unit.run(
        queries.PUT_CODE,
        worker=worker,
        code=code,
        tries_left=bounds.tries,
        made_at=now,
        expires_at=expires_at,
    )
    await notifications.notify_code(
        unit, hub, worker, account.organisation, account.mail, code, expires_at, now
    )


def _digits(typed: str) -> str:
    return typed.replace(" ", "").replace("-", "")
