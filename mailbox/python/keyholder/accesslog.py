"""The access log as a worker checks it: it only grows, and what they looked at stands in it.

The hub's notes are verified by the keys that the root vouches for. Whatever was released came with the place
of the statement that asked for it, and with a note that reaches beyond that place. Every note that was heard
must lie on one line with the pinned one and the newest; the pinned size moves only after that was proved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from crypto import checkpoints, merkle
from crypto.checkpoints import Checkpoint
from crypto.encoding import unpack
from crypto.errors import CryptoError
from crypto.statements import MAX_STATEMENT, SignedStatement, Statement, log_leaf
from keyholder.alarms import Alarm, EvidenceKeeper, Kind
from keyholder.answers import CheckpointNote, Inclusion, LogAnswer, Path
from keyholder.authority import Authority
from keyholder.connection import Connection
from keyholder.errors import Refused
from keyholder.pins import Pins
from keyholder.unproved import UNPROVED, WAITING, Unproved


@dataclass(frozen=True, slots=True)
class LogReport:
    """What a check found: the log's size, and how many of one's own statements were found in it."""

    size: int
    inclusions_checked: int


class NoProof(Exception):
    """The hub cannot prove what its own signed note says."""


@contextmanager
def _proof_or_none() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        if refused.status in (400, 404):
            raise NoProof from refused
        raise


class AccessLog:
    """One worker's view of the access log."""

    def __init__(
        self,
        connection: Connection,
        authority: Callable[[], Authority],
        pins: Pins,
        keeper: EvidenceKeeper,
        kept: Unproved,
    ) -> None:
        self._connection, self._authority, self._pins, self._keeper = connection, authority, pins, keeper
        self._kept = kept
        self._unproved: dict[int, Checkpoint] = {}
        self._origin: str | None = None
        self._own: list[tuple[int, bytes]] = []
        self._one = asyncio.Lock()

    @property
    def size(self) -> int:
        """How long the verified log is."""
        return self._pins.log_size

    @property
    def root(self) -> bytes:
        """Its root."""
        return self._pins.log_root

    def take_up(self) -> None:
        """Take up what earlier sessions here left to prove: the next ``check`` must find it.

        Raises:
            Alarm: they were shown two logs.
        """
        for waiting in self._kept.take_up():
            room = max(0, WAITING - len(self._own))
            self._own += [(logged.index, logged.leaf) for logged in waiting.own[:room]]
            for note in waiting.notes:
                found = Checkpoint(note.origin, note.size, note.root)
                self._hear(found, found.body().encode())

    def keep(self) -> None:
        """Keep on this device what is still to be proved."""
        self._kept.keep(self._own, list(self._unproved.values()))

    @property
    def waiting(self) -> int:
        """How many of one's own statements the next ``check`` must find."""
        return len(self._own)

    def heard(self, answer: LogAnswer, statements: Sequence[SignedStatement]) -> None:
        """Take the note that came with an answer, and remember where one's own statements stand.

        Raises:
            Alarm: the note is not the hub's, or does not reach as far as the statements; or one has no place,
                or one that was taken before it was signed.
        """
        note = self._read(answer.note)
        if len(answer.logged) != len(statements):
            raise self._missing(answer.note)
        for signed, logged in zip(statements, answer.logged, strict=True):
            if not _log_size(signed) <= logged.index < note.size:
                raise self._missing(answer.note)
            self.expect(logged.index, logged.salt, signed)

    def _missing(self, note: str) -> Alarm:
        return self._keeper.alarm(Kind.STATEMENT_MISSING, note=note.encode())

    def expect(self, index: int, salt: bytes, signed: SignedStatement) -> None:
        """A statement that the next ``check`` must find at ``index``."""
        if len(self._own) < WAITING:
            self._own.append((index, log_leaf(salt, signed)))

    async def check(self) -> LogReport:
        """Fetch the newest note, prove that it extends the pinned one and every other that was heard, find
        one's own statements.

        Raises:
            Alarm: the log was rewritten, wound back, or lacks a statement.
        """
        async with self._one:
            return await self._check()

    async def _check(self) -> LogReport:
        """While this waits for the hub, more may be heard and somebody else may move the pin: only what stood
        before the newest note was asked for must be in it. The rest is for the next check.
        """
        heard, own, pinned = list(self._unproved.values()), len(self._own), (self.size, self.root)
        answer = await self._connection.get("/v1/log/checkpoint", CheckpointNote)
        newest = self._read(answer.note)
        await self._on_one_line(pinned, heard, newest)
        self._pins.pin_log(newest.size, newest.root)
        for proved in (*heard, newest):
            if proved.size != newest.size or self.root == newest.root:
                self._unproved.pop(proved.size, None)
        found = await self._find_own(own, newest)
        self.keep()
        return LogReport(newest.size, found)

    async def _on_one_line(
        self, pinned: tuple[int, bytes], heard: Iterable[Checkpoint], newest: Checkpoint
    ) -> None:
        """Prove each longer log of the pinned one, those heard of, and the newest from the one before."""
        points = sorted({pinned, (newest.size, newest.root), *((note.size, note.root) for note in heard)})
        if points[-1] != (newest.size, newest.root):
            raise self._changed(newest)
        for (old, old_root), (new, new_root) in pairwise(points):
            await self._extends(newest, (old, old_root), (new, new_root))

    async def _extends(self, newest: Checkpoint, old: tuple[int, bytes], new: tuple[int, bytes]) -> None:
        path: Sequence[bytes] = ()
        try:
            if 0 < old[0] < new[0]:
                path = await self._consistency(old[0], new[0])
            merkle.verify_consistency(old[0], new[0], old[1], new[1], path)
        except (CryptoError, NoProof) as error:
            raise self._changed(newest) from error

    def _changed(self, newest: Checkpoint) -> Alarm:
        return self._keeper.alarm(Kind.ACCESS_LOG_CHANGED, pinned=self.root, note=newest.body().encode())

    async def _consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        with _proof_or_none():
            return (await self._connection.get("/v1/log/consistency", Path, old=old, new=new)).path

    async def _find_own(self, count: int, newest: Checkpoint) -> int:
        """Find the first ``count`` of one's own statements."""
        for _ in range(count):
            index, leaf = self._own[0]
            try:
                proof = await self._inclusion(leaf, newest.size)
                merkle.verify_inclusion(merkle.leaf_hash(leaf), index, newest.size, proof.path, newest.root)
            except (CryptoError, NoProof) as error:
                raise self._keeper.alarm(
                    Kind.STATEMENT_MISSING, leaf=leaf, note=newest.body().encode()
                ) from error
            self._own.pop(0)
        return count

    async def _inclusion(self, leaf: bytes, size: int) -> Inclusion:
        with _proof_or_none():
            return await self._connection.get("/v1/log/inclusion", Inclusion, leaf=leaf.hex(), size=size)

    def _read(self, note: str) -> Checkpoint:
        root = self._authority().root
        for key in root.checkpoint_keys:
            try:
                found = checkpoints.verify(note, root.hub, key)
            except CryptoError:
                continue
            return self._hear(found, note.encode())
        raise self._keeper.alarm(Kind.ACCESS_LOG_CHANGED, note=note.encode())

    def _hear(self, found: Checkpoint, note: bytes) -> Checkpoint:
        before = self._unproved.get(found.size)
        forked = before is not None and found.root != before.root
        renamed = self._origin is not None and found.origin != self._origin
        if forked or renamed:
            raise self._keeper.alarm(Kind.ACCESS_LOG_CHANGED, note=note, pinned=self.root)
        self._origin = found.origin
        self._unproved[found.size] = found
        if len(self._unproved) > UNPROVED:
            del self._unproved[min(self._unproved)]
        return found


def _log_size(signed: SignedStatement) -> int:
    """How long the log was that its worker had verified when they signed."""
    return unpack(Statement, signed.payload, limit=MAX_STATEMENT).log_size
