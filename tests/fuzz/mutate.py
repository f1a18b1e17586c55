"""New inputs from good ones: bytes changed anywhere, and structure changed on purpose.

Half of what is made stays valid CBOR with another shape, so that it gets past the decoder and into
the checks behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import cbor2

from crypto.encoding import MAX_INTEGER

INTERESTING: tuple[Any, ...] = (
    0, 1, 23, 24, 255, 256, 65535, 65536, 2**32, MAX_INTEGER, MAX_INTEGER + 1, 2**64 - 1, -1, 1.5,
    None, True, False, b"", b"\x00" * 16, b"\xff" * 32, bytes(64), "", "e\u0301", "é", "x" * 300,
    [], [[]], [None], {}, {1: 2},
)  # fmt: skip
NASTY: tuple[bytes, ...] = (
    b"\x18\x00", b"\x19\x00\x01", b"\x1b" + bytes(8), b"\x9f", b"\xff", b"\x5f", b"\x7f",
    b"\x9b" + b"\xff" * 8, b"\x5b\x7f" + b"\xff" * 7, b"\xc2\x41\x01", b"\xd8\x1c", b"\xd8\x1d\x00",
    b"\xf7", b"\xf8\x14", b"\xfb" + bytes(8),
    b"\xa0", b"\x80", b"\x00", b"kith/1/", b"\n\n", "—".encode(),
)  # fmt: skip


def mutated(random: Random, seeds: Sequence[bytes]) -> bytes:
    """One new input."""
    seed = random.choice(seeds)
    if random.random() < 0.5:
        reshaped = _reshaped(random, seed)
        if reshaped is not None:
            return reshaped
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        seed = random.choice(_BYTES)(random, seed, seeds)
    return seed


def _flip(random: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    if not data:
        return bytes([random.randrange(256)])
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _insert(random: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    return (
        data[:at]
        + random.choice((random.randbytes(random.randrange(1, 5)), random.choice(NASTY)))
        + data[at:]
    )


def _remove(random: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.choice((1, 1, 2, 16, 32)) :]


def _cut(random: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _extend(random: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    return data + random.randbytes(random.choice((1, 1, 16, 64)))


def _repeat(random: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    start, stop = sorted(random.randrange(len(data) + 1) for _ in range(2))
    return data[:stop] + data[start:stop] + data[stop:]


def _splice(random: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    other = random.choice(seeds)
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]


def _noise(random: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    return random.randbytes(random.randrange(80))


_BYTES: tuple[Callable[[Random, bytes, Sequence[bytes]], bytes], ...] = (
    _flip, _flip, _flip, _insert, _remove, _cut, _extend, _repeat, _splice, _noise,
)  # fmt: skip


def _reshaped(random: Random, seed: bytes) -> bytes | None:
    try:
        tree = cbor2.loads(seed)
    except Exception:
        return None
    if not isinstance(tree, list):
        return None
    _change(random, tree)
    try:
        return cbor2.dumps(tree)
    except (cbor2.CBORError, UnicodeEncodeError):
        return None


def _change(random: Random, tree: list[Any]) -> None:
    """Change one place somewhere in the tree."""
    if not tree:
        tree.append(random.choice(INTERESTING))
        return
    at = random.randrange(len(tree))
    inner = tree[at]
    if isinstance(inner, list) and random.random() < 0.7:
        _change(random, inner)
        return
    action = random.randrange(6)
    if action == 0:
        del tree[at]
    elif action == 1:
        tree.insert(at, inner)
    elif action == 2:
        other = random.randrange(len(tree))
        tree[at], tree[other] = tree[other], tree[at]
    elif action == 3 and isinstance(inner, bytes) and inner:
        tree[at] = _flip(random, inner, ())
    elif action == 4 and isinstance(inner, int):
        tree[at] = inner + random.choice((-1, 1, 256))
    else:
        tree[at] = random.choice(INTERESTING)
