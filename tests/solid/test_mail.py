"""Mail end to end: the worker killed in the middle of sending, and a mail server that is away, refuses or
hangs."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from storage.database import Database, Row
from storage.tables.notifications import mails, notices
from tests.hub.circles.ends import Circle, worker
from tests.hub.running import START
from tests.real.smtp import HOST, MailServer, ReceivedMail
from tests.solid.process import Place, Process, asked_at, milliseconds, started, world_at
from tests.solid.writers import chance

LEASE = 11 * 60_000
HOUR = 3_600_000
INVITED = 30
EVERY_MAIL = select(mails)
TOLD = select(notices.c.mail).where(notices.c.kind == "message")


def mailing(folder: Path, server: MailServer) -> Place:
    """A place in service hours, with that mail server."""
    return Place(folder / "hub", smtp=server.url, ahead=START - milliseconds())


async def rows(place: Place, statement: object) -> list[Row]:
    """What the database holds."""
    database = await Database.open(place.database)
    try:
        async with database.read() as unit:
            return list(await unit.all(statement))  # type: ignore[arg-type]  # each of the statements above
    finally:
        await database.close()


async def sent_all(place: Place, seconds: float = 40) -> list[Row]:
    """Every mail, once each has left."""
    found: list[Row] = []
    for _ in range(int(seconds / 0.1)):
        found = await rows(place, EVERY_MAIL)
        if found and all(row.state == "sent" for row in found):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(Counter((row.state, row.code) for row in found))


def ids(received: list[ReceivedMail]) -> Counter[str]:
    """How often each Message-ID came."""
    return Counter(str(mail.message["Message-ID"]) for mail in received)


async def test_a_worker_killed_while_sending_leaves_no_mail_out(
    tmp_path: Path, smtp_server: MailServer
) -> None:
    place, random = mailing(tmp_path, smtp_server), chance(57)
    async with world_at(place) as world:
        for number in range(INVITED):
            path = f"/v1/organisations/{world.vcu.id.hex()}/invitations"
            body = {"mail": f"new{number}@harbour.example", "role": "worker"}
            await world.vcu.manager.good("POST", path, body)
        circle = await Circle.opened(worker(world.vcu))
        await circle.join(worker(world.vcu), worker(world.partner))
        for _ in range(5):
            await circle.say(worker(world.vcu))
    process = Process(place, "worker", moved=True)
    kills = 0
    try:
        for _ in range(3):
            before = smtp_server.attempts
            process.launch()
            while smtp_server.attempts == before and kills < 3:
                await asyncio.sleep(0.005)
            await asyncio.sleep(random.uniform(0, 0.1))
            process.kill()
            kills += 1
            place.set_clock(place.ahead + LEASE)  # what it had claimed is free again
        process.launch()
        stored = await sent_all(place)
    finally:
        process.stop()
    came = ids(smtp_server.mails)
    assert len(came) == len(stored), "a mail was made twice, or left out"
    assert sum(came.values()) - len(came) <= kills * 10, "more came twice than were under way"
    told = [row.mail for row in await rows(place, TOLD)]
    assert None not in told
    assert len(set(told)) == 1, "what waited for one person makes one mail"
    addressed = Counter(mail.recipients[0] for mail in smtp_server.mails)
    assert all(addressed[f"new{number}@harbour.example"] for number in range(INVITED))


@contextmanager
def deaf(port: int) -> Iterator[None]:
    """Somebody takes the connection and never says a word."""
    with socket.create_server((HOST, port), backlog=16):
        yield


async def test_posting_goes_on_whatever_the_mail_server_does_and_one_mail_comes_after(
    tmp_path: Path, smtp_server: MailServer
) -> None:
    place = mailing(tmp_path, smtp_server)
    async with world_at(place) as world:
        circle = await Circle.opened(worker(world.vcu))
        await circle.join(worker(world.vcu), worker(world.partner))
    async with (
        started(place, moved=True, worker=True) as process,
        asked_at(world, process, place) as running,
    ):

        async def talk() -> None:
            for _ in range(5):
                await asyncio.wait_for(circle.say(worker(world.vcu)), 30)
            await asyncio.sleep(1.5)  # the worker looks every second

        async def later(hours: float) -> None:
            place.set_clock(place.ahead + int(hours * HOUR))
            running.clock.now = place.now
            await world.vcu.worker.sign_in()

        await sent_all(place)  # what building the world queued
        smtp_server.mails.clear()
        smtp_server.refuse("451 4.3.0 Later")
        await talk()
        await later(0.2)  # gathered, tried, refused
        await talk()
        smtp_server.go_away()
        await later(0.2)
        await talk()
        with deaf(smtp_server.port):
            await later(1)
            await talk()
        smtp_server.accept()
        smtp_server.come_back()
        assert smtp_server.mails == []
        await later(1.5)
        await smtp_server.arrived(1, 40)
        await sent_all(place)
        await asyncio.sleep(1.5)
    addressed = Counter(mail.recipients[0] for mail in smtp_server.mails)
    assert set(addressed.values()) == {1}, "a person was written to more than once"
    assert max(counted(mail) for mail in smtp_server.mails) >= 20


def counted(mail: ReceivedMail) -> int:
    """How many new things a mail tells of."""
    plain = mail.message.get_body(("plain",))
    assert plain is not None
    found = re.search(r"(\d+) (?:things? )?(?:is|are) new", plain.get_content())
    return int(found[1]) if found else 0
