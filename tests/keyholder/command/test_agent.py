"""What --keep remembers: in memory alone, for its owner alone, and not for long."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyholder.command import Exit
from keyholder.commands import agent
from tests.keyholder.command.driving import Network

UNLOCKED = b"\x00what was unlocked\xff"


@pytest.fixture
def place() -> Iterator[Path]:
    """A short path: sockets allow no long one."""
    with tempfile.TemporaryDirectory(prefix="kith-") as folder:
        yield Path(folder) / "own" / "agent"


def test_it_remembers_until_it_is_told_to_forget(place: Path) -> None:
    agent.keep(place, UNLOCKED, 60)
    assert agent.kept(place) == UNLOCKED
    assert agent.kept(place) == UNLOCKED
    assert agent.forget(place)
    assert agent.kept(place) is None
    assert not agent.forget(place)


def test_it_forgets_by_itself_when_it_was_not_used(place: Path) -> None:
    agent.keep(place, UNLOCKED, 1)
    for _ in range(100):
        if not place.exists():
            break
        time.sleep(0.1)
    assert agent.kept(place) is None


def test_only_its_owner_can_reach_it_and_nothing_is_written(place: Path) -> None:
    agent.keep(place, UNLOCKED, 60)
    try:
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert stat.S_ISSOCK(place.stat().st_mode)
        assert [each.name for each in place.parent.iterdir()] == ["agent"]
    finally:
        agent.forget(place)


def test_a_second_one_takes_the_place_of_the_first(place: Path) -> None:
    agent.keep(place, b"first", 60)
    agent.keep(place, b"second", 60)
    assert agent.kept(place) == b"second"
    agent.forget(place)


def test_a_socket_in_an_open_folder_is_not_spoken_to(place: Path) -> None:
    place.parent.mkdir(mode=0o777)
    place.parent.chmod(0o777)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        assert agent.kept(place) is None


def test_one_that_says_too_much_is_not_believed(place: Path) -> None:
    place.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()

        def babble() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(16)
                try:
                    client.sendall(bytes(4 * agent.LARGEST))
                except OSError:
                    return

        thread = threading.Thread(target=babble)
        thread.start()
        assert agent.kept(place) is None
        thread.join()


def test_its_place_is_short_and_differs_by_profile(tmp_path: Path) -> None:
    one = agent.socket_path(tmp_path / "x" / "ann", {})
    two = agent.socket_path(tmp_path / "x" / "ben", {"XDG_RUNTIME_DIR": "/run/user/1"})
    assert one.parent == Path(tempfile.gettempdir()) / f"kith-{os.getuid()}"
    assert two.parent == Path("/run/user/1/kith")
    assert one.name != two.name
    deep = agent.socket_path(tmp_path / "ben", {"XDG_RUNTIME_DIR": "/run/" + "x" * 100})
    assert len(str(deep)) < 104


async def test_a_remembered_sign_in_needs_no_words_until_it_is_signed_out(partners: Network) -> None:
    kith = partners.kith
    with tempfile.TemporaryDirectory(prefix="kith-") as runtime:
        kith.runtime = runtime
        await kith("sam", "sign-in", "--keep", "5m")
        assert (await kith.ask("sam", "whoami"))["remembered"]
        assert (await kith("sam", "circles", words="")).code == 0
        assert (await kith("sam", "circles", words="")).code == 0
        await kith("sam", "sign-out", words="")
        await kith("sam", "circles", words="", code=Exit.NOT_ALLOWED)


async def test_when_the_hub_ends_the_session_the_agent_forgets(partners: Network) -> None:
    kith = partners.kith
    with tempfile.TemporaryDirectory(prefix="kith-") as runtime:
        kith.runtime = runtime
        await kith("sam", "sign-in", "--keep", "5m")
        partners.hub.clock.move(hours=13)
        said = await kith("sam", "circles", words="", code=Exit.NOT_ALLOWED)
        assert said.err == "Your sign-in has ended. Run: kith sign-in --keep 30m\n"
        assert not list((Path(runtime) / "kith").iterdir())


async def test_signing_out_everywhere_ends_every_session(partners: Network) -> None:
    kith = partners.kith
    with tempfile.TemporaryDirectory(prefix="kith-") as runtime:
        kith.runtime = runtime
        await kith("sam", "sign-in", "--keep", "5m")
        await kith("sam", "sign-out", "--everywhere", words="")
        await kith("sam", "whoami", words="", code=Exit.NOT_ALLOWED)
        await kith("sam", "whoami")


async def test_neither_words_nor_opened_keys_are_ever_written(partners: Network) -> None:
    kith = partners.kith
    await kith("sam", "sign-in")
    await kith("sam", "circles")
    words = kith.words["sam"]
    for file in (kith.home / "profiles").rglob("*"):
        if file.is_file():
            content = file.read_bytes().decode("latin-1")
            assert not any(word in content for word in words.split() if len(word) > 5), file
            assert file.stat().st_mode & 0o077 == 0, file
