"""Drafts that a browser could not keep: few, small, sealed to their writer, and soon gone."""

from __future__ import annotations

from hub.accounts import queries
from hub.accounts.own import own_account
from hub.kernel.caller import Caller
from hub.kernel.refusals import Malformed, NotAllowed, NotFound
from policies.limits import limits
from storage.database import Unit


async def put(unit: Unit, caller: Caller, slot: bytes, sealed: bytes, now: int) -> None:
    """Keep a draft under the end's own name for it. Raises NotAllowed for one too many."""
    if not sealed:
        raise Malformed("There is nothing to keep.")
    await own_account(unit, caller)
    before = now - limits().drafts.lasts_ms
    await unit.run(queries.DROP_STALE_DRAFTS_OF, p_worker=caller.worker, p_before=before)
    others = await unit.value(queries.HOW_MANY_DRAFTS, p_worker=caller.worker, p_slot=slot) or 0
    if others >= limits().drafts.per_worker:
        raise NotAllowed("Send or discard one of your drafts first.")
    await unit.run(queries.PUT_DRAFT, worker=caller.worker, slot=slot, sealed=sealed, changed_at=now)


async def read(unit: Unit, caller: Caller, slot: bytes, now: int) -> bytes:
    """One's own draft. Raises NotFound."""
    before = now - limits().drafts.lasts_ms
    sealed = await unit.value(queries.DRAFT, p_worker=caller.worker, p_slot=slot, p_before=before)
    if sealed is None:
        raise NotFound
    return bytes(sealed)


async def discard(unit: Unit, caller: Caller, slot: bytes) -> None:
    """Forget one. None there is just as good."""
    await unit.run(queries.DROP_DRAFT, p_worker=caller.worker, p_slot=slot)
