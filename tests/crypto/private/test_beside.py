"""Hashes taken in another thread say what they would have said in this one."""

from __future__ import annotations

import hashlib
import threading

import pytest

from crypto.private.beside import BATCH, Beside


@pytest.mark.parametrize("sizes", [[], [5], [BATCH], [BATCH - 1, 2], [3] + [BATCH // 2] * 9 + [7]])
def test_everything_is_taken_in_order(sizes: list[int]) -> None:
    pieces = [bytes([number]) * size for number, size in enumerate(sizes)]
    digest = hashlib.sha256()
    with Beside(digest.update) as beside:
        for piece in pieces:
            beside.update(piece)
    assert digest.digest() == hashlib.sha256(b"".join(pieces)).digest()


def test_a_short_message_starts_no_thread() -> None:
    before = threading.active_count()
    with Beside(lambda _: None) as beside:
        beside.update(b"short")
        assert threading.active_count() == before


@pytest.mark.parametrize("sizes", [[1], [BATCH, 1]])
def test_giving_up_half_way_leaves_no_thread(sizes: list[int]) -> None:
    before = threading.active_count()
    with pytest.raises(RuntimeError):
        give_up_after(sizes)
    assert threading.active_count() == before


def give_up_after(sizes: list[int]) -> None:
    with Beside(lambda _: None) as beside:
        for size in sizes:
            beside.update(bytes(size))
        raise RuntimeError
