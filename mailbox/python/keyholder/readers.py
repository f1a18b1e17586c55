"""Who has read how far, by the readers' own signed statements.

Each is checked against the reader's organisation and against our own history, so that two people who were
shown different things find out. A receipt that does not hold is marked, and says nothing about others.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from crypto.errors import CryptoError, Malformed, NotAllowed
from crypto.statements import Act, Object, ObjectKind, SignedStatement, Statement
from keyholder import alarms, answers
from keyholder.directory import FRESH_MS
from keyholder.errors import Refused
from keyholder.logbook import Logbook, listings
from keyholder.thread import said_by


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone who has read up to ``seq``, by their own signature; with an ``alarm``, nothing of it holds and
    ``seq`` and ``at`` are 0."""

    organisation: bytes
    worker: bytes
    seq: int
    at: int
    alarm: alarms.Alarm | None = None


class Readers:
    """The readers of one circle."""

    def __init__(self, book: Logbook) -> None:
        self._book = book

    async def all(self) -> list[Reader]:
        """Everyone whom the hub has a receipt of, each verified or marked."""
        await self._book.sync()
        path = f"/v1/circles/{self._book.id.hex()}/readers"
        page = await self._book.desk.connection.get(path, answers.Page[answers.ReaderRow])
        placed = {
            listing.organisation for verified in self._book.entries for listing in listings(verified.facts)
        }
        return [await self._reader(row, placed) for row in page.items]

    async def _reader(self, row: answers.ReaderRow, placed: Container[bytes]) -> Reader:
        try:
            if row.organisation not in placed:
                raise self._alarm(alarms.Kind.GHOST, row)
            statement = await self._statement(row)
            seen = self._seen(row, statement)
            await self._compare(row, seen)
        except alarms.Alarm as alarm:
            return Reader(row.organisation, row.worker, 0, 0, alarm)
        return Reader(row.organisation, row.worker, seen.start, statement.at)

    async def _statement(self, row: answers.ReaderRow) -> Statement:
        """What the reader signed about this circle; they may have joined their organisation just now. Raises
        Alarm."""
        try:
            try:
                statement = await self._said(row, FRESH_MS)
            except CryptoError:
                statement = await self._said(row, 0)
            _about(statement, row, self._book.id)
        except CryptoError as error:
            raise self._alarm(alarms.Kind.FORGED, row) from error
        except Refused as refused:
            if refused.status != 404:
                raise
            raise self._alarm(alarms.Kind.GHOST, row) from refused
        return statement

    async def _said(self, row: answers.ReaderRow, max_age: int) -> Statement:
        directory = self._book.desk.directory
        await directory.know([row.organisation], max_age)
        return said_by(directory.organisation(row.organisation), SignedStatement(row.payload, row.signature))

    def _seen(self, row: answers.ReaderRow, statement: Statement) -> Object:
        """The one head that a read receipt names. Raises Alarm."""
        try:
            (seen,) = statement.objects
            if seen.kind != ObjectKind.ENTRIES or seen.stop != seen.start + 1:
                raise Malformed("a read receipt names one entry")
        except (ValueError, CryptoError) as error:
            raise self._alarm(alarms.Kind.MANGLED, row) from error
        return seen

    async def _compare(self, row: answers.ReaderRow, seen: Object) -> None:
        """Did they see what we see? Raises Alarm."""
        if seen.start > self._book.log.seq:
            await self._book.sync()
        heads = self._book.log.heads
        if seen.start >= len(heads) or heads[seen.start] != seen.id:
            raise self._alarm(alarms.Kind.HISTORIES_DIFFER, row)

    def _alarm(self, kind: alarms.Kind, row: answers.ReaderRow) -> alarms.Alarm:
        return self._book.alarm(kind, statement=row.payload, signature=row.signature)


def _about(statement: Statement, row: answers.ReaderRow, circle: bytes) -> None:
    """Is it this reader's, of having read this circle? Raises NotAllowed."""
    theirs = (statement.worker, statement.organisation) == (row.worker, row.organisation)
    if not theirs or statement.act != Act.OPENED or statement.circle != circle:
        raise NotAllowed("another worker's, or about something else")
