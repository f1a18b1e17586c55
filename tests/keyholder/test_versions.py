"""Which entries are versions of a document, whoever took them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from crypto.entries import Document, Open
from crypto.log import Verified
from keyholder.versions import versions

OWNER, PARTNER, OTHER = b"o" * 16, b"p" * 16, b"x" * 16
PAPER = b"d" * 16


def entry(organisation: bytes, facts: Any) -> Verified:
    header = SimpleNamespace(organisation=organisation)
    return cast(Verified, SimpleNamespace(header=header, facts=facts, placed=SimpleNamespace(hash=b"")))


def said(organisation: bytes, number: int) -> Verified:
    return entry(organisation, Document(None, PAPER, number, 5000))


def numbers(*entries: Verified) -> tuple[list[tuple[bytes, int]], list[tuple[bytes, int]]]:
    found = versions([entry(OWNER, Open(b"", (), (), b"")), *entries])
    return (
        [(v.verified.header.organisation, v.facts.number) for v in found.of(PAPER)],
        [(v.verified.header.organisation, v.facts.number) for v in found.misfits],
    )


def test_versions_are_its_own_organisations_or_the_owners_and_count_from_one() -> None:
    good, bad = numbers(said(PARTNER, 1), said(OTHER, 2), said(PARTNER, 2), said(OWNER, 3))

    assert good == [(PARTNER, 1), (PARTNER, 2), (OWNER, 3)]
    assert bad == [(OTHER, 2)]


def test_a_number_that_leaves_a_gap_or_comes_twice_is_no_version() -> None:
    good, bad = numbers(said(PARTNER, 1), said(PARTNER, 10_000), said(PARTNER, 2), said(PARTNER, 2))

    assert good == [(PARTNER, 1), (PARTNER, 2)]
    assert bad == [(PARTNER, 10_000), (PARTNER, 2)]


def test_a_document_begins_with_its_first_version() -> None:
    assert numbers(said(PARTNER, 2)) == ([], [(PARTNER, 2)])
