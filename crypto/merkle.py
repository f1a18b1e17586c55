"""The RFC 6962 tree over SHA-256: append, inclusion and consistency proofs.

``Frontier`` is all that an appender keeps (the roots of the perfect subtrees, at most 53 of
32 bytes). Proofs are built from stored node hashes by ``inclusion_path`` and
``consistency_path`` and checked by ``verify_inclusion`` and ``verify_consistency``
(RFC 9162 sections 2.1.3.2 and 2.1.4.2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from crypto.errors import Forged, Malformed

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Node = Callable[[int, int], bytes]
"""(level, index) -> hash of the perfect subtree of 2^level leaves that starts at index*2^level."""


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The growing right edge of a tree.

    ``peaks`` are the roots of the perfect subtrees, largest first: one for each set bit of ``size``.
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count() or any(len(p) != HASH_BYTES for p in self.peaks):
            raise Malformed("a frontier has one 32-byte peak for each set bit of its size")

    def append(self, hashed_leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf hash; returns the perfect nodes it completes as (level, index, hash)."""
        level, index, node = 0, self.size, hashed_leaf
        made = [(level, index, node)]
        while index & 1:
            node = node_hash(self.peaks.pop(), node)
            level, index = level + 1, index >> 1
            made.append((level, index, node))
        self.peaks.append(node)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The RFC 6962 root of all that was appended. 32 bytes."""
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over whole leaves (not hashes), for small lists such as document segments."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf_hash(leaf))
    return frontier.root()


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """The audit path of leaf ``index`` in a tree of ``size``, nearest sibling first."""
    if not 0 <= index < size:
        raise Malformed("no such leaf in a tree of that size")
    return _path(index, 0, size, node)


def consistency_path(old: int, new: int, node: Node) -> list[bytes]:
    """The proof that the first ``old`` leaves of a tree of ``new`` are unchanged (0 < old <= new)."""
    if not 0 < old <= new:
        raise Malformed("a consistency proof needs 0 < old <= new")
    return _subproof(old, 0, new, True, node)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf *hash* ``leaf`` stands at ``index`` under ``root``.

    Raises:
        Forged: if it does not.
    """
    if not 0 <= index < size:
        raise Forged("the proof names a leaf outside the tree")
    _check_hashes([leaf, root, *path])
    fn, sn, node = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            raise Forged("the proof is too long")
        if fn & 1 or fn == sn:
            node = node_hash(sibling, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = node_hash(node, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or node != root:
        raise Forged("the entry is not in the tree")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Check that the tree ``new`` extends the tree ``old``.

    Raises:
        Forged: if it does not.
    """
    if not 0 <= old <= new:
        raise Forged("a tree never shrinks")
    _check_hashes([old_root, new_root, *path])
    if old in (0, new):
        _require(not path and (old_root == new_root if old == new else old_root == EMPTY_ROOT))
        return
    steps = list(path) if old & (old - 1) else [old_root, *path]
    _require(bool(steps))
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = steps[0]
    for sibling in steps[1:]:
        _require(sn != 0)
        if fn & 1 or fn == sn:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, sibling)
        fn, sn = fn >> 1, sn >> 1
    _require(sn == 0 and first == old_root and second == new_root)


def _check_hashes(hashes: Iterable[bytes]) -> None:
    """A node of another length could be read as two: every hash in a proof is 32 bytes."""
    if any(len(node) != HASH_BYTES for node in hashes):
        raise Forged("a hash in the proof is not 32 bytes")


def _require(holds: bool) -> None:
    if not holds:
        raise Forged("the log was rewritten")


def _split(size: int) -> int:
    return int(1 << ((size - 1).bit_length() - 1))


def _subtree(start: int, size: int, node: Node) -> bytes:
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    k = _split(size)
    return node_hash(_subtree(start, k, node), _subtree(start + k, size - k, node))


def _path(index: int, start: int, size: int, node: Node) -> list[bytes]:
    if size == 1:
        return []
    k = _split(size)
    if index < k:
        return [*_path(index, start, k, node), _subtree(start + k, size - k, node)]
    return [*_path(index - k, start + k, size - k, node), _subtree(start, k, node)]


def _subproof(old: int, start: int, size: int, whole: bool, node: Node) -> list[bytes]:
    if old == size:
        return [] if whole else [_subtree(start, size, node)]
    k = _split(size)
    if old <= k:
        return [*_subproof(old, start, k, whole, node), _subtree(start + k, size - k, node)]
    return [*_subproof(old - k, start + k, size - k, False, node), _subtree(start, k, node)]
