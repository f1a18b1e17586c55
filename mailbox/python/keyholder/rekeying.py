"""A new epoch: a fresh key for exactly those who belong here, each under the newest key they have.

Made when someone leaves, when an organisation renewed its keys or lost its accreditation, or when a box was
bad. An organisation whose accreditation lapsed is left out; everyone else stays.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from crypto.entries import Kind, Listing, Rekey
from crypto.organisation import box_hash
from crypto.private import boxes, content
from crypto.private.bodies import Asked
from keyholder.desk import Desk
from keyholder.errors import CannotSend
from keyholder.writing import Position, Writing
from policies.codes import reasons


def new_epoch(position: Position, removed: Iterable[bytes] = (), reason: int = 0, text: str = "") -> Writing:
    """The rekey that the circle needs now, without ``removed``.

    Raises:
        CannotSend: it would have to leave out the owner, or this worker's own organisation is lapsed.
    """
    circle, desk = position.circle, position.desk
    chosen = set(removed)
    lapsed = {o for o in {*circle.members, *circle.pending} - chosen if _standing(desk, o) is None}
    _may_leave_out(position, lapsed)
    gone = chosen | lapsed
    epoch, key = circle.epoch.number + 1, os.urandom(32)
    given = {
        organisation: listed(desk, circle.id, epoch, circle.control_head, organisation, key)
        for organisation in sorted({*circle.members, *circle.pending} - gone)
    }
    facts = Rekey(
        tuple(given[o][0] for o in given if o in circle.members),
        tuple(given[o][0] for o in given if o in circle.pending),
        tuple(sorted(gone)),
        content.commitment(circle.id, epoch, key),
        reason or (_accreditation_ended() if gone else 0),
    )
    return Writing(
        Kind.REKEY,
        facts,
        Asked(1, desk.me.name, "", text),
        tuple(box for _, box in given.values()),
        epoch_key=key,
    )


def listed(
    desk: Desk, circle: bytes, epoch: int, control_head: bytes, organisation: bytes, key: bytes
) -> tuple[Listing, bytes]:
    """An organisation's place in an epoch, and the box that gives it the key.

    Raises:
        CannotSend: it is not accredited now.
    """
    chain = desk.directory.organisation(organisation)
    standing = _standing(desk, organisation)
    if standing is None:
        raise CannotSend("That organisation is not accredited at present.")
    generation = chain.generation
    info = boxes.epoch_info(circle, epoch, control_head, organisation, generation.number, generation.key_hash)
    box = boxes.seal(generation.box_key, key, info)
    listing = Listing(
        organisation, chain.head, generation.number, generation.key_hash, standing, box_hash(box)
    )
    return listing, box


def _may_leave_out(position: Position, lapsed: set[bytes]) -> None:
    if position.desk.me.organisation in lapsed:
        raise CannotSend("Your organisation's accreditation has ended. Its manager can ask the commissioner.")
    if position.circle.owner in lapsed:
        raise CannotSend(
            "The accreditation of this circle's owner has ended, so nothing can be sent here safely.",
            "The commissioner must renew it or name another owner.",
        )


def _standing(desk: Desk, organisation: bytes) -> bytes | None:
    found = desk.directory.standing(organisation, desk.clock())
    return None if found is None else found[0]


def _accreditation_ended() -> int:
    row = reasons().removal.by_key("accreditation_ended")
    assert row is not None, "policies ship this reason"
    return row.code
