"""Codes from the mail: right words on a device that was not here before are not enough."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from policies.limits import limits
from storage.tables.accounts import codes, devices
from storage.tables.notifications import mails
from tests.hub.accounts.conftest import code_in, device, enter, prove, told
from tests.hub.build import End, HubWorld, Team, b64, digest_of
from tests.hub.notifications.conftest import words_of
from tests.hub.running import RunningHub
from tests.real.smtp import MailServer, ReceivedMail

Caught = Callable[[], Awaitable[list[ReceivedMail]]]
NEEDED, WRONG = (403, "code-needed"), (403, "code-wrong")


@pytest.fixture
def hub(mailing_hub: RunningHub) -> RunningHub:
    return mailing_hub


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"


async def asked(end: End, caught: Caught, on: str | None = "new") -> str:
    """Ask on a new device; the code from the mail."""
    assert told(await prove(end, on)) == NEEDED
    [mail] = await caught()
    return code_in(mail)


async def test_a_new_device_needs_a_code_once_and_is_known_from_then_on(end: End, caught: Caught) -> None:
    code = await asked(end, caught)
    opened = await prove(end, "new", code)
    assert opened.status == 200
    assert await enter(end, opened.body)
    assert (await prove(end, "new")).status == 200
    assert told(await prove(end, "another")) == NEEDED


async def test_a_shared_device_is_never_remembered(end: End, caught: Caught) -> None:
    code = await asked(end, caught, on=None)
    assert (await prove(end, None, code)).status == 200
    assert told(await prove(end, None)) == NEEDED


async def test_a_code_works_once(end: End, caught: Caught) -> None:
    code = await asked(end, caught)
    assert (await prove(end, None, code)).status == 200
    assert told(await prove(end, None, code)) == NEEDED


async def test_the_device_that_enrolled_is_known(hub: RunningHub, end: End, caught: Caught) -> None:
    await end.sign_in()
    assert await caught() == []


@pytest.mark.parametrize("gap", ["", " ", "-"])
async def test_a_code_is_typed_with_or_without_a_gap(end: End, caught: Caught, gap: str) -> None:
    code = await asked(end, caught)
    assert (await prove(end, None, code.replace(" ", gap))).status == 200


async def test_after_five_wrong_tries_a_fresh_code_is_needed(end: End, caught: Caught) -> None:
    code = await asked(end, caught)
    for left in (4, 3, 2, 1):
        answer = await prove(end, "new", another(code))
        assert told(answer) == WRONG
        assert answer.body["tries_left"] == left
    assert told(await prove(end, "new", another(code))) == NEEDED
    [mail] = await caught()
    assert code_in(mail) != code
    assert told(await prove(end, "new", code)) == WRONG
    assert (await prove(end, "new", code_in(mail))).status == 200


async def test_tries_at_the_same_moment_count_each(end: End, caught: Caught) -> None:
    code = await asked(end, caught)
    answers = await asyncio.gather(*(prove(end, "new", another(code)) for _ in range(5)))
    assert sorted(told(answer) for answer in answers) == [NEEDED, *[WRONG] * 4]
    assert told(await prove(end, "new", code)) == WRONG, "the first code is gone, another is in the mail"


async def test_one_code_opens_one_of_two_tries_at_the_same_moment(end: End, caught: Caught) -> None:
    code = await asked(end, caught)
    answers = await asyncio.gather(*(prove(end, None, code) for _ in range(2)))
    assert sorted(answer.status for answer in answers) == [200, 403]


async def test_a_code_is_over_after_ten_minutes(hub: RunningHub, end: End, caught: Caught) -> None:
    code = await asked(end, caught)
    hub.clock.move(ms=limits().codes.lasts_ms)
    assert told(await prove(end, "new", code)) == NEEDED
    [mail] = await caught()
    assert (await prove(end, "new", code_in(mail))).status == 200


async def test_who_asks_again_at_once_is_sent_one_mail_and_later_another(
    hub: RunningHub, end: End, caught: Caught
) -> None:
    for _ in range(3):
        assert told(await prove(end, "new")) == NEEDED
    [first] = await caught()
    hub.clock.move(ms=limits().codes.again_ms)
    assert told(await prove(end, "new")) == NEEDED
    [second] = await caught()
    assert told(await prove(end, "new", code_in(first))) == WRONG
    assert (await prove(end, "new", code_in(second))).status == 200


async def test_two_who_ask_at_the_same_moment_are_sent_one_code(end: End, caught: Caught) -> None:
    await asyncio.gather(*(prove(end, "new") for _ in range(4)))
    [mail] = await caught()
    assert (await prove(end, "new", code_in(mail))).status == 200


async def test_codes_are_sent_so_often_and_no_oftener(hub: RunningHub, end: End, caught: Caught) -> None:
    found = []
    for _ in range(limits().rates.codes_account.count + 1):
        found.append(told(await prove(end, "new")))
        hub.clock.move(ms=limits().codes.again_ms)
    assert found[:-1] == [NEEDED] * limits().rates.codes_account.count
    assert found[-1] == (429, "too-many")
    assert (await end.prove()).status == 200, "a known device needs none"


async def test_without_the_right_words_nothing_tells_that_a_code_is_asked_for(
    hub: RunningHub, end: End, caught: Caught
) -> None:
    code = await asked(end, caught)
    said = []
    for address in (end.address, "nobody"):
        for given in ({}, {"code": code}, {"code": another(code)}, {"device": device("new")}):
            body = {"address": address, "auth": b64(digest_of("guess")), **given}
            answer = await hub.ask("POST", "/v1/sign-in/prove", body)
            said.append({name: value for name, value in answer.body.items() if name != "incident"})
    assert all(each == said[0] for each in said)
    assert said[0]["code"] == "not-proved"
    assert await caught() == []
    assert (await prove(end, "new", code)).status == 200, "no wrong proof counts as a try"


async def test_the_mail_says_what_to_do_and_names_nobody(hub: RunningHub, end: End, caught: Caught) -> None:
    assert told(await prove(end, "new")) == NEEDED
    [mail] = await caught()
    code = code_in(mail)
    assert mail.recipients == (end.mail,)
    assert code not in str(mail.message["Subject"])
    for text in (words_of(mail), words_of(mail, "html")):
        assert code in text
        assert hub.settings.public_url in text
        assert "If that was not you" in text
        for secret in (end.address, end.person.name, "Harbour", end.id.hex(), "device 'new'"):
            assert secret not in text


async def test_no_code_that_could_be_typed_is_stored(hub: RunningHub, end: End, caught: Caught) -> None:
    assert told(await prove(end, "new")) == NEEDED
    async with hub.database.read() as unit:
        rows = [*await unit.all(select(codes)), *await unit.all(select(mails))]
    kept = repr([tuple(row) for row in rows])
    [mail] = await caught()
    assert code_in(mail) not in kept
    assert code_in(mail).replace(" ", "") not in kept
    async with hub.database.read() as unit:
        assert await unit.value(select(func.count()).where(mails.c.sign_in_code.is_not(None))) == 0


async def test_a_code_that_could_not_leave_in_time_never_leaves(
    hub: RunningHub, end: End, caught: Caught, smtp_server: MailServer
) -> None:
    smtp_server.refuse("451 4.3.0 Later")
    assert told(await prove(end, "new")) == NEEDED
    assert await caught() == []
    smtp_server.accept()
    hub.clock.move(ms=limits().codes.lasts_ms)
    assert await caught() == []
    async with hub.database.read() as unit:
        assert await unit.value(select(func.count()).where(mails.c.sign_in_code.is_not(None))) == 0


async def test_a_code_on_its_way_holds_no_other_mail_up(
    hub: RunningHub, end: End, caught: Caught, smtp_server: MailServer
) -> None:
    assert told(await prove(end, "new")) == NEEDED
    hub.clock.move(minutes=6)  # the mail that says that they were admitted is due by then
    await caught()
    subjects = [str(mail.message["Subject"]) for mail in smtp_server.mails if end.mail in mail.recipients]
    assert "Your sign-in code" in subjects
    assert any("Harbour" in subject for subject in subjects)


async def test_somebody_not_admitted_yet_signs_in_elsewhere_with_a_code(
    world: HubWorld, team: Team, caught: Caught
) -> None:
    ann = await world.enrol(team, "Ann")
    code = await asked(ann, caught)
    assert (await prove(ann, "new", code)).status == 200


async def test_the_longest_unused_device_gives_way(hub: RunningHub, end: End, caught: Caught) -> None:
    most = limits().devices.per_worker
    for number in range(most):
        hub.clock.move(hours=1)
        code = await asked(end, caught, on=str(number))
        assert (await prove(end, str(number), code)).status == 200
        assert (await prove(end, "0")).status == 200
    async with hub.database.read() as unit:
        assert await unit.value(select(func.count()).where(devices.c.worker == end.id)) == most
    assert (await prove(end, "0")).status == 200
    assert (await end.prove()).status == 403, "the device that enrolled was not used for longest"


async def test_an_unused_device_is_forgotten_in_the_end(hub: RunningHub, end: End, caught: Caught) -> None:
    hub.clock.move(ms=limits().devices.unused_ms)
    await hub.run("accounts.sweep")
    assert told(await end.prove()) == NEEDED


@pytest.mark.parametrize(
    "given",
    [
        {"code": ""},
        {"code": "1234567"},
        {"code": "123456789"},
        {"code": "1234  5678"},
        {"code": "١٢٣٤٥٦٧٨"},
        {"code": "12345678\n"},
        {"code": 12345678},
        {"device": ""},
        {"device": b64(bytes(31))},
        {"device": b64(bytes(33))},
        {"device": "A" * 900},
    ],
)
async def test_what_is_no_code_and_no_device_is_refused(end: End, given: dict[str, Any]) -> None:
    body = {"address": end.address, "auth": b64(end.sign_in_keys.auth), **given}
    assert (await end.running.ask("POST", "/v1/sign-in/prove", body)).status in (400, 413)
