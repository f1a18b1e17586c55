"""A verified history moves forward by one true entry at a time, or not at all."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from crypto import facts
from crypto.entries import NOTHING, Entry, Kind, next_head, read_header, sign_entry
from crypto.errors import CryptoError, Forged, Malformed, Stale
from crypto.log import Log, author
from tests.crypto.build import START, Ring, small_world


def _state(log: Log) -> dict[str, Any]:
    return {
        **{field.name: getattr(log, field.name) for field in dataclasses.fields(log)},
        "heads": list(log.heads),
        "authors": dict(log.authors),
        "used": dict(log.used),
    }


def _refused(ring: Ring, entry: Entry, received_at: int, error: type[CryptoError]) -> None:
    before = _state(ring.log)
    with pytest.raises(error):
        ring.log.extend(entry, received_at, ring.world)
    assert _state(ring.log) == before


def test_a_refused_entry_changes_nothing() -> None:
    _, ring, partner, _ = small_world()
    good = ring.entry(Kind.MESSAGE, facts.Message(None), partner)
    _refused(ring, Entry(good.header, bytes(64)), ring.now, Forged)
    _refused(ring, Entry(good.header[:-1], good.signature), ring.now, Malformed)
    _refused(ring, good, ring.now - 1, Forged)
    _refused(ring, good, 2**53, Malformed)
    old = ring.entry(Kind.MESSAGE, facts.Message(None), partner, organisation_head=bytes(32))
    _refused(ring, old, ring.now, Stale)
    closed = ring.entry(Kind.CLOSE, facts.Close(1), partner)
    _refused(ring, closed, ring.now, CryptoError)
    ring.take(good)


def test_each_head_follows_from_the_one_before() -> None:
    _, ring, _, _ = small_world()
    before = ring.log.head
    said = ring.say()
    assert said.head == ring.log.head == next_head(before, said.entry.hash, said.placed.seq, ring.now)
    assert ring.log.heads[said.placed.seq] == said.head


def test_a_copy_goes_its_own_way() -> None:
    _, ring, partner, _ = small_world()
    copy = ring.log.copy()
    ring.say(partner)
    assert copy.seq == ring.log.seq - 1
    assert copy.authors != ring.log.authors


def test_two_readers_who_are_shown_different_histories_notice_at_the_next_entry() -> None:
    world, ring, partner, _ = small_world()
    shown = ring.log.copy()
    ring.say(text="one")
    crossing = ring.entry(Kind.MESSAGE, facts.Message(None), partner)
    shown.extend(ring.taken[-1][0], ring.now + 5, world)
    with pytest.raises(Forged, match="another history"):
        shown.extend(crossing, ring.now + 10, world)


def test_a_later_head_of_the_authors_organisation_is_never_gone_back_behind() -> None:
    _, ring, partner, _ = small_world()
    earlier = partner.chain.head
    partner.take(partner.admitting(ring.owner.manager.renewed()))
    ring.say(partner)
    stale = ring.entry(Kind.MESSAGE, facts.Message(None), partner, organisation_head=earlier)
    _refused(ring, stale, ring.now, Stale)


def test_content_from_a_newer_version_keeps_its_place() -> None:
    _, ring, _, _ = small_world()
    verified = ring.post(200, facts.Message(None))
    assert verified.facts is None
    assert ring.log.head == verified.head
    ring.say()


def test_an_entry_of_one_circle_is_refused_in_another() -> None:
    world, ring, _, _ = small_world()
    other = Ring(world, ring.owner, "another")
    entry = ring.entry(Kind.MESSAGE, facts.Message(None))
    with pytest.raises(Forged):
        other.take(entry)
    header = read_header(entry)
    assert author(header) == ring.owner.id + ring.owner.manager.id


def test_a_log_starts_at_the_head_of_its_id_and_only_with_an_opening() -> None:
    world, ring, _, _ = small_world()
    opening, received_at = ring.taken[0]
    fresh = Log(ring.id)
    with pytest.raises(Forged):
        Log(bytes(32)).extend(opening, received_at, world)
    assert fresh.extend(opening, received_at, world).placed.seq == 1
    assert fresh.authors[author(read_header(opening))] == opening.hash != NOTHING


def test_the_openers_worker_stood_in_the_organisation_at_the_listed_head_or_later() -> None:
    world, ring, _, _ = small_world()
    opening = read_header(ring.taken[0][0])
    unit = ring.owner
    earlier = unit.chain.head
    unit.take(unit.admitting(ring.owner.manager.renewed(), 2))
    manager = unit.manager.renewed()
    second = Ring(world, unit, "second", by=manager)
    header = read_header(second.taken[0][0])
    assert header.organisation_head != earlier == opening.organisation_head
    forged = sign_entry(header, unit.manager.secret.signing)
    with pytest.raises(Forged):
        Log(second.id).extend(forged, START + 10**9, world)
