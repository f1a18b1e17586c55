"""Words stand for secrets, are drawn and never chosen, and forgive how they are typed."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as some

from crypto.errors import Malformed
from crypto.private import words


def test_six_words_are_about_77_bits_and_five_about_64() -> None:
    size = len(words.word_list())
    assert 77 < words.SIGN_IN_WORDS * math.log2(size) < 78
    assert 64 < words.SPOKEN_WORDS * math.log2(size) < 65


def test_the_list_is_sorted_plain_and_without_repeats() -> None:
    listed = words.word_list()
    assert list(listed) == sorted(set(listed))
    assert all(word.isascii() and word.isalpha() and word.islower() for word in listed)


def test_words_are_drawn_and_normal_already() -> None:
    drawn = words.generate()
    assert words.normalise(drawn, 6) == drawn
    assert words.generate(8) != words.generate(8)


@given(some.text(max_size=60), some.integers(1, 8))
def test_typing_gives_words_of_the_list_or_a_plain_refusal(typed: str, count: int) -> None:
    try:
        normal = words.normalise(typed, count)
    except Malformed:
        return
    assert len(normal.split(" ")) == count


@given(some.binary(min_size=32, max_size=32))
def test_a_digest_is_always_spoken_as_the_same_five_words(digest: bytes) -> None:
    spoken = words.spoken(digest)
    assert spoken == words.spoken(digest)
    assert words.normalise(spoken.upper(), 5) == spoken
