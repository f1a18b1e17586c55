"""A network of two organisations whose people use the command.

Founding them takes a dozen commands, so that is done once, and each test gets a copy of its own.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from crypto.private import secrets
from keyholder.profile import Place
from tests.hub.conftest import small_settings
from tests.hub.running import running_hub
from tests.keyholder.command.driving import Kith, Network, RealClock
from tests.keyholder.conftest import quick_stretch
from tests.real.smtp import MailServer

Founded = tuple[Path, dict[str, str]]
"""The folder to copy, and the words people have written down."""


@asynccontextmanager
async def network_in(
    home: Path, words: dict[str, str], mails: MailServer | None = None
) -> AsyncIterator[Network]:
    """A hub on one file that keeps the real time, without rate limits: each command signs in."""
    people = home / "people"
    people.mkdir(parents=True, exist_ok=True)
    sending = {} if mails is None else {"smtp": mails.url, "mail_from": "hub@kith.example"}
    settings = small_settings(home / "hub", rate_factor="0", **sending)
    async with running_hub(settings, clock=RealClock(0)) as running:
        for folder in people.glob("profiles/*"):
            if Place(folder).read().hub:
                Place(folder).change(hub=running.url)
        yield Network(running, Kith(people, dict(words)), people)


async def found(network: Network) -> None:
    """A victim care unit (`victoria`) and a shelter (`sam`), both accredited."""
    await network.begin()
    await network.found("victoria", "Tidewater Victim Care Unit", "vcu")
    await network.found("sam", "Harbour Shelter", "partner")


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """Done once, with words that are stretched quickly."""
    home = tmp_path_factory.mktemp("founded")

    async def make() -> dict[str, str]:
        async with network_in(home, {}) as network:
            await found(network)
            return network.kith.words

    with patch.object(secrets, "stretch", quick_stretch):
        return home, asyncio.run(make())


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    """An authority, and nobody else yet."""
    async with network_in(tmp_path / "home", {}) as made:
        await made.begin()
        yield made


@pytest.fixture
async def partners(founded: Founded, tmp_path: Path) -> AsyncIterator[Network]:
    """A victim care unit (`victoria`) and a shelter (`sam`), both accredited."""
    home, words = founded
    shutil.copytree(home, tmp_path / "home")
    async with network_in(tmp_path / "home", words) as made:
        yield made


@pytest.fixture
async def mailed_partners(
    founded: Founded, tmp_path: Path, smtp_server: MailServer
) -> AsyncIterator[Network]:
    """The same, with a mail server."""
    home, words = founded
    shutil.copytree(home, tmp_path / "home")
    async with network_in(tmp_path / "home", words, smtp_server) as made:
        yield made


@pytest.fixture
async def slow_partners(network: Network, real_words: None) -> Network:
    """The same, with words that are stretched for real: for programs that run in a process of their own."""
    await network.found("victoria", "Tidewater Victim Care Unit", "vcu")
    await network.found("sam", "Harbour Shelter", "partner")
    return network
