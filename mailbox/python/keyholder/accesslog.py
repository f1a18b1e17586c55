"""The access log as a worker checks it: it only grows, and what they looked at stands in it.

The hub's notes are verified by the keys that the root vouches for. The pinned size moves only after a
proof that the longer log extends the pinned one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from crypto import checkpoints, merkle
from crypto.checkpoints import Checkpoint
from crypto.errors import CryptoError
from crypto.statements import SignedStatement, log_leaf
from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.answers import CheckpointNote, Inclusion, LogAnswer, Path
from keyholder.authority import Authority
from keyholder.connection import Connection
from keyholder.errors import Refused
from keyholder.pins import Pins

WAITING = 2000


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
        self, connection: Connection, authority: Callable[[], Authority], pins: Pins, keeper: EvidenceKeeper
    ) -> None:
        self._connection, self._authority, self._pins, self._keeper = connection, authority, pins, keeper
        self._newest: Checkpoint | None = None
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

    @property
    def waiting(self) -> int:
        """How many of one's own statements the next ``check`` must find."""
        return len(self._own)

    def heard(self, answer: LogAnswer, statements: Sequence[SignedStatement]) -> None:
        """Take the note that came with an answer, and remember where one's own statements stand."""
        if answer.note:
            self._read(answer.note)
        for signed, logged in zip(statements, answer.logged, strict=False):
            self.expect(logged.index, logged.salt, signed)

    def expect(self, index: int, salt: bytes, signed: SignedStatement) -> None:
        """A statement that the next ``check`` must find at ``index``."""
        if len(self._own) < WAITING:
            self._own.append((index, log_leaf(salt, signed)))

    async def check(self) -> LogReport:
        """Fetch the newest note, prove that it extends the pinned one, find one's own statements.

        Raises:
            Alarm: the log was rewritten, wound back, or lacks a statement.
        """
        async with self._one:
            answer = await self._connection.get("/v1/log/checkpoint", CheckpointNote)
            newest = self._read(answer.note)
            await self._extends(newest)
            self._pins.pin_log(newest.size, newest.root)
            return LogReport(newest.size, await self._find_own(newest))

    async def _extends(self, newest: Checkpoint) -> None:
        old = self.size
        path: Sequence[bytes] = ()
        try:
            if 0 < old < newest.size:
                path = await self._consistency(old, newest.size)
            merkle.verify_consistency(old, newest.size, self.root, newest.root, path)
        except (CryptoError, NoProof) as error:
            raise self._keeper.alarm(
                Kind.ACCESS_LOG_CHANGED, pinned=self.root, note=newest.body().encode()
            ) from error

    async def _consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        with _proof_or_none():
            return (await self._connection.get("/v1/log/consistency", Path, old=old, new=new)).path

    async def _find_own(self, newest: Checkpoint) -> int:
        checked = 0
        while self._own:
            index, leaf = self._own[0]
            try:
                proof = await self._inclusion(leaf, newest.size)
                merkle.verify_inclusion(merkle.leaf_hash(leaf), index, newest.size, proof.path, newest.root)
            except (CryptoError, NoProof) as error:
                raise self._keeper.alarm(
                    Kind.STATEMENT_MISSING, leaf=leaf, note=newest.body().encode()
                ) from error
            self._own.pop(0)
            checked += 1
        return checked

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
            return self._newer(found, note)
        raise self._keeper.alarm(Kind.ACCESS_LOG_CHANGED, note=note.encode())

    def _newer(self, found: Checkpoint, note: str) -> Checkpoint:
        before = self._newest
        forked = before is not None and found.size == before.size and found.root != before.root
        renamed = self._origin is not None and found.origin != self._origin
        if forked or renamed:
            raise self._keeper.alarm(Kind.ACCESS_LOG_CHANGED, note=note.encode(), pinned=self.root)
        self._origin = found.origin
        if before is None or found.size > before.size:
            self._newest = found
        return found
