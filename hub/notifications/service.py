"""Notices: that something waits, for whom, how urgent. Queued in the caller's transaction; a job mails them.

A notice says nothing of what it is about. It reaches its people at the moment it is queued: whoever it names,
or those who work on the circle in the organisation, or else its managers.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from hub.kernel.context import Hub
from hub.kernel.refusals import Malformed
from hub.notifications import links, queries
from policies.limits import limits
from policies.urgency import Urgency
from storage.database import Change, Unit

Kind = Literal[
    "admitted",
    "invitation",
    "action-new",
    "action-unopened",
    "action-due-tomorrow",
    "action-due-today",
    "action-overdue",
    "action-red",
    "action-reassign",
    "invitation-unanswered",
    "message",
    "letter",
    "break-glass",
    "expiring",
]
MANAGERS = frozenset({"break-glass", "expiring", "letter"})
"""Kinds that are for an organisation's managers, whoever works on the circle."""
SEND = "notifications.send"
MAIL_MAX = 254


@dataclass(frozen=True, slots=True)
class Notice:
    """worker    one person, or None: whoever of the organisation is assigned to the circle, else its managers
    circle, seq  where the link leads; with ``kind`` they also tell one notice from another
    managers     the managers, even if somebody is assigned
    subject      which action it is about; stop rules look at it
    key          tells notices apart that are alike otherwise, such as two rungs of one ladder
    """

    kind: Kind
    organisation: bytes
    worker: bytes | None
    circle: bytes | None
    seq: int | None
    urgency: Urgency
    managers: bool = False
    subject: bytes | None = None
    key: int = 0

    @property
    def audience(self) -> str:
        """worker, managers or assigned."""
        if self.worker is not None:
            return "worker"
        return "managers" if self.managers or self.kind in MANAGERS else "assigned"


async def notify(unit: Unit, hub: Hub, notice: Notice, now: int) -> None:
    """Queue one notice in this transaction. The same one again changes nothing."""
    await notify_all(unit, hub, (notice,), now)


async def notify_all(unit: Unit, hub: Hub, notices: Iterable[Notice], now: int) -> None:
    """Queue several. ``now`` is since when they wait, UTC milliseconds."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for notice in notices:
        groups.setdefault(notice.audience, []).append(_values(notice, now))
        _wake(unit, hub, notice)
    for audience, rows in groups.items():
        for statement in queries.QUEUE[audience]:
            await unit.run_many(statement, rows)


def changes(unit: Unit, hub: Hub, notices: Iterable[Notice], now: int) -> list[Change]:
    """What queues these few, for a caller who makes other changes in the same journey
    (`Unit.run_together`)."""
    found: list[Change] = []
    for notice in notices:
        values = _values(notice, now)
        found.extend(Change(statement, values) for statement in queries.QUEUE[notice.audience])
        _wake(unit, hub, notice)
    return found


def _wake(unit: Unit, hub: Hub, notice: Notice) -> None:
    if notice.urgency is Urgency.IMMEDIATE:
        unit.after_commit(lambda: hub.wakes.wake(SEND))


async def notify_enrolment(
    unit: Unit, hub: Hub, mail: str, organisation: bytes | None, invitation: bytes, expires_at: int, now: int
) -> None:
    """Queue the mail with an invitation's own link (see `enrolment_link`); it leaves at once, at any hour.

    ``organisation`` is None for a founder. Raises Malformed for what is no mail address.
    """
    await unit.run(
        queries.ADD_MAIL,
        **_new_mail(now),
        mail=os.urandom(16),
        organisation=organisation,
        address=checked_address(mail),
        invitation=invitation,
        expires_at=expires_at,
        next_at=now,
    )
    unit.after_commit(lambda: hub.wakes.wake(SEND))


async def notify_code(
    unit: Unit,
    hub: Hub,
    worker: bytes,
    organisation: bytes,
    address: str,
    code: bytes,
    expires_at: int,
    now: int,
) -> None:
    """Queue the mail with a sign-in code (see `sign_in_code`); it leaves at once, at any hour. An earlier one
    that has not left is dropped, and none leaves after ``expires_at``."""
    await unit.run(queries.DROP_CODES, p_worker=worker)
    await unit.run(
        queries.ADD_MAIL,
        **_new_mail(now),
        mail=os.urandom(16),
        worker=worker,
        organisation=organisation,
        address=checked_address(address),
        sign_in_code=code,
        expires_at=expires_at,
        next_at=now,
    )
    unit.after_commit(lambda: hub.wakes.wake(SEND))


async def notify_ways(unit: Unit, hub: Hub, worker: bytes, organisation: bytes, now: int) -> None:
    """Queue a mail that how this worker signs in has changed, with a link to where it can be looked at; it
    leaves at once, at any hour, whatever else waits. One that has not been tried yet speaks for this change
    too."""
    if await unit.value(queries.TOLD_OF_WAYS, p_worker=worker) is None:
        await unit.run(queries.ADD_MAIL, **new_mail(worker, organisation, now) | {"place": queries.SETTINGS})
    unit.after_commit(lambda: hub.wakes.wake(SEND))


async def drop_codes(unit: Unit, worker: bytes) -> None:
    """No code on its way to this worker leaves any more."""
    await unit.run(queries.DROP_CODES, p_worker=worker)


def sign_in_code(hub: Hub, code: bytes) -> str:
    """The digits of a code: only this hub can make them again, so they are stored nowhere."""
    return links.sign_in_code(hub, code)


def enrolment_token(hub: Hub, invitation: bytes) -> bytes:
    """The secret of an invitation's link: 32 bytes only this hub can make again, so it is stored nowhere."""
    return links.enrolment_token(hub, invitation)


def enrolment_link(hub: Hub, invitation: bytes) -> str:
    """The link itself. The token stands in the fragment, which no server is sent."""
    return links.enrolment_link(hub, invitation)


async def set_recipient(unit: Unit, worker: bytes, organisation: bytes, role: str, mail: str) -> None:
    """This worker is reached there from now on. Raises Malformed for what is no mail address."""
    address = checked_address(mail)
    await unit.run(queries.SET_RECIPIENT, worker=worker, organisation=organisation, role=role, mail=address)


async def drop_recipient(unit: Unit, worker: bytes) -> None:
    """This worker gets no mail any more, nor what was on its way."""
    for statement in (queries.DROP_RECIPIENT, queries.DROP_NOTICES, queries.DROP_MAILS):
        await unit.run(statement, p_worker=worker)


async def mail_of(unit: Unit, worker: bytes) -> str | None:
    """Where the worker is reached, or None."""
    found = await unit.value(queries.MAIL_OF, p_worker=worker)
    return None if found is None else str(found)


def checked_address(text: str) -> str:
    """One plain ASCII mail address, which cannot break a mail's head. Raises Malformed."""
    name, _, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not any(letter in ' "<>,;:\\()[]' for letter in text)
    if not (name and domain and "@" not in name and plain and len(text) <= MAIL_MAX):
        raise Malformed("That is not a mail address this hub can write to.")
    return text


def new_mail(worker: bytes, organisation: bytes, now: int) -> dict[str, Any]:
    """The row of a new digest, whose link leads nowhere yet."""
    return {
        **_new_mail(now),
        "mail": os.urandom(16),
        "worker": worker,
        "organisation": organisation,
        "expires_at": now + limits().links.mail_ms,
        "next_at": now,
    }


def _new_mail(now: int) -> dict[str, Any]:
    return {"state": "waiting", "made_at": now, "attempts": 0, "undelivered": True}


def _values(notice: Notice, now: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "p_dedupe": _dedupe(notice, now),
        "p_organisation": notice.organisation,
        "p_kind": notice.kind,
        "p_urgency": int(notice.urgency),
        "p_audience": notice.audience,
        "p_circle": notice.circle,
        "p_seq": notice.seq,
        "p_subject": notice.subject,
        "p_at": now,
    }
    return values if notice.worker is None else values | {"p_worker": notice.worker}


_encode = msgspec.msgpack.Encoder().encode


def _dedupe(notice: Notice, now: int) -> bytes:
    """16 bytes, the same for the same effect, whyever a person is told of it. What has no place in a circle
    is told apart by its time."""
    when = notice.seq if notice.seq is not None else -now
    said = (notice.kind, notice.organisation, notice.circle, when, notice.subject, notice.key)
    return hashlib.sha256(_encode(said)).digest()[:16]
