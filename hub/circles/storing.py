"""Writing down an entry that holds: its row, the circle's new head, its boxes, and who is in the circle
now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crypto.circle import Circle, Placed
from crypto.entries import Entry, Erase, Header, Invite, Kind
from hub.circles import queries, state
from hub.circles.boxes import Box
from hub.circles.state import Summary
from hub.kernel.refusals import NotFound
from storage.database import Change, Row, Unit


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is well formed, its poster's own, and complete with body and boxes. Nothing more is
    known of it."""

    entry: Entry
    hash: bytes
    header: Header
    facts: Any
    body: bytes
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What becomes of the circle by it. ``before`` is None for an opening."""

    placed: Placed
    head: bytes
    before: Circle | None
    after: Circle
    summary: Summary


async def store(unit: Unit, draft: Draft, taken: Taken, row: Row | None, notices: Sequence[Change]) -> bool:
    """Write all of it, and the notices; False if somebody else opened this circle at the same moment. Raises
    NotFound."""
    moved = _moved(draft.header, draft.facts, taken, row)
    entry = Change(queries.ADD, _added(draft, taken))
    if row is None:
        if not await unit.run(queries.START, circle=draft.header.circle, **moved):
            return False
        changes = [entry]
    else:
        changes = [entry, *_moves(row.circle, moved)]
    if not draft.header.is_control:
        await unit.run_together([*changes, *notices])
        await _add_boxes(unit, draft, taken)
        return True
    await unit.run_together(changes)
    await _add_boxes(unit, draft, taken)
    await _add_control(unit, draft, taken)
    await unit.run_together(notices)  # whom they reach depends on who is in the circle now
    return True


def _moves(circle: bytes, moved: dict[str, Any]) -> list[Change]:
    values = {f"c_{name}": value for name, value in moved.items()}
    return [
        Change(queries.MOVE, {"e_circle": circle, **values}),
        Change(queries.TOUCH, {"e_circle": circle, "e_received_at": moved["received_at"]}),
    ]


def _moved(header: Header, facts: Any, taken: Taken, row: Row | None) -> dict[str, Any]:
    """The circle's row. What it is called is said by its opening or the newest details that all may read."""
    names = header.kind == Kind.OPEN or (header.kind == Kind.DETAILS and facts.restricted is None)
    return {
        "seq": taken.placed.seq,
        "head": taken.head,
        "control_head": taken.after.control_head,
        "epoch": taken.after.epoch.number,
        "received_at": taken.placed.received_at,
        "about_seq": taken.placed.seq if names or row is None else row.about_seq,
        "summary": state.pack(taken.summary),
    }


def _added(draft: Draft, taken: Taken) -> dict[str, Any]:
    """The entry's row."""
    header, placed = draft.header, taken.placed
    return {
        "e_circle": header.circle,
        "e_seq": placed.seq,
        "e_hash": placed.hash,
        "e_kind": header.kind,
        "e_epoch": header.epoch,
        "e_worker": header.worker,
        "e_organisation": header.organisation,
        "e_received_at": placed.received_at,
        "e_head": taken.head,
        "e_header": draft.entry.header,
        "e_signature": draft.entry.signature,
        "e_body": draft.body,
    }


async def _add_boxes(unit: Unit, draft: Draft, taken: Taken) -> None:
    header, placed = draft.header, taken.placed
    rows = [
        {"circle": header.circle, "seq": placed.seq, "box": each.box, **each.named._asdict()}
        for each in draft.boxes
    ]
    await unit.run_many(queries.ADD_BOX, rows)


async def _add_control(unit: Unit, draft: Draft, taken: Taken) -> None:
    header, placed = draft.header, taken.placed
    await unit.run(
        queries.ADD_CONTROL, circle=header.circle, seq=placed.seq, hash=placed.hash, epoch=header.epoch
    )
    await _place(unit, draft, taken)
    await _leave(unit, taken)
    if isinstance(draft.facts, Erase):
        await _erase(unit, header.circle, draft.facts.entry)
    if header.kind in (Kind.OPEN, Kind.ACCEPT):
        await unit.run(
            queries.ASSIGN,
            circle=header.circle,
            worker=header.worker,
            organisation=header.organisation,
            assigned_by=header.worker,
            assigned_at=placed.received_at,
        )


async def _place(unit: Unit, draft: Draft, taken: Taken) -> None:
    """Who is new, or stands otherwise than before."""
    before, after = taken.before, taken.after
    for organisation in after.pending if isinstance(draft.facts, Invite) else ():
        if before is None or organisation not in before.pending:
            await _put(unit, taken, organisation, "invited", draft.facts)
    for organisation in after.members:
        standing = "owner" if organisation == after.owner else "member"
        if before is None or standing != _standing(before, organisation):
            await _put(unit, taken, organisation, standing, None)


def _standing(circle: Circle, organisation: bytes) -> str | None:
    if organisation not in circle.members:
        return None
    return "owner" if organisation == circle.owner else "member"


async def _put(unit: Unit, taken: Taken, organisation: bytes, standing: str, invite: Invite | None) -> None:
    placed = taken.placed
    await unit.run(
        queries.PUT_PLACE,
        circle=taken.after.id,
        organisation=organisation,
        standing=standing,
        activity=placed.received_at,
        invite_hash=placed.hash if invite else None,
        invite_seq=placed.seq if invite else None,
        invited_at=placed.received_at if invite else None,
        answer_due=invite.answer_due if invite else None,
    )


async def _leave(unit: Unit, taken: Taken) -> None:
    """Who left has no place, no assignments; what an invitee was to have on accepting is gone for good."""
    if taken.before is None:
        return
    present = taken.after.members.keys() | taken.after.pending.keys()
    asked = taken.before.pending.keys() - present
    for organisation in asked:
        await unit.run(queries.WITHDRAW_BOXES, circle=taken.after.id, organisation=organisation)
    for organisation in asked | (taken.before.members.keys() - present):
        await unit.run(queries.UNASSIGN_ALL, circle=taken.after.id, organisation=organisation)
        await unit.run(queries.DROP_PLACE, circle=taken.after.id, organisation=organisation)


async def _erase(unit: Unit, circle: bytes, entry: bytes) -> None:
    if not await unit.run(queries.ERASE, of=circle, erased=entry):
        raise NotFound("There is no such entry in this circle.")


def with_assignment(summary: Summary, header: Header) -> Summary:
    """Who opens a circle or accepts an invitation works on it."""
    if header.kind not in (Kind.OPEN, Kind.ACCEPT):
        return summary
    return state.with_worker(summary, header.organisation, header.worker, on=True)
