"""A passkey, or a PIN with both halves, opens the worker secret that the words open; less opens nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.encoding import tagged_hash
from crypto.errors import Malformed, NotForMe
from crypto.private.secrets import WorkerSecret
from crypto.private.unlocking import PasskeyKeys, PinKeys, Wrapped, passkey_input
from tests.crypto.build import HUB, seed, some_id

SECRET = WorkerSecret(seed("secret"))
WRAPPED = Wrapped(HUB, some_id("refuge"), some_id("worker"), "ann@partner.example", 1)
CHANGED = [
    replace(WRAPPED, hub="other.example"),
    replace(WRAPPED, organisation=some_id("other")),
    replace(WRAPPED, worker=some_id("other")),
    replace(WRAPPED, address="bob@partner.example"),
    replace(WRAPPED, version=2),
]


@pytest.fixture(scope="module")
def pin() -> PinKeys:
    return PinKeys.derive("482915", seed("device"), some_id("worker"))


def test_a_passkeys_question_is_of_its_hub() -> None:
    assert passkey_input(HUB) == tagged_hash("passkey", HUB.encode()) != passkey_input("other.example")


def test_a_passkey_opens_what_it_wrapped_and_neither_key_says_the_other() -> None:
    keys = PasskeyKeys.derive(seed("prf"), HUB)
    locked = keys.lock(SECRET, b"credential", WRAPPED)
    assert keys.open(locked, b"credential", WRAPPED).raw == SECRET.raw
    assert len({keys.auth, keys.wrap, PasskeyKeys.derive(seed("prf"), "other.example").wrap}) == 3


@pytest.mark.parametrize("changed", CHANGED)
def test_a_passkeys_wrap_opens_only_with_everything_beside_it_as_it_was(changed: Wrapped) -> None:
    keys = PasskeyKeys.derive(seed("prf"), HUB)
    with pytest.raises(NotForMe):
        keys.open(keys.lock(SECRET, b"credential", WRAPPED), b"credential", changed)


def test_a_passkeys_wrap_is_of_its_credential() -> None:
    keys = PasskeyKeys.derive(seed("prf"), HUB)
    with pytest.raises(NotForMe):
        keys.open(keys.lock(SECRET, b"credential", WRAPPED), b"another", WRAPPED)


@pytest.mark.parametrize("credential", [b"", b"c" * 1024])
def test_a_credential_is_named_and_bounded(credential: bytes) -> None:
    with pytest.raises(Malformed):
        PasskeyKeys.derive(seed("prf"), HUB).lock(SECRET, credential, WRAPPED)


@pytest.mark.parametrize("output", [b"", seed("prf")[1:], seed("prf") * 2])
def test_a_passkeys_output_is_32_bytes(output: bytes) -> None:
    with pytest.raises(Malformed):
        PasskeyKeys.derive(output, HUB)


def test_a_pin_opens_with_both_halves(pin: PinKeys) -> None:
    locked = pin.lock(SECRET, seed("hub half"), WRAPPED)
    assert pin.open(locked, seed("hub half"), WRAPPED).raw == SECRET.raw
    with pytest.raises(NotForMe):
        pin.open(locked, seed("another half"), WRAPPED)


@pytest.mark.parametrize("changed", CHANGED)
def test_a_pins_wrap_opens_only_with_everything_beside_it_as_it_was(pin: PinKeys, changed: Wrapped) -> None:
    with pytest.raises(NotForMe):
        pin.open(pin.lock(SECRET, seed("hub half"), WRAPPED), seed("hub half"), changed)


def test_another_pin_another_device_and_another_worker_give_other_keys(pin: PinKeys) -> None:
    made = [
        pin,
        PinKeys.derive("482916", seed("device"), some_id("worker")),
        PinKeys.derive("482915", seed("other"), some_id("worker")),
        PinKeys.derive("482915", seed("device"), some_id("other")),
    ]
    assert len({key for one in made for key in (one.check, one.wrap_key(seed("hub half")))}) == 8


@pytest.mark.parametrize("typed", ["", "123", "1" * 33, "12 34", "١٢٣٤", "abcd"])
def test_a_pin_is_a_few_plain_digits(typed: str) -> None:
    with pytest.raises(Malformed):
        PinKeys.derive(typed, seed("device"), some_id("worker"))


def test_a_half_is_32_bytes(pin: PinKeys) -> None:
    with pytest.raises(Malformed):
        PinKeys.derive("482915", seed("device")[1:], some_id("worker"))
    with pytest.raises(Malformed):
        pin.wrap_key(seed("hub half") + b"x")


def test_neither_way_prints_its_keys(pin: PinKeys) -> None:
    assert repr(pin) == "PinKeys(...)"
    assert repr(PasskeyKeys.derive(seed("prf"), HUB)) == "PasskeyKeys()"
