"""Checking, after the worst, that everything promised was kept and nothing happened twice.

The history is read back as a member's end reads it, over HTTP, and verified by `crypto`; what no end can see
(the outbox, the whole access log) is read from the database.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crypto import checkpoints
from crypto.accreditation import Accreditation, Withdrawal, digest
from crypto.encoding import unpack
from crypto.entries import Entry, Receipt, verify_receipt
from crypto.errors import NotAllowed
from crypto.log import Log
from crypto.merkle import EMPTY_ROOT, Frontier, leaf_hash, verify_consistency
from crypto.organisation import Organisation
from storage.database import Database
from storage.tables.audit import log_statements
from storage.tables.notifications import notices
from tests.hub.audit.reading import leaves
from tests.hub.build import HubWorld, raw
from tests.hub.circles.ends import Circle
from tests.hub.running import RunningHub
from tests.solid.writers import Crowd, Promise, Tally, Writer, insist

STATED = select(log_statements.c.payload)
NOTICES = select(notices.c.circle, notices.c.seq, notices.c.worker).where(notices.c.kind == "message")


@dataclass(frozen=True)
class Known:
    """What the world's people know of each other, as a directory."""

    world: HubWorld

    def organisation(self, organisation: bytes) -> Organisation:
        for team in (self.world.vcu, self.world.partner):
            if team.id == organisation:
                return team.house.chain
        raise NotAllowed("nobody knows that organisation")

    def accreditation(self, wanted: bytes) -> Accreditation:
        for team in (self.world.vcu, self.world.partner):
            if team.accreditation is not None and digest(team.accreditation) == wanted:
                return unpack(Accreditation, team.accreditation.payload)
        raise NotAllowed("nobody knows that accreditation")

    def withdrawals(self, organisation: bytes) -> Sequence[Withdrawal]:
        return ()


@dataclass
class Kept:
    """What held."""

    entries: int = 0
    receipts: int = 0
    statements: int = 0
    notices: int = 0
    checkpoints: int = 0


async def verified(running: RunningHub, world: HubWorld, circle: Circle) -> tuple[Log, list[int]]:
    """The circle's whole history, each entry verified in its place."""
    log, times = Log(circle.id), []
    while True:
        answer = await world.vcu.worker.ask("GET", f"{circle.path}/headers?after={log.seq}")
        assert answer.status == 200, answer.body
        for each in answer.body["entries"]:
            assert each["seq"] == log.seq + 1, "a gap"
            entry = Entry(raw(each["header"]), raw(each["signature"]))
            log.extend(entry, each["received_at"], Known(world))
            times.append(each["received_at"])
        if log.seq == answer.body["seq"]:
            assert log.head == raw(answer.body["head"])
            check_receipt(running, circle.id, answer.body["receipt"])
            return log, times


def check_receipt(running: RunningHub, circle: bytes, said: dict[str, object]) -> None:
    """A receipt is signed by this hub, for what it says."""
    promise = Receipt(
        1,
        circle,
        int(str(said["seq"])),
        raw(str(said["entry_hash"])),
        raw(str(said["head"])),
        int(str(said["received_at"])),
    )
    verify_receipt(promise, raw(str(said["signature"])), (running.hub.keys.receipt_public,))


async def check_circle(
    running: RunningHub, world: HubWorld, circle: Circle, writers: list[Writer], kept: Kept
) -> None:
    """No gap, no double, and each receipt stands for what is at its place."""
    log, times = await verified(running, world, circle)
    promises = [promise for writer in writers for promise in writer.promises]
    seqs = [promise.receipt["seq"] for promise in promises]
    first = circle.thread.seq + 1
    assert sorted(seqs) == list(range(first, log.seq + 1)), "a receipt was lost, or an entry came unasked"
    for promise in promises:
        said = promise.receipt
        check_receipt(running, circle.id, said)
        assert log.heads[said["seq"]] == raw(said["head"])
        assert times[said["seq"] - 1] == said["received_at"]
    kept.entries += log.seq
    kept.receipts += len(promises)


async def check_again(writer: Writer) -> None:
    """The same bytes once more: the same receipt, and no new entry."""
    end, tally = writer.author.end, Tally()

    async def once(promise: Promise) -> None:
        answer = await insist(end.running, end.token or b"", writer.path, promise.body, tally)
        assert (answer.status, answer.body) == (200, promise.receipt)

    for promise in writer.promises:
        await once(promise)


async def check_access_log(running: RunningHub, crowd: Crowd, database: Database, kept: Kept) -> None:
    """The tree holds, extends every checkpoint that was shown, and has each statement once."""
    stored = await leaves(database)
    newest = (await running.ask("GET", "/v1/log/checkpoint")).body["note"]
    name, key = running.settings.hub_name, running.hub.keys.checkpoint_public
    now = checkpoints.verify(newest, name, key)
    roots = _roots(stored)
    assert (now.size, now.root) == (len(stored), roots[-1])
    for note in {note for reader in crowd.readers for note in reader.notes}:
        seen = checkpoints.verify(note, name, key)
        assert roots[seen.size] == seen.root, "a checkpoint that was shown is not of this log"
        kept.checkpoints += 1
        if kept.checkpoints % 50 == 1:
            proof = await running.ask("GET", f"/v1/log/consistency?old={seen.size}&new={now.size}")
            verify_consistency(
                seen.size, now.size, seen.root, now.root, [raw(each) for each in proof.body["path"]]
            )
    async with database.read() as unit:
        counted = Counter([row.payload for row in await unit.all(STATED)])
    assert not counted or max(counted.values()) == 1, "a statement twice"
    for reader in crowd.readers:
        for payload, answered in reader.stated.items():
            assert counted[payload] == 1 or not answered, "an answered statement is not in the log"
    kept.statements += len(stored)


def _roots(stored: Sequence[bytes]) -> list[bytes]:
    frontier, roots = Frontier(), [EMPTY_ROOT]
    for leaf in stored:
        frontier.append(leaf_hash(leaf))
        roots.append(frontier.root())
    return roots


async def check_outbox(crowd: Crowd, database: Database, kept: Kept) -> None:
    """Each message made its one notice for whoever is to be told, and nothing else made any."""
    async with database.read() as unit:
        rows = await unit.all(NOTICES)
    made = Counter([(row.circle, row.seq) for row in rows])
    wanted = {
        (writer.circle.id, promise.receipt["seq"]) for writer in crowd.writers for promise in writer.promises
    }
    assert made.keys() == wanted, "a message without its notice, or a notice without its message"
    assert set(made.values()) <= {1}, "a message was told of twice"
    kept.notices += len(rows)


async def check_all(running: RunningHub, crowd: Crowd, url: str, *, again: bool = True) -> Kept:
    """Everything above. Raises AssertionError, or what `crypto` raises."""
    kept = Kept()
    by_circle: dict[bytes, list[Writer]] = {}
    for writer in crowd.writers:
        by_circle.setdefault(writer.circle.id, []).append(writer)
    for circle in crowd.circles:
        await check_circle(running, crowd.world, circle, by_circle[circle.id], kept)
    if again:
        await asyncio.gather(*map(check_again, crowd.writers))
        log, _ = await verified(running, crowd.world, crowd.circles[0])
        told = max(writer.seen[0] for writer in by_circle[crowd.circles[0].id])
        assert log.seq == told, "sending again made a new entry"
    database = await Database.open(url)
    try:
        await check_access_log(running, crowd, database, kept)
        await check_outbox(crowd, database, kept)
    finally:
        await database.close()
    return kept
