"""Mails: one for many notices, at decent hours, over TLS, tried again, given up, never a storm."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from hub.config import Settings
from hub.kernel.refusals import Malformed
from hub.notifications import dead_letters, sending, service, smtp
from hub.notifications.dead_letters import DeadLetter
from hub.notifications.smtp import Fate
from policies.urgency import Urgency
from storage.tables.notifications import mails, notices
from tests.hub.notifications.conftest import (
    CIRCLE,
    ORGANISATION,
    WORKER,
    Mailing,
    smtp_settings,
    some,
    words_of,
)
from tests.hub.running import running_hub
from tests.real.smtp import MailServer, Stage

DAY = 86_400_000
NOTICES_KEPT, MAILS_KEPT = select(func.count(notices.c.at)), select(func.count(mails.c.mail))


async def dead(mailing: Mailing) -> list[DeadLetter]:
    async with mailing.hub.database.read() as unit:
        return await dead_letters.listed(unit, 100)


async def test_what_comes_together_leaves_in_one_mail_after_a_short_while(mailing: Mailing) -> None:
    for seq in range(1, 4):
        await mailing.queue(seq=seq)
    assert await mailing.send() == []
    [mail] = await mailing.send(minutes=6)
    assert mail.recipients == ("worker@charity.example",)
    assert mail.encrypted
    assert "3 things are new" in words_of(mail)
    assert await mailing.send(days=2) == []


async def test_the_same_notice_is_queued_once_however_often_it_is_said(mailing: Mailing) -> None:
    for _ in range(3):
        await mailing.queue(seq=7)
    [mail] = await mailing.send(minutes=6)
    assert "1 thing is new" in words_of(mail)
    await mailing.queue(seq=7)
    assert await mailing.send(days=1) == []


async def test_a_notice_of_a_transaction_that_failed_was_never_queued(mailing: Mailing) -> None:
    notice = service.Notice("message", ORGANISATION, WORKER, CIRCLE, 1, Urgency.IMMEDIATE)

    async def fail_after_it() -> None:
        async with mailing.hub.database.write() as unit:
            await service.notify(unit, mailing.hub.hub, notice, mailing.hub.clock.now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_it()
    assert await mailing.send(hours=1) == []


async def test_nothing_leaves_at_night_and_the_morning_brings_one_mail(mailing: Mailing) -> None:
    mailing.hub.clock.move(hours=12)  # 11pm
    await mailing.queue("action-due-today", urgency=Urgency.TODAY, subject=None)
    await mailing.queue(seq=2)
    assert await mailing.send(hours=2) == []
    [mail] = await mailing.send(hours=10)
    text = words_of(mail)
    assert "1 thing is due today" in text
    assert "1 thing is new" in text


async def test_what_is_immediate_leaves_at_any_hour(mailing: Mailing) -> None:
    mailing.hub.clock.move(hours=14)
    await mailing.queue("break-glass", worker=None, seq=None, urgency=Urgency.IMMEDIATE)
    [mail] = await mailing.send()
    assert mail.recipients == ("manager@charity.example",)
    mailing.hub.clock.move(seconds=1)
    await mailing.queue("break-glass", worker=None, seq=None, urgency=Urgency.IMMEDIATE)
    assert len(await mailing.send()) == 1, "a second breaking of the glass is another one"


async def test_reminders_come_at_most_once_in_a_morning_and_once_in_an_afternoon(mailing: Mailing) -> None:
    arrived = []
    for seq in range(20):
        await mailing.queue("action-due-today", seq=seq, urgency=Urgency.TODAY)
        arrived.append(len(await mailing.send(minutes=20)))
    assert sum(arrived) <= 3


async def test_without_anyone_assigned_the_managers_are_told_and_otherwise_whoever_is(
    mailing: Mailing,
) -> None:
    await mailing.queue(worker=None)
    [mail] = await mailing.send(minutes=6)
    assert mail.recipients == ("manager@charity.example",)
    await assign(mailing, WORKER)
    await mailing.queue(worker=None, seq=2)
    [mail] = await mailing.send(hours=1)
    assert mail.recipients == ("worker@charity.example",)


async def assign(mailing: Mailing, worker: bytes) -> None:
    from hub.circles import queries

    async with mailing.hub.database.write() as unit:
        await unit.run(
            queries.ASSIGN, circle=CIRCLE, worker=worker, organisation=ORGANISATION,
            assigned_by=worker, assigned_at=mailing.hub.clock.now,
        )  # fmt: skip


async def test_who_left_gets_nothing_not_even_what_was_on_its_way(mailing: Mailing) -> None:
    await mailing.queue()
    async with mailing.hub.database.write() as unit:
        await service.drop_recipient(unit, WORKER)
    assert await mailing.send(hours=1) == []
    await mailing.queue(seq=2)
    assert await mailing.send(hours=1) == []


async def test_an_enrolment_leaves_at_once_with_a_link_of_its_own(mailing: Mailing) -> None:
    invitation, now = some("invitation"), mailing.hub.clock.move(hours=13)
    async with mailing.hub.database.write() as unit:
        await service.notify_enrolment(
            unit, mailing.hub.hub, "new@charity.example", None, invitation, now + 3 * DAY, now
        )
    [mail] = await mailing.send()
    assert mail.recipients == ("new@charity.example",)
    text = words_of(mail)
    link = service.enrolment_link(mailing.hub.hub, invitation)
    assert link in text
    assert link.startswith(f"{mailing.hub.settings.public_url}/enrol#")
    assert "It works once, and for 3 days" in text


@pytest.mark.parametrize(
    "mail", ["", "nobody", "a@b\r\nBcc: c@d", "a b@c", "é@b.org", "x" * 250 + "@b.org", "a@b@c"]
)
async def test_what_is_no_mail_address_is_refused(mailing: Mailing, mail: str) -> None:
    with pytest.raises(Malformed):
        service.checked_address(mail)


async def test_a_server_that_refuses_for_now_is_tried_again_ever_more_slowly(mailing: Mailing) -> None:
    mailing.server.refuse("451 4.3.0 Later")
    await mailing.queue()
    assert await mailing.send(minutes=6) == []
    tries = [mailing.server.attempts]
    for _ in range(60):
        await mailing.send(minutes=1)
        tries.append(mailing.server.attempts)
    assert 5 <= tries[-1] <= 12
    mailing.server.accept()
    assert len(await mailing.send(hours=2)) == 1
    assert await dead(mailing) == []


@pytest.mark.parametrize("at", ["recipient", "data"])
async def test_a_refusal_for_good_becomes_a_dead_letter_with_a_code_and_no_content(
    mailing: Mailing, at: Stage
) -> None:
    mailing.server.refuse("550 5.1.1 No such user worker@charity.example", at)
    await mailing.queue()
    assert await mailing.send(minutes=6) == []
    [letter] = await dead(mailing)
    word = "recipient" if at == "recipient" else "content"
    assert (letter.code, letter.attempts) == (f"refused_for_good:{word}_refused_550", 1)
    assert letter.address == "worker@charity.example"
    mailing.server.accept()
    assert await mailing.send(days=2) == []


async def test_an_operator_can_try_dead_letters_again_or_drop_them(mailing: Mailing) -> None:
    mailing.server.refuse("550 5.1.1 Nobody", "recipient")
    await mailing.queue()
    await mailing.send(minutes=6)
    [letter] = await dead(mailing)
    mailing.server.accept()
    async with mailing.hub.database.write() as unit:
        assert await dead_letters.retry(unit, some("another"), mailing.hub.clock.now) == 0
        assert await dead_letters.retry(unit, letter.mail, mailing.hub.clock.now) == 1
    assert len(await mailing.send()) == 1
    mailing.server.refuse("550 5.1.1 Nobody", "recipient")
    await mailing.queue(seq=2)
    await mailing.send(days=1)
    async with mailing.hub.database.write() as unit:
        assert await dead_letters.drop(unit, None) == 1
    mailing.server.accept()
    assert await dead(mailing) == []
    assert await mailing.send(days=1) == []


async def test_a_server_away_for_a_day_means_one_mail_and_not_a_hundred(mailing: Mailing) -> None:
    mailing.server.go_away()
    await mailing.queue(seq=1000)
    for hour in range(24):
        await mailing.queue(seq=hour)
        await mailing.queue("action-overdue", seq=hour, urgency=Urgency.OVERDUE)
        assert await mailing.send(hours=1) == []
    mailing.server.come_back()
    mails = await mailing.send(hours=2)
    mails += await mailing.send(hours=3)
    assert len(mails) == 1
    text = words_of(mails[0])
    assert "25 things are new" in text
    assert "24 things are overdue" in text


async def test_a_server_that_never_comes_back_is_given_up_in_the_end(mailing: Mailing) -> None:
    mailing.server.go_away()
    await mailing.queue()
    for _ in range(15):
        await mailing.send(hours=8)
    [letter] = await dead(mailing)
    assert letter.code == "too_old:unreachable"
    mailing.server.come_back()


async def test_a_mail_whose_fate_is_unknown_goes_again_as_the_very_same_mail(mailing: Mailing) -> None:
    mailing.server.hang_up()
    await mailing.queue()
    assert await mailing.send(minutes=6) == []
    await mailing.queue(seq=2)
    mailing.server.accept()
    [again] = await mailing.send(minutes=2)
    assert "1 thing is new" in words_of(again)
    [other] = await mailing.send(hours=1)
    assert again.message["Message-ID"] != other.message["Message-ID"]


async def test_a_worker_killed_while_sending_leaves_the_mail_to_the_next_with_the_same_id(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> list[smtp.Outcome]:
        raise asyncio.CancelledError

    await mailing.queue()
    mailing.hub.clock.move(minutes=6)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_write_down", killed)
        with pytest.raises(asyncio.CancelledError):
            await mailing.hub.run("notifications.send")
    [first] = mailing.server.mails
    assert await mailing.send() == [], "it is leased to the one that died"
    [second] = await mailing.send(minutes=11)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert words_of(first) == words_of(second)


async def test_two_workers_at_once_send_each_mail_once(mailing: Mailing) -> None:
    for number in range(30):
        worker = some(f"worker {number}")
        await mailing.add(worker, "worker", f"w{number}@charity.example")
        await mailing.queue(worker=worker, seq=number)
    mailing.hub.clock.move(minutes=6)
    async with running_hub(mailing.hub.settings, clock=mailing.hub.clock) as other:
        await asyncio.gather(mailing.hub.run("notifications.send"), other.run("notifications.send"))
        await mailing.hub.run("notifications.send")
    to = [mail.recipients[0] for mail in mailing.server.mails]
    assert sorted(to) == sorted(f"w{number}@charity.example" for number in range(30))


async def test_a_hanging_server_is_left_after_a_while_and_tried_again(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = replace(smtp_settings(mailing.server), port=silent.getsockname()[1])
        monkeypatch.setattr(smtp, "MAIL_SECONDS", 0.2)
        with pytest.raises(smtp.Away) as away:
            async with smtp.connected(there):
                pass
    assert away.value.code == "timed_out"


async def test_a_server_whose_certificate_does_not_hold_gets_no_mail(
    mailing: Mailing, tmp_path_factory: pytest.TempPathFactory
) -> None:
    good = smtp_settings(mailing.server)
    for wrong in (replace(good, ca=None), replace(good, host="localhost.localdomain", ca=good.ca)):
        with pytest.raises(smtp.Away) as away:
            async with smtp.connected(wrong):
                pass
        assert away.value.code in {"tls_failed", "unreachable"}
    assert mailing.server.attempts == 0


async def test_a_server_without_tls_gets_no_mail_and_no_password(mailing: Mailing) -> None:
    heard: list[bytes] = []

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 plain\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(
                b"250-plain\r\n250 AUTH PLAIN LOGIN\r\n" if line.startswith(b"EHLO") else b"250 ok\r\n"
            )
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    there = replace(smtp_settings(mailing.server), port=port, user="hub")
    with pytest.raises(smtp.Away) as away:
        async with smtp.connected(there):
            pass
    server.close()
    assert away.value.code == "tls_not_offered"
    assert not any(line.upper().startswith((b"AUTH", b"MAIL")) for line in heard)


async def test_implicit_tls_serves_as_well(mail_settings: Settings, smtps_server: MailServer) -> None:
    async with smtp.connected(smtp_settings(smtps_server)) as client:
        outcome = await smtp.hand_over(client, "hub@kith.example", "a@b.example", b"Subject: x\r\n\r\nx\r\n")
    assert outcome.fate is Fate.TAKEN
    assert smtps_server.mails[0].encrypted


async def test_without_a_mail_server_everything_waits(
    hub_settings: Settings, smtp_server: MailServer
) -> None:
    async with running_hub(hub_settings) as hub:
        silent = Mailing(hub, smtp_server)
        await silent.add(WORKER, "worker", "worker@charity.example")
        await silent.queue()
        assert await silent.send(hours=1) == []
    async with running_hub(replace(hub_settings, smtp=smtp_settings(smtp_server)), clock=hub.clock) as again:
        assert len(await Mailing(again, smtp_server).send(minutes=1)) == 1


async def test_what_is_long_past_is_forgotten_but_its_link_lives_a_year(mailing: Mailing) -> None:
    await mailing.queue()
    await mailing.send(minutes=6)
    mailing.hub.clock.move(days=31)
    await mailing.hub.run("notifications.sweep")
    async with mailing.hub.database.read() as unit:
        assert await unit.value(NOTICES_KEPT) == 0
        assert await unit.value(MAILS_KEPT) == 1
    mailing.hub.clock.move(days=366)
    await mailing.hub.run("notifications.sweep")
    async with mailing.hub.database.read() as unit:
        assert await unit.value(MAILS_KEPT) == 0
