"""The operator's commands, as typed: plain words for people, JSON for programs, one line for a mistake."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.config import read_settings
from hub.kernel.opening import bring_up_to_date
from hub.notifications import queries
from storage.database import Database
from tests.hub.notifications.conftest import some, words_of
from tests.real.smtp import MailServer

Typed = Callable[..., tuple[int, str, str]]
LETTER = some("letter")


@pytest.fixture
def typed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    smtp_server: MailServer,
) -> Typed:
    """Type a command; its exit code, what it said, and what it said went wrong."""
    monkeypatch.setenv("KITH_HOME", str(tmp_path))
    monkeypatch.setenv("KITH_SMTP", smtp_server.url)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kith-hub", *words])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


def add_dead_letter(home: Path) -> None:
    settings = read_settings({}, home=home)
    bring_up_to_date(settings)

    async def add() -> None:
        database = await Database.open(settings.database.reveal())
        async with database.write() as unit:
            await unit.run(
                queries.ADD_MAIL, mail=LETTER, state="dead", address="x@y.example", invitation=some("one"),
                made_at=1_795_000_000_000, expires_at=1_795_900_000_000, attempts=3, undelivered=True,
                code="refused_for_good:recipient_refused_550", ended_at=1_795_000_001_000,
            )  # fmt: skip
        await database.close()

    asyncio.run(add())


def test_a_founder_is_mailed_a_link_and_the_operator_shown_it(typed: Typed, tmp_path: Path) -> None:
    code, said, _ = typed("invite-founder", "ann@vcu.example", "--json")
    told = json.loads(said)
    assert (code, told["mail"]) == (0, "ann@vcu.example")
    assert told["link"].startswith("http://localhost:8420/enrol#")
    code, _, wrong = typed("invite-founder", "ann")
    assert (code, wrong) == (2, "That is not a mail address this hub can write to.\n")


def test_dead_letters_are_listed_tried_again_and_dropped(typed: Typed, tmp_path: Path) -> None:
    assert typed("dead-letters", "list", "--json")[1] == '{"items": []}\n'
    add_dead_letter(tmp_path)
    _, said, _ = typed("dead-letters", "list")
    for word in (LETTER.hex(), "x@y.example", "3", "refused_for_good:recipient_refused_550"):
        assert word in said
    [item] = json.loads(typed("dead-letters", "list", "--json")[1])["items"]
    assert (item["mail"], item["enrolment"], item["attempts"]) == (LETTER.hex(), True, 3)
    assert typed("dead-letters", "retry", some("no").hex())[0] == 2
    assert typed("dead-letters", "retry", LETTER.hex())[:2] == (0, "1 will be tried again.\n")
    assert typed("dead-letters", "drop", "--all", "--json")[:2] == (0, '{"count": 0}\n')


@pytest.mark.parametrize("words", [("retry",), ("retry", "aa", "--all"), ("drop", "what"), ("drop", "aa")])
def test_a_mistake_is_one_plain_line(typed: Typed, words: tuple[str, ...]) -> None:
    code, said, wrong = typed("dead-letters", *words)
    assert (code, said, wrong.count("\n")) == (2, "", 1)


def test_a_test_mail_says_whether_it_left(typed: Typed, smtp_server: MailServer) -> None:
    assert typed("mail-test", "me@hub.example")[:2] == (0, "The mail server took it.\n")
    [mail] = smtp_server.mails
    assert "This is a test from http://localhost:8420." in words_of(mail)
    smtp_server.refuse("550 5.7.1 No", "recipient")
    code, said, _ = typed("mail-test", "me@hub.example", "--json")
    assert (code, json.loads(said)) == (1, {"taken": False, "code": "recipient_refused_550"})
    smtp_server.go_away()
    assert typed("mail-test", "me@hub.example")[1] == "The mail did not leave: unreachable.\n"
