"""The access log for those above: make statements durable before anything is let go; read what was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crypto.errors import Malformed as MalformedThere
from crypto.statements import Act, ObjectKind, SignedStatement, Statement, read_statement
from hub.audit import queries, tree
from hub.audit.appender import ONLY, Appender, Recorded, SaidBefore, appending
from hub.audit.leaves import Said
from hub.audit.openings import Openings
from hub.audit.schemas import Consistency, Inclusion, Note, Reader, StatementIn, StatementItem, StatementPage
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.refusals import Malformed, NotAllowed, NotFound, Refused
from policies.access import may_read_access_log
from policies.decisions import Denied
from policies.limits import limits
from policies.people import OrganisationKind, Person, Role
from storage.database import Unit

__all__ = [
    "NotNow",
    "Recorded",
    "SaidBefore",
    "appending",
    "read_seqs",
    "readers",
    "record",
]

READERS_MAX = 500
ACTS, OBJECT_KINDS = frozenset(Act), frozenset(ObjectKind)


class NotNow(Refused):
    """Carries the hub's time in milliseconds."""

    code, status, title = "clock-differs", 409, "The statement's time is too far from the hub's"


async def record(
    hub: Hub,
    statements: Sequence[SignedStatement | StatementIn],
    caller: Caller,
    now: int,
    alert: str | None = None,
    reason_box: bytes | None = None,
) -> Recorded:
    """Append the caller's statements to the access log, all or none; returns once they are durable.

    Runs in a transaction of its own, so never call it inside a write unit. ``reason_box`` goes with every
    statement that brings none of its own.

    Raises:
        crypto's Forged, Malformed, UpdateNeeded; NotAllowed (another worker's), NotNow, SaidBefore,
        AheadOfLog; LogSetBack, Away, storage's Unavailable: nothing may be let go.
    """
    said = [_verified(each, caller, now, alert, reason_box) for each in statements]
    return await hub.part(Appender).append(said)


def _verified(
    given: SignedStatement | StatementIn,
    caller: Caller,
    now: int,
    alert: str | None,
    reason_box: bytes | None,
) -> Said:
    signed = SignedStatement(given.payload, given.signature)
    statement = read_statement(signed, caller.signing_key)
    _require_own(statement, caller)
    if abs(statement.at - now) > limits().statements.at_skew_ms:
        raise NotNow("Set the clock of this device.", hub_time=now)
    _require_shape(statement)
    own = given.reason_box if isinstance(given, StatementIn) else None
    return Said(signed, statement, own if own is not None else reason_box, alert, now)


def _require_own(statement: Statement, caller: Caller) -> None:
    if not caller.organisation or caller.role == "kit":
        raise NotAllowed("Only an admitted worker makes statements.")
    if statement.worker != caller.worker or statement.organisation != caller.organisation:
        raise NotAllowed("A statement is made by the worker who signed it, for their own organisation.")


def _require_shape(statement: Statement) -> None:
    if statement.act not in ACTS or any(each.kind not in OBJECT_KINDS for each in statement.objects):
        raise MalformedThere("an act or an object that this hub does not know")
    if len(statement.circle) not in (0, 32) or len(statement.reason_commitment) not in (0, 32):
        raise MalformedThere("a circle and a reason's commitment are 32 bytes or nothing")
    if len(statement.objects) > limits().statements.objects_max:
        raise MalformedThere("too many objects in one statement")
    if any(each.stop < each.start for each in statement.objects):
        raise MalformedThere("a range starts before it stops")


async def post(hub: Hub, statements: Sequence[StatementIn], caller: Caller, now: int) -> Recorded:
    """Statements that let nothing go by themselves: what was opened. Others travel with what they ask for.

    Raises:
        Malformed: another act; what `Openings` refuses; otherwise as ``record``.
    """
    said = [_verified(each, caller, now, None, None) for each in statements]
    if any(each.statement.act != Act.OPENED or len(each.statement.circle) != 32 for each in said):
        raise Malformed("Only what was opened in a circle is stated here.")
    async with hub.database.read() as unit:
        events = await hub.part(Openings).judge(unit, caller, [each.statement for each in said])
    recorded = await hub.part(Appender).append(said)
    for event in events:
        hub.live.publish_calmly(event)
    return recorded


async def readers(unit: Unit, circle: bytes, after: bytes = b"", limit: int = READERS_MAX) -> list[Reader]:
    """The furthest `opened` of each worker in a circle, by worker id.

    The caller shows only those whose organisation is or was in the circle: anybody can state anything.
    """
    rows = await unit.all(queries.READERS, p_circle=circle, p_after=after, p_limit=limit)
    return [
        Reader(
            organisation=row.organisation,
            worker=row.worker,
            seq=row.seq,
            head=row.head,
            at=row.at,
            payload=row.payload,
            signature=row.signature,
        )
        for row in rows
    ]


async def read_seqs(unit: Unit, worker: bytes, circles: Iterable[bytes]) -> Mapping[bytes, int]:
    """How far the worker stated to have read in each of those circles; nothing for the others."""
    wanted = list(circles)
    rows = await unit.all(queries.READS_OF, p_worker=worker, p_circles=wanted) if wanted else []
    return {row.circle: row.seq for row in rows}


async def read_checkpoint(unit: Unit) -> Note:
    """The newest signed checkpoint."""
    return Note(note=(await _state(unit))[1])


async def prove_consistency(unit: Unit, old: int, new: int) -> Consistency:
    """That the log of ``new`` extends the log of ``old``."""
    if new > (await _state(unit))[0]:
        raise NotFound("The log is not that long.")
    return Consistency(path=await tree.consistency(unit, old, new) if old else [])


async def prove_inclusion(unit: Unit, leaf: bytes, size: int) -> Inclusion:
    """Where a leaf (``crypto.statements.log_leaf``) stands, and the path to the root of ``size``."""
    if size > (await _state(unit))[0]:
        raise NotFound("The log is not that long.")
    index = await unit.value(queries.INDEX_OF_LEAF, p_leaf=leaf)
    if index is None or index >= size:
        raise NotFound("That is not in the log.")
    return Inclusion(index=index, path=await tree.inclusion(unit, index, size))


async def list_statements(
    unit: Unit, caller: Caller, after: int, circle: bytes | None, worker: bytes | None, limit: int
) -> StatementPage:
    """The caller's own organisation's statements above an index; ``after`` is -1 for the first page."""
    decision = may_read_access_log(_person(caller), own=True)
    if isinstance(decision, Denied):
        raise NotAllowed(decision.say)
    words: dict[str, object] = {"p_organisation": caller.organisation, "p_after": after, "p_limit": limit}
    if circle is not None:
        words["p_circle"] = circle
    if worker is not None:
        words["p_worker"] = worker
    rows = await unit.all(queries.PAGES[circle is not None, worker is not None], **words)
    items = [
        StatementItem(
            index=row.index,
            salt=row.salt,
            payload=row.payload,
            signature=row.signature,
            reason_box=row.reason_box,
            received_at=row.received_at,
            alert=row.alert,
        )
        for row in rows
    ]
    return StatementPage(items=items, next=rows[-1].index if len(rows) == limit else None)


def _person(caller: Caller) -> Person:
    kind = OrganisationKind(caller.kind) if caller.kind else OrganisationKind.PARTNER
    return Person(kind, Role(caller.role), accredited=caller.accredited)


async def _state(unit: Unit) -> tuple[int, str]:
    row = await unit.one(queries.STATE, p_id=ONLY)
    if row is None:
        raise NotFound
    return row.size, row.note
