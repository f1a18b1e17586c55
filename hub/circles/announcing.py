"""Telling people that something was posted: a live event for those who look on, a notice for those who do
not.

Neither says anything of what was posted.
"""

from __future__ import annotations

from collections.abc import Iterator

from crypto.entries import Invite, Kind
from hub.circles.reactions import Posted
from hub.circles.state import Standing, Summary
from hub.kernel.context import Hub
from hub.kernel.live import Event
from hub.notifications import service as notifications
from hub.notifications.service import Notice
from policies.urgency import Urgency
from storage.database import Unit

SAID = (Kind.MESSAGE, Kind.DOCUMENT)


async def announce(unit: Unit, hub: Hub, posted: Posted, summary: Summary) -> None:
    """A live event once it is durable; notices in the same transaction."""
    gone = posted.before.members.keys() - posted.after.members.keys() if posted.before else frozenset()
    event = Event("circle", topic=posted.circle, seq=posted.seq, to=(*summary.here, *sorted(gone)))
    unit.after_commit(lambda: hub.live.publish(event))
    for notice in _notices(posted, summary):
        await notifications.notify(unit, hub, notice, posted.now)


def _notices(posted: Posted, summary: Summary) -> Iterator[Notice]:
    if isinstance(posted.facts, Invite):
        invited = posted.facts.listing.organisation
        yield Notice("invitation", invited, None, posted.circle, posted.seq, Urgency.NEW)
    if posted.header.kind not in SAID:
        return
    for place in summary.places:
        if place.standing is Standing.IN:
            for worker in place.workers or (None,):
                if worker != posted.header.worker:
                    yield Notice(
                        "message", place.organisation, worker, posted.circle, posted.seq, Urgency.NEW
                    )
