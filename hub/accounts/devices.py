"""Devices that need no code from the mail, because they were here before.

A device's token is 32 random bytes that it keeps; the hub keeps a hash. It opens nothing: without right words
it is never looked at.
"""

from __future__ import annotations

from hub.accounts import queries
from hub.accounts.sessions import token_hash
from policies.limits import limits
from storage.database import Unit


async def remember(unit: Unit, worker: bytes, device: bytes, now: int) -> None:
    """Know this token of the worker's again."""
    await remember_hash(unit, worker, token_hash(device), now)


async def remember_hash(unit: Unit, worker: bytes, device_hash: bytes, now: int) -> None:
    """As ``remember``. Of too many devices the longest unused are forgotten."""
    await unit.run(queries.REMEMBER_DEVICE, worker=worker, device=device_hash, made_at=now, used_at=now)
    await unit.run(queries.DROP_SURPLUS_DEVICES, p_worker=worker, p_kept=limits().devices.per_worker)


async def is_known(unit: Unit, worker: bytes, device: bytes | None, now: int) -> bool:
    """Whether this worker was here with that token before; being asked counts as use."""
    if device is None:
        return False
    used = await unit.run(queries.USE_DEVICE, p_worker=worker, p_device=token_hash(device), p_now=now)
    return used > 0
