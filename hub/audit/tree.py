"""The tree over the access log, from its stored nodes: roots and proofs for any size it ever had.

Only perfect subtrees of two leaves and more are stored; a leaf's own hash is made from the statement's row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from crypto.merkle import EMPTY_ROOT, Frontier, consistency_path, inclusion_path, leaf_hash
from hub.audit import queries
from storage.database import Unit

Place = tuple[int, int]
T = TypeVar("T")
ANY = bytes(32)


def joined(peaks: Iterable[bytes]) -> bytes:
    """A frontier's peaks as one column."""
    return b"".join(peaks)


def frontier(size: int, peaks: bytes) -> Frontier:
    """The tree's right edge as stored. Raises crypto's Malformed when it does not fit the size."""
    return Frontier(size, [peaks[at : at + 32] for at in range(0, len(peaks), 32)])


async def inclusion(unit: Unit, index: int, size: int) -> list[bytes]:
    """The audit path of a leaf in a tree of ``size``."""
    return await _with_nodes(unit, lambda node: inclusion_path(index, size, node))


async def consistency(unit: Unit, old: int, new: int) -> list[bytes]:
    """The proof that the tree of ``new`` extends the tree of ``old``; 0 < old <= new."""
    return await _with_nodes(unit, lambda node: consistency_path(old, new, node))


async def root(unit: Unit, size: int) -> bytes:
    """The root that the tree had at ``size``, which must not be more than it has now."""
    if size == 0:
        return EMPTY_ROOT
    return await _with_nodes(unit, lambda node: Frontier(size, _peaks(size, node)).root())


def _peaks(size: int, node: Callable[[int, int], bytes]) -> list[bytes]:
    found, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append(node(level, start >> level))
            start += 1 << level
    return found


async def _with_nodes(unit: Unit, work: Callable[[Callable[[int, int], bytes]], T]) -> T:
    """Do the work twice: once to learn which nodes it takes, once with them, fetched level by level."""
    wanted: set[Place] = set()

    def note(level: int, index: int) -> bytes:
        wanted.add((level, index))
        return ANY

    work(note)
    nodes = await _fetch(unit, wanted)
    return work(lambda level, index: nodes[level, index])


async def _fetch(unit: Unit, wanted: Iterable[Place]) -> Mapping[Place, bytes]:
    by_level: dict[int, list[int]] = {}
    for level, index in wanted:
        by_level.setdefault(level, []).append(index)
    found: dict[Place, bytes] = {}
    for level, indices in by_level.items():
        if level == 0:
            leaves = await unit.all(queries.LEAVES, p_indices=indices)
            found |= {(0, row.index): leaf_hash(row.leaf) for row in leaves}
        else:
            nodes = await unit.all(queries.NODES_OF_LEVEL, p_level=level, p_indices=indices)
            found |= {(level, row.index): row.hash for row in nodes}
    return found
