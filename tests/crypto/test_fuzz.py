"""The fuzzer finds nothing in a short run, and would find what it looks for."""

from __future__ import annotations

import time

import pytest

from crypto.errors import Malformed
from tests.fuzz import __main__ as fuzzing
from tests.fuzz.parsers import Parse, Target, targets

TARGETS = targets()


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_breaks_no_parser(name: str) -> None:
    count = fuzzing.fuzz(TARGETS[name], 250, seed=2)
    assert count.inputs >= 250
    assert count.accepted > 0


def _crash(data: bytes) -> bytes:
    raise ValueError


def _lax(data: bytes) -> bytes:
    return b"something else"


def _open(data: bytes) -> bytes:
    return data


def _slow(data: bytes) -> bytes:
    time.sleep(0.02)
    raise Malformed


@pytest.mark.parametrize("parse", [_crash, _lax, _open, _slow])
def test_a_broken_parser_is_noticed(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzing, "SLOW_SECONDS", 0.01)
    target = Target("broken", parse, [b"good"], only=True)
    with pytest.raises(fuzzing.Broken):
        fuzzing.fuzz(target, 20, seed=1)


def test_the_command_prints_one_line_for_each_parser_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzzing.main(["--inputs", "20", "encoding", "padding"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["parser", "encoding", "padding"]
    with pytest.raises(SystemExit):
        fuzzing.main(["nonsense"])
