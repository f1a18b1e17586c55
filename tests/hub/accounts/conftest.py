"""A team of one organisation is enough for accounts; and ways to ask as from other devices."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from crypto.accreditation import OrganisationKind
from hub.config import Settings
from tests.crypto.build import seed
from tests.hub.build import End, HubWorld, Team, b64, finish
from tests.hub.notifications.conftest import smtp_settings, words_of
from tests.hub.running import Answer, RunningHub, running_hub
from tests.real.smtp import MailServer, ReceivedMail

CODE = re.compile(r"^([0-9]{4} [0-9]{4})\r?$", re.MULTILINE)


@pytest.fixture
async def world(hub: RunningHub) -> HubWorld:
    """A hub whose authority is named."""
    made = HubWorld(hub)
    await made.trust()
    return made


@pytest.fixture
async def team(world: HubWorld) -> Team:
    """A victim care unit with a manager and a worker, signed in."""
    return await world.team("Harbour VCU", OrganisationKind.VCU)


@pytest.fixture
def end(team: Team) -> End:
    """That worker."""
    return team.worker


@pytest.fixture
async def mailing_hub(hub_settings: Settings, smtp_server: MailServer) -> AsyncIterator[RunningHub]:
    """A hub with a real mail server, on both databases: for modules whose ``hub`` it is."""
    settings = replace(hub_settings, smtp=smtp_settings(smtp_server), mail_from="hub@kith.example")
    async with running_hub(settings) as running:
        yield running


@pytest.fixture
def caught(hub: RunningHub, smtp_server: MailServer) -> Callable[[], Any]:
    """Send what is due; the code mails that arrived since the last look."""
    seen = 0

    async def look() -> list[ReceivedMail]:
        nonlocal seen
        await hub.run("notifications.send")
        new, seen = smtp_server.mails[seen:], len(smtp_server.mails)
        return [mail for mail in new if mail.message["Subject"] == "Your sign-in code"]

    return look


def code_in(mail: ReceivedMail) -> str:
    """The code as it stands in the mail."""
    found = CODE.search(words_of(mail))
    assert found is not None
    return found.group(1)


def device(name: str) -> str:
    """A device's token, as it travels."""
    return b64(seed(f"device {name}"))


async def prove(end: End, on: str | None = None, code: str | None = None) -> Answer:
    """Right words, on a device by name or a shared one."""
    body = {"address": end.address, "auth": b64(end.sign_in_keys.auth), "code": code}
    body["device"] = None if on is None else device(on)
    return await end.running.ask("POST", "/v1/sign-in/prove", body)


async def enter(end: End, challenge: dict[str, Any]) -> bytes:
    """Sign the challenge; the session's token."""
    return await finish(end.running, challenge, end.signing)


def told(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, answer.body["code"]
