"""Secrets give keys by label, and a wrap opens only where it was made for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crypto.errors import NotForMe
from crypto.private.secrets import OrganisationSecret, SignInKeys, WorkerSecret, lock, unlock
from tests.crypto.build import HUB, seed, some_id


def test_every_secret_is_fresh_and_none_prints() -> None:
    assert WorkerSecret.generate().raw != WorkerSecret.generate().raw
    assert OrganisationSecret.generate(1).raw != OrganisationSecret.generate(1).raw
    assert repr(WorkerSecret(seed("secret"))) == "WorkerSecret(...)"
    assert repr(OrganisationSecret(seed("secret"), 3)) == "OrganisationSecret(generation=3)"


def test_every_label_gives_another_key() -> None:
    worker, organisation = WorkerSecret(seed("secret")), OrganisationSecret(seed("secret"), 1)
    made = [
        worker.signing.public, worker.box.public, worker.pins, organisation.box.public, organisation.rewrap,
    ]  # fmt: skip
    assert len(set(made)) == len(made)


def test_a_worker_secret_comes_back_from_its_words() -> None:
    keys = SignInKeys(seed("auth"), seed("wrap"), some_id("salt"))
    secret = WorkerSecret(seed("secret"))
    bound = (HUB, some_id("refuge"), some_id("worker"), "ann@partner.example", 1)
    assert keys.open(keys.lock(secret, *bound), *bound).raw == secret.raw


def test_a_worker_secret_opens_for_the_organisation_that_its_worker_joined_and_no_other() -> None:
    keys, secret = SignInKeys(seed("auth"), seed("wrap"), some_id("salt")), WorkerSecret(seed("secret"))
    wrapped = keys.lock(secret, HUB, some_id("refuge"), some_id("worker"), "ann@partner.example", 1)
    with pytest.raises(NotForMe):
        keys.open(wrapped, HUB, some_id("another"), some_id("worker"), "ann@partner.example", 1)


def test_the_archive_leads_from_each_generation_to_the_one_before() -> None:
    old, new = OrganisationSecret(seed("1"), 1), OrganisationSecret(seed("2"), 2)
    archive = new.archive(some_id("org"), old)
    assert new.open_archive(some_id("org"), archive, old.box.public).raw == old.raw


@settings(max_examples=60)
@given(some.binary(max_size=60), some.integers(0), some.integers(1, 255))
def test_any_changed_byte_of_a_lock_is_noticed(plaintext: bytes, at: int, change: int) -> None:
    locked = bytearray(lock(seed("key"), plaintext, b"context"))
    assert unlock(seed("key"), bytes(locked), b"context") == plaintext
    locked[at % len(locked)] ^= change
    with pytest.raises(NotForMe):
        unlock(seed("key"), bytes(locked), b"context")


@given(some.binary(max_size=60))
def test_no_bytes_whatever_unlock(locked: bytes) -> None:
    with pytest.raises(NotForMe):
        unlock(seed("key"), locked, b"")
