"""One document for programs, plain words for people, and progress only where somebody looks."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.console import Console, json_text
from tests.keyholder.command.driving import caught


def test_a_program_gets_one_document_and_nothing_else() -> None:
    with caught() as (out, err):
        console = Console(json=True)
        console.say("words for people")
        console.table(("a",), [("b",)])
        console.heading("title")
        assert console.gives({"id": b"\x01\x02", "rows": ({"at": 5},)})
        console.gives({"never": "twice"})
        console.fail("neither is this", "late", 1)
    assert json.loads(out.getvalue()) == {"id": "0102", "rows": [{"at": 5}]}
    assert "neither is this" in err.getvalue()


def test_a_document_is_plain_ascii_so_that_nothing_in_it_moves_a_terminal() -> None:
    text = json_text({"title": "\x1b[2J\x7f\x9b\u202e"})
    assert all(0x20 <= ord(letter) < 0x7F or letter == "\n" for letter in text)
    assert json.loads(text)["title"] == "\x1b[2J\x7f\x9b\u202e"


def test_hostile_cells_and_messages_are_shown_harmless() -> None:
    with caught() as (out, _):
        console = Console()
        console.table(("name",), [("\x1b[31m[red]\u202e",)])
        console.message("Who\x1b]0;x\x07", "What\x1b[2J\nsecond")
        console.say(":smile: [link=https://evil.example]x[/link]")
    shown = out.getvalue()
    assert "\x1b" not in shown
    assert "[red][U+202E]" in shown
    assert "  What\n  second" in shown
    assert ":smile: [link=https://evil.example]x[/link]" in shown


def test_an_alarm_says_what_happened_what_is_safe_whom_to_tell_and_where_the_evidence_is(
    tmp_path: Path,
) -> None:
    alarm = EvidenceKeeper(tmp_path).alarm(Kind.CONTENT_CHANGED, body=b"x")
    with caught() as (out, err):
        Console().alarm(alarm, 5)
    shown = " ".join(err.getvalue().replace("│", " ").split())
    assert out.getvalue() == ""
    for part in ("ALARM", alarm.what, alarm.safe, alarm.tell):
        assert part in shown
    assert f"Kept for them to look at: {alarm.evidence}\n" in err.getvalue()


def test_an_alarm_reaches_a_program_as_its_one_document() -> None:
    with caught() as (out, _):
        Console(json=True).alarm(EvidenceKeeper(None).alarm(Kind.GHOST), 5)
    found = json.loads(out.getvalue())["alarm"]
    assert (found["code"], found["item"], found["exit"], found["evidence"]) == ("ghost", 4, 5, None)


def test_nobody_looking_means_no_progress_bar() -> None:
    with caught() as (_, err), Console().progress("moving") as progress:
        assert progress is None
    assert err.getvalue() == ""


def test_progress_shows_a_rate_on_a_terminal_and_only_on_the_error_stream(tmp_path: Path) -> None:
    program = (
        "import time\nfrom keyholder.console import Console\n"
        "with Console().progress('Sending x\\x1b[31m.pdf') as progress:\n"
        "    for done in range(5):\n"
        "        progress(done * 1_000_000, 5_000_000)\n"
        "        time.sleep(0.2)\n"
    )
    leader, follower = pty.openpty()
    result = subprocess.Popen(
        [sys.executable, "-c", program],
        stderr=follower,
        stdout=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    os.close(follower)
    shown = io.BytesIO()
    while piece := _read(leader):
        shown.write(piece)
    assert result.communicate()[0] == b""
    assert b"Sending x.pdf" in shown.getvalue()
    assert b"MB/s" in shown.getvalue()


def test_a_question_that_nobody_answers_is_a_no() -> None:
    with caught():
        assert not Console().agrees("Sure?")


@pytest.mark.parametrize("answer", ["y", "YES"])
def test_only_a_plain_yes_agrees(answer: str) -> None:
    with caught(answer + "\nno\n"):
        console = Console()
        assert console.agrees("Sure?")
        assert not console.agrees("Really?")


def test_exact_times_are_shown_when_asked_for() -> None:
    assert "GMT" in Console(verbose=True, clock=lambda: 1_795_000_000_000).when(1_795_000_000_000)
    with patch("keyholder.console.showing.exact", side_effect=AssertionError):
        assert Console(clock=lambda: 1_795_000_000_000).due(None) == ""


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:
        return b""
