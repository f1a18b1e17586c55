"""A profile on a device that was not here before: the code from the mail, truly fetched from it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest

from keyholder.command import Exit
from keyholder.commands.call import Call
from keyholder.console import Console
from keyholder.errors import CodeNeeded, CodeWrong
from keyholder.profile import Place
from tests.hub.notifications.conftest import words_of
from tests.keyholder.command.driving import Network, Said, caught
from tests.real.smtp import MailServer


def moved(network: Network, who: str) -> str:
    """The profile on another device: all that was copied but its token. The new profile's name."""
    profiles = network.kith.home / "profiles"
    shutil.copytree(profiles / who, profiles / f"{who}-elsewhere")
    shutil.rmtree(profiles / f"{who}-elsewhere" / "devices")
    network.kith.words[f"{who}-elsewhere"] = network.kith.words[who]
    return f"{who}-elsewhere"


async def mailed_code(network: Network, server: MailServer) -> str:
    """The code in the newest mail."""
    await network.hub.run("notifications.send")
    mail = next(each for each in reversed(server.mails) if each.message["Subject"] == "Your sign-in code")
    found = re.search(r"^([0-9]{4} [0-9]{4})\r?$", words_of(mail), re.MULTILINE)
    assert found is not None
    return found.group(1)


async def test_a_new_device_is_let_in_with_the_code_and_then_without(
    mailed_partners: Network, smtp_server: MailServer
) -> None:
    kith, who = mailed_partners.kith, moved(mailed_partners, "sam")
    said = await kith(who, "whoami", code=Exit.CODE_NEEDED)
    assert said.err.startswith("This device was not here before, so a code has been sent to your mail.")
    assert "--code" in said.err
    code = await mailed_code(mailed_partners, smtp_server)
    assert "sam" in (await kith(who, "whoami", "--code", code)).out
    await kith(who, "whoami")
    await kith("sam", "whoami")


async def test_programs_are_told_that_a_code_is_needed_or_was_wrong(
    mailed_partners: Network, smtp_server: MailServer
) -> None:
    kith, who = mailed_partners.kith, moved(mailed_partners, "sam")

    def error(said: Said) -> tuple[str, int]:
        return said.document["error"]["code"], said.document["error"]["exit"]

    needed = await kith(who, "circles", "--json", code=Exit.CODE_NEEDED)
    assert error(needed) == ("code-needed", 8)
    code = await mailed_code(mailed_partners, smtp_server)
    other = f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"
    wrong = await kith(who, "circles", "--json", "--code", other, code=Exit.CODE_NEEDED)
    assert error(wrong) == ("code-wrong", 8)
    await kith(who, "circles", "--json", f"--code={code}")


async def test_wrong_words_are_wrong_words_with_and_without_a_code(mailed_partners: Network) -> None:
    kith, who = mailed_partners.kith, moved(mailed_partners, "sam")
    words = kith.words["victoria"]
    for more in ((), ("--code", "12345678")):
        await kith(who, "whoami", *more, words=words, code=Exit.NOT_ALLOWED)


class Typed:
    """Whoever sits at the keyboard."""

    def __init__(self, tmp_path: Path, text: str, code: str = "") -> None:
        self.call, self.text = Call(Console(), Place(tmp_path), code=code), text
        self.tried: list[str | None] = []

    async def attempt(self, code: str | None) -> str:
        self.tried.append(code)
        if code is None:
            raise CodeNeeded
        if code != "1234 5678":
            raise CodeWrong
        return "in"

    async def enter(self, terminal: bool) -> str:
        with (
            caught(self.text) as (_, err),
            patch("sys.stdin.terminal", terminal, create=True),
            patch.object(err, "isatty", lambda: terminal),
            patch.dict(os.environ),
        ):
            return await self.call.with_code(self.attempt)


async def test_at_a_keyboard_one_is_asked_until_it_is_right(tmp_path: Path) -> None:
    typed = Typed(tmp_path, "1111 1111\n1234 5678\n")
    assert await typed.enter(terminal=True) == "in"
    assert typed.tried == [None, "1111 1111", "1234 5678"]


@pytest.mark.parametrize("text", ["", "\n"])
async def test_whoever_types_none_stays_out(tmp_path: Path, text: str) -> None:
    typed = Typed(tmp_path, text)
    with pytest.raises(CodeNeeded):
        await typed.enter(terminal=True)
    assert typed.tried == [None]


async def test_a_program_is_not_asked(tmp_path: Path) -> None:
    typed = Typed(tmp_path, "1234 5678\n", code="1111 1111")
    with pytest.raises(CodeWrong):
        await typed.enter(terminal=False)
    assert typed.tried == ["1111 1111"]
