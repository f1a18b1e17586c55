"""Words that stand for secrets and fingerprints: the EFF large list without hyphenated words.

7,772 words, so six are about 77.5 bits and five about 64.6. One normalisation serves people
who type, paste or dictate: case, spaces, hyphens, accents and full stops do not matter.
The list is by the Electronic Frontier Foundation, CC BY 3.0.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import lru_cache
from importlib import resources

from crypto.errors import Malformed

SIGN_IN_WORDS = 6
SPOKEN_WORDS = 5
KIT_WORDS = 8
_MAX_TYPED = 400


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    """The 7,772 words, sorted."""
    text = resources.files("crypto.private").joinpath("words.txt").read_text(encoding="ascii")
    return tuple(text.split())


@lru_cache(maxsize=1)
def _positions() -> dict[str, int]:
    return {word: index for index, word in enumerate(word_list())}


def generate(count: int = SIGN_IN_WORDS) -> str:
    """``count`` words drawn at random, separated by spaces. Never chosen by a person."""
    words = word_list()
    return " ".join(secrets.choice(words) for _ in range(count))


def normalise(typed: str, count: int) -> str:
    """The one spelling of what was typed.

    Raises:
        Malformed: if it is not exactly ``count`` words of the list; the detail names the first
            word that is not in it.
    """
    if len(typed) > _MAX_TYPED:
        raise Malformed("that is too long")
    plain = unicodedata.normalize("NFKD", typed.casefold())
    words = re.findall(r"[a-z]+", "".join(c for c in plain if not unicodedata.combining(c)))
    known = _positions()
    for word in words:
        if word not in known:
            raise Malformed(f"“{word}” is not one of the words")
    if len(words) != count:
        raise Malformed(f"there should be {count} words, not {len(words)}")
    return " ".join(words)


def spoken(digest: bytes, count: int = SPOKEN_WORDS) -> str:
    """``count`` words for a 32-byte digest, to be read aloud and typed."""
    words = word_list()
    number = int.from_bytes(digest, "big")
    chosen = []
    for _ in range(count):
        number, index = divmod(number, len(words))
        chosen.append(words[index])
    return " ".join(chosen)
