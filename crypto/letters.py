"""Letters: one message sealed to an organisation outside any circle (a referral, a request).

From police or an agency a letter is signed by an accredited worker; from a victim's browser it is
unsigned and shown as "sender not verified", with a reply key that signs what follows.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Annotated

from msgspec import Meta

from crypto.encoding import Hash, Id, Struct, Time, Uint, Version, encode, pack, tagged_hash, unpack
from crypto.errors import Forged, Malformed
from crypto.organisation import Organisation
from crypto.signing import SigningKey, verify

MAX_LETTER_HEADER = 4096
MAX_LETTER_BODY = 256 * 1024


class LetterKind(IntEnum):
    """Why it was written."""

    REFERRAL = 1
    INFORMATION_REQUEST = 2
    EXPLANATION = 3
    ANSWER = 4


class LetterHeader(Struct, frozen=True):
    """Who it is for, and who vouches for it. ``worker``, ``organisation`` and ``organisation_head``
    are empty when nobody does; ``reply_key`` is empty or an Ed25519 key."""

    version: Version
    letter: Id
    kind: Annotated[int, Meta(ge=1, le=255)]
    receiver: Id
    generation: Uint
    key_hash: Hash
    in_reply_to: Annotated[bytes, Meta(max_length=16)]
    worker: Annotated[bytes, Meta(max_length=16)]
    organisation: Annotated[bytes, Meta(max_length=16)]
    organisation_head: Annotated[bytes, Meta(max_length=32)]
    sent_at: Time
    reply_key: Annotated[bytes, Meta(max_length=32)]
    box_hash: Hash
    sealed_hash: Hash


class Letter(Struct, frozen=True):
    """A letter as it travels, without box and body. ``signature`` is empty when unsigned."""

    header: Annotated[bytes, Meta(max_length=MAX_LETTER_HEADER)]
    signature: Annotated[bytes, Meta(max_length=64)]

    @property
    def hash(self) -> bytes:
        """What an answer or a release names. 32 bytes."""
        return tagged_hash("letter-hash", encode([self.header, self.signature]))


def sign_letter(header: LetterHeader, key: SigningKey | None) -> Letter:
    """Finish a letter; without a key it stays unsigned."""
    payload = pack(header)
    return Letter(payload, key.sign("letter", payload) if key else b"")


def read_letter(letter: Letter, box: bytes, sealed: bytes) -> LetterHeader:
    """Decode a header and check that box and body are the ones it names.

    Raises:
        Malformed: half-signed or with odd lengths. Forged: other bytes than were signed.
    """
    header = unpack(LetterHeader, letter.header, limit=MAX_LETTER_HEADER)
    signed = (
        len(header.worker),
        len(header.organisation),
        len(header.organisation_head),
        len(letter.signature),
    )
    if signed not in {(0, 0, 0, 0), (16, 16, 32, 64)}:
        raise Malformed("a letter is signed by a worker, or by nobody")
    if len(header.in_reply_to) not in (0, 16) or len(header.reply_key) not in (0, 32):
        raise Malformed("a letter's reply fields have the wrong length")
    if (
        hashlib.sha256(box).digest() != header.box_hash
        or hashlib.sha256(sealed).digest() != header.sealed_hash
    ):
        raise Forged("the letter's content is not what was signed")
    return header


def verify_sender(letter: Letter, header: LetterHeader, sender: Organisation) -> None:
    """Check the signing worker against their organisation's verified chain.

    Raises:
        Forged, NotAllowed, Stale; Forged too when the letter is unsigned.
    """
    if not letter.signature or sender.id != header.organisation:
        raise Forged("the letter is not signed by that organisation")
    member = sender.member_at(header.worker, header.organisation_head, header.sent_at)
    verify(member.signing_key, "letter", letter.header, letter.signature)
