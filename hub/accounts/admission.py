"""Admission: what the chain says of a worker's keys becomes what their account is.

New words take over whole and at once: keys, wrap and name are swapped, and every old session, device, passkey
and PIN ends, all in the transaction that stores the event.
"""

from __future__ import annotations

from hub.accounts import devices, queries, recipients, wiping
from hub.accounts.sessions import changed
from hub.kernel.context import Hub
from hub.kernel.refusals import NotAllowed
from storage.database import Row, Unit


async def add_kit(
    unit: Unit, worker: bytes, organisation: bytes, signing_key: bytes, box_key: bytes, now: int
) -> None:
    """A printed kit, as the chain has it: it signs in by its key alone. Raises Conflict for a used id."""
    nothing = dict.fromkeys(
        ("address", "salt", "auth_hash", "wrapped", "wrap_version", "profile_box", "mail")
    )
    await unit.run(
        queries.ADD_ACCOUNT,
        **nothing,
        worker=worker,
        organisation=organisation,
        role="kit",
        state="admitted",
        signing_key=signing_key,
        box_key=box_key,
        invitation=None,
        made_at=now,
        changed_at=now,
    )


async def admit(
    unit: Unit,
    hub: Hub,
    worker: bytes,
    organisation: bytes,
    role: str,
    keys: tuple[bytes, bytes],
    now: int,
) -> None:
    """The chain admitted these (signing, box) keys: open the waiting account, or swap the words of one.

    Raises:
        NotAllowed: nobody waits with those keys.
    """
    account = await unit.one(queries.LOCKED_ACCOUNT, p_worker=worker)
    if account is None or account.organisation != organisation:
        raise NotAllowed("Nobody waits to be admitted with those keys.")
    if account.state == "waiting" and (account.signing_key, account.box_key) == keys:
        await unit.run(queries.SET_STATE, p_worker=worker, p_state="admitted", p_role=role, p_now=now)
        mail = account.mail
    else:
        mail = await _swap(unit, account, role, keys, now)
    await recipients.admitted(unit, hub, worker, organisation, role, mail, now)
    changed(unit, hub, worker, ended=account.state != "waiting")


async def _swap(unit: Unit, account: Row, role: str, keys: tuple[bytes, bytes], now: int) -> str:
    waits = await unit.one(queries.REPLACEMENT, p_worker=account.worker)
    fits = waits is not None and (waits.signing_key, waits.box_key) == keys
    if waits is None or not fits or account.state != "admitted":
        raise NotAllowed("Nobody waits to be admitted with those keys.")
    taken = {
        f"p_{name}": getattr(waits, name)
        for name in (
            "worker",
            "address",
            "signing_key",
            "box_key",
            "salt",
            "auth_hash",
            "wrapped",
            "wrap_version",
            "invitation",
            "mail",
        )
    }
    taken["p_profile_box"] = waits.profile_box or account.profile_box
    await unit.run(queries.SWAP, **taken, p_role=role, p_now=now)
    await unit.run(queries.DROP_OTHER_NAMES, p_worker=account.worker, p_address=waits.address)
    await unit.run(queries.DROP_REPLACEMENT, p_worker=account.worker)
    await unit.run(queries.END_SESSIONS_OF, p_worker=account.worker)
    await wiping.everything(unit, account.worker)
    if waits.device is not None:
        await devices.remember_hash(unit, account.worker, waits.device, now)
    return str(waits.mail)
