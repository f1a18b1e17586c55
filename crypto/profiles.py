"""Profiles: the name a worker wishes to be known by, signed by them and sealed to their own organisation.

The hub keeps the sealed bytes and reads nothing. Until a worker is admitted they cannot verify their
organisation's key, so they seal to their own; once admitted, to the organisation's.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from crypto.encoding import Id, Signature, Struct, Time, Uint, Version, pack, unpack
from crypto.signing import SigningKey, verify

MAX_NAME: Final = 100
MAX_PROFILE: Final = 1024
MAX_BOX: Final = 3072
OWN_KEY: Final = 0
"""In place of a generation: sealed to the worker's own key."""


class Profile(Struct, frozen=True):
    """ "This is my name." ``at`` in UTC milliseconds."""

    version: Version
    organisation: Id
    worker: Id
    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    at: Time


class SignedProfile(Struct, frozen=True):
    """A profile as it lies in its box."""

    payload: Annotated[bytes, Meta(max_length=MAX_PROFILE)]
    signature: Signature


class SealedProfile(Struct, frozen=True):
    """A profile as the hub keeps it. ``generation`` is `OWN_KEY` or one of the organisation's."""

    version: Version
    generation: Uint
    box: Annotated[bytes, Meta(min_length=1, max_length=MAX_BOX)]


def sign_profile(profile: Profile, key: SigningKey) -> SignedProfile:
    """Sign a profile."""
    payload = pack(profile)
    return SignedProfile(payload, key.sign("profile", payload))


def read_profile(signed: SignedProfile, signing_key: bytes) -> Profile:
    """Verify, then decode.

    Raises:
        Forged, Malformed, UpdateNeeded.
    """
    verify(signing_key, "profile", signed.payload, signed.signature)
    return unpack(Profile, signed.payload, limit=MAX_PROFILE)
