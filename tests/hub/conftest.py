"""Hubs to ask: ``hub`` runs each test on both databases and both stores, ``small_hub`` on one file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hub.config import Settings, read_settings
from hub.kernel.keys import make_keys
from storage.s3 import S3Settings
from tests.hub import ready
from tests.hub.running import RunningHub, running_hub
from tests.real.postgresql import Server


def small_settings(folder: Path, **overrides: object) -> Settings:
    """Embedded defaults under ``folder``, on any free port, with no worker of its own. The web app is what a
    test puts into ``folder / "website"``."""
    given = {"home": folder, "listen": "127.0.0.1:0", "worker": "no", "web": folder / "website"} | overrides
    return read_settings({}, **given)


def large_settings(folder: Path, database: str, s3: S3Settings, **overrides: object) -> Settings:
    """PostgreSQL and S3, with keys made beforehand."""
    make_keys(folder / "keys")
    place = urlsplit(s3.endpoint).netloc
    blobs = f"s3://{s3.access_key}:{s3.secret_key}@{place}/{s3.bucket}?tls=no&region={s3.region}"
    return small_settings(folder, database=database, blobs=blobs, keys=folder / "keys", **overrides)


class Copies:
    """Databases with every table, each lent to one test at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._template = ready.make_template(server)
        self._names = (f"hub_{number}" for number in count(1))
        self._clean: list[str] = []

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of one with nothing in its tables. What somebody still holds on to is lent no more."""
        name = self._clean.pop() if self._clean else self._another()
        yield self._server.url(name)
        if self._server.empty(name):
            self._clean.append(name)

    def _another(self) -> str:
        name = next(self._names)
        self._server.create(name, self._template)
        return name


@pytest.fixture(scope="session")
def _copies(postgresql_server: Server) -> Copies:
    return Copies(postgresql_server)


@pytest.fixture
def ready_postgresql_url(_copies: Copies) -> Iterator[str]:
    """The address of a database of one's own, with every table and nothing in them, until the test ends."""
    with _copies.lend() as url:
        yield url


@pytest.fixture(params=["sqlite-disk", "postgresql-s3"])
def hub_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Each of the two ways to run a hub."""
    if request.param == "sqlite-disk":
        return small_settings(tmp_path)
    url, s3 = request.getfixturevalue("ready_postgresql_url"), request.getfixturevalue("s3_settings")
    return large_settings(tmp_path, url, s3)


@pytest.fixture
async def hub(hub_settings: Settings) -> AsyncIterator[RunningHub]:
    """A hub with all features, on each in turn. Jobs run only when asked."""
    async with running_hub(hub_settings) as running:
        yield running


@pytest.fixture
async def small_hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub with all features, on embedded defaults."""
    async with running_hub(small_settings(tmp_path)) as running:
        yield running
