"""The SQL of circles. Statements are built once; `Unit` runs them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from storage.statements import insert_ignore, upsert
from storage.tables.audit import reads
from storage.tables.circles import assignments, boxes, circles, control_entries, entries, places, wraps
from storage.tables.organisations import organisations

UNREAD_MAX = 100
"""Counting stops here; nobody needs to know how many more."""

_circle: BindParameter[bytes] = bindparam("circle")
_mine: BindParameter[bytes] = bindparam("organisation")
_before = circles.alias("before")
_seen = entries.alias("seen")
_last = (
    select(entries.c.hash)
    .where(
        entries.c.circle == _circle,
        entries.c.worker == bindparam("worker"),
        entries.c.organisation == _mine,
    )
    .order_by(entries.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_assigned: ColumnElement[bool] = exists(
    select(assignments.c.circle).where(
        assignments.c.circle == _circle,
        assignments.c.worker == bindparam("worker"),
        assignments.c.organisation == _mine,
    )
)

LOCK = (
    select(
        circles,
        _before.c.seq.label("before_seq"),
        _seen.c.head.label("seen_head"),
        _last.label("last_hash"),
        organisations.c.length.label("chain_length"),
        organisations.c.head.label("chain_head"),
    )
    .select_from(
        circles.join(_before, _before.c.circle == circles.c.circle)
        .outerjoin(_seen, and_(_seen.c.circle == _circle, _seen.c.seq == bindparam("seen_seq")))
        .outerjoin(organisations, organisations.c.organisation == _mine)
    )
    .where(circles.c.circle == _circle)
    .with_for_update(of=circles)
)
"""Lock a circle, with all that judging an entry needs. On PostgreSQL a lock that had to wait gives the
circle as it is now, but everything joined to it as it was before: `before_seq` tells, and then the
statement is run again. The author's organisation is looked up here as well, though it is a lower feature's:
one journey to the database less."""

START = insert_ignore(circles, on=["circle"])
_MOVED = ("seq", "head", "control_head", "epoch", "received_at", "about_seq", "summary")
MOVE = (
    update(circles)
    .where(circles.c.circle == bindparam("e_circle"))
    .values({name: bindparam(f"c_{name}") for name in _MOVED})
)
ADD = insert(entries).values({column.name: bindparam(f"e_{column.name}") for column in entries.c})
TOUCH = (
    update(places).where(places.c.circle == bindparam("e_circle")).values(activity=bindparam("e_received_at"))
)
ADD_CONTROL = insert(control_entries)
ADD_BOX = insert(boxes)
SAME = select(entries.c.hash, entries.c.seq, entries.c.head, entries.c.received_at).where(
    entries.c.hash == bindparam("hash"), entries.c.circle == _circle
)
HEAD_EPOCH = select(control_entries.c.epoch).where(
    control_entries.c.circle == _circle, control_entries.c.hash == bindparam("hash")
)
CONTROL_CHAIN = (
    select(entries.c.seq, entries.c.hash, entries.c.received_at, entries.c.header)
    .join(
        control_entries,
        and_(control_entries.c.circle == entries.c.circle, control_entries.c.seq == entries.c.seq),
    )
    .where(control_entries.c.circle == _circle)
    .order_by(control_entries.c.seq)
)
SEQS_OF = select(entries.c.hash, entries.c.seq).where(
    entries.c.circle == _circle, entries.c.hash.in_(bindparam("hashes", expanding=True))
)
HEADS = select(entries.c.seq, entries.c.head).where(
    entries.c.circle == _circle, entries.c.seq.in_(bindparam("seqs", expanding=True))
)
ERASE = (
    update(entries)
    .where(entries.c.circle == bindparam("of"), entries.c.hash == bindparam("erased"))
    .values(body=null())
)

PUT_PLACE = upsert(
    places,
    on=["circle", "organisation"],
    take=["standing", "activity", "invite_hash", "invite_seq", "invited_at", "answer_due"],
)
DROP_PLACE = delete(places).where(places.c.circle == _circle, places.c.organisation == _mine)
WITHDRAW_BOXES = delete(boxes).where(
    boxes.c.circle == _circle,
    boxes.c.organisation == _mine,
    boxes.c.seq
    >= select(places.c.invite_seq)
    .where(places.c.circle == _circle, places.c.organisation == _mine)
    .scalar_subquery(),
)
"""What an invitee was to have on accepting, once it will not."""
SET_NEXT_DUE = (
    update(places)
    .where(places.c.circle == bindparam("of"), places.c.organisation == bindparam("whose"))
    .values(next_due=bindparam("next_due"))
)

PLACE = (
    select(
        places.c.standing,
        places.c.invite_seq,
        places.c.invited_at,
        circles.c.seq,
        circles.c.head,
        circles.c.received_at,
        circles.c.summary,
        _assigned.label("assigned"),
    )
    .join(circles, circles.c.circle == places.c.circle)
    .where(places.c.circle == _circle, places.c.organisation == _mine)
)
_mine_assigned = exists(
    select(assignments.c.circle).where(
        assignments.c.circle == places.c.circle,
        assignments.c.worker == bindparam("worker"),
        assignments.c.organisation == _mine,
    )
)
PLACES = (
    select(places.c.circle, places.c.standing, circles.c.about_seq, _mine_assigned.label("assigned"))
    .join(circles, circles.c.circle == places.c.circle)
    .where(places.c.organisation == _mine, places.c.circle.in_(bindparam("circles", expanding=True)))
)

_read_to = (
    select(reads.c.seq)
    .where(reads.c.circle == places.c.circle, reads.c.worker == bindparam("worker"))
    .correlate(places)
    .scalar_subquery()
)
_unread = (
    select(entries.c.seq)
    .where(
        entries.c.circle == places.c.circle,
        entries.c.seq > func.coalesce(_read_to, 0),
        entries.c.worker != bindparam("worker"),
    )
    .limit(UNREAD_MAX)
    .correlate(places)
    .subquery()
)
_line = (
    select(
        circles,
        select(func.count()).select_from(_unread).scalar_subquery().label("unread"),
        places.c.standing,
        places.c.activity,
        places.c.invite_hash,
        places.c.invite_seq,
        places.c.answer_due,
        places.c.next_due,
        _mine_assigned.label("assigned"),
    )
    .join(circles, circles.c.circle == places.c.circle)
    .where(places.c.organisation == _mine)
    .order_by(places.c.activity.desc(), places.c.circle.desc())
    .limit(bindparam("limit", type_=BigInteger))
)
LIST = _line
LIST_AFTER = _line.where(
    tuple_(places.c.activity, places.c.circle) < tuple_(bindparam("activity"), bindparam("after"))
)

HEADERS = (
    select(entries.c.seq, entries.c.header, entries.c.signature, entries.c.received_at)
    .where(entries.c.circle == _circle, entries.c.seq > bindparam("after"))
    .order_by(entries.c.seq)
    .limit(bindparam("limit", type_=BigInteger))
)
HEADERS_OF = (
    select(entries.c.circle, entries.c.seq, entries.c.header, entries.c.signature, entries.c.received_at)
    .where(
        entries.c.circle.in_(bindparam("circles", expanding=True)),
        entries.c.seq > bindparam("after"),
        entries.c.seq <= bindparam("last"),
    )
    .order_by(entries.c.circle, entries.c.seq)
)
STANDS = (
    select(
        places.c.circle,
        places.c.standing,
        circles.c.seq,
        circles.c.head,
        circles.c.received_at,
        entries.c.hash,
    )
    .join(circles, circles.c.circle == places.c.circle)
    .join(entries, and_(entries.c.circle == circles.c.circle, entries.c.seq == circles.c.seq))
    .where(places.c.organisation == _mine, places.c.circle.in_(bindparam("circles", expanding=True)))
)
"""Where circles of an organisation stand, with the hash of each newest entry."""
LAST = select(entries.c.hash, entries.c.seq, entries.c.head, entries.c.received_at).where(
    entries.c.circle == _circle, entries.c.seq == bindparam("seq")
)
_range = (
    entries.c.circle == _circle,
    entries.c.seq >= bindparam("start"),
    entries.c.seq < bindparam("stop"),
)
BODIES = select(entries.c.seq, entries.c.body).where(*_range).order_by(entries.c.seq)
OPEN_BOXES = select(boxes.c.box).where(
    boxes.c.circle == _circle,
    boxes.c.organisation.is_(None),
    boxes.c.seq >= bindparam("start"),
    boxes.c.seq < bindparam("stop"),
)
"""Boxes of bodies with a key of their own: the facts do not say whose each is."""
_wrapped = exists(
    select(wraps.c.epoch).where(
        wraps.c.circle == boxes.c.circle,
        wraps.c.organisation == _mine,
        wraps.c.epoch == boxes.c.epoch,
        wraps.c.generation == bindparam("generation", type_=BigInteger),
    )
)
"""The organisation has a quick copy of that box's key under its present generation; 0 is nobody's."""
_epoch_boxes = select(boxes.c.box).where(
    boxes.c.circle == _circle,
    boxes.c.organisation == _mine,
    boxes.c.epoch >= bindparam("first"),
    boxes.c.epoch < bindparam("after"),
    ~_wrapped,
)
_granted_boxes = (
    select(boxes.c.box)
    .join(entries, entries.c.hash == boxes.c.entry)
    .where(boxes.c.circle == _circle, boxes.c.organisation == _mine, *_range)
)
BOXES = union_all(OPEN_BOXES, _epoch_boxes, _granted_boxes)
"""All that an organisation may have for a range of entries and one of epochs."""
ABOUT = (
    select(entries.c.circle, entries.c.seq, entries.c.header, entries.c.signature, entries.c.body)
    .join(circles, and_(circles.c.circle == entries.c.circle, circles.c.about_seq == entries.c.seq))
    .where(circles.c.circle.in_(bindparam("circles", expanding=True)))
)
ABOUT_BOXES = (
    select(boxes.c.circle, boxes.c.box)
    .join(circles, circles.c.circle == boxes.c.circle)
    .join(entries, and_(entries.c.circle == circles.c.circle, entries.c.seq == circles.c.about_seq))
    .where(
        circles.c.circle.in_(bindparam("circles", expanding=True)),
        or_(
            and_(boxes.c.organisation == _mine, boxes.c.epoch == entries.c.epoch, ~_wrapped),
            and_(boxes.c.organisation == _mine, boxes.c.entry == entries.c.hash),
            and_(boxes.c.organisation.is_(None), boxes.c.seq == entries.c.seq),
        ),
    )
)
ABOUT_WRAPS = (
    select(wraps.c.circle, wraps.c.epoch, wraps.c.generation, wraps.c.wrapped)
    .join(circles, circles.c.circle == wraps.c.circle)
    .join(entries, and_(entries.c.circle == circles.c.circle, entries.c.seq == circles.c.about_seq))
    .where(
        wraps.c.circle.in_(bindparam("circles", expanding=True)),
        wraps.c.organisation == _mine,
        wraps.c.epoch == entries.c.epoch,
    )
)
WRAPS = (
    select(wraps.c.epoch, wraps.c.generation, wraps.c.wrapped)
    .where(
        wraps.c.circle == _circle,
        wraps.c.organisation == _mine,
        wraps.c.epoch >= bindparam("first"),
        wraps.c.epoch < bindparam("after"),
    )
    .order_by(wraps.c.epoch)
)
BOXED = (
    select(boxes.c.circle, boxes.c.epoch)
    .distinct()
    .where(
        boxes.c.organisation == _mine,
        boxes.c.circle.in_(bindparam("circles", expanding=True)),
        boxes.c.epoch.in_(bindparam("epochs", expanding=True)),
    )
)
"""Which epochs' keys an organisation was given."""
PUT_WRAP = upsert(
    wraps,
    on=["circle", "organisation", "epoch"],
    take=["generation", "wrapped"],
    where=wraps.c.generation <= literal_column("excluded.generation", BigInteger),
)

ASSIGN = insert_ignore(assignments, on=["circle", "worker"])
UNASSIGN = delete(assignments).where(
    assignments.c.circle == _circle,
    assignments.c.worker == bindparam("worker"),
    assignments.c.organisation == _mine,
)
UNASSIGN_ALL = delete(assignments).where(assignments.c.circle == _circle, assignments.c.organisation == _mine)
ASSIGNED = (
    select(assignments.c.worker, assignments.c.assigned_by, assignments.c.assigned_at)
    .where(assignments.c.circle == _circle, assignments.c.organisation == _mine)
    .order_by(assignments.c.assigned_at, assignments.c.worker)
)
WORKED_ON = (
    select(assignments.c.circle, circles.c.summary)
    .join(circles, circles.c.circle == assignments.c.circle)
    .where(
        assignments.c.worker == bindparam("worker"),
        assignments.c.organisation == _mine,
        assignments.c.circle > bindparam("after"),
    )
    .order_by(assignments.c.circle)
    .limit(bindparam("limit", type_=BigInteger))
)
SUMMARY = select(circles.c.summary).where(circles.c.circle == _circle).with_for_update()
SET_SUMMARY = update(circles).where(circles.c.circle == bindparam("of")).values(summary=bindparam("summary"))
