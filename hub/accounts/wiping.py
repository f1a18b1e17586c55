"""What falls when: every way to unlock but the words themselves, by what happened to its owner."""

from __future__ import annotations

from hub.accounts import queries
from hub.notifications import service as notifications
from storage.database import Unit


async def everything(unit: Unit, worker: bytes) -> None:
    """Somebody left, or comes back with other keys: no device, passkey, PIN, code or draft stays, nor their
    pins, which only the old keys open."""
    await words_only(unit, worker)
    for statement in (queries.DROP_DEVICES, queries.DROP_PASSKEYS, queries.DROP_DRAFTS, queries.DROP_PINS):
        await unit.run(statement, p_worker=worker)


async def words_only(unit: Unit, worker: bytes) -> None:
    """The words were changed by their owner: PINs and codes go; passkeys and devices are still theirs."""
    await everywhere(unit, worker)
    await unit.run(queries.DROP_CODE, p_worker=worker)
    await notifications.drop_codes(unit, worker)


async def everywhere(unit: Unit, worker: bytes) -> None:
    """Signed out everywhere: no PIN opens a session again, nor does a challenge given before."""
    await unit.run(queries.DROP_HALVES, p_worker=worker)
    await unit.run(queries.DROP_CHALLENGES, p_worker=worker)
