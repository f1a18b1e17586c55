"""A letter's words, box and header belong together, whoever carries them."""

from __future__ import annotations

import msgspec
import pytest

from crypto import letters
from crypto.entries import body_hash
from crypto.errors import Forged, NotForMe
from crypto.letters import LetterHeader, LetterKind
from crypto.organisation import box_hash, key_hash
from crypto.private import boxes, content
from crypto.signing import SigningKey
from tests.crypto.build import START, House, seed, some_id


def _unsigned(unit: House, key: bytes, reply: SigningKey) -> tuple[LetterHeader, bytes, bytes]:
    hashed = key_hash(unit.secret.box.public)
    info = boxes.letter_info(some_id("letter"), unit.id, 1, hashed, b"")
    box = boxes.seal(unit.secret.box.public, key, info)
    header = LetterHeader(
        1, some_id("letter"), LetterKind.REFERRAL, unit.id, 1, hashed, b"", b"", b"", b"", START,
        reply.public, box_hash(box), b"",
    )  # fmt: skip
    sealed = content.seal(key, content.letter_context(letters.header_id(header)), b"please help")
    return msgspec.structs.replace(header, sealed_hash=body_hash(sealed)), box, sealed


def test_a_hub_cannot_give_someones_words_another_reply_key() -> None:
    unit, key = House("Unit"), seed("letter key")
    header, box, sealed = _unsigned(unit, key, SigningKey(seed("reply")))
    letter = letters.sign_letter(header, None)
    read = letters.read_letter(letter, box, sealed)
    context = content.letter_context(letters.header_id(read))
    assert content.open_(key, context, sealed) == b"please help"
    swapped = msgspec.structs.replace(header, reply_key=SigningKey(seed("hub")).public)
    changed = letters.read_letter(letters.sign_letter(swapped, None), box, sealed)
    with pytest.raises(NotForMe):
        content.open_(key, content.letter_context(letters.header_id(changed)), sealed)


def test_only_whoever_wrote_a_letter_takes_it_back() -> None:
    reply = SigningKey(seed("reply"))
    first, box, sealed = _unsigned(House("Unit"), seed("letter key"), reply)
    after = msgspec.structs.replace(
        first, letter=some_id("second"), kind=LetterKind.WITHDRAWAL, in_reply_to=first.letter, reply_key=b""
    )
    letters.verify_reply(letters.sign_letter(after, reply), after, first)
    hub = letters.sign_letter(after, SigningKey(seed("hub")))
    with pytest.raises(Forged):
        letters.verify_reply(hub, letters.read_letter(hub, box, sealed), first)
    with pytest.raises(Forged):
        letters.verify_reply(letters.sign_letter(after, reply), after, after)
