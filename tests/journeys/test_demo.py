"""The demo is the main job, whole: it must finish, and leave nothing readable on the hub's side."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo import words
from demo.cast import HOUSES
from tests.journeys.search import found

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Told:
    """A demo that has been played: what it printed, and where it left things."""

    home: Path
    screen: str
    memory: dict[str, Any]

    @property
    def middle(self) -> list[Path]:
        """All that the hub's side holds: database, blobs, keys, logs, and the mails it sent."""
        return [self.home / "hub", self.home / "mail"]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "mailbox" / "python")])
    return {**os.environ, "PYTHONPATH": path, "COLUMNS": "200", **more}


def play(home: Path, *options: str) -> str:
    ports = ["--port", str(free_port()), "--mail-port", str(free_port())]
    command = [sys.executable, "-m", "demo", "--once", "--home", str(home), *ports, *options]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    home = tmp_path_factory.mktemp("demo") / "home"
    screen = play(home)
    return Told(home, screen, json.loads((home / "demo.json").read_text(encoding="utf-8")))


def secrets_of(told: Told) -> list[str | bytes]:
    """Everything that was said, every name, every word, and pieces of every document."""
    said: list[str | bytes] = [*words.SAID, *words.FILE_NAMES]
    said += [person.name for house in HOUSES for person in house.people]
    said += [person["words"] for person in told.memory["people"]]
    said += list(told.memory["kits"].values())
    said.append(json.loads(words.REFERRAL_FILE.read_text(encoding="utf-8"))["text"])
    for document in (words.LETTER, words.PHOTO, words.VIDEO):
        content = document.read_bytes()
        said += [content[at : at + 48] for at in (0, len(content) // 2, len(content) - 60)]
    return said


def test_the_story_is_told_to_its_end(told: Told) -> None:
    staying = [person for person in told.memory["people"] if person["role"] != "left"]
    assert len(staying) == len(told.memory["people"]) - 1
    for person in staying:
        assert person["words"] in " ".join(told.screen.split())
    assert told.memory["finished"]


def test_nothing_that_was_said_can_be_found_on_the_hubs_side(told: Told) -> None:
    assert found(told.middle, secrets_of(told)) == []


def test_the_search_finds_what_is_planted_in_every_form(tmp_path: Path) -> None:
    for plain in (words.TITLE.encode(), words.LETTER.read_bytes()[:48]):
        shifted = [base64.b64encode(lead + plain + b"z") for lead in (b"", b"x", b"xy")]
        for form in (plain, plain.hex().encode(), base64.urlsafe_b64encode(b"xy" + plain), *shifted):
            (tmp_path / "planted").write_bytes(b"before" + form + b"after")
            assert found([tmp_path], [plain]), form


def test_the_search_finds_text_as_json_and_utf_16_write_it(tmp_path: Path) -> None:
    text = "Rowan’s sister"
    for form in (json.dumps(text).encode(), text.encode("utf-16-le")):
        (tmp_path / "planted").write_bytes(form)
        assert found([tmp_path], [text]), form


def test_the_search_finds_what_is_planted_in_the_database_itself(told: Told, tmp_path: Path) -> None:
    with (
        sqlite3.connect(told.home / "hub" / "hub.db") as source,
        sqlite3.connect(tmp_path / "copy.db") as copy,
    ):
        source.backup(copy)
        copy.execute("create table planted (text blob)")
        copy.execute("insert into planted values (?)", (words.NOTE_RESTRICTED.encode(),))
    assert found([tmp_path], [words.NOTE_RESTRICTED])


def test_every_mail_holds_a_link_and_no_name(told: Told) -> None:
    mails = sorted((told.home / "mail").glob("*.eml"))
    assert len(mails) > 15
    for mail in mails:
        text = mail.read_text(encoding="utf-8", errors="replace")
        assert "http://localhost" in text
        assert told.memory["circle"] not in text


def test_run_again_it_goes_on_where_it_was(told: Told) -> None:
    screen = play(told.home, "--continue")
    assert told.memory["people"][0]["words"] in " ".join(screen.split())


def test_it_deletes_no_folder_that_is_not_a_demos(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    with pytest.raises(AssertionError, match="left alone"):
        play(tmp_path, "--fresh")
    assert (tmp_path / "precious").exists()


@contextmanager
def going_on(home: Path) -> Iterator[str]:
    """The demo's hub, running again; its address."""
    port = free_port()
    ports = ["--port", str(port), "--mail-port", str(free_port())]
    command = [sys.executable, "-m", "demo", "--home", str(home), *ports]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL) as demo:
        try:
            wait_until(lambda: answers(port))
            yield f"http://localhost:{port}"
        finally:
            demo.terminate()
            demo.wait(30)


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(1200):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it never came")


def mailed_code(folder: Path) -> str | None:
    """The code in the newest caught mail that holds one."""
    for file in sorted(folder.glob("*.eml"), reverse=True):
        code = re.search(r"^([0-9]{4} [0-9]{4})\r?$", file.read_text("utf-8", "replace"), re.MULTILINE)
        if code is not None:
            return code.group(1)
    return None


def test_whoever_does_as_the_demo_says_gets_in_with_the_code_from_the_caught_mail(
    told: Told, tmp_path: Path
) -> None:
    home = shutil.copytree(told.home, tmp_path / "home")
    robin = next(person for person in told.memory["people"] if person["key"] == "robin")
    shell = environment(KITH_PROFILES=str(tmp_path / "profiles"), KITH_WORDS=robin["words"])

    def kith(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "keyholder.command", *arguments],
            env=shell, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    with going_on(home) as url:
        assert kith("trust", str(home / "root.kith"), "--hub", url, "--yes")[0] == 0
        code, said = kith("sign-in", "--address", robin["address"])
        assert (code, "sent to your mail" in said) == (8, True)
        wait_until(lambda: mailed_code(home / "mail") is not None)
        code, said = kith(
            "sign-in", "--address", robin["address"], "--code", mailed_code(home / "mail") or ""
        )
        assert (code, robin["address"] in said) == (0, True)
        assert kith("circles")[0] == 0
