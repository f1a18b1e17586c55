"""The one seam between accounts and mail: who gets mail where, and links for who has no account yet."""

from __future__ import annotations

from hub.kernel.context import Hub
from hub.notifications import service as notifications
from hub.notifications.service import Notice
from policies.limits import limits
from policies.urgency import Urgency
from storage.database import Unit


async def mail_link(
    unit: Unit, hub: Hub, organisation: bytes | None, mail: str, invitation: bytes, now: int
) -> None:
    """Queue the mail that carries an enrolment link."""
    expires_at = now + limits().links.enrolment_ms
    await notifications.notify_enrolment(unit, hub, mail, organisation, invitation, expires_at, now)


async def admitted(
    unit: Unit, hub: Hub, worker: bytes, organisation: bytes, role: str, mail: str | None, now: int
) -> None:
    """The chain took this worker's keys up: mail reaches them, and the first one says so."""
    await reached(unit, worker, organisation, role, mail)
    notice = Notice("admitted", organisation, worker, None, None, Urgency.NEW)
    await notifications.notify(unit, hub, notice, now)


async def reached(unit: Unit, worker: bytes, organisation: bytes, role: str, mail: str | None) -> None:
    """This worker is reached at this address from now on."""
    if mail is not None:
        await notifications.set_recipient(unit, worker, organisation, role, mail)


async def left(unit: Unit, worker: bytes) -> None:
    """This worker gets no mail any more."""
    await notifications.drop_recipient(unit, worker)
