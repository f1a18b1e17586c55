"""Mail as people get it: a hub that sends through a real mail server, and the links in what arrived."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from hub.notifications.jobs import send_mail
from policies.calendar import calendar
from policies.limits import DAY, MINUTE
from tests.browser.conftest import RealClock
from tests.hub.conftest import small_settings
from tests.hub.notifications.conftest import smtp_settings, words_of
from tests.hub.running import RunningHub, running_hub
from tests.real.smtp import MailServer

_LINK = re.compile(r"https?://\S+/(?:enrol|go)\S*")


@dataclass
class Post:
    """The mails of one hub."""

    hub: RunningHub
    server: MailServer
    latest: int = 0

    async def newest(self, to: str, saying: str = "") -> str:
        """Send what is due; the words of the newest mail to that address."""
        await self.hub.run("notifications.send")
        found = [words_of(mail) for mail in self.server.mails if to in mail.recipients]
        fitting = [text for text in found if saying in text]
        assert fitting, f"no mail to {to} among {len(self.server.mails)}"
        return fitting[-1]

    async def digest(self, to: str) -> str:
        """The newest mail that says what waits. Such mail leaves in service hours, after a while: the job
        runs as if those had come, and every clock stays where it is."""
        begins = calendar().next_service_moment(max(self.hub.clock(), self.latest + DAY))
        self.latest = calendar().next_service_moment(begins + 6 * MINUTE)
        while await send_mail(self.hub.hub, self.latest):
            pass
        return await self.newest(to, "This is for you at ")

    async def link(self, to: str) -> str:
        """Path and fragment of the link in the newest mail to that address."""
        found = _LINK.search(await self.newest(to, "://"))
        assert found is not None
        parts = urlsplit(found.group())
        return parts.path + (f"#{parts.fragment}" if parts.fragment else "")


@asynccontextmanager
async def posting_hub(home: Path, website: Path) -> AsyncIterator[Post]:
    """A hub that serves the app and sends mail."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    mails = home.parent / "smtp"
    mails.mkdir(exist_ok=True)
    server = MailServer(mails, implicit=False)
    settings = small_settings(home, web=website, rate_factor="0")
    settings = replace(settings, smtp=smtp_settings(server), mail_from="hub@kith.example")
    try:
        async with running_hub(settings, clock=RealClock()) as running:
            yield Post(running, server)
    finally:
        server.close()
