"""The circle's log: each entry at its place, as every reader checks it.

``Log`` is what a reader keeps of a verified history. ``extend`` takes the next entry with its
receipt data and refuses a dropped, reordered, forked, backdated or misplaced one. Header,
signature, chain and policy faults stop here; a body is checked separately and only marks its
author (PROTOCOL, "Faults are contained").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crypto import circle as control
from crypto.circle import Circle, Directory, Placed
from crypto.entries import (
    NOTHING,
    Entry,
    Header,
    head_zero,
    next_head,
    read_facts,
    read_header,
    verify_entry,
)
from crypto.errors import Forged, NotAllowed, Stale, UpdateNeeded
from crypto.organisation import Organisation, Role

_MAY_WRITE = (Role.WORKER, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Verified:
    """One entry that held: its header, its facts (None for a kind from a newer version), its place."""

    entry: Entry
    header: Header
    facts: Any
    placed: Placed
    head: bytes


@dataclass(slots=True)
class Log:
    """A verified history up to ``seq``. ``heads[n]`` is the head after entry n; ``heads[0]`` is head_0."""

    id: bytes
    heads: list[bytes] = field(default_factory=list)
    received_at: int = 0
    circle: Circle | None = None
    authors: dict[bytes, bytes] = field(default_factory=dict)
    """``author`` (organisation and worker, for two organisations may name a worker alike) -> hash of
    their last entry here."""
    used: dict[bytes, int] = field(default_factory=dict)
    """organisation -> the latest chain position any of its entries here named."""

    def __post_init__(self) -> None:
        if not self.heads:
            self.heads = [head_zero(self.id)]

    @property
    def seq(self) -> int:
        """How many entries were verified."""
        return len(self.heads) - 1

    @property
    def head(self) -> bytes:
        """The head after the last of them."""
        return self.heads[-1]

    def extend(self, entry: Entry, received_at: int, directory: Directory) -> Verified:
        """Verify the next entry and move forward; on any refusal nothing changes.

        Raises:
            Forged, Stale, NotAllowed, Malformed, UpdateNeeded (for an unknown control version).
        """
        header = read_header(entry)
        if header.circle != self.id:
            raise Forged("the entry belongs to another circle")
        if received_at < self.received_at:
            raise Forged("the hub's times run backwards")
        placed = Placed(entry.hash, self.seq + 1, received_at)
        chain = directory.organisation(header.organisation)
        check_signature(entry, header, chain, received_at)
        check_seen(header, self.heads)
        check_previous(header, self.authors)
        facts = _facts(header)
        circle = self._next_circle(header, facts, placed, directory)
        position = check_head(header, chain, self.circle or circle, self.used)
        self._move(header, placed, circle, position)
        return Verified(entry, header, facts, placed, self.head)

    def _next_circle(self, header: Header, facts: Any, placed: Placed, directory: Directory) -> Circle:
        if self.circle is None:
            return control.apply(None, header, facts, placed, directory)
        control.check_author(self.circle, header)
        if header.is_control:
            return control.apply(self.circle, header, facts, placed, directory)
        control.check_content(self.circle, header)
        return self.circle

    def _move(self, header: Header, placed: Placed, circle: Circle, position: int) -> None:
        self.heads.append(next_head(self.head, placed.hash, placed.seq, placed.received_at))
        self.received_at = placed.received_at
        self.circle = circle
        self.authors[author(header)] = placed.hash
        self.used[header.organisation] = position

    def copy(self) -> Log:
        """An independent copy, to try something on."""
        return replace(self, heads=list(self.heads), authors=dict(self.authors), used=dict(self.used))


def _facts(header: Header) -> Any:
    """The facts; None for content from a newer version, whose place in the chain still holds."""
    try:
        return read_facts(header)
    except UpdateNeeded:
        if header.is_control:
            raise
        return None


def check_signature(entry: Entry, header: Header, chain: Organisation, received_at: int) -> None:
    """The author stood in their organisation at the head they name, and signed.

    Raises:
        NotAllowed, Stale, Forged.
    """
    member = chain.member_at(header.worker, header.organisation_head, received_at)
    if member.role not in _MAY_WRITE:
        raise NotAllowed("that role does not write in circles")
    verify_entry(entry, member.signing_key)


def check_seen(header: Header, heads: list[bytes]) -> None:
    """What the author had seen is what this reader has: a fork ends here.

    Raises:
        Forged.
    """
    if header.seen_seq >= len(heads):
        raise Forged("the author names a position that is not before this entry")
    if heads[header.seen_seq] != header.seen_head:
        raise Forged("the author was shown another history")


def author(header: Header) -> bytes:
    """Who wrote an entry, as a key: organisation || worker. 32 bytes."""
    return header.organisation + header.worker


def check_previous(header: Header, authors: Mapping[bytes, bytes]) -> None:
    """The author's own entries follow each other: none was withheld and slipped in later.
    ``authors`` maps ``author(header)`` to the hash of that author's last entry.

    Raises:
        Stale.
    """
    if header.author_prev != authors.get(author(header), NOTHING):
        raise Stale("an entry by this author is missing, or comes too late")


def check_head(header: Header, chain: Organisation, circle: Circle, used: Mapping[bytes, int]) -> int:
    """The author's organisation head is no older than its listing and its earlier entries here.

    Returns the position of that head in the chain.

    Raises:
        Stale. NotAllowed: if it has no place in the circle.
    """
    position = chain.position(header.organisation_head)
    listed = chain.position(control.check_author(circle, header).head)
    if position < max(listed, used.get(header.organisation, 0)):
        raise Stale("signed under an organisation's earlier state")
    return position
