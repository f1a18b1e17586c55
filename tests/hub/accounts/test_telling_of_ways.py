"""Whoever can be signed in as is told when a way in comes or goes: by a mail that says nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hub.notifications import service as notifications
from hub.notifications.service import Notice
from policies.calendar import calendar
from policies.urgency import Urgency
from tests.crypto.build import seed
from tests.hub.accounts.conftest import code_in, enter, prove
from tests.hub.build import End, Team, b64
from tests.hub.notifications.conftest import words_of
from tests.hub.running import RunningHub
from tests.real.smtp import MailServer, ReceivedMail

Told = Callable[[], Awaitable[list[ReceivedMail]]]
SUBJECT = "How you sign in has changed"


@pytest.fixture
def hub(mailing_hub: RunningHub) -> RunningHub:
    return mailing_hub


@pytest.fixture
def told(hub: RunningHub, smtp_server: MailServer) -> Told:
    """Send what is due; the mails about ways to sign in that arrived since the last look."""
    seen = 0

    async def look() -> list[ReceivedMail]:
        nonlocal seen
        await hub.run("notifications.send")
        new, seen = smtp_server.mails[seen:], len(smtp_server.mails)
        return [mail for mail in new if mail.message["Subject"] == SUBJECT]

    return look


def passkey(name: str = "yubi") -> dict[str, Any]:
    secrets = {part: b64(seed(f"{part} {name}")) for part in ("credential", "auth")}
    return secrets | {"wrapped": b64(seed("wrapped") * 2), "wrap_version": 1}


async def remove(end: End, name: str = "yubi") -> None:
    credential = hashlib.sha256(seed(f"credential {name}")).hexdigest()
    await end.good("DELETE", f"/v1/me/passkeys/{credential}")


async def test_a_passkey_that_comes_or_goes_is_told_to_its_owner_at_once(
    team: Team, end: End, told: Told
) -> None:
    await end.good("POST", "/v1/me/passkeys", passkey())
    [came] = await told()
    assert came.recipients == (end.mail,)
    await remove(end)
    [went] = await told()
    assert words_of(came).split("/go/")[0] == words_of(went).split("/go/")[0]


async def test_a_new_device_is_told_of_and_a_known_one_is_not(
    end: End, told: Told, smtp_server: MailServer
) -> None:
    assert await told() == []
    assert (await prove(end, "new")).status == 403
    assert await told() == []
    opened = await prove(end, "new", code_in(smtp_server.mails[-1]))
    assert await enter(end, opened.body)
    assert len(await told()) == 1
    assert (await prove(end, "new")).status == 200
    assert await told() == []


async def test_a_shared_device_is_told_of_each_time(end: End, told: Told, smtp_server: MailServer) -> None:
    for _ in range(2):
        await prove(end)
        assert await told() == []
        await prove(end, None, code_in(smtp_server.mails[-1]))
        assert len(await told()) == 1


async def test_the_mail_holds_a_link_to_settings_and_names_nobody(end: End, told: Told) -> None:
    await end.good("POST", "/v1/me/passkeys", passkey())
    [mail] = await told()
    for kind in ("plain", "html"):
        said = words_of(mail, kind)
        assert len(re.findall(r"/go/[0-9a-f]{64}", said)) == 1
        for secret in (end.address, end.id.hex(), "Harbour", "yubi"):
            assert secret not in said
    found = re.search(r"/go/([0-9a-f]{64})", words_of(mail))
    assert found
    followed = await end.good("POST", "/v1/links/follow", {"token": b64(bytes.fromhex(found[1]))})
    assert followed["place"] == {"kind": "settings", "id": None, "seq": None}


async def test_what_came_at_once_is_one_mail_and_what_comes_later_another(end: End, told: Told) -> None:
    for name in ("yubi", "phone", "old"):
        await end.good("POST", "/v1/me/passkeys", passkey(name))
    assert len(await told()) == 1
    await remove(end, "old")
    assert len(await told()) == 1


async def test_neither_the_night_nor_a_digest_that_waits_holds_it_back_nor_it_the_digest(
    hub: RunningHub, end: End, told: Told, smtp_server: MailServer
) -> None:
    night = calendar().next_service_moment(hub.clock.now) + 14 * 3_600_000
    hub.clock.now = night
    waits = Notice("message", end.house.id, end.id, bytes(32), 1, Urgency.NEW)
    async with hub.database.write() as unit:
        await notifications.notify(unit, hub.hub, waits, night)
    await end.sign_in()
    await end.good("POST", "/v1/me/passkeys", passkey())
    assert len(await told()) == 1
    before = len(smtp_server.mails)
    hub.clock.now = calendar().next_service_moment(night + 3_600_000) + 3_600_000
    assert await told() == []
    assert len(smtp_server.mails) == before + 1


async def test_nothing_is_told_of_what_was_undone(end: End, told: Told) -> None:
    assert (await end.ask("POST", "/v1/me/passkeys", passkey() | {"auth": ""})).status == 400
    assert (await end.ask("DELETE", f"/v1/me/passkeys/{bytes(32).hex()}")).status == 404
    assert await told() == []
