"""What one keeps for oneself: only as whoever one is at this very moment."""

from __future__ import annotations

from hub.accounts import queries
from hub.kernel.caller import Caller
from hub.kernel.refusals import NotAllowed
from storage.database import Row, Unit


async def own_account(unit: Unit, caller: Caller) -> Row:
    """The caller's account, held until the unit ends. A session may be remembered for a moment after it has
    ended; nothing may be left behind in that moment.

    Raises:
        NotAllowed: removed, or with other keys by now; or a printed kit, which keeps nothing.
    """
    account = await unit.one(queries.LOCKED_ACCOUNT, p_worker=caller.worker)
    if account is None or account.state == "removed" or account.signing_key != caller.signing_key:
        raise NotAllowed
    if account.role == "kit":
        raise NotAllowed("A printed kit keeps nothing at the hub.")
    return account
