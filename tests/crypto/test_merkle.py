"""Proofs are those of the RFC's own definitions, and no other proof passes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crypto import merkle
from crypto.errors import Forged, Malformed

LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(40)]


def root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written there (over leaf hashes)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(root(leaves[:k]), root(leaves[k:]))


def node(level: int, index: int) -> bytes:
    """A stored node, from the definition."""
    return root(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(41))
def test_the_frontiers_root_is_the_definitions(size: int) -> None:
    frontier = merkle.Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    assert frontier.root() == root(LEAVES[:size])
    assert merkle.Frontier(size, frontier.peaks).root() == frontier.root()


@given(some.integers(1, 40), some.integers(0, 39))
def test_every_leaf_is_proved_and_no_other(size: int, index: int) -> None:
    index %= size
    path = merkle.inclusion_path(index, size, node)
    top = root(LEAVES[:size])
    merkle.verify_inclusion(LEAVES[index], index, size, path, top)
    for other in {0, size - 1} - {index}:
        with pytest.raises(Forged):
            merkle.verify_inclusion(LEAVES[other], index, size, path, top)


@settings(max_examples=300)
@given(some.integers(1, 40), some.integers(1, 40), some.data())
def test_every_growth_is_proved_and_no_change_of_a_proof_passes(
    old: int, new: int, data: some.DataObject
) -> None:
    old, new = min(old, new), max(old, new)
    path = merkle.consistency_path(old, new, node)
    before, after = root(LEAVES[:old]), root(LEAVES[:new])
    merkle.verify_consistency(old, new, before, after, path)
    if path:
        at = data.draw(some.integers(0, len(path) - 1))
        changed = [*path[:at], bytes([path[at][0] ^ 1]) + path[at][1:], *path[at + 1 :]]
        for wrong in (changed, path[:at] + path[at + 1 :], [*path, path[at]]):
            with pytest.raises(Forged):
                merkle.verify_consistency(old, new, before, after, wrong)


def test_a_proof_is_asked_only_of_what_is_in_the_tree() -> None:
    with pytest.raises(Malformed):
        merkle.inclusion_path(3, 3, node)
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(Malformed):
            merkle.consistency_path(old, new, node)


def test_a_frontier_has_one_peak_for_each_bit() -> None:
    for size, peaks in ((1, []), (3, [bytes(32)]), (1, [bytes(31)]), (-1, [])):
        with pytest.raises(Malformed):
            merkle.Frontier(size, peaks)
