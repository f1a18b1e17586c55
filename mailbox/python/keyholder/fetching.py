"""The statement first, then what it releases: bodies and boxes of a range of entries, keys of epochs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crypto.statements import Act, Object, ObjectKind, SignedStatement
from keyholder import alarms, answers
from keyholder.desk import BreakGlass
from keyholder.epochs import EpochKeys
from keyholder.logbook import Logbook

PAGE = 100


@dataclass(frozen=True, slots=True)
class Released:
    """What came: sealed bodies by seq (None: gone), and boxes."""

    bodies: Mapping[int, bytes | None]
    boxes: tuple[bytes, ...]


async def fetch(
    book: Logbook,
    keys: EpochKeys,
    *,
    start: int = 0,
    stop: int = 0,
    epochs: Iterable[int] = (),
    reason: BreakGlass | None = None,
) -> Released:
    """State it, fetch it, and open the keys of ``epochs``. ``start`` to ``stop`` (excluded) are seqs.

    Raises:
        Alarm, Refused.
    """
    wanted = tuple(epochs)
    objects = keys.asks(wanted)
    if stop > start:
        objects = (Object(ObjectKind.ENTRIES, book.id, start, stop), *objects)
    if not objects:
        return Released({}, ())
    answer, signed = await _ask(book, objects, reason)
    book.desk.log.heard(answer, [signed])
    _check_range(book, answer, range(start, stop))
    await keys.take(answer.boxes, wanted)
    return Released({row.seq: row.body for row in answer.bodies}, answer.boxes)


async def _ask(
    book: Logbook, objects: tuple[Object, ...], reason: BreakGlass | None
) -> tuple[answers.Fetched, SignedStatement]:
    commitment, extra = b"", {}
    if reason is not None:
        commitment, box = book.desk.seal_reason(reason)
        extra = {"break_glass": reason.code, "reason": box}
    signed = book.desk.state_that(Act.FETCHED, objects, circle=book.id, commitment=commitment)
    body = {"statement": {"payload": signed.payload, "signature": signed.signature}, **extra}
    path = f"/v1/circles/{book.id.hex()}/fetch"
    answer = await book.desk.connection.post(path, body, answers.Fetched, most=64 * 1024 * 1024)
    return answer, signed


def _check_range(book: Logbook, answer: answers.Fetched, wanted: range) -> None:
    """The hub serves what was asked for and nothing else."""
    seqs = [row.seq for row in answer.bodies]
    if seqs != list(wanted):
        raise book.alarm(alarms.Kind.BODY_MISSING, served=",".join(map(str, seqs)).encode())
