"""The SQL of documents."""

from __future__ import annotations

from sqlalchemy import BigInteger, bindparam, delete, func, insert, select, update
from sqlalchemy.sql.elements import BindParameter

from storage.statements import insert_ignore, upsert
from storage.tables.documents import documents, tickets, upload_parts, uploads

_upload: BindParameter[bytes] = bindparam("upload")

BEGIN = insert_ignore(uploads)
"""Nothing where the worker has an open upload of that version already."""
RESUME = select(uploads).where(
    uploads.c.worker == bindparam("worker"),
    uploads.c.circle == bindparam("circle"),
    uploads.c.document == bindparam("document"),
    uploads.c.number == bindparam("number"),
    uploads.c.dropped_at.is_(None),
    uploads.c.entry.is_(None),
)
OPEN_UPLOADS = select(func.count()).where(
    uploads.c.worker == bindparam("worker"), uploads.c.entry.is_(None), uploads.c.dropped_at.is_(None)
)
DOCUMENT = select(documents.c.organisation, documents.c.number).where(
    documents.c.circle == bindparam("circle"), documents.c.document == bindparam("document")
)
PUT_DOCUMENT = upsert(documents, on=["circle", "document"], take=["number"])
UPLOAD = select(uploads).where(
    uploads.c.upload == _upload, uploads.c.worker == bindparam("worker"), uploads.c.dropped_at.is_(None)
)
PARTS = (
    select(upload_parts.c.number, upload_parts.c.size, upload_parts.c.token)
    .where(upload_parts.c.upload == _upload)
    .order_by(upload_parts.c.number)
)
LAST_PART = (
    select(upload_parts.c.number, upload_parts.c.size, upload_parts.c.token)
    .where(upload_parts.c.upload == _upload)
    .order_by(upload_parts.c.number.desc())
    .limit(1)
)
ADD_PART = insert(upload_parts)
TOUCH = (
    update(uploads)
    .where(
        uploads.c.upload == bindparam("which"),
        uploads.c.dropped_at.is_(None),
        uploads.c.root.is_(None),
    )
    .values(touched_at=bindparam("touched_at"))
)
FINISH = (
    update(uploads)
    .where(uploads.c.upload == bindparam("which"), uploads.c.dropped_at.is_(None))
    .values(root=bindparam("root"), touched_at=bindparam("touched_at"))
)
DROP = (
    update(uploads)
    .where(uploads.c.upload == bindparam("which"), uploads.c.entry.is_(None), uploads.c.dropped_at.is_(None))
    .values(dropped_at=bindparam("dropped_at"))
)
FINISHED = RESUME.where(uploads.c.size == bindparam("size"), uploads.c.root.is_not(None))
ATTACH = (
    update(uploads)
    .where(uploads.c.upload == bindparam("which"), uploads.c.entry.is_(None), uploads.c.dropped_at.is_(None))
    .values(entry=bindparam("entry"))
)
DROP_ERASED = (
    update(uploads)
    .where(uploads.c.entry == bindparam("erased"), uploads.c.circle == bindparam("of"))
    .values(dropped_at=bindparam("dropped_at"))
)

STORED = select(uploads.c.upload, uploads.c.size).where(
    uploads.c.circle == bindparam("circle"),
    uploads.c.document == bindparam("document"),
    uploads.c.number == bindparam("number"),
    uploads.c.entry.is_not(None),
    uploads.c.dropped_at.is_(None),
)
ADD_TICKET = insert(tickets)
TICKET = (
    select(
        tickets.c.circle,
        tickets.c.upload,
        tickets.c.start,
        tickets.c.stop,
        tickets.c.glass,
        uploads.c.size,
    )
    .join(uploads, uploads.c.upload == tickets.c.upload)
    .where(
        tickets.c.ticket == bindparam("ticket"),
        tickets.c.session == bindparam("session"),
        tickets.c.expires_at > bindparam("now", type_=BigInteger),
        uploads.c.dropped_at.is_(None),
    )
)

ABANDON = (
    update(uploads)
    .where(
        uploads.c.entry.is_(None),
        uploads.c.dropped_at.is_(None),
        uploads.c.touched_at < bindparam("before", type_=BigInteger),
    )
    .values(dropped_at=bindparam("dropped_at"))
)
DROPPED = (
    select(uploads.c.upload).where(uploads.c.dropped_at.is_not(None)).order_by(uploads.c.dropped_at).limit(20)
)
FORGET_TICKETS_OF = delete(tickets).where(tickets.c.upload == _upload)
FORGET_PARTS = delete(upload_parts).where(upload_parts.c.upload == _upload)
FORGET = delete(uploads).where(uploads.c.upload == _upload)
EXPIRE_TICKETS = delete(tickets).where(tickets.c.expires_at <= bindparam("now", type_=BigInteger))
