"""Quick copies of epoch keys, which an organisation makes for itself once it has opened a box.

The hub keeps one for each epoch and cannot tell a good one from a bad one: whoever opens it checks it against
the epoch's commitment, and asks for the box when it does not fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.circles import access, queries
from hub.circles.schemas import WrapIn, WrapOut
from hub.kernel.caller import Caller
from hub.kernel.refusals import Malformed, NotFound, Refused
from hub.organisations import service as organisations
from storage.database import Row, Unit

NONE = 0
"""No generation: so no copy stands for its box."""


class OldGeneration(Refused):
    """Carries the generation in force."""

    code, status, title = "old-generation", 409, "The organisation's keys have changed"


async def put(unit: Unit, caller: Caller, items: Sequence[WrapIn]) -> None:
    """Keep copies, each for an epoch whose key the organisation was given. All or none.

    Raises:
        Malformed: one twice. OldGeneration. NotFound: no member there, or no such key.
    """
    wanted = {(item.circle, item.epoch): item for item in items}
    if len(wanted) != len(items):
        raise Malformed("Send one copy for each epoch.")
    access.require_casework(caller)
    await _check_generation(unit, caller, wanted.values())
    await _check_held(unit, caller, set(wanted))
    rows = [
        {
            "circle": circle,
            "organisation": caller.organisation,
            "epoch": epoch,
            "generation": item.generation,
            "wrapped": item.wrapped,
        }
        for (circle, epoch), item in sorted(wanted.items(), key=lambda each: each[0])
    ]
    await unit.run_many(queries.PUT_WRAP, rows)


async def _check_generation(unit: Unit, caller: Caller, items: Iterable[WrapIn]) -> None:
    now = await generation_of(unit, caller)
    if any(item.generation != now for item in items):
        raise OldGeneration("Read your organisation's keys again.", generation=now)


async def _check_held(unit: Unit, caller: Caller, wanted: set[tuple[bytes, int]]) -> None:
    circles = sorted({circle for circle, _ in wanted})
    places = await unit.all(
        queries.PLACES, organisation=caller.organisation, worker=caller.worker, circles=circles
    )
    if sum(row.standing != "invited" for row in places) != len(circles):
        raise NotFound
    epochs = sorted({epoch for _, epoch in wanted})
    held = await unit.all(queries.BOXED, organisation=caller.organisation, circles=circles, epochs=epochs)
    if not wanted <= {(row.circle, row.epoch) for row in held}:
        raise NotFound


async def generation_of(unit: Unit, caller: Caller) -> int:
    """The number of the key that the caller's organisation has now."""
    return (await organisations.chain(unit, caller.organisation)).generation.number


def shown(row: Row) -> WrapOut:
    """As it goes out."""
    return WrapOut(epoch=row.epoch, generation=row.generation, wrapped=row.wrapped)
