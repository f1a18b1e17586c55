"""An organisation's chain says who may speak for it, at every position, and moves on only rightly."""

from __future__ import annotations

import dataclasses

import pytest

from crypto import organisation as chains
from crypto.errors import NotAllowed, NotForMe, Stale
from crypto.organisation import REMOVAL_SKEW_MS, Role, replay
from crypto.private import boxes
from tests.crypto.build import House, Person


def test_a_chain_replays_to_what_it_was_grown_to() -> None:
    house = House("Refuge")
    ann = house.admit(Person("Ann"))
    house.rotate([ann])
    assert replay(house.events) == house.chain
    assert house.chain.length == 3


def test_a_refused_event_leaves_the_chain_as_it_was() -> None:
    house = House("Refuge")
    before = dataclasses.replace(house.chain)
    with pytest.raises(NotAllowed):
        house.take(house.admitting(Person("Ann"), by=Person("Bob")))
    assert house.chain == before


def test_of_two_managers_changes_the_second_must_be_made_again() -> None:
    house = House("Refuge")
    first, second = house.admitting(Person("Ann")), house.admitting(Person("Bob"))
    house.take(first)
    with pytest.raises(Stale):
        house.take(second)
    house.take(house.admitting(Person("Bob")))


def test_an_organisation_has_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MAX_MEMBERS", 3)
    house = House("Refuge")
    ann = house.admit(Person("Ann"))
    with pytest.raises(NotAllowed, match="full"):
        house.admit(Person("Bob"))
    house.admit(ann.renewed())


def test_a_removed_worker_stands_for_what_was_received_before_and_a_little_after() -> None:
    house = House("Refuge")
    ann = house.admit(Person("Ann"))
    head = house.chain.head
    house.rotate([ann])
    limit = house.chain.at + REMOVAL_SKEW_MS
    assert house.chain.member_at(ann.id, head, limit).worker == ann.id
    with pytest.raises(NotAllowed):
        house.chain.member_at(ann.id, head, limit + 1)


def test_an_honest_hub_never_took_what_a_later_removal_undoes() -> None:
    assert chains.MAX_EVENT_SKEW_MS < REMOVAL_SKEW_MS
    house = House("Refuge")
    ann = house.admit(Person("Ann"))
    head = house.chain.head
    received = house.chain.at + 20 * 60_000
    removal = house.rotating([ann], at=received - chains.MAX_EVENT_SKEW_MS + 60_000)
    chains.check_event_time(removal, received + 1000)
    house.take(removal)
    assert house.chain.member_at(ann.id, head, received).worker == ann.id


def test_a_worker_who_only_reviews_stops_writing_but_a_promotion_undoes_nothing() -> None:
    house = House("Refuge")
    ann, bob = house.admit(Person("Ann")), house.admit(Person("Bob"))
    head = house.chain.head
    house.take(house.changing_role(ann, Role.REVIEWER))
    house.take(house.changing_role(bob, Role.MANAGER))
    late = house.chain.at + 2 * REMOVAL_SKEW_MS
    with pytest.raises(NotAllowed):
        house.chain.member_at(ann.id, head, late)
    assert house.chain.member_at(bob.id, head, late).role == Role.WORKER
    assert house.chain.member_at(bob.id, house.chain.head, late).role == Role.MANAGER


def test_new_words_mean_new_keys_and_the_old_ones_never_come_back() -> None:
    house = House("Refuge")
    ann = house.admit(Person("Ann"))
    house.admit(ann.renewed())
    assert house.chain.members[ann.id].signing_key == ann.renewed().secret.signing.public
    with pytest.raises(NotAllowed, match="new keys"):
        house.admit(ann)


def test_the_kit_brings_back_a_manager_who_removes_the_lost_one() -> None:
    house = House("Refuge")
    cat = house.admit(Person("Cat"), Role.MANAGER, house.kit)
    house.rotate([house.manager], by=cat)
    assert set(house.chain.members) == {cat.id, house.kit.id}


def test_a_manager_replaces_a_lost_kit() -> None:
    house = House("Refuge")
    house.rotate([house.kit])
    house.admit(Person("new kit"), Role.KIT)
    assert sorted(member.role for member in house.chain.members.values()) == [Role.MANAGER, Role.KIT]


def test_each_member_opens_the_secret_and_nobody_opens_anothers_box() -> None:
    house = House("Refuge", real=True)
    generation = house.chain.generation
    info = {
        member: boxes.organisation_info(house.id, 1, member, chains.key_hash(m.box_key))
        for member, m in house.chain.members.items()
    }
    for person in (house.manager, house.kit):
        opened = person.secret.box.open(house.boxes[person.id], info[person.id])
        assert opened == house.secret.raw
        assert chains.box_hash(house.boxes[person.id]) == house.chain.boxes[person.id]
    with pytest.raises(NotForMe):
        house.kit.secret.box.open(house.boxes[house.manager.id], info[house.manager.id])
    assert generation.box_key == house.secret.box.public


def test_after_a_removal_the_archive_leads_back_and_the_removed_has_no_box() -> None:
    house = House("Refuge", real=True)
    ann = house.admit(Person("Ann"))
    house.rotate([ann])
    assert ann.id not in house.chain.boxes
    first = house.chain.generations[0]
    opened = house.secret.open_archive(house.id, house.archives[2], first.box_key)
    assert opened.raw == house.secrets[0].raw


def test_the_generation_at_an_earlier_head_is_the_one_of_then() -> None:
    house = House("Refuge")
    head = house.chain.head
    house.rotate()
    assert house.chain.generation_at(head).number == 1
    assert house.chain.generation.number == 2
    with pytest.raises(Stale):
        house.chain.generation_at(bytes(32))
