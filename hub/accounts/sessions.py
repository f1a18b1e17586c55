"""Sessions: kept at the hub, found by the hash of a token, read in one indexed query.

A session read is remembered for two seconds in this process. So an end of a session (sign-out, removal, new
keys) holds at once where it was done and within two seconds in every other process; that is the price of not
asking the database for each request, and docs say so.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import NamedTuple
from weakref import WeakKeyDictionary

from hub.accounts import queries
from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from policies.limits import limits
from storage.database import Database, Row, Unit

REMEMBERED_MS = 2_000
TOUCH_MS = 60_000
ROOM = 10_000


def token_hash(token: bytes) -> bytes:
    """How a token is stored. 32 bytes."""
    return hashlib.sha256(token).digest()


class _Read(NamedTuple):
    at: int
    caller: Caller


Cache = OrderedDict[bytes, _Read]


class Sessions:
    """The session reader of a process. Bounded; the oldest is forgotten first."""

    def __init__(self, *, room: int = ROOM) -> None:
        self._room, self._forgotten = room, 0
        self._caches: WeakKeyDictionary[Database, Cache] = WeakKeyDictionary()

    async def __call__(self, database: Database, token: bytes, now: int) -> Caller | None:
        """See ``hub.kernel.caller.SessionReader``."""
        cache = self._caches.setdefault(database, OrderedDict())
        key = token_hash(token)
        known = cache.get(key)
        if known is not None and known.at <= now < known.at + REMEMBERED_MS:
            return known.caller
        cache.pop(key, None)
        before = self._forgotten
        caller = await _read(database, key, now)
        if caller is not None and before == self._forgotten:  # else it may be what was just changed
            cache[key] = _Read(now, caller)
            if len(cache) > self._room:
                cache.popitem(last=False)
        return caller

    def forget(self, worker: bytes) -> None:
        """Read this worker's sessions anew from now on."""
        self._forgotten += 1
        for cache in self._caches.values():
            for key in [key for key, read in cache.items() if read.caller.worker == worker]:
                del cache[key]


def forget(hub: Hub, worker: bytes) -> None:
    """After a commit that changed what a worker may do."""
    if isinstance(hub.sessions, Sessions):
        hub.sessions.forget(worker)


def changed(unit: Unit, hub: Hub, worker: bytes, *, ended: bool = True) -> None:
    """Once the unit is durable: forget what was read, and with ``ended`` close the worker's live streams."""
    unit.after_commit(lambda: forget(hub, worker))
    if ended:
        unit.after_commit(lambda: hub.live.close_worker(worker))


async def _read(database: Database, key: bytes, now: int) -> Caller | None:
    async with database.read() as unit:
        row = await unit.one(queries.READ_SESSION, p_token_hash=key, p_now=now)
    if row is None or not _live(row, now):
        return None
    if now - row.seen_at >= TOUCH_MS:
        async with database.write() as unit:
            await unit.run(queries.TOUCH_SESSION, p_session=row.session, p_now=now)
    return _caller(row)


def _live(row: Row, now: int) -> bool:
    return bool(
        row.state in ("waiting", "admitted")
        and now < row.ends_at
        and now < row.seen_at + limits().sessions.idle_ms
    )


def _caller(row: Row) -> Caller:
    if row.state == "waiting":
        return Caller(row.worker, b"", "", "", row.session, signing_key=row.signing_key)
    return Caller(
        row.worker,
        row.organisation,
        row.role,
        row.kind or "",
        row.session,
        signing_key=row.signing_key,
        accredited=row.kind is not None,
    )
