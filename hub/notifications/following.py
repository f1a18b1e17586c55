"""Following the personal link of a mail: only after signing in, and only by whom it was sent to."""

from __future__ import annotations

from hub.kernel.caller import Caller
from hub.kernel.refusals import NotFound
from hub.notifications import links, queries
from hub.notifications.schemas import Followed, FollowedPlace
from storage.database import Row, Unit


async def follow(unit: Unit, caller: Caller, token: bytes, now: int) -> Followed:
    """Where it leads; an old link leads there too, and says so. Raises NotFound for somebody else's."""
    found = await unit.one(queries.LINK, p_token_hash=links.token_hash(token), p_worker=caller.worker)
    if found is None:
        raise NotFound("This link is not one of yours.")
    await unit.run(queries.FOLLOWED, p_mail=found.mail, p_now=now)
    return Followed(place=await _place(unit, caller, found), expired=now >= found.expires_at)


async def _place(unit: Unit, caller: Caller, found: Row) -> FollowedPlace:
    """A circle that the organisation has left is no place any more."""
    if found.place == "organisation":
        return FollowedPlace(kind="organisation", id=caller.organisation, seq=None)
    if found.place == queries.SETTINGS:
        return FollowedPlace(kind=queries.SETTINGS, id=None, seq=None)
    if found.place == "circle":
        words = {"p_circle": found.circle, "p_organisation": caller.organisation}
        if await unit.value(queries.STILL_THERE, **words) is not None:
            return FollowedPlace(kind="circle", id=found.circle, seq=found.seq)
    return FollowedPlace(kind="today", id=None, seq=None)
