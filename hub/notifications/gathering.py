"""From notices to mails: everything that waits for one person goes into one, when policies let it leave.

The person's row is locked, so two workers never write two mails to them. While a mail of theirs is still to
be delivered, new notices wait: they go into that very mail, or into the next.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.kernel.context import Hub
from hub.notifications import queries
from hub.notifications.service import new_mail
from hub.notifications.stops import Stops, Told
from policies.calendar import calendar
from policies.digest import Nudge, next_mail
from policies.limits import MINUTE
from policies.urgency import Urgency
from storage.database import Row, Unit

PEOPLE = 200
MOST_TOLD = 1000
"""Counted in one mail; whoever has more waiting is told of a thousand."""


async def gather(hub: Hub, now: int) -> bool:
    """One batch of people. True when there may be more."""
    async with hub.database.write() as unit:
        people = await unit.all(queries.DUE_PEOPLE, p_now=now, p_limit=PEOPLE)
        for person in people:
            await _one_mail(unit, hub, person, now)
    return bool(people)


async def _one_mail(unit: Unit, hub: Hub, person: Row, now: int) -> None:
    told = await still_stands(
        unit, hub, await unit.all(queries.WAITING, p_worker=person.worker, p_limit=MOST_TOLD)
    )
    if not told:
        return
    when = await _when(unit, person, told, now)
    if when > now:
        await unit.run(queries.ASK_LATER, p_worker=person.worker, p_when=when)
        return
    mail = new_mail(person.worker, person.organisation, now)
    await unit.run(queries.ADD_MAIL, **mail)
    await unit.run(queries.PUT_INTO, p_worker=person.worker, p_mail=mail["mail"])


async def _when(unit: Unit, person: Row, told: Sequence[Told], now: int) -> int:
    """When a mail about these may leave; later than now while another is under way."""
    under_way = await unit.one(queries.OPEN_MAIL, p_worker=person.worker)
    if under_way is not None:
        return max(under_way.next_at or now, now + MINUTE)
    when = next_mail(nudges(told), person.last_sent, now, calendar())
    return now if when is None else when


async def still_stands(unit: Unit, hub: Hub, rows: Sequence[Row]) -> list[Told]:
    """The notices that no stop rule calls settled; the others are put aside for good."""
    told = [Told(*row) for row in rows]
    moot = await hub.part(Stops).moot(unit, told)
    if moot:
        await unit.run(queries.MOOT, p_worker=told[0].worker, dedupes=sorted(moot))
    return [each for each in told if each.dedupe not in moot]


def nudges(told: Sequence[Told]) -> list[Nudge]:
    """What policies count. An action that several notices are about counts once, at its most urgent."""
    found: dict[object, Nudge] = {}
    for each in told:
        key = each.dedupe if each.subject is None else (each.circle, each.subject)
        nudge = Nudge(each.at, Urgency(each.urgency))
        if key not in found or found[key].urgency < nudge.urgency:
            found[key] = nudge
    return list(found.values())
