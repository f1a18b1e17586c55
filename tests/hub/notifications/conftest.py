"""Hubs with a real mail server, on both databases, and two people who are written to."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import Literal

import pytest

from hub.config import Settings, Smtp, read_settings
from hub.notifications import service
from hub.notifications.service import Kind, Notice
from policies.urgency import Urgency
from tests.hub.running import RunningHub, running_hub
from tests.real.smtp import MailServer, ReceivedMail


def some(label: str, size: int = 16) -> bytes:
    """Bytes that follow from a name."""
    return hashlib.sha256(label.encode()).digest()[:size]


ORGANISATION, WORKER, MANAGER, CIRCLE = some("charity"), some("worker"), some("manager"), some("circle", 32)


def smtp_settings(server: MailServer) -> Smtp:
    """As a hub's settings would have it."""
    smtp = read_settings({}, smtp=server.url).smtp
    assert smtp is not None
    return smtp


@dataclass
class Mailing:
    """A hub, its mail server, and short words for what the tests do with them."""

    hub: RunningHub
    server: MailServer

    async def queue(
        self,
        kind: Kind = "message",
        *,
        worker: bytes | None = WORKER,
        circle: bytes | None = CIRCLE,
        seq: int | None = 1,
        urgency: Urgency = Urgency.NEW,
        subject: bytes | None = None,
        organisation: bytes = ORGANISATION,
    ) -> None:
        """One notice, in a transaction of its own."""
        notice = Notice(kind, organisation, worker, circle, seq, urgency, subject=subject)
        async with self.hub.database.write() as unit:
            await service.notify(unit, self.hub.hub, notice, self.hub.clock.now)

    async def send(self, **later: int) -> list[ReceivedMail]:
        """Let time pass and the job run; the mails that arrived since."""
        before = len(self.server.mails)
        self.hub.clock.move(**later)
        await self.hub.run("notifications.send")
        return self.server.mails[before:]

    async def add(self, worker: bytes, role: str, mail: str, organisation: bytes = ORGANISATION) -> None:
        """Somebody to write to."""
        async with self.hub.database.write() as unit:
            await service.set_recipient(unit, worker, organisation, role, mail)


def words_of(mail: ReceivedMail | EmailMessage, kind: Literal["plain", "html"] = "plain") -> str:
    """What a mail says."""
    message = mail.message if isinstance(mail, ReceivedMail) else mail
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def mail_settings(hub_settings: Settings, smtp_server: MailServer) -> Settings:
    """Each way to run a hub, with a mail server."""
    return replace(hub_settings, smtp=smtp_settings(smtp_server), mail_from="hub@kith.example")


@pytest.fixture
async def mailing(mail_settings: Settings, smtp_server: MailServer) -> AsyncIterator[Mailing]:
    """A worker and a manager of one organisation, both reachable."""
    async with running_hub(mail_settings) as hub:
        made = Mailing(hub, smtp_server)
        await made.add(WORKER, "worker", "worker@charity.example")
        await made.add(MANAGER, "manager", "manager@charity.example")
        yield made
