"""What the operator asks of a hub by hand: founders' invitations, dead letters, whether mail leaves.

Each opens the hub's own database as its commands do, does one thing and puts it down. Nothing here can read a
circle. Refusals come out as `SettingsError`, which the command line shows as one plain line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hub.accounts import service as accounts
from hub.app import assemble
from hub.config import Settings, SettingsError
from hub.kernel.context import Hub
from hub.kernel.opening import bring_up_to_date, opened
from hub.kernel.refusals import Refused
from hub.notifications import dead_letters, trying
from hub.notifications.dead_letters import DeadLetter
from hub.notifications.smtp import Fate
from hub.running import now

Done = TypeVar("Done")
SHOWN = 1000
WIDE = 140
"""An ID must be whole to be copied, even where it wraps."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def invite_founder(settings: Settings, mail: str) -> str:
    """Invite somebody to found an organisation. The link, which is also mailed."""

    async def invite(hub: Hub) -> str:
        async with hub.database.write() as unit:
            return await accounts.invite_founder(unit, hub, mail, now())

    return _run(settings, invite)


def list_dead_letters(settings: Settings) -> list[DeadLetter]:
    """The oldest first, a thousand at most."""

    async def read(hub: Hub) -> list[DeadLetter]:
        async with hub.database.read() as unit:
            return await dead_letters.listed(unit, SHOWN)

    return _run(settings, read)


def retry_dead_letters(settings: Settings, mail: bytes | None) -> int:
    """Try one again, or with None all of them. How many."""

    async def retry(hub: Hub) -> int:
        async with hub.database.write() as unit:
            return await dead_letters.retry(unit, mail, now())

    return _run(settings, retry)


def drop_dead_letters(settings: Settings, mail: bytes | None) -> int:
    """Forget one, or with None all of them. How many."""

    async def drop(hub: Hub) -> int:
        async with hub.database.write() as unit:
            return await dead_letters.drop(unit, mail)

    return _run(settings, drop)


def try_mail(settings: Settings, address: str) -> str | None:
    """Send a mail to that address now. None if the mail server took it, else why not."""

    async def send(hub: Hub) -> str | None:
        outcome = await trying.send_test(hub, address, now())
        return None if outcome.fate is Fate.TAKEN else outcome.code

    if settings.smtp is None:
        raise SettingsError("KITH_SMTP: no mail server is set")
    return _run(settings, send)


def show_dead_letters(found: list[DeadLetter]) -> None:
    """A table for people."""
    from rich.console import Console
    from rich.table import Table

    if not found:
        Console().print("There are no dead letters: every mail was delivered, or is still being tried.")
        return
    table = Table("ID", "To", "Since (UTC)", "Tries", "Why", box=None)
    for each in found:
        since = f"{EPOCH + timedelta(milliseconds=each.made_at):%Y-%m-%d %H:%M}"
        table.add_row(
            each.mail.hex(), each.address or "nobody any more", since, str(each.attempts), each.code
        )
    Console(width=max(Console().width, WIDE)).print(table)


def _run(settings: Settings, work: Callable[[Hub], Awaitable[Done]]) -> Done:
    if not settings.on_postgresql:
        bring_up_to_date(settings)
    with asyncio.Runner() as runner:
        return runner.run(_opened(settings, work))


async def _opened(settings: Settings, work: Callable[[Hub], Awaitable[Done]]) -> Done:
    async with _hub(settings) as hub:
        try:
            return await work(hub)
        except Refused as refusal:
            raise SettingsError(refusal.detail or refusal.title) from None


@asynccontextmanager
async def _hub(settings: Settings) -> AsyncIterator[Hub]:
    async with opened(settings) as (database, blobs):
        yield assemble(settings, database=database, blobs=blobs, clock=now)
