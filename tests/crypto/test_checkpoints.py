"""A checkpoint is a plain note that can never pass for anything else that is signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crypto import checkpoints
from crypto.checkpoints import Checkpoint
from crypto.errors import CryptoError, Malformed
from crypto.signing import SigningKey
from tests.crypto.build import seed

NAME = "hub.example/log"
PUBLIC = SigningKey(seed("checkpoint")).public
CHECKPOINT = Checkpoint(NAME, 7, seed("root"))
NOTE = checkpoints.sign(CHECKPOINT, NAME, seed("checkpoint"))


def test_what_was_signed_is_read_back() -> None:
    assert checkpoints.verify(NOTE, NAME, PUBLIC) == CHECKPOINT


@pytest.mark.parametrize("name", ["", "two words", "plus+", "line\nbreak"])
def test_a_signers_name_is_one_word(name: str) -> None:
    with pytest.raises(Malformed):
        checkpoints.sign(CHECKPOINT, name, seed("checkpoint"))


@pytest.mark.parametrize("origin", ["", "kith/1/entry", "a\nb", "tab\t"])
def test_an_origin_is_printable_and_no_typed_signature(origin: str) -> None:
    with pytest.raises(Malformed):
        checkpoints.sign(Checkpoint(origin, 1, bytes(32)), NAME, seed("checkpoint"))


@given(some.integers(0, len(NOTE) - 1), some.characters())
def test_any_changed_character_is_noticed(at: int, character: str) -> None:
    changed = NOTE[:at] + character + NOTE[at + 1 :]
    if changed != NOTE:
        with pytest.raises(CryptoError):
            checkpoints.verify(changed, NAME, PUBLIC)
