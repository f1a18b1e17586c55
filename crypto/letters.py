"""Letters: one message sealed to an organisation outside any circle (a referral, a request).

From police or an agency a letter is signed by an accredited worker; from a victim's browser it is
unsigned and shown as "sender not verified", with a reply key that signs what follows: additions,
and a withdrawal that the hub can check by itself. Body and header are bound to each other, so the
hub cannot give someone's words another reply key.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from crypto.encoding import Hash, Id, Struct, Time, Uint, Version, encode, pack, tagged_hash, unpack
from crypto.entries import body_hash
from crypto.errors import Forged, Malformed, NotAllowed
from crypto.organisation import Organisation, Role, box_hash
from crypto.signing import SigningKey, verify

MAX_LETTER_HEADER = 4096
MAX_LETTER_BODY = 256 * 1024


class LetterKind(IntEnum):
    """Why it was written."""

    REFERRAL = 1
    INFORMATION_REQUEST = 2
    EXPLANATION = 3
    ANSWER = 4
    ADDITION = 5
    WITHDRAWAL = 6


BY_REPLY_KEY = (LetterKind.ADDITION, LetterKind.WITHDRAWAL)
"""What only whoever wrote the letter before it can write."""


class LetterHeader(Struct, frozen=True):
    """Who it is for, and who vouches for it. ``worker``, ``organisation`` and ``organisation_head``
    are empty when nobody does; ``in_reply_to`` is empty or a letter's id; ``reply_key`` is empty or
    an Ed25519 key; ``sealed_hash`` is empty only while the body is being sealed."""

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
    sealed_hash: Annotated[bytes, Meta(max_length=32)]


class Letter(Struct, frozen=True):
    """A letter as it travels, without box and body. ``signature`` is empty when unsigned."""

    header: Annotated[bytes, Meta(max_length=MAX_LETTER_HEADER)]
    signature: Annotated[bytes, Meta(max_length=64)]

    @property
    def hash(self) -> bytes:
        """What an answer or a release names. 32 bytes."""
        return tagged_hash("letter-hash", encode([self.header, self.signature]))


def header_id(header: LetterHeader) -> bytes:
    """The hash of the header with its sealed_hash empty: what the body is bound to. 32 bytes."""
    return tagged_hash("letter-header", pack(msgspec.structs.replace(header, sealed_hash=b"")))


def sign_letter(header: LetterHeader, key: SigningKey | None) -> Letter:
    """Finish a letter; without a key it stays unsigned. A letter without a worker but with a key is
    signed by the reply key of the letter that it follows."""
    payload = pack(header)
    kind = "letter" if header.worker else "letter-reply"
    return Letter(payload, key.sign(kind, payload) if key else b"")


_UNSIGNED = (0, 0, 0, 0)
_BY_WORKER = (16, 16, 32, 64)
_BY_REPLY_KEY = (0, 0, 0, 64)


def read_header(letter: Letter) -> LetterHeader:
    """Decode a header strictly (no signature and no content is checked here).

    Raises:
        Malformed: half-signed or with odd lengths. UpdateNeeded.
    """
    header = unpack(LetterHeader, letter.header, limit=MAX_LETTER_HEADER)
    lengths = (
        len(header.worker),
        len(header.organisation),
        len(header.organisation_head),
        len(letter.signature),
    )
    if lengths not in {_UNSIGNED, _BY_WORKER, _BY_REPLY_KEY}:
        raise Malformed("a letter is signed by a worker, by a reply key, or by nobody")
    if lengths == _BY_REPLY_KEY and not header.in_reply_to:
        raise Malformed("a reply key signs only what follows its letter")
    if len(header.in_reply_to) not in (0, 16) or len(header.reply_key) not in (0, 32):
        raise Malformed("a letter's reply fields have the wrong length")
    if len(header.sealed_hash) != 32:
        raise Malformed("the header does not name its body")
    return header


def read_letter(letter: Letter, box: bytes, sealed: bytes) -> LetterHeader:
    """Decode a header and check that box and body are the ones it names.

    Raises:
        Malformed, UpdateNeeded. Forged: other bytes than were signed.
    """
    header = read_header(letter)
    if box_hash(box) != header.box_hash or body_hash(sealed) != header.sealed_hash:
        raise Forged("the letter's content is not what was signed")
    return header


def verify_sender(
    letter: Letter, header: LetterHeader, sender: Organisation, received_at: int | None = None
) -> None:
    """Check the signing worker against their organisation's verified chain, at the later of the
    letter's own time and when the hub says it was received.

    Raises:
        Forged, NotAllowed, Stale; Forged too when no worker signed the letter, or when it is of a kind that
        only a reply key signs.
    """
    if header.kind in BY_REPLY_KEY:
        raise Forged("only a reply key adds to a letter or takes it back")
    if not header.worker or sender.id != header.organisation:
        raise Forged("the letter is not signed by that organisation")
    moment = max(header.sent_at, received_at or 0)
    member = sender.member_at(header.worker, header.organisation_head, moment)
    if member.role == Role.KIT:
        raise NotAllowed("a recovery kit writes no letters")
    verify(member.signing_key, "letter", letter.header, letter.signature)


def verify_reply(letter: Letter, header: LetterHeader, first: LetterHeader) -> None:
    """Check that an addition or withdrawal comes from whoever wrote the letter ``first``.

    Raises:
        Forged.
    """
    if header.kind not in BY_REPLY_KEY:
        raise Forged("a reply key signs additions and withdrawals alone")
    if header.worker or header.in_reply_to != first.letter or header.receiver != first.receiver:
        raise Forged("the letter does not follow that one")
    verify(first.reply_key, "letter-reply", letter.header, letter.signature)
