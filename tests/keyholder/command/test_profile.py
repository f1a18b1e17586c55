"""A profile is for its owner's eyes, and never holds a word or a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyholder.errors import LocalTrouble, NotReady
from keyholder.profile import Place, Profile, is_name, profiles_folder


def test_what_is_kept_comes_back_and_only_its_owner_can_look(tmp_path: Path) -> None:
    place = Place(tmp_path / "deep" / "ann")
    place.write(Profile(hub="https://hub.example", address="ann"))
    place.change(name="Ann Example")
    assert place.read() == Profile(hub="https://hub.example", address="ann", name="Ann Example")
    assert place.folder.stat().st_mode & 0o777 == 0o700
    assert (place.folder / "profile.json").stat().st_mode & 0o777 == 0o600


def test_a_folder_left_open_is_closed_again(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir(mode=0o755)
    Place(tmp_path / "ann").change(hub="https://hub.example")
    assert (tmp_path / "ann").stat().st_mode & 0o777 == 0o700


def test_nothing_yet_is_an_empty_profile_and_no_trust(tmp_path: Path) -> None:
    place = Place(tmp_path / "nobody")
    assert place.read() == Profile()
    with pytest.raises(NotReady, match="kith trust"):
        place.trusted()


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"words": "x"}', b"\xff", b" " * 300_000])
def test_a_damaged_profile_is_said_to_be_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "profile.json").write_bytes(content)
    with pytest.raises(LocalTrouble, match="damaged"):
        Place(tmp_path).read()


def test_a_damaged_root_is_said_to_be_damaged(tmp_path: Path) -> None:
    Place(tmp_path).trust(b"not a root")
    with pytest.raises(LocalTrouble, match="authority on this device is damaged"):
        Place(tmp_path).trusted()


@pytest.mark.parametrize("name", ["", "../ann", "Ann", "a/b", "-x", "a" * 33, "a\n"])
def test_a_profiles_name_cannot_leave_the_folder(name: str) -> None:
    assert not is_name(name)


def test_the_folder_follows_the_environment() -> None:
    assert profiles_folder({"KITH_PROFILES": "/somewhere"}) == Path("/somewhere")
    assert profiles_folder({"XDG_CONFIG_HOME": "/settings"}) == Path("/settings/kith")
    assert profiles_folder({}).parts[-2:] == (".config", "kith")
