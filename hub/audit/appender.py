"""The appender: one in each process. Whoever waits while a batch commits goes into the next one together.

One batch is one transaction: lock the log's row, refuse what was said before, add leaves and nodes, sign the
new checkpoint. Another process's batch waits for the row and then goes on from what it finds there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from crypto import checkpoints
from crypto.merkle import EMPTY_ROOT
from hub.audit import anchor, queries, tree
from hub.audit.anchor import Seen
from hub.audit.leaves import Said, grown, readings
from hub.audit.schemas import Logged
from hub.kernel.context import Hub
from hub.kernel.refusals import Away, Conflicting, Refused
from storage.database import Conflict, Row, Unit

BATCH = 512
MOST_WAITING = 20_000
ANCHOR_SECONDS = 1.0
ONLY = 1

log = logging.getLogger("hub.audit")

Used = set[tuple[bytes, bytes]]
"""(nonce, worker)"""


class SaidBefore(Conflicting):
    """Each statement is made once; a nonce is never used again."""


class AheadOfLog(Refused):
    code, status, title = "ahead-of-log", 409, "The statement names a state of the access log that never was"


class LogSetBack(Refused):
    """The operator has put back an older database; see docs on restoring."""

    code, status, title = "log-set-back", 503, "The access log was set back, so nothing can be opened"


class Recorded(NamedTuple):
    """The access log once the statements were durable: its size, its signed checkpoint, and where each of
    them stands in it, in their order."""

    size: int
    note: str
    logged: list[Logged]


@dataclass(slots=True)
class Ask:
    """What one caller wants to be durable, all of it or nothing."""

    said: list[Said]
    answer: asyncio.Future[Recorded] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, outcome: Recorded | Exception) -> None:
        """Tell the caller, who may have gone."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


Outcome = tuple[Seen | None, list[Recorded | Exception]]
"""What the log has come to, if it grew, and what to tell each caller."""


class Appender:
    """Appends to the one access log of a hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: list[Ask] = []
        self._some, self._grown = asyncio.Event(), asyncio.Event()
        self._seen = Seen(0, EMPTY_ROOT)
        self._anchored, self._set_back = True, False

    async def append(self, said: list[Said]) -> Recorded:
        """Returns once all of it is durable.

        Raises:
            SaidBefore, AheadOfLog, LogSetBack, Away: then none of it is in the log. storage's Unavailable:
            then it may be, and the same statement again is SaidBefore.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise Away(retry_after=2)
        ask = Ask(said)
        self._waiting.append(ask)
        self._some.set()
        return await ask.answer

    async def begin(self) -> None:
        """Make the empty log on a first start, and compare the log with the anchor of this machine."""
        await asyncio.to_thread(self._hub.settings.keys.mkdir, parents=True, exist_ok=True)
        seen = await asyncio.to_thread(anchor.read, self._hub.settings.keys)
        async with self._hub.database.write() as unit:
            await unit.run(
                queries.BEGIN, id=ONLY, size=0, root=EMPTY_ROOT, peaks=b"", note=self._note(0, EMPTY_ROOT)
            )
        if seen is None:
            return
        self._seen = seen
        async with self._hub.database.read() as unit:
            state = await unit.one(queries.STATE, p_id=ONLY)
            assert state is not None
            same = state.size >= seen.size and await tree.root(unit, seen.size) == seen.root
        if not same:
            self._set_back = True
            log.error(
                "The access log in the database (%d statements) does not continue what this machine saw"
                " (%d, in %s): an older backup was put back. Nothing is appended until the newer one is.",
                state.size,
                seen.size,
                anchor.FILE,
            )

    async def run(self) -> None:
        """Until cancelled: commit batch after batch."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                await self._commit(self._take())

    async def keep_anchor(self) -> None:
        """Until cancelled: write the anchor, at most once a second."""
        while True:
            await self._grown.wait()
            self._grown.clear()
            await self.write_anchor()
            await asyncio.sleep(ANCHOR_SECONDS)

    async def write_anchor(self) -> None:
        """What this process saw last, beside the keys."""
        if self._set_back:
            return
        try:
            await asyncio.to_thread(anchor.write, self._hub.settings.keys, self._seen)
            self._anchored = True
        except (OSError, ValueError) as error:
            if self._anchored:
                log.error("the access log's anchor cannot be written: %s", type(error).__name__)
            self._anchored = False

    def stop(self) -> None:
        """Nobody will answer those who still wait."""
        for ask in self._waiting:
            ask.settle(Away(retry_after=2))
        self._waiting.clear()

    def _take(self) -> list[Ask]:
        """The next batch, in order; one caller's statements are never split."""
        count = total = 0
        for ask in self._waiting:
            total += len(ask.said)
            if count and total > BATCH:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _commit(self, batch: list[Ask]) -> None:
        outcomes: list[Recorded | Exception]
        try:
            seen, outcomes = await self._durable(batch)
        except asyncio.CancelledError:
            for ask in batch:
                ask.settle(Away(retry_after=2))
            raise
        except Exception as error:
            outcomes = [error] * len(batch)
        else:
            if seen is not None:
                self._seen = seen
                self._grown.set()
        for ask, outcome in zip(batch, outcomes, strict=True):
            ask.settle(outcome)

    async def _durable(self, batch: list[Ask]) -> Outcome:
        """One transaction; looks for nonces that were used before only when one turned out to be."""
        try:
            async with self._hub.database.write() as unit:
                return await self._append(unit, batch, suspicious=False)
        except Conflict:
            async with self._hub.database.write() as unit:
                return await self._append(unit, batch, suspicious=True)

    async def _append(self, unit: Unit, batch: list[Ask], *, suspicious: bool) -> Outcome:
        state = await unit.one(queries.LOCKED_STATE, p_id=ONLY)
        if state is None or self._set_back or state.size < self._seen.size:
            raise LogSetBack("Nothing can be opened until the operator has put this right.")
        faults = _faults(batch, await _used(unit, batch) if suspicious else set(), state.size)
        good = [said for ask, fault in zip(batch, faults, strict=True) if fault is None for said in ask.said]
        if not good:
            return None, [fault for fault in faults if fault is not None]
        recorded, seen = await self._write(unit, state, good)
        return seen, _outcomes(batch, faults, recorded)

    async def _write(self, unit: Unit, state: Row, good: list[Said]) -> tuple[Recorded, Seen]:
        frontier = tree.frontier(state.size, state.peaks)
        rows, nodes = grown(frontier, good)
        root = frontier.root()
        note = self._note(frontier.size, root)
        await unit.run_many(queries.ADD, rows)
        await unit.run_many(queries.ADD_NODE, nodes)
        await unit.run_many(queries.SET_READ, readings(rows, good))
        await unit.run(
            queries.MOVE,
            p_id=ONLY,
            p_size=frontier.size,
            p_root=root,
            p_peaks=tree.joined(frontier.peaks),
            p_note=note,
        )
        logged = [Logged(index=row["index"], salt=row["salt"]) for row in rows]
        return Recorded(frontier.size, note, logged), Seen(frontier.size, root)

    def _note(self, size: int, root: bytes) -> str:
        name = self._hub.settings.hub_name
        checkpoint = checkpoints.Checkpoint(f"{name}/access-log", size, root)
        return checkpoints.sign(checkpoint, name, self._hub.keys.checkpoint)


async def _used(unit: Unit, batch: list[Ask]) -> Used:
    nonces = [said.statement.nonce for ask in batch for said in ask.said]
    return {(row.nonce, row.worker) for row in await unit.all(queries.USED_NONCES, p_nonces=nonces)}


def _faults(batch: list[Ask], used: Used, size: int) -> list[Exception | None]:
    """Why each of them cannot be appended, judged in order: of two that are alike the first is good."""
    faults: list[Exception | None] = []
    for ask in batch:
        fault = _fault(ask.said, used, size)
        if fault is None:
            used |= {(said.statement.nonce, said.statement.worker) for said in ask.said}
        faults.append(fault)
    return faults


def _fault(said: list[Said], used: Used, size: int) -> Exception | None:
    keys = [(each.statement.nonce, each.statement.worker) for each in said]
    if len(set(keys)) != len(keys) or not used.isdisjoint(keys):
        return SaidBefore("A statement was made before. Sign a new one.")
    if any(each.statement.log_size > size for each in said):
        return AheadOfLog("Look at the newest checkpoint.")
    return None


def _outcomes(
    batch: list[Ask], faults: list[Exception | None], all_of: Recorded
) -> list[Recorded | Exception]:
    """To each caller the places of its own statements alone."""
    places = iter(all_of.logged)
    return [
        all_of._replace(logged=list(islice(places, len(ask.said)))) if fault is None else fault
        for ask, fault in zip(batch, faults, strict=True)
    ]


@asynccontextmanager
async def appending(hub: Hub) -> AsyncIterator[Appender]:
    """The appender of this process, for as long as it runs."""
    appender = Appender(hub)
    await appender.begin()
    tasks = [asyncio.create_task(appender.run()), asyncio.create_task(appender.keep_anchor())]
    try:
        yield appender
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        appender.stop()
        await appender.write_anchor()
