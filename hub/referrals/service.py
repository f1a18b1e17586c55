"""Letters: taken in if they are sealed to the receiver's key in force, given out to its workers after a
statement.

The signature is the permission to write: a worker's, checked against their organisation's chain as it
stands today, or none at all, for a referral that somebody makes without an account. The latter is kept
small and rare.
"""

from __future__ import annotations

import struct

from crypto.errors import NotAllowed as NotAllowedThere
from crypto.letters import Letter, LetterHeader, LetterKind, read_letter, verify_sender
from crypto.organisation import Organisation, Role
from crypto.statements import Act, ObjectKind
from hub.accounts import service as accounts
from hub.audit import service as audit
from hub.circles.access import OtherWords, read_stated
from hub.circles.rules import refuse_if_denied
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.cursors import read_cursor
from hub.kernel.limits import Rate
from hub.kernel.refusals import Conflicting, Malformed, NotAllowed, NotFound, Refused, TooLarge
from hub.notifications import service as notifications
from hub.notifications.service import Notice
from hub.organisations import service as organisations
from hub.referrals import queries
from hub.referrals.schemas import FetchLetter, LetterLine, LetterOut, LettersOut, PostedLetter, PostLetter
from policies.access import in_good_standing
from policies.limits import limits
from policies.people import Role as PersonRole
from policies.urgency import Urgency
from storage.database import Unit

UNSIGNED_BODY = 128 * 1024
UNSIGNED_WAITING = 10_000
"""Unsigned letters that may lie unread with one organisation; a flood must not fill the disk."""
UNSIGNED = Rate(600, 3600, by="proof")
"""Unsigned letters to one organisation, counted only once they could be kept: rubbish, or a flood to
another organisation, takes nobody's place."""
CURSOR = struct.Struct(">Q16s")
LATEST = 2**63 - 1
SIGNED = Rate(600, 3600, by="proof")
"""Letters of one worker, counted only once the signature holds: nobody else can use them up."""
WRITERS = (Role.WORKER, Role.MANAGER)


class OldKey(Refused):
    code, status, title = "stale", 409, "The receiver has a newer key"


def read(sent: PostLetter, now: int) -> tuple[Letter, LetterHeader]:
    """Everything that can be judged without the database. Raises crypto's errors, NotAllowed, TooLarge."""
    letter = Letter(sent.header, sent.signature)
    header = read_letter(letter, sent.box, sent.body)
    if header.sent_at > now + limits().entries.clock_skew_ms:
        raise NotAllowed("Set this computer's clock, then seal again.", reason="clock_ahead")
    if header.worker:
        return letter, header
    if letter.signature or header.kind != LetterKind.REFERRAL:
        raise NotAllowed("Without an account only a referral can be sent.", reason="referral_only")
    if len(sent.body) > UNSIGNED_BODY:
        raise TooLarge(limit=UNSIGNED_BODY)
    return letter, header


async def post_letter(
    unit: Unit, hub: Hub, letter: Letter, header: LetterHeader, sent: PostLetter, now: int
) -> tuple[PostedLetter, bool]:
    """Keep a letter; the answer, and whether it is new. The same one again is not kept twice."""
    digest = letter.hash
    same = await unit.value(queries.SAME, hash=digest)
    if same is not None:
        return PostedLetter(letter=header.letter, received_at=same), False
    await _check(unit, hub, letter, header, now)
    added = await unit.run(
        queries.ADD,
        hash=digest,
        letter=header.letter,
        receiver=header.receiver,
        kind=header.kind,
        sender=header.organisation or None,
        received_at=now,
        fetched_at=None,
        header=letter.header,
        signature=letter.signature,
        box=sent.box,
        body=sent.body,
    )
    if not added:
        return await _met(unit, digest, header), False
    notice = Notice("letter", header.receiver, None, None, None, Urgency.NEW, subject=header.letter)
    await notifications.notify(unit, hub, notice, now)
    return PostedLetter(letter=header.letter, received_at=now), True


async def _met(unit: Unit, digest: bytes, header: LetterHeader) -> PostedLetter:
    """Something was there already: the same letter, sent at the same moment, or another under its id."""
    same = await unit.value(queries.SAME, hash=digest)
    if same is None:
        raise Conflicting("That letter's id is taken.")
    return PostedLetter(letter=header.letter, received_at=same)


async def _check(unit: Unit, hub: Hub, letter: Letter, header: LetterHeader, now: int) -> None:
    """Receiver and sender as they stand today."""
    kind = await organisations.accreditation_kind(unit, header.receiver, now)
    if kind is None or (not header.worker and kind != "vcu"):
        raise NotFound("No such organisation takes letters here.")
    generation = (await organisations.chain(unit, header.receiver)).generation
    if (generation.number, generation.key_hash) != (header.generation, header.key_hash):
        raise OldKey("Seal the letter to the key of its newest generation.", generation=generation.number)
    if not header.worker:
        waiting = await unit.value(queries.WAITING, receiver=header.receiver)
        if (waiting or 0) >= UNSIGNED_WAITING:
            raise NotAllowed("Too many letters wait there. Telephone instead.", reason="too_many_letters")
        hub.buckets.spend(UNSIGNED, "letters-unsigned", header.receiver, now)
        return
    sender = await organisations.chain(unit, header.organisation)
    if await organisations.accreditation_kind(unit, header.organisation, now) is None:
        raise NotAllowed("The sending organisation is not accredited.", reason="not_accredited")
    verify_sender(letter, header, sender, now)
    _check_standing(sender, header.worker)
    hub.buckets.spend(SIGNED, "letters-signed", header.worker, now)


def _check_standing(sender: Organisation, worker: bytes) -> None:
    member = sender.members.get(worker)
    if member is None or member.role not in WRITERS:
        raise NotAllowedThere("that worker is not in the organisation any more")


def _check_reader(caller: Caller) -> None:
    """Who reads an organisation's letters: its workers and managers, never a reviewer."""
    person = accounts.person(caller)
    refuse_if_denied(in_good_standing(person))
    if person.role not in (PersonRole.WORKER, PersonRole.MANAGER):
        raise NotAllowed("Your role does not open letters.", reason="role_sees_no_content")


async def list_letters(unit: Unit, caller: Caller, after: bytes | None, limit: int) -> LettersOut:
    """The letters to the caller's organisation, oldest first."""
    _check_reader(caller)
    words = {"receiver": caller.organisation, "limit": limit + 1}
    if after is None:
        rows = await unit.all(queries.LIST, **words)
    else:
        moment, letter = read_cursor(CURSOR, after)
        if moment > LATEST:
            raise Malformed("after must be what next was.")
        rows = await unit.all(queries.LIST_AFTER, **words, moment=moment, after=letter)
    page, more = rows[:limit], len(rows) > limit
    items = [
        LetterLine(
            letter=row.letter,
            kind=row.kind,
            sender_organisation=row.sender,
            received_at=row.received_at,
            fetched=row.fetched_at is not None,
        )
        for row in page
    ]
    last = CURSOR.pack(page[-1].received_at, page[-1].letter).hex() if more else None
    return LettersOut(items=items, next=last)


async def fetch_letter(hub: Hub, caller: Caller, letter: bytes, asked: FetchLetter, now: int) -> LetterOut:
    """One letter, after the statement that names it is durable."""
    _check_reader(caller)
    stated = read_stated(asked.statement, Act.FETCHED, b"", frozenset({ObjectKind.LETTER}))
    if [each.id for each in stated.statement.objects] != [letter]:
        raise OtherWords("It must name this letter and nothing else.")
    words = {"receiver": caller.organisation, "letter": letter}
    async with hub.database.read() as unit:
        row = await unit.one(queries.LETTER, **words)
    if row is None:
        raise NotFound
    recorded = await audit.record(hub, [stated.signed], caller, now)
    async with hub.database.write() as unit:
        await unit.run(queries.FETCHED, which=row.hash, fetched_at=now)
    return LetterOut(
        header=row.header,
        signature=row.signature,
        box=row.box,
        body=row.body,
        received_at=row.received_at,
        **recorded._asdict(),
    )
