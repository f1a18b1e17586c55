"""What the authority signed holds for as long as it says, and a threshold is what it says."""

from __future__ import annotations

import pytest

from crypto import accreditation as authority
from crypto.accreditation import KeySignature, Signed
from crypto.errors import Forged
from crypto.signing import SigningKey
from tests.crypto.build import DAY, START, World, seed


def test_a_digest_does_not_depend_on_which_keys_signed() -> None:
    world = World()
    root = world.new_root()
    first, second = (authority.sign("root", root, world.keys[n : n + 2]) for n in (0, 1))
    assert authority.digest(first) == authority.digest(second)
    assert first != second


def test_a_wrong_signature_by_a_known_key_is_never_passed_over() -> None:
    world = World()
    good = world.signed_root
    bad = KeySignature(world.keys[2].public, bytes(64))
    with pytest.raises(Forged):
        authority.verify_root(Signed(good.payload, (*good.signatures[:2], bad)))


def test_signatures_by_strangers_neither_help_nor_harm() -> None:
    world = World()
    stranger = SigningKey(seed("stranger"))
    good = world.signed_root
    extra = KeySignature(stranger.public, bytes(64))
    assert authority.verify_root(Signed(good.payload, (*good.signatures[:2], extra))) == world.root
    with pytest.raises(Forged):
        authority.verify_root(Signed(good.payload, (good.signatures[0], extra)))


def test_a_withdrawal_ends_one_accreditation_from_its_moment_on() -> None:
    world = World()
    house = world.house("Refuge")
    digest = world.listed[house.id]
    gone = world.withdraw(house, START + DAY)
    accreditation = world.accreditations[digest]
    assert authority.in_force(accreditation, [gone], digest, START + DAY - 1)
    assert not authority.in_force(accreditation, [gone], digest, START + DAY)
    assert authority.in_force(accreditation, [gone], seed("another"), START + DAY)
    assert authority.in_date(accreditation, START + DAY)
