"""A read receipt is kept only if it is true of this hub: one entry, the head after it, by a member.

Others show receipts to each other as proof that they saw one history, so a made-up one must not stand there.
The circle's members are woken, and look for themselves who has read what.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto.statements import Object, ObjectKind, Statement
from hub.circles import access, queries, state
from hub.circles.access import OtherWords
from hub.kernel.caller import Caller
from hub.kernel.live import Event
from storage.database import Unit


async def judge(unit: Unit, caller: Caller, statements: Sequence[Statement]) -> list[Event]:
    """As `hub.audit.openings.Openings` takes it. Raises OtherWords, NotFound and NotAllowed."""
    events = []
    looked = [(statement.circle, _entry(statement)) for statement in statements]
    for circle in {circle for circle, _ in looked}:
        place = await access.place_of(unit, caller, circle)
        access.require_inside(place)
        said = {each.start: each.id for of, each in looked if of == circle}
        rows = await unit.all(queries.HEADS, circle=circle, seqs=list(said))
        heads = {row.seq: row.head for row in rows}
        if any(heads.get(each.start) != each.id for of, each in looked if of == circle):
            raise OtherWords("The circle's history never had that head there.")
        events.append(Event("read", topic=circle, seq=0, to=state.unpack(place.row.summary).members))
    return events


def _entry(statement: Statement) -> Object:
    """The one entry it names, as [head, seq, seq + 1]."""
    looked = statement.objects
    if len(looked) != 1 or looked[0].kind != ObjectKind.ENTRIES or looked[0].stop != looked[0].start + 1:
        raise OtherWords("It must name one entry, by its number and the head after it.")
    return looked[0]
