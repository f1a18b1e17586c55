"""The versions of each document of a circle, as its verified history has them.

Only the organisation that shared a document, or the circle's owner, says its next version, and they are
counted from 1 without a gap. What breaks that is no version, whoever signed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crypto.entries import Document
from crypto.log import Verified
from keyholder.ownership import Owners


@dataclass(frozen=True, slots=True)
class Version:
    """One version: the entry that carries it, and its facts."""

    verified: Verified
    facts: Document


@dataclass(frozen=True, slots=True)
class Versions:
    """``documents``: by id, each from version 1 on. ``misfits``: entries that are not a version."""

    documents: Mapping[bytes, Sequence[Version]]
    misfits: Sequence[Version]

    def of(self, document: bytes | None) -> Sequence[Version]:
        """The versions of one document; none when there is no such document."""
        return self.documents.get(document, ()) if document else ()

    def may_follow(self, document: bytes, organisation: bytes, owner: bytes) -> bool:
        """May ``organisation`` say the next version, in a circle that ``owner`` owns?"""
        return _may_follow(self.of(document), organisation, owner)


def versions(entries: Iterable[Verified]) -> Versions:
    """Sort out the documents of a circle's entries, oldest first."""
    found: dict[bytes, list[Version]] = {}
    misfits: list[Version] = []
    owners = Owners()
    for verified in entries:
        owners.take(verified)
        facts = verified.facts
        if not isinstance(facts, Document):
            continue
        before, version = found.get(facts.document, []), Version(verified, facts)
        theirs = _may_follow(before, verified.header.organisation, owners.owner)
        if theirs and facts.number == len(before) + 1:
            found.setdefault(facts.document, []).append(version)
        else:
            misfits.append(version)
    return Versions(found, misfits)


def _may_follow(before: Sequence[Version], organisation: bytes, owner: bytes) -> bool:
    return not before or organisation in (before[0].verified.header.organisation, owner)
