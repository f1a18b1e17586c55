"""Who is in a circle: opening it, inviting, answering, granting history, leaving, handing over; and what
else only control entries change. Each function makes one entry for the position it is given.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from crypto.encoding import to_array
from crypto.entries import (
    NOTHING,
    Accept,
    Close,
    Decline,
    EntryBox,
    Erase,
    Grant,
    Handover,
    Header,
    Hold,
    Invite,
    KeyedHash,
    Kind,
    Open,
    Reopen,
    circle_id,
    head_zero,
    header_id,
)
from crypto.organisation import box_hash
from crypto.private import boxes, content
from crypto.private.bodies import About, Asked
from keyholder.desk import Desk
from keyholder.errors import CannotSend
from keyholder.rekeying import listed
from keyholder.writing import Position, Writing, finish


@dataclass(frozen=True, slots=True)
class Opened:
    """A circle that is ready to be posted: the request's body, and its first key."""

    circle: bytes
    request: dict[str, object]
    entry_hash: bytes
    epoch_key: bytes


def opening(desk: Desk, about: About) -> Opened:
    """The first entry of a new circle, owned by the writer's organisation."""
    nonce, key, now = os.urandom(16), os.urandom(32), desk.clock()
    chain = desk.directory.organisation(desk.me.organisation)
    seed = Header(
        1,
        Kind.OPEN,
        bytes(32),
        1,
        desk.me.worker,
        desk.me.organisation,
        chain.head,
        bytes(32),
        0,
        bytes(32),
        NOTHING,
        now,
        (),
        b"",
    )
    circle = circle_id(seed, nonce)
    zero = head_zero(circle)
    listing, box = listed(desk, circle, 1, zero, desk.me.organisation, key)
    facts = Open(nonce, (listing,), (), content.commitment(circle, 1, key))
    header = _placed(seed, circle, zero, facts)
    entry, sealed = finish(desk, header, content.entry_key(key, header_id(header)), about)
    request: dict[str, object] = {
        "header": entry.header,
        "signature": entry.signature,
        "body": sealed,
        "boxes": [box],
    }
    return Opened(circle, request, entry.hash, key)


def _placed(seed: Header, circle: bytes, zero: bytes, facts: Open) -> Header:
    return replace(seed, circle=circle, control_head=zero, seen_head=zero, facts=tuple(to_array(facts)))


def said(position: Position, text: str = "", title: str = "") -> Asked:
    """The words that go with a control entry."""
    return Asked(1, position.desk.me.name, title, text)


async def invite(
    position: Position, organisation: bytes, title: str, text: str, due: int, epochs: Sequence[int]
) -> Writing:
    """Ask an organisation in, with the key in force and the chosen earlier epochs' keys."""
    circle, desk, control = position.circle, position.desk, position.circle.control_head
    number, nonce, body_key = circle.epoch.number, os.urandom(16), os.urandom(32)
    listing, box = listed(desk, circle.id, number, control, organisation, position.key)
    given = [
        (epoch, _epoch_box(position, organisation, epoch, control)) for epoch in epochs if epoch != number
    ]
    body_boxes = [body_box(position, o, nonce, body_key) for o in sorted({*circle.members, organisation})]
    facts = Invite(
        listing,
        due,
        nonce,
        tuple(sorted(box_hash(each) for each in body_boxes)),
        tuple(KeyedHash(epoch, box_hash(each)) for epoch, each in given),
    )
    every = (box, *body_boxes, *(each for _, each in given))
    return Writing(Kind.INVITE, facts, said(position, text, title), every, body_key=body_key)


def body_box(position: Position, organisation: bytes, nonce: bytes, key: bytes) -> bytes:
    """The box of a body's own key, to one organisation's newest generation."""
    desk, listing = position.desk, position.circle.listing(organisation)
    chain = desk.directory.organisation(organisation)
    generation = chain.generations[listing.generation - 1] if listing else chain.generation
    info = boxes.body_info(
        position.circle.id, nonce, desk.me.worker, organisation, generation.number, generation.key_hash
    )
    return boxes.seal(generation.box_key, key, info)


def _epoch_box(position: Position, organisation: bytes, epoch: int, control_head: bytes) -> bytes:
    key = position.keys.get(epoch)
    if key is None:
        raise CannotSend("Your organisation does not hold that part of the history.")
    generation = position.desk.directory.organisation(organisation).generation
    info = boxes.epoch_info(
        position.circle.id, epoch, control_head, organisation, generation.number, generation.key_hash
    )
    return boxes.seal(generation.box_key, key, info)


def answer(position: Position, invitation: bytes, key: bytes | None, text: str, reason: int) -> Writing:
    """Accept (reason 0) or decline. ``key`` is the invitation's own, which everyone who was asked has."""
    kind = Kind.DECLINE if reason else Kind.ACCEPT
    facts = Decline(invitation, reason) if reason else Accept(invitation)
    return Writing(kind, facts, said(position, text), body_key=key)


def grant(position: Position, organisation: bytes, epochs: Sequence[int], entries: Sequence[int]) -> Writing:
    """Give a member history: whole epochs, or single entries."""
    if organisation not in position.circle.members:
        raise CannotSend("History is for members who have accepted.")
    generation = position.desk.directory.organisation(organisation).generation
    control = position.circle.control_head
    whole = [(epoch, _epoch_box(position, organisation, epoch, control)) for epoch in epochs]
    single = [_entry_box(position, organisation, seq) for seq in entries]
    facts = Grant(
        organisation,
        generation.number,
        generation.key_hash,
        tuple(KeyedHash(epoch, box_hash(box)) for epoch, box in whole),
        tuple(EntryBox(entry, box_hash(box)) for entry, box in single),
    )
    every = (*(box for _, box in whole), *(box for _, box in single))
    return Writing(Kind.GRANT, facts, said(position), every)


def _entry_box(position: Position, organisation: bytes, seq: int) -> tuple[bytes, bytes]:
    verified = position.book.at(seq)
    epoch_key = position.keys.get(verified.header.epoch)
    if epoch_key is None or getattr(verified.facts, "restricted", None) is not None:
        raise CannotSend("That entry's key cannot be given from here.")
    generation = position.desk.directory.organisation(organisation).generation
    info = boxes.entry_key_info(
        position.circle.id,
        verified.placed.hash,
        organisation,
        generation.number,
        generation.key_hash,
    )
    key = content.entry_key(epoch_key, header_id(verified.header))
    return verified.placed.hash, boxes.seal(generation.box_key, key, info)


def close(position: Position, reason: int, text: str) -> Writing:
    """Support here has ended."""
    return Writing(Kind.CLOSE, Close(reason), said(position, text))


def reopen(position: Position, reason: int, text: str) -> Writing:
    """It goes on."""
    return Writing(Kind.REOPEN, Reopen(reason), said(position, text))


def erase(position: Position, seq: int, reason: int) -> Writing:
    """Erase one entry's body."""
    return Writing(Kind.ERASE, Erase(position.book.at(seq).placed.hash, reason), said(position))


def hold(position: Position, number: bytes, on: bool, reason: int) -> Writing:
    """Put a hold on, or take it off."""
    return Writing(Kind.HOLD, Hold(number, on, reason), said(position))


def hand_over(position: Position, organisation: bytes, text: str) -> Writing:
    """Offer the circle to another member."""
    return Writing(Kind.HANDOVER, Handover(organisation), said(position, text))
