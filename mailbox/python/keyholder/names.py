"""The name a worker is known by: signed by them, sealed to their own organisation, opened by colleagues.

A name comes from outside: it is bounded, and never more than text.
"""

from __future__ import annotations

from crypto.encoding import pack, unpack
from crypto.errors import CryptoError, Forged
from crypto.organisation import Organisation
from crypto.private.boxes import profile_info, seal
from crypto.profiles import (
    MAX_PROFILE,
    Profile,
    SealedProfile,
    SignedProfile,
    read_profile,
    sign_profile,
)
from keyholder import answers
from keyholder.desk import Desk
from keyholder.errors import CannotOpen

MAX_BOXED = 4096


async def keep_name(desk: Desk, name: str) -> None:
    """Keep ``name`` at the hub, for the colleagues of this desk alone."""
    me, chain = desk.me, desk.directory.organisation(desk.me.organisation)
    current = chain.generation
    signed = sign_profile(Profile(1, chain.id, me.worker, name, desk.clock()), me.secret.signing)
    info = profile_info(me.worker, chain.id, current.number, current.key_hash)
    box = seal(current.box_key, pack(signed), info)
    body = {"profile_box": pack(SealedProfile(1, current.number, box))}
    await desk.connection.put("/v1/me/profile", body, answers.Nothing)


async def name_of(desk: Desk, worker: bytes, profile_box: bytes | None) -> str:
    """A colleague's name by their own signature; empty when there is none that holds."""
    if profile_box is None:
        return ""
    chain = desk.directory.organisation(desk.me.organisation)
    try:
        sealed = unpack(SealedProfile, profile_box, limit=MAX_BOXED)
        generation = chain.generations[sealed.generation - 1] if sealed.generation else None
        if generation is None:
            return ""
        info = profile_info(worker, chain.id, sealed.generation, generation.key_hash)
        opened = (await desk.keys.secret(sealed.generation)).box.open(sealed.box, info)
        return _said_by(chain, worker, unpack(SignedProfile, opened, limit=MAX_PROFILE * 2))
    except (CryptoError, CannotOpen, IndexError):
        return ""


def _said_by(chain: Organisation, worker: bytes, signed: SignedProfile) -> str:
    """What they said under any key that the chain lists for them, the newest first."""
    for tenure in reversed(chain.tenures.get(worker, ())):
        try:
            profile = read_profile(signed, tenure.member.signing_key)
        except Forged:
            continue
        if (profile.worker, profile.organisation) == (worker, chain.id):
            return profile.name
    return ""
