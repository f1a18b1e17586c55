"""The statement first, then what it releases: bodies and boxes of a range of entries, keys of epochs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crypto.statements import Act, Object, ObjectKind
from keyholder import alarms, answers, copies
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
    answer = await _ask(book, objects, reason)
    _check_range(book, answer, range(start, stop))
    boxes = answer.boxes
    if not await keys.take_copies(answer.wraps, wanted):
        boxes += (await _ask(book, keys.asks(wanted), reason, all_boxes=True)).boxes
    await keys.take(boxes, wanted)
    await copies.keep(book.desk, keys.unboxed())
    return Released({row.seq: row.body for row in answer.bodies}, boxes)


async def _ask(
    book: Logbook, objects: tuple[Object, ...], reason: BreakGlass | None, *, all_boxes: bool = False
) -> answers.Fetched:
    """One statement and what it releases; ``all_boxes``: also those that a copy stands for."""
    commitment, extra = b"", {}
    if reason is not None:
        commitment, box = book.desk.seal_reason(reason)
        extra = {"break_glass": reason.code, "reason": box}
    signed = book.desk.state_that(Act.FETCHED, objects, circle=book.id, commitment=commitment)
    body = {"statement": {"payload": signed.payload, "signature": signed.signature}, **extra}
    path = f"/v1/circles/{book.id.hex()}/fetch{'?boxes=all' if all_boxes else ''}"
    answer = await book.desk.connection.post(path, body, answers.Fetched, most=64 * 1024 * 1024)
    book.desk.log.heard(answer, [signed])
    return answer


def _check_range(book: Logbook, answer: answers.Fetched, wanted: range) -> None:
    """The hub serves what was asked for and nothing else."""
    seqs = [row.seq for row in answer.bodies]
    if seqs != list(wanted):
        raise book.alarm(alarms.Kind.BODY_MISSING, served=",".join(map(str, seqs)).encode())
