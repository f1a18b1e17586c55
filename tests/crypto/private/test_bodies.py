"""A body is read as its entry's kind says, and belongs to that entry alone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crypto import facts
from crypto.accreditation import OrganisationKind
from crypto.encoding import pack
from crypto.entries import Kind, read_header
from crypto.entries import header_id as header_id_of
from crypto.errors import Forged, Malformed, NotForMe, UpdateNeeded
from crypto.private import bodies, boxes, content
from tests.crypto.build import Ring, World, default_body, seed, some_id


def _ring() -> Ring:
    world = World()
    return Ring(world, world.house("Unit", OrganisationKind.VCU))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DOCUMENT])
def test_each_kind_of_body_opens_as_it_was_sealed(kind: Kind) -> None:
    ring = _ring()
    header = ring.header(kind, ring.owner, ring.owner.manager, facts.Message(None))
    sealed = bodies.seal_body(seed("key"), header, default_body(kind))
    assert bodies.open_body(seed("key"), header, sealed) == default_body(kind)


def test_a_body_opens_only_under_its_own_header() -> None:
    ring = _ring()
    header = ring.header(Kind.MESSAGE, ring.owner, ring.owner.manager, facts.Message(None))
    sealed = bodies.seal_body(seed("key"), header, default_body(Kind.MESSAGE))
    moved = msgspec.structs.replace(header, sent_at=header.sent_at + 1)
    with pytest.raises(NotForMe):
        bodies.open_body(seed("key"), moved, sealed)


def test_a_body_that_is_too_long_is_refused_before_it_is_sent() -> None:
    ring = _ring()
    header = ring.header(Kind.PLAN, ring.owner, ring.owner.manager, facts.Message(None))
    needs = tuple(bodies.Need(1, "x" * 4000, False) for _ in range(80))
    with pytest.raises(Malformed, match="too long"):
        bodies.seal_body(seed("key"), header, bodies.CarePlan(1, "Ann", "", needs))


def test_a_body_of_a_later_kind_asks_for_an_update() -> None:
    with pytest.raises(UpdateNeeded):
        bodies.body_type(99)


def test_a_body_of_another_shape_is_refused() -> None:
    ring = _ring()
    header = ring.header(Kind.MESSAGE, ring.owner, ring.owner.manager, facts.Message(None))
    context = content.body_context(header_id_of(header))
    sealed = content.seal(seed("key"), context, content.pad(pack(default_body(Kind.PLAN))))
    with pytest.raises(Malformed):
        bodies.open_body(seed("key"), header, sealed)


def test_a_manifest_is_of_the_document_its_entry_names() -> None:
    ring = _ring()
    said = facts.Document(None, some_id("document"), 2, 1160)
    header = read_header(ring.entry(Kind.DOCUMENT, said))
    values: dict[str, Any] = {"document": some_id("document"), "number": 2, "stored": 1160}
    manifest = _manifest(**values)
    bodies.check_manifest(header, manifest)
    for field, wrong in (("document", some_id("x")), ("number", 1), ("stored", 1161)):
        with pytest.raises(Forged):
            bodies.check_manifest(header, _manifest(**{**values, field: wrong}))
    message = read_header(ring.entry(Kind.MESSAGE, facts.Message(None)))
    with pytest.raises(Forged):
        bodies.check_manifest(message, manifest)


def _manifest(document: bytes, number: int, stored: int) -> bodies.Manifest:
    hashed = seed("hash")
    return bodies.Manifest(
        1, "Ann", document, number, "a", "application/pdf", 10, 1024, stored, hashed, hashed,
        hashed, 0, "",
    )  # fmt: skip


def test_a_members_end_opens_what_is_said_and_one_who_left_opens_nothing_later() -> None:
    world = World()
    unit = world.house("Unit", OrganisationKind.VCU, real=True)
    partner = world.house("Partner", real=True)
    ring = Ring(world, unit, real=True)
    ring.join(partner)
    said = ring.say(text="before")
    listing, control_head = ring.circle.epoch.holders[partner.id]
    info = boxes.epoch_info(ring.id, 1, control_head, partner.id, 1, listing.key_hash)
    epoch_key = partner.secret.box.open(ring.boxes[listing.box_hash], info)
    assert content.commitment(ring.id, 1, epoch_key) == ring.circle.epoch.commitment
    entry_key = content.entry_key(epoch_key, header_id_of(said.header))
    assert bodies.open_body(entry_key, said.header, ring.bodies[said.entry.hash]).text == "before"
    ring.rekey(removed=[partner])
    later = ring.say()
    later_id = header_id_of(later.header)
    with pytest.raises(NotForMe):
        bodies.open_body(content.entry_key(epoch_key, later_id), later.header, ring.bodies[later.entry.hash])
    for box in ring.boxes.values():
        with pytest.raises(NotForMe):
            partner.secret.box.open(box, info.replace(control_head, ring.circle.control_head))
