"""The stage: a hub on its embedded defaults, its worker, a mail catcher, and a clock that can be sped up.

The story begins three weeks ago and ends now, so that whoever signs in afterwards finds a hub whose
clock is right.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.app import assemble, build
from hub.config import read_settings
from hub.kernel.context import Hub
from hub.kernel.logs import configure_logs
from hub.kernel.opening import bring_up_to_date, opened
from hub.kernel.server import listen
from hub.notifications.catcher import Catcher
from hub.notifications.catcher import start as start_catcher
from hub.notifications.caught import Caught, Folder
from hub.running import now
from policies.calendar import calendar

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MAIL_SECONDS = 20.0
_ENROL = re.compile(r"/enrol#([A-Za-z0-9_-]{40,})")
_GO = re.compile(r"/go/([0-9a-f]{64})\b")


class Clock:
    """UTC milliseconds, shifted into the past; it only moves forward, and never past the real time."""

    def __init__(self, behind: int = 0) -> None:
        self._behind = behind

    def __call__(self) -> int:
        """Now, on the stage."""
        return now() - self._behind

    def move(self, milliseconds: int) -> None:
        """Let time pass, as far as it has really passed."""
        self._behind = max(0, self._behind - milliseconds)

    def move_to(self, moment: int) -> None:
        """Let time pass until ``moment``."""
        self.move(max(0, moment - self()))

    def to_service_hours(self) -> None:
        """Let time pass until ten minutes into somebody's working day, if nobody is at work now."""
        moment = calendar().next_service_moment(self())
        if moment > self():
            self.move_to(moment + 10 * MINUTE)

    def catch_up(self) -> None:
        """Arrive at the real time."""
        self._behind = 0


@dataclass(slots=True)
class Stage:
    """What a play needs at hand."""

    home: Path
    hub: Hub
    url: str
    catcher: Catcher
    mails: Folder
    clock: Clock

    @property
    def mail_url(self) -> str:
        """Where the caught mails can be read."""
        return f"http://localhost:{self.catcher.web_port}"

    def mail_count(self) -> int:
        """How many mails were caught."""
        return len(self.mails.numbers())

    async def mail_to(self, address: str, after: int, step: int = 5 * MINUTE) -> Caught:
        """Wait for a mail to ``address`` among those caught after the first ``after``; let time pass.

        Raises:
            TimeoutError: if none comes.
        """
        until = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < until:
            for number in self.mails.numbers()[after:]:
                mail = self.mails.read(number)
                if mail is not None and address in mail.to:
                    return mail
            self.clock.move(step)
            self.hub.wakes.wake("notifications.send")
            await asyncio.sleep(0.2)
        raise TimeoutError(f"no mail came for {address}")


def enrol_token(mail: Caught) -> str:
    """The token of the enrolment link in a mail."""
    return _token(_ENROL, mail)


def link_token(mail: Caught) -> str:
    """The token of the personal link in a mail."""
    return _token(_GO, mail)


def _token(pattern: re.Pattern[str], mail: Caught) -> str:
    found = pattern.search("".join(piece.text for piece in mail.pieces))
    if found is None:
        raise LookupError("the mail holds no such link")
    return found.group(1)


@asynccontextmanager
async def stage(home: Path, *, hub_port: int, mail_port: int, begin_days_ago: int) -> AsyncIterator[Stage]:
    """Set it up under ``home`` for the length of the block. OSError when a port is taken."""
    clock = Clock(begin_days_ago * DAY)
    catcher = await start_catcher(home / "mail", 0, mail_port)
    settings = read_settings(
        {},
        home=home / "hub",
        listen=f"127.0.0.1:{hub_port}",
        public_url=f"http://localhost:{hub_port}",
        smtp=f"smtp+starttls://localhost:{catcher.smtp_port}?ca={catcher.ca_certificate_path}",
        mail_from="care@kith.example",
    )
    await asyncio.to_thread(bring_up_to_date, settings)
    with (home / "hub" / "hub.log").open("a", encoding="utf-8") as log:
        configure_logs(settings.log_level, log)
        async with opened(settings) as (database, blobs):
            hub = assemble(settings, database=database, blobs=blobs, clock=clock)
            runner, _ = await listen(
                build(hub, request_log=log), settings.listen, connections=settings.connections, shared=False
            )
            try:
                folder = Folder(home / "mail")
                yield Stage(home, hub, settings.public_url, catcher, folder, clock)
            finally:
                await runner.cleanup()
                await catcher.close()
                logging.getLogger().handlers.clear()
