"""Telling people that something was posted: a live event for those who look on, a notice for those who do
not.

Neither says anything of what was posted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from crypto.entries import Invite, Kind
from hub.circles.reactions import Posted
from hub.circles.state import Standing, Summary
from hub.kernel.context import Hub
from hub.kernel.live import Event
from hub.notifications import service as notifications
from hub.notifications.service import Notice
from policies.urgency import Urgency
from storage.database import Change, Unit

SAID = (Kind.MESSAGE, Kind.DOCUMENT)


def notices(unit: Unit, hub: Hub, posted: Posted, summary: Summary) -> list[Change]:
    """The changes that queue the notices, for the same transaction."""
    return notifications.changes(unit, hub, _notices(posted, summary), posted.now)


def publish(unit: Unit, hub: Hub, posted: Posted, summary: Summary) -> None:
    """A live event once it is durable."""
    gone = posted.before.members.keys() - posted.after.members.keys() if posted.before else frozenset()
    event = Event("circle", topic=posted.circle, seq=posted.seq, to=(*summary.here, *sorted(gone)))
    unit.after_commit(lambda: hub.live.publish(event))


def _notices(posted: Posted, summary: Summary) -> Iterator[Notice]:
    """Whoever is assigned in each organisation, or its managers; of the author's own, only colleagues
    assigned too."""
    if isinstance(posted.facts, Invite):
        yield _notice("invitation", posted, posted.facts.listing.organisation)
    if posted.header.kind not in SAID:
        return
    for place in summary.places:
        if place.standing is not Standing.IN:
            continue
        if place.organisation != posted.header.organisation:
            yield _notice("message", posted, place.organisation)
            continue
        for worker in place.workers:
            if worker != posted.header.worker:
                yield _notice("message", posted, place.organisation, worker)


def _notice(
    kind: Literal["invitation", "message"], posted: Posted, organisation: bytes, worker: bytes | None = None
) -> Notice:
    return Notice(kind, organisation, worker, posted.circle, posted.seq, Urgency.NEW)
