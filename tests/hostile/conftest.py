"""A world whose ends talk to a lying hub, on devices that keep evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crypto.private import secrets
from keyholder.alarms import Alarm
from tests.hostile.proxy import Proxy, lying
from tests.hub.running import running_hub
from tests.keyholder.conftest import migrated, quick_stretch, ready_settings
from tests.keyholder.world import World, building

__all__ = ["alarmed", "hostile", "migrated", "proxy", "quick_words", "world"]


@pytest.fixture(autouse=True)
def quick_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are stretched quickly here: these tests are about what follows."""
    monkeypatch.setattr(secrets, "stretch", quick_stretch)


@pytest.fixture
async def hostile(tmp_path: Path, migrated: Path) -> AsyncIterator[tuple[World, Proxy]]:
    """The world and the proxy its ends talk through."""
    settings = ready_settings(tmp_path / "hub", migrated)
    async with (
        running_hub(settings) as running,
        lying(running.url) as proxy,
        building(running, proxy.url, tmp_path / "devices") as world,
    ):
        yield world, proxy


@pytest.fixture
def world(hostile: tuple[World, Proxy]) -> World:
    return hostile[0]


@pytest.fixture
def proxy(hostile: tuple[World, Proxy]) -> Proxy:
    return hostile[1]


@contextmanager
def alarmed(item: int, *codes: str) -> Iterator[None]:
    """Inside, an alarm of that item (and with one of the codes) is raised, and its evidence is kept."""
    with pytest.raises(Alarm) as caught:
        yield
    alarm = caught.value
    assert alarm.item == item, (alarm.code, alarm.item)
    assert not codes or alarm.code in codes
    assert alarm.material
    assert alarm.evidence is not None
    assert alarm.evidence.is_file()
    assert alarm.evidence.stat().st_mode & 0o077 == 0
    assert {alarm.what, alarm.safe, alarm.tell}.isdisjoint({""})
