"""A worker's name: theirs by signature, their organisation's to read."""

from __future__ import annotations

import pytest

from crypto.encoding import pack, unpack
from crypto.errors import Forged, Malformed, NotForMe
from crypto.organisation import key_hash
from crypto.private import boxes
from crypto.private.boxes import BoxSecret, profile_info
from crypto.profiles import (
    MAX_NAME,
    OWN_KEY,
    Profile,
    SealedProfile,
    SignedProfile,
    read_profile,
    sign_profile,
)
from crypto.signing import SigningKey
from tests.crypto.build import seed

WORKER, ORGANISATION = seed("worker")[:16], seed("organisation")[:16]
KEY, BOX = SigningKey(seed("key")), BoxSecret(seed("box"))
PROFILE = Profile(1, ORGANISATION, WORKER, "Sam Okoro", 1_795_000_000_000)


def test_a_profile_is_believed_under_its_own_workers_key_alone() -> None:
    signed = sign_profile(PROFILE, KEY)
    assert read_profile(signed, KEY.public) == PROFILE
    with pytest.raises(Forged):
        read_profile(signed, SigningKey(seed("another")).public)
    with pytest.raises(Forged):
        read_profile(SignedProfile(KEY.sign("statement", signed.payload), signed.signature), KEY.public)


@pytest.mark.parametrize("name", ["", "x" * (MAX_NAME + 1)])
def test_a_name_has_its_bounds(name: str) -> None:
    signed = sign_profile(Profile(1, ORGANISATION, WORKER, name, 0), KEY)
    with pytest.raises(Malformed):
        read_profile(signed, KEY.public)


@pytest.mark.parametrize(
    ("worker", "organisation", "generation"),
    [(ORGANISATION, ORGANISATION, 1), (WORKER, WORKER, 1), (WORKER, ORGANISATION, OWN_KEY)],
)
def test_a_sealed_profile_opens_for_its_worker_its_organisation_and_its_generation(
    worker: bytes, organisation: bytes, generation: int
) -> None:
    named = key_hash(BOX.public)
    info = profile_info(WORKER, ORGANISATION, 1, named)
    sealed = SealedProfile(1, 1, boxes.seal(BOX.public, pack(sign_profile(PROFILE, KEY)), info))
    kept = unpack(SealedProfile, pack(sealed))
    assert read_profile(unpack(SignedProfile, BOX.open(kept.box, info)), KEY.public) == PROFILE
    with pytest.raises(NotForMe):
        BOX.open(kept.box, profile_info(worker, organisation, generation, named))
