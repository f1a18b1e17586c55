"""Taking an entry in: judged by the rules every reader enforces, given its place, promised by a receipt.

One row lock on the circle makes the order. All is one transaction, and the receipt is given only once that
is durable. The same entry again, also at the same moment, gets the same receipt and is stored once.
"""

from __future__ import annotations

from typing import Any

from crypto import circle as control
from crypto import log
from crypto.circle import Circle, Directory, Placed
from crypto.entries import (
    Entry,
    Header,
    Invite,
    Kind,
    Receipt,
    head_zero,
    next_head,
    read_facts,
    read_header,
    sign_receipt,
    verify_body,
)
from crypto.errors import CryptoError, Forged, NotAllowed, Stale
from crypto.organisation import Organisation, Role
from hub.circles import announcing, boxes, queries, rules, state, storing
from hub.circles.reactions import Posted, Reactions
from hub.circles.schemas import PostEntry, ReceiptOut
from hub.circles.state import States, Summary
from hub.circles.storing import Draft, Taken
from hub.kernel import refusals
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import NotFound, Refused
from hub.organisations import service as organisations
from storage.database import Row, Unit


class StaleEntry(Refused):
    code, status, title = "stale", 409, "The circle has moved on"


def read(circle: bytes, sent: PostEntry, caller: Caller, now: int) -> Draft:
    """Everything that can be judged without the database. Raises crypto's errors, NotAllowed, WrongBoxes,
    ClockAhead."""
    entry = Entry(sent.header, sent.signature)
    header = read_header(entry)
    if header.circle != circle:
        raise Forged("the entry belongs to another circle")
    if (header.worker, header.organisation) != (caller.worker, caller.organisation):
        raise refusals.NotAllowed("An entry is posted by who signed it.")
    verify_body(header, sent.body)
    facts = read_facts(header)
    rules.check_times(header, now)
    rules.check_codes(header, facts)
    named = boxes.matched(header, facts, sent.boxes)
    return Draft(entry, entry.hash, header, facts, sent.body, named)


async def post_entry(unit: Unit, hub: Hub, caller: Caller, draft: Draft, now: int) -> tuple[ReceiptOut, bool]:
    """Take an entry in. The receipt, and whether it is new. Raises what the rules refuse; 404 for strangers.

    An entry that was taken in before breaks the rules now (it follows itself), so only then is it looked for.
    """
    row = await _locked(unit, draft.header)
    try:
        taken = await _judged(unit, hub, caller, draft, row, now)
    except (Refused, CryptoError) as refusal:
        return await _same(unit, hub, draft, _told(refusal, row)), False
    posted = _posted(caller, draft, taken)
    notices = announcing.notices(unit, hub, posted, taken.summary)
    if not await storing.store(unit, draft, taken, row, notices):
        return await _same(unit, hub, draft, StaleEntry("somebody else opened this circle")), False
    announcing.publish(unit, hub, posted, taken.summary)
    for react in hub.part(Reactions).calls:
        await react(unit, hub, posted)
    return _receipt(hub, draft.header.circle, taken.head, taken.placed), True


async def _same(unit: Unit, hub: Hub, draft: Draft, refusal: Exception) -> ReceiptOut:
    """The receipt of the same entry, taken in earlier. Raises ``refusal`` if there is none."""
    circle = draft.header.circle
    same = await unit.one(queries.SAME, circle=circle, hash=draft.hash)
    if same is None:
        raise refusal
    return receipt(hub, circle, same)


def _told(refusal: Exception, row: Row | None) -> Exception:
    """A stale entry is told where the circle stands, so that it can be sealed again."""
    if not isinstance(refusal, Stale) or row is None:
        return refusal
    return StaleEntry(
        str(refusal), control_head=row.control_head, epoch=row.epoch, seq=row.seq, head=row.head
    )


async def _locked(unit: Unit, header: Header) -> Row | None:
    asked = {
        "circle": header.circle,
        "organisation": header.organisation,
        "worker": header.worker,
        "seen_seq": header.seen_seq,
    }
    row = await unit.one(queries.LOCK, **asked)
    if row is not None and row.before_seq != row.seq:
        row = await unit.one(queries.LOCK, **asked)
    return row


async def _judged(unit: Unit, hub: Hub, caller: Caller, draft: Draft, row: Row | None, now: int) -> Taken:
    if row is None and draft.header.kind != Kind.OPEN:
        raise NotFound
    if row is None or draft.header.is_control:
        return await _judged_control(unit, hub, caller, draft, row, now)
    header, summary = draft.header, state.unpack(row.summary)
    heads = await _heads_in_force(unit, row, header)
    circle = state.light(row, summary, heads)
    place = summary.place(caller.organisation)
    assigned = place is not None and caller.worker in place.workers
    rules.check_posting(caller, circle, header, draft.facts, assigned=assigned)
    chain = await organisations.chain_at(unit, header.organisation, row.chain_length, row.chain_head)
    placed = _placed(draft, row, now)
    _check_author(draft, chain, row, placed)
    control.check_author(circle, header)
    control.check_content(circle, header)
    position = log.check_head(header, chain, circle, summary.used())
    return _taken(placed, row, circle, circle, state.with_used(summary, header.organisation, position))


async def _heads_in_force(unit: Unit, row: Row, header: Header) -> list[bytes]:
    """The control heads of the epoch in force that matter here: the newest, and the one that is named."""
    if header.control_head == row.control_head:
        return [row.control_head]
    epoch = await unit.value(queries.HEAD_EPOCH, circle=row.circle, hash=header.control_head)
    return [row.control_head, header.control_head] if epoch == row.epoch else [row.control_head]


async def _judged_control(
    unit: Unit, hub: Hub, caller: Caller, draft: Draft, row: Row | None, now: int
) -> Taken:
    header, facts = draft.header, draft.facts
    summary = state.unpack(row.summary) if row else None
    before = await state.whole(unit, hub, row, now) if row else None
    place = summary.place(caller.organisation) if summary else None
    assigned = place is not None and caller.worker in place.workers
    rules.check_posting(caller, before, header, facts, assigned=assigned)
    directory = await organisations.directory(unit, state.named([(header, facts)]), now)
    chain = directory.organisation(header.organisation)
    placed = _placed(draft, row, now)
    _check_author(draft, chain, row, placed)
    if before is not None:
        control.check_author(before, header)
        await _check_invitation(unit, before, header, facts, directory, placed.received_at)
    after = control.apply(before, header, facts, placed, directory)
    control.check_live(facts, directory, now)
    position = log.check_head(header, chain, before or after, summary.used() if summary else {})
    grown = state.with_used(state.summarised(after, summary), header.organisation, position)
    grown = storing.with_assignment(grown, header)
    unit.after_commit(lambda: hub.part(States).put(after))
    return _taken(placed, row, before, after, grown)


async def _check_invitation(
    unit: Unit, circle: Circle, header: Header, facts: Any, directory: Directory, now: int
) -> None:
    """What policies say of inviting and answering, beside what is signed."""
    if isinstance(facts, Invite):
        rules.check_invite(circle, facts.listing, directory, now)
    elif header.organisation in circle.pending:
        place = await unit.one(
            queries.PLACE, circle=circle.id, organisation=header.organisation, worker=header.worker
        )
        if place is not None and place.invited_at is not None:
            rules.check_answer(place.invited_at, now)


def _placed(draft: Draft, row: Row | None, now: int) -> Placed:
    return Placed(draft.hash, row.seq + 1 if row else 1, max(now, row.received_at) if row else now)


def _check_author(draft: Draft, chain: Organisation, row: Row | None, placed: Placed) -> None:
    """As `crypto.log.Log.extend` does; and besides, the author still stands in the organisation today."""
    header = draft.header
    log.check_signature(draft.entry, header, chain, placed.received_at)
    member = chain.members.get(header.worker)
    if member is None or member.role not in (Role.WORKER, Role.MANAGER):
        raise NotAllowed("that worker is not in the organisation any more")
    _check_seen(header, row)
    log.check_previous(header, {log.author(header): row.last_hash} if row and row.last_hash else {})


def _check_seen(header: Header, row: Row | None) -> None:
    if header.seen_seq > (row.seq if row else 0):
        raise Forged("the author names a position that is not before this entry")
    head = head_zero(header.circle) if header.seen_seq == 0 or row is None else row.seen_head
    if head != header.seen_head:
        raise Forged("the author was shown another history")


def _taken(placed: Placed, row: Row | None, before: Circle | None, after: Circle, summary: Summary) -> Taken:
    last = row.head if row else head_zero(after.id)
    head = next_head(last, placed.hash, placed.seq, placed.received_at)
    return Taken(placed, head, before, after, summary)


def _posted(caller: Caller, draft: Draft, taken: Taken) -> Posted:
    return Posted(
        circle=draft.header.circle,
        seq=taken.placed.seq,
        entry_hash=draft.hash,
        header=draft.header,
        facts=draft.facts,
        before=taken.before,
        after=taken.after,
        caller=caller,
        now=taken.placed.received_at,
    )


def receipt(hub: Hub, circle: bytes, row: Row) -> ReceiptOut:
    """The hub's promise for a stored entry (hash, seq, head, received_at). The same entry has the same one
    each time."""
    return _receipt(hub, circle, row.head, Placed(row.hash, row.seq, row.received_at))


def _receipt(hub: Hub, circle: bytes, head: bytes, placed: Placed) -> ReceiptOut:
    promise = Receipt(1, circle, placed.seq, placed.hash, head, placed.received_at)
    signature = sign_receipt(promise, hub.part(States).receipt_key)
    return ReceiptOut(
        seq=placed.seq, entry_hash=placed.hash, head=head, received_at=placed.received_at, signature=signature
    )
