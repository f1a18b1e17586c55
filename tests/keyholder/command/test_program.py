"""The program as it is started: quick, quiet, and without a traceback."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from keyholder.command import Exit
from keyholder.commands import joining
from keyholder.commands.call import Call
from keyholder.console import Console
from keyholder.profile import Place
from tests.keyholder.command.driving import Network, caught

SLOW = ("aiohttp", "asyncio", "cryptography", "nacl", "holidays", "policies", "keyholder.end", "magic")


def shell(**more: str) -> dict[str, str]:
    """What a person's shell holds, and where this program's parts lie."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part), **more}


def started(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One run in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "keyholder.command", *arguments],
        env=shell(**more),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_help_loads_nothing_that_it_does_not_need() -> None:
    program = "import sys; from keyholder.command import run; run(['--help']); print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=shell(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(result.stdout.splitlines()[-1].split())
    assert not loaded.intersection(SLOW)
    assert "One place where the organisations" in result.stdout


@pytest.mark.parametrize("group", ["team", "log", "authority"])
def test_every_group_explains_itself(group: str) -> None:
    result = started(group, "--help")
    assert result.returncode == 0
    assert "Commands" in result.stdout


def test_someone_new_is_told_what_to_do_first(tmp_path: Path) -> None:
    result = started("circles", KITH_PROFILES=str(tmp_path))
    assert (result.returncode, result.stdout) == (Exit.REFUSED, "")
    assert result.stderr.startswith("No authority is trusted here yet. Run: kith trust ROOTFILE")
    result = started("circles", "--json", KITH_PROFILES=str(tmp_path))
    assert json.loads(result.stdout)["error"]["exit"] == Exit.REFUSED


def test_a_reader_that_stops_listening_is_no_trouble() -> None:
    program = f"{sys.executable} -m keyholder.command --help | head -1"
    result = subprocess.run(["sh", "-c", program], env=shell(), capture_output=True, text=True, check=True)
    assert result.stderr == ""


def test_what_nobody_foresaw_is_one_plain_line(tmp_path: Path) -> None:
    from keyholder.command import run

    with (
        caught() as (out, err),
        patch.dict(os.environ, {"KITH_PROFILES": str(tmp_path)}),
        patch("keyholder.profile.Place.trusted", side_effect=ZeroDivisionError("secret")),
    ):
        assert run(["circles"]) == Exit.REFUSED
    assert out.getvalue() == ""
    assert (
        err.getvalue()
        == "Something went wrong in this program (ZeroDivisionError). Nothing half-done was kept.\n"
    )


async def test_a_program_starts_it_signs_in_with_real_words_and_parses_what_it_says(
    slow_partners: Network,
) -> None:
    environment = slow_partners.kith.environment("sam")
    result = await asyncio.to_thread(started, "today", "--json", **environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["actions"] == []


async def test_something_new_is_said_as_it_happens(slow_partners: Network) -> None:
    """Listening runs in a process of its own: two runs in this one would share their streams."""
    kith = slow_partners.kith
    circle = str((await kith.ask("victoria", "open", "Rowan"))["circle"])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "keyholder.command", "live", "--count", "1", "--json"),
        env=shell(**kith.environment("victoria")),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        while not len(slow_partners.hub.hub.live):
            await asyncio.sleep(0.05)
        await kith("victoria", "post", circle, "Hello")
        said, _ = await process.communicate()
    assert json.loads(said)["topic"] == circle
    assert process.returncode == 0


def test_the_words_are_typed_back_until_they_are_right(tmp_path: Path) -> None:
    words = "plaster residence residual override canned delegate"
    call = Call(Console(), Place(tmp_path))
    typed = "not these\n" + words.upper().replace(" ", "-") + "\nleft over\n"
    with (
        caught(typed) as (out, err),
        patch("sys.stdin.terminal", True, create=True),
        patch.object(err, "isatty", lambda: True),
    ):
        joining._show_words(call, words, yes=False)
        assert call.console.ask("next") == "left over"
    assert out.getvalue().count(words) == 2
    assert "That was not it. Look again." in out.getvalue()
