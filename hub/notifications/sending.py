"""Trying the mails that are due: claimed in one transaction, handed over outside any, recorded in another.

A worker that dies in between leaves the mail to whoever finds it after `LEASE_MS`, with the same Message-ID.
A mail that certainly has not been delivered takes in what came to wait meanwhile: a server that was away for
a day makes one mail, not a hundred.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from typing import Any

from crypto.accreditation import Accreditation, Signed
from crypto.encoding import unpack
from crypto.errors import CryptoError
from hub.config import Smtp
from hub.kernel.context import Hub
from hub.notifications import links, queries, smtp
from hub.notifications.gathering import MOST_TOLD, nudges, still_stands
from hub.notifications.smtp import Away, Fate, Outcome
from hub.notifications.stops import Told
from hub.notifications.writing import Envelope, Letter, write
from policies.calendar import calendar
from policies.digest import say_mail
from policies.limits import DAY, MINUTE, limits
from policies.retry import GiveUp, after_failure, rules
from policies.urgency import Urgency
from storage.database import Row, Unit

BATCH = 10
LEASE_MS = 10 * 60 * 1000
"""Longer than a batch can take: `BATCH` mails of `smtp.MAIL_SECONDS` each, one connection before them."""
UNKNOWN_NAME = "your organisation"

log = logging.getLogger("hub.notifications")


@dataclass(frozen=True, slots=True)
class Try:
    """One mail, written and claimed. ``worker`` is of a digest only. ``attempts`` counts this try."""

    mail: bytes
    worker: bytes | None
    is_code: bool
    to: str
    content: bytes
    attempts: int
    first_try: int
    undelivered: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail's link leads."""

    name: str
    circle: bytes | None = None
    seq: int | None = None


async def send(hub: Hub, server: Smtp, now: int) -> bool:
    """One batch. True when there may be more."""
    async with hub.database.write() as unit:
        rows = await unit.all(queries.DUE_MAILS, p_now=now, p_limit=BATCH)
        tries = [each for row in rows if (each := await _claimed(unit, hub, row, now))]
    outcomes = await _hand_over(hub, server, tries)
    async with hub.database.write() as unit:
        for each, outcome in zip(tries, outcomes, strict=True):
            await _write_down(unit, each, outcome, now)
    return len(rows) == BATCH


async def _claimed(unit: Unit, hub: Hub, row: Row, now: int) -> Try | None:
    """Write the mail and take it for this worker; None when it need not, or may not yet, leave."""
    found = await _written(unit, hub, row, now)
    if found is None:
        return None
    letter, to, place = found
    first_try = now if row.first_try is None else row.first_try
    token = links.personal_token(hub, row.mail)
    await unit.run(
        queries.BEGIN_TRY,
        p_mail=row.mail,
        p_until=now + LEASE_MS,
        p_attempts=row.attempts + 1,
        p_first_try=first_try,
        p_token_hash=None if place is None else links.token_hash(token),
        p_place=None if place is None else place.name,
        p_circle=None if place is None else place.circle,
        p_seq=None if place is None else place.seq,
        p_expires_at=row.expires_at if place is None else now + limits().links.mail_ms,
    )
    envelope = Envelope(hub.settings.mail_from, to, links.message_id(hub, row.mail), now)
    content = write(letter, envelope)
    is_code = row.sign_in_code is not None
    worker = None if is_code or row.place == queries.SETTINGS else row.worker
    return Try(row.mail, worker, is_code, to, content, row.attempts + 1, first_try, row.undelivered)


Found = tuple[Letter, str, Place | None]


async def _written(unit: Unit, hub: Hub, row: Row, now: int) -> Found | None:
    if row.sign_in_code is not None:
        return await _code(unit, hub, row, now)
    if row.worker is None:
        return await _enrolment(unit, hub, row)
    if row.place == queries.SETTINGS:
        return await _ways(unit, hub, row)
    return await _digest(unit, hub, row, now)


async def _code(unit: Unit, hub: Hub, row: Row, now: int) -> Found | None:
    """Neither the subject, which a locked screen shows, nor the text says more than it must."""
    if now >= row.expires_at:
        await unit.run(queries.DROP_MAIL, p_mail=row.mail)
        return None
    digits = links.sign_in_code(hub, row.sign_in_code)
    shown = f"{digits[:4]} {digits[4:]}"
    minutes = (row.expires_at - row.made_at) // MINUTE
    letter = Letter("code", "Your sign-in code", hub.settings.public_url, code=shown, minutes=minutes)
    return letter, row.address, None


async def _enrolment(unit: Unit, hub: Hub, row: Row) -> Found:
    name = await legal_name(unit, row.organisation) if row.organisation is not None else ""
    subject = f"Your invitation to join {name}" if name else "Your invitation to set up your organisation"
    days = max(1, (row.expires_at - row.made_at) // DAY)
    return (
        Letter("enrolment", subject, links.enrolment_link(hub, row.invitation), name, (), days),
        row.address,
        None,
    )


async def _ways(unit: Unit, hub: Hub, row: Row) -> Found | None:
    """Which way it was, Settings shows: the mail, which others may read, does not say."""
    to = await unit.value(queries.MAIL_OF, p_worker=row.worker)
    if to is None:
        await unit.run(queries.DROP_MAIL, p_mail=row.mail)
        return None
    days = limits().links.mail_ms // DAY
    letter = Letter("ways", "How you sign in has changed", links.personal_link(hub, row.mail), days=days)
    return letter, str(to), Place(queries.SETTINGS)


async def _digest(unit: Unit, hub: Hub, row: Row, now: int) -> Found | None:
    if row.undelivered:
        await unit.run(queries.PUT_INTO, p_worker=row.worker, p_mail=row.mail)
    to = await unit.value(queries.MAIL_OF, p_worker=row.worker)
    told = await still_stands(unit, hub, await unit.all(queries.IN_MAIL, p_mail=row.mail, p_limit=MOST_TOLD))
    if to is None or not told:
        await unit.run(queries.DROP_MAIL, p_mail=row.mail)
        return None
    wait_until = _quiet_until(told, now)
    if wait_until > now:
        await unit.run(queries.POSTPONE, p_mail=row.mail, p_when=wait_until)
        return None
    name = await legal_name(unit, row.organisation)
    said = say_mail(nudges(told), name)
    days = limits().links.mail_ms // DAY
    letter = Letter("digest", said.subject, links.personal_link(hub, row.mail), name, said.lines, days)
    return letter, str(to), place_of(told)


def _quiet_until(told: list[Told], now: int) -> int:
    """A mail that was held up may have come into the night; then it waits for the morning."""
    if any(each.urgency == Urgency.IMMEDIATE for each in told):
        return now
    return calendar().next_service_moment(now)


def place_of(told: list[Told]) -> Place:
    """The one circle that all of it is about, or else the page that shows everything."""
    circles = {each.circle for each in told}
    if len(circles) > 1:
        return Place("today")
    [circle] = circles
    if circle is None:
        return Place("organisation")
    return Place("circle", circle, min((each.seq for each in told if each.seq is not None), default=None))


async def legal_name(unit: Unit, organisation: bytes) -> str:
    """The accredited name of the recipient's own organisation."""
    signed = await unit.value(queries.LEGAL_NAME, p_organisation=organisation)
    if signed is None:
        return UNKNOWN_NAME
    try:
        return str(unpack(Accreditation, unpack(Signed, signed).payload).legal_name)
    except CryptoError:
        return UNKNOWN_NAME


async def _hand_over(hub: Hub, server: Smtp, tries: list[Try]) -> list[Outcome]:
    """In one conversation. Once the server is away, the rest are not tried."""
    outcomes: list[Outcome] = []
    if not tries:
        return outcomes
    try:
        async with smtp.connected(server) as client:
            for each in tries:
                outcomes.append(await smtp.hand_over(client, hub.settings.mail_from, each.to, each.content))
                if outcomes[-1].away:
                    break
    except Away as away:
        return [Outcome(Fate.LATER, away.code, away=True)] * len(tries)
    rest = Outcome(Fate.LATER, outcomes[-1].code, away=True)
    return outcomes + [rest] * (len(tries) - len(outcomes))


async def _write_down(unit: Unit, each: Try, outcome: Outcome, now: int) -> None:
    this: dict[str, Any] = {"p_mail": each.mail, "p_attempts": each.attempts}
    if outcome.fate is Fate.TAKEN and each.is_code:
        await unit.run(queries.CODE_SENT, **this)
        return
    if outcome.fate is Fate.TAKEN:
        await unit.run(queries.SENT, **this, p_now=now)
        if each.worker is not None:
            await unit.run(queries.SET_LAST_SENT, p_worker=each.worker, p_now=now)
        return
    next_step = after_failure(
        rules().mail,
        attempts=each.attempts,
        first_try=each.first_try,
        now=now,
        jitter=random.random(),  # noqa: S311  spreads tries, hides nothing
        permanent=outcome.fate is Fate.NEVER,
    )
    if isinstance(next_step, GiveUp):
        log.warning("mail given up", extra={"code": f"{next_step.code}:{outcome.code}"})
        await unit.run(queries.GIVE_UP, **this, p_code=f"{next_step.code}:{outcome.code}", p_now=now)
        return
    undelivered = outcome.fate is not Fate.UNKNOWN and each.undelivered
    await unit.run(
        queries.TRY_AGAIN, **this, p_when=next_step.when, p_code=outcome.code, p_undelivered=undelivered
    )
