"""What a mail says: that something waits, for which organisation, how urgent, how many. Nothing else."""

from __future__ import annotations

import base64
import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Literal

import pytest

from hub.notifications.writing import Envelope, Letter, write
from policies.digest import Nudge, say_mail
from policies.urgency import Urgency
from tests.hub.build import HubWorld, build_world
from tests.hub.notifications.conftest import CIRCLE, Mailing, some, words_of
from tests.real.smtp import ReceivedMail

KINDS: tuple[Literal["plain", "html"], ...] = ("plain", "html")
ENVELOPE = Envelope("hub@kith.example", "a@b.example", "<x@kith.example>", 1_795_000_000_000)


def parsed(content: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(content)


def said(mail: ReceivedMail) -> str:
    """Everything a reader could see: head and both bodies."""
    message = mail.message
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *parts])


async def world_mail(mailing: Mailing) -> tuple[HubWorld, ReceivedMail, bytes]:
    world = await build_world(mailing.hub)
    await mailing.send(minutes=6)
    mailing.hub.clock.move(days=1)
    action = some("action of Sam Sample")
    await mailing.queue(
        "action-overdue",
        worker=world.charity.worker.id,
        organisation=world.charity.id,
        urgency=Urgency.OVERDUE,
    )
    [mail] = await mailing.send(minutes=6)
    return world, mail, action


async def test_a_mail_names_the_recipients_own_organisation_and_nothing_else(mailing: Mailing) -> None:
    world, mail, action = await world_mail(mailing)
    text = said(mail)
    assert "Safe Steps" in text
    assert "1 thing is overdue" in text
    names = ["Harbour", "Shelter", "Coast", "worker", world.charity.worker.person.name]
    known = [CIRCLE, action, world.charity.id, world.charity.worker.id]
    body = text.replace("w@safe-steps.example", "")
    for word in names:
        assert word not in body, word
    for secret in known:
        for form in (
            secret.hex(),
            base64.b64encode(secret).decode(),
            base64.urlsafe_b64encode(secret).decode(),
        ):
            assert form.rstrip("=") not in text


async def test_the_head_says_who_writes_when_and_that_a_machine_does(mailing: Mailing) -> None:
    _, mail, _ = await world_mail(mailing)
    head = mail.message
    assert head["From"] == "Kith <hub@kith.example>"
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["Date"].datetime.timestamp() * 1000 == mailing.hub.clock.now // 1000 * 1000
    assert re.fullmatch(r"<[0-9a-f]{32}@kith\.example>", head["Message-ID"])
    assert head.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in head.iter_parts()] == ["text/plain", "text/html"]


async def test_text_and_html_carry_the_same_one_personal_link(mailing: Mailing) -> None:
    _, mail, _ = await world_mail(mailing)
    found = {link for kind in KINDS for link in re.findall(r"https?://[^\s\"<]+", words_of(mail, kind))}
    [link] = found
    assert re.fullmatch(re.escape(mailing.hub.settings.public_url) + "/go/[0-9a-f]{64}", link)


def test_a_hostile_organisation_name_breaks_neither_head_nor_page() -> None:
    name = "Evil\r\nBcc: all@example.org <script>alert(1)</script>"
    words = say_mail([Nudge(0, Urgency.NEW)], name)
    mail = parsed(write(Letter("digest", words.subject, "https://x/go/1", name, words.lines, 14), ENVELOPE))
    assert mail["Bcc"] is None
    assert "<script>" not in words_of(mail, "html")


@pytest.mark.parametrize("name", ["Llamau Ymddiriedolaeth Gŵyr", "x" * 200])
def test_any_organisation_name_travels_whole(name: str) -> None:
    mail = parsed(
        write(
            Letter("digest", f"Something waits at {name}", "https://x", name, ("1 thing is new",), 14),
            ENVELOPE,
        )
    )
    assert mail["Subject"] == f"Something waits at {name}"
    assert name in words_of(mail)


def test_the_same_mail_written_twice_is_the_same_to_the_last_byte() -> None:
    letter = Letter("enrolment", "Join", "https://x/enrol#t", "Safe Steps", (), 3)
    assert write(letter, ENVELOPE) == write(letter, ENVELOPE)
