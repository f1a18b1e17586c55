"""The same two jobs done in several ways; `bench.units` compares them."""

import asyncio
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from queue import SimpleQueue
from typing import Any

import asyncpg
from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    create_engine,
    event,
    insert,
    select,
    text,
    update,
)  # fmt: skip
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import CreateTable

from storage.database import Database
from storage.sqlite import Sqlite, connect

BODY = os.urandom(1024)
metadata = MetaData()
circle = Table("circle", metadata, Column("id", BigInteger, primary_key=True), Column("seq", BigInteger))
entry = Table(
    "entry", metadata,
    Column("circle", BigInteger, primary_key=True), Column("seq", BigInteger, primary_key=True),
    Column("author", BigInteger), Column("body", LargeBinary),
)  # fmt: skip
outbox = Table("outbox", metadata, Column("id", BigInteger, primary_key=True), Column("body", LargeBinary))
LOCK = select(circle.c.seq).where(circle.c.id == bindparam("circle")).with_for_update()
PREVIOUS = select(entry.c.seq).where(
    entry.c.circle == bindparam("circle"), entry.c.seq == bindparam("seq", type_=BigInteger) - 1
)
ENTRY, OUTBOX, CIRCLE = insert(entry), insert(outbox), insert(circle)
MOVE = update(circle).where(circle.c.id == bindparam("circle")).values(seq=bindparam("seq"))
NEW_CIRCLES = [{"id": number, "seq": 0} for number in range(64)]
TABLES = [str(CreateTable(table)).replace("BLOB", "{bytes}") for table in metadata.sorted_tables]
RAW = {
    "lock": "SELECT seq FROM circle WHERE id = $1 FOR UPDATE",
    "previous": "SELECT seq FROM entry WHERE circle = $1 AND seq = $2 - 1",
    "entry": "INSERT INTO entry (circle, seq, author, body) VALUES ($1, $2, $3, $4)",
    "move": "UPDATE circle SET seq = $1 WHERE id = $2",
    "outbox": "INSERT INTO outbox (id, body) VALUES ($1, $2)",
}
RAW_SQLITE = {name: re.sub(r"[$][0-9]", "?", sql).replace(" FOR UPDATE", "") for name, sql in RAW.items()}
Run = Callable[..., Any]


class Contender(ABC):
    """One way to do both jobs on one database."""

    def __init__(self) -> None:
        self.ids = count(1)

    @abstractmethod
    async def open(self, url: str) -> None: ...
    @abstractmethod
    async def insert(self, circle: int) -> None: ...
    @abstractmethod
    async def post(self, circle: int) -> None: ...
    @abstractmethod
    async def close(self) -> None: ...


class Ours(Contender):
    """`storage.database`."""

    async def open(self, url: str) -> None:
        self.database = await Database.open(url)
        kind = "BLOB" if self.database.dialect == "sqlite" else "BYTEA"
        async with self.database.write() as unit:
            for table in TABLES:
                await unit.run(text(table.format(bytes=kind)))
            await unit.run_many(CIRCLE, NEW_CIRCLES)

    async def insert(self, circle: int) -> None:
        async with self.database.write() as unit:
            await unit.run(OUTBOX, id=next(self.ids), body=BODY)

    async def post(self, circle: int) -> None:
        async with self.database.write() as unit:
            seq = (await unit.value(LOCK, circle=circle) or 0) + 1
            await unit.value(PREVIOUS, circle=circle, seq=seq)
            await unit.run(ENTRY, circle=circle, seq=seq, author=circle, body=BODY)
            await unit.run(MOVE, circle=circle, seq=seq)
            await unit.run(OUTBOX, id=next(self.ids), body=BODY[:200])
            await unit.run(OUTBOX, id=next(self.ids), body=BODY[:200])

    async def close(self) -> None:
        await self.database.close()


class OursInThreads(Ours):
    """`storage.database`, with every SQLite statement in a thread."""

    async def open(self, url: str) -> None:
        await super().open(url)
        await self.database.close()
        keeper = await Sqlite.open(url.removeprefix("sqlite:///"), pool_size=8, inline=False)
        self.database = Database("sqlite", keeper)


class RawAsyncpg(Contender):
    """asyncpg by itself."""

    async def open(self, url: str) -> None:
        self.pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
        for table in TABLES:
            await self.pool.execute(table.format(bytes="BYTEA"))
        await self.pool.executemany("INSERT INTO circle VALUES ($1, 0)", [(number,) for number in range(64)])

    async def insert(self, circle: int) -> None:
        await self.pool.execute(RAW["outbox"], next(self.ids), BODY)

    async def post(self, circle: int) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            seq = await connection.fetchval(RAW["lock"], circle) + 1
            await connection.fetchval(RAW["previous"], circle, seq)
            await connection.execute(RAW["entry"], circle, seq, circle, BODY)
            await connection.execute(RAW["move"], seq, circle)
            await connection.execute(RAW["outbox"], next(self.ids), BODY[:200])
            await connection.execute(RAW["outbox"], next(self.ids), BODY[:200])

    async def close(self) -> None:
        await self.pool.close()


class AsyncAlchemy(Contender):
    """SQLAlchemy's own asynchronous Core over asyncpg."""

    async def open(self, url: str) -> None:
        self.engine = create_async_engine(
            url.replace("://kith@/", "+asyncpg://kith@/"), pool_size=8, max_overflow=0
        )
        async with self.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.execute(CIRCLE, NEW_CIRCLES)

    async def insert(self, circle: int) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(OUTBOX, {"id": next(self.ids), "body": BODY})

    async def post(self, circle: int) -> None:
        async with self.engine.begin() as connection:
            seq = ((await connection.execute(LOCK, {"circle": circle})).scalar() or 0) + 1
            (await connection.execute(PREVIOUS, {"circle": circle, "seq": seq})).scalar()
            await connection.execute(ENTRY, {"circle": circle, "seq": seq, "author": circle, "body": BODY})
            await connection.execute(MOVE, {"circle": circle, "seq": seq})
            await connection.execute(OUTBOX, {"id": next(self.ids), "body": BODY[:200]})
            await connection.execute(OUTBOX, {"id": next(self.ids), "body": BODY[:200]})

    async def close(self) -> None:
        await self.engine.dispose()


def raw_post(execute: Run, circle: int, ids: "count[int]") -> None:
    """The six statements on a bare sqlite3 connection."""
    seq = execute(RAW_SQLITE["lock"], (circle,)).fetchone()[0] + 1
    execute(RAW_SQLITE["previous"], (circle, seq)).fetchone()
    execute(RAW_SQLITE["entry"], (circle, seq, circle, BODY))
    execute(RAW_SQLITE["move"], (seq, circle))
    execute(RAW_SQLITE["outbox"], (next(ids), BODY[:200]))
    execute(RAW_SQLITE["outbox"], (next(ids), BODY[:200]))


class RawGroup(Contender):
    """sqlite3 by itself: one thread takes whole units from a queue and commits all that are waiting at
    once."""

    largest = 256

    async def open(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        connect(path).execute("PRAGMA journal_mode = WAL")
        self.connection = connect(path)
        for table in TABLES:
            self.connection.execute(table.format(bytes="BLOB"))
        self.connection.executemany("INSERT INTO circle VALUES (?, 0)", [(number,) for number in range(64)])
        self.queue: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[None]] | None] = SimpleQueue()
        self.thread = ThreadPoolExecutor(1)
        self.loop = asyncio.get_running_loop()
        self.thread.submit(self.serve)

    def serve(self) -> None:
        while (unit := self.queue.get()) is not None:
            self.connection.execute("BEGIN IMMEDIATE")
            ended = [self.one(unit)]
            while (
                len(ended) < self.largest
                and not self.queue.empty()
                and (unit := self.queue.get()) is not None
            ):
                ended.append(self.one(unit))
            self.connection.execute("COMMIT")
            self.loop.call_soon_threadsafe(self.tell, ended)

    def one(self, unit: tuple[Callable[[], Any], "asyncio.Future[None]"]) -> "asyncio.Future[None]":
        unit[0]()
        return unit[1]

    def tell(self, ended: "list[asyncio.Future[None]]") -> None:
        for future in ended:
            future.set_result(None)

    async def through(self, work: Callable[[], Any]) -> None:
        future: asyncio.Future[None] = self.loop.create_future()
        self.queue.put((work, future))
        await future

    async def insert(self, circle: int) -> None:
        await self.through(lambda: self.connection.execute(RAW_SQLITE["outbox"], (next(self.ids), BODY)))

    async def post(self, circle: int) -> None:
        await self.through(lambda: raw_post(self.connection.execute, circle, self.ids))

    async def close(self) -> None:
        self.queue.put(None)
        self.thread.shutdown()
        self.connection.close()


class RawOneByOne(RawGroup):
    """sqlite3 by itself: one thread, one commit for each unit."""

    largest = 1


class AlchemyThread(Contender):
    """SQLAlchemy's Core over sqlite3 in one thread, one commit for each unit."""

    async def open(self, url: str) -> None:
        self.engine = create_engine(url, creator=lambda: connect(url.removeprefix("sqlite:///")))
        event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        self.thread = ThreadPoolExecutor(1)
        await self.through(self.make)

    def make(self, connection: Connection) -> None:
        metadata.create_all(connection)
        connection.execute(CIRCLE, NEW_CIRCLES)
        connection.commit()
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")

    async def through(self, work: Callable[[Connection], Any]) -> None:
        def run() -> None:
            with self.engine.connect() as connection:
                work(connection)
                connection.commit()

        await asyncio.get_running_loop().run_in_executor(self.thread, run)

    async def insert(self, circle: int) -> None:
        await self.through(
            lambda connection: connection.execute(OUTBOX, {"id": next(self.ids), "body": BODY})
        )

    async def post(self, circle: int) -> None:
        await self.through(lambda connection: self.six(connection, circle))

    def six(self, connection: Connection, circle: int) -> None:
        seq = connection.execute(LOCK, {"circle": circle}).scalar_one() + 1
        connection.execute(PREVIOUS, {"circle": circle, "seq": seq}).scalar()
        connection.execute(ENTRY, {"circle": circle, "seq": seq, "author": circle, "body": BODY})
        connection.execute(MOVE, {"circle": circle, "seq": seq})
        connection.execute(OUTBOX, {"id": next(self.ids), "body": BODY[:200]})
        connection.execute(OUTBOX, {"id": next(self.ids), "body": BODY[:200]})

    async def close(self) -> None:
        self.thread.shutdown()
        self.engine.dispose()


CONTENDERS: dict[str, dict[str, Callable[[], Contender]]] = {
    "sqlite": {
        "sqlite3, group commit, no undo": RawGroup,
        "Unit, statements on the loop": Ours,
        "Threads: Unit, each in a thread": OursInThreads,
        "One by one: sqlite3": RawOneByOne,
        "Alchemy: SQLAlchemy in a thread": AlchemyThread,
    },
    "postgresql": {
        "asyncpg": RawAsyncpg,
        "Unit": Ours,
        "SQLAlchemy, asynchronous": AsyncAlchemy,
    },
}
