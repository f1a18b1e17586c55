"""A device's token: made once, for its owner's eyes, one for each name; and what a hub says without it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keyholder.devices import token
from keyholder.end import End
from keyholder.errors import CodeNeeded, CodeWrong, WrongWords
from tests.keyholder.world import World

HUB = "hub.example"


def test_it_is_made_once_and_stays(tmp_path: Path) -> None:
    first = token(tmp_path / "own", HUB, "ann")
    assert first is not None
    assert len(first) == 32
    assert token(tmp_path / "own", HUB, "ann") == first


def test_each_name_each_hub_and_each_device_has_its_own(tmp_path: Path) -> None:
    places = [("a", HUB, "ann"), ("a", HUB, "ben"), ("a", "other.example", "ann"), ("b", HUB, "ann")]
    assert len({token(tmp_path / folder, hub, name) for folder, hub, name in places}) == 4


def test_a_shared_device_has_none() -> None:
    assert token(None, HUB, "ann") is None


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    token(tmp_path / "own", HUB, "ann")
    [file] = (tmp_path / "own" / "devices").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_programs_that_start_at_once_agree_on_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: token(tmp_path / "own", HUB, "ann"), range(16)))
    assert len(set(made)) == 1
    assert len(list((tmp_path / "own" / "devices").iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"short", bytes(33)])
def test_a_damaged_one_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    before = token(tmp_path / "own", HUB, "ann")
    [file] = (tmp_path / "own" / "devices").iterdir()
    file.write_bytes(damage)
    after = token(tmp_path / "own", HUB, "ann")
    assert after not in (None, before, damage)
    assert token(tmp_path / "own", HUB, "ann") == after


async def test_right_words_on_an_unknown_device_need_the_code_from_the_mail(world: World) -> None:
    founded = world.vcu.founded

    async def sign_in(words: str, code: str | None = None) -> End:
        connection = await world.connection()
        return await End.sign_in(
            connection, world.trust, founded.address, words, clock=world.hub.clock, code=code
        )

    with pytest.raises(CodeNeeded, match="sent to your mail"):
        await sign_in(founded.words)
    with pytest.raises(CodeWrong):
        await sign_in(founded.words, "0000 0000")
    with pytest.raises(CodeWrong, match="eight digits"):
        await sign_in(founded.words, "12 34")
    with pytest.raises(WrongWords):
        await sign_in(world.shelter.founded.words, "0000 0000")
