"""Worlds for the Python end. Words are stretched quickly, unless a test is about that."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crypto.private import secrets
from hub.config import Settings
from tests.hub.conftest import small_settings
from tests.hub.ready import put_file
from tests.hub.running import RunningHub, running_hub
from tests.keyholder.world import World, building


@pytest.fixture(autouse=True)
def quick_words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of a second for each sign-in is for people, not for tests."""
    if "real_words" not in request.fixturenames:
        monkeypatch.setattr(secrets, "stretch", quick_stretch)


@pytest.fixture
def real_words() -> None:
    """Asked for by a test that is about the stretching itself."""


def quick_stretch(words: str, salt: bytes) -> bytes:
    """Another 32 bytes of the same words and salt, in no time."""
    return hashlib.scrypt(words.encode(), salt=salt, n=2, r=1, p=1, dklen=32)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with every table, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "hub.db"
    put_file(path)
    return path


def ready_settings(home: Path, migrated: Path) -> Settings:
    """A hub on one file, without rate limits: tests sign in often."""
    home.mkdir(mode=0o700)
    shutil.copy(migrated, home / "hub.db")
    return small_settings(home, rate_factor="0")


@pytest.fixture
async def end_hub(tmp_path: Path, migrated: Path) -> AsyncIterator[RunningHub]:
    """A hub that serves."""
    async with running_hub(ready_settings(tmp_path / "hub", migrated)) as running:
        yield running


@pytest.fixture
async def world(end_hub: RunningHub) -> AsyncIterator[World]:
    """An authority, a victim care unit and a shelter, their managers signed in; nothing kept on devices."""
    async with building(end_hub) as world:
        yield world


@pytest.fixture
async def keeping_world(end_hub: RunningHub, tmp_path: Path) -> AsyncIterator[World]:
    """The same, on devices that keep what they verified."""
    async with building(end_hub, folder=tmp_path / "devices") as world:
        yield world
