"""What this process knows of uploads under way: which is receiving a part just now, and the hashes of what
came so far, segment by segment.

Nothing here must survive: another process, or this one started again, reads the stored object to hash it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

from crypto.segments import SegmentTree
from hub.kernel.context import Hub
from hub.kernel.refusals import Away, Conflicting

AT_ONCE = 16
"""Parts in memory at the same time, 8 MiB each."""
EACH_WORKER, EACH_ORGANISATION = 2, 8
"""How many of those one worker has, and one organisation: nobody holds all the room."""
REMEMBERED = 256
PATIENCE = 30.0


class Running:
    """The segments of the first ``parts`` parts of an upload."""

    __slots__ = ("parts", "tree")

    def __init__(self) -> None:
        self.tree = SegmentTree()
        self.parts = 0


class Receiving:
    """One for each process."""

    def __init__(self) -> None:
        self._busy: set[bytes] = set()
        self._running: OrderedDict[bytes, Running] = OrderedDict()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._shares: WeakValueDictionary[bytes, asyncio.Semaphore] = WeakValueDictionary()

    @contextmanager
    def alone(self, upload: bytes) -> Iterator[None]:
        """One part of an upload at a time. Raises Conflicting."""
        if upload in self._busy:
            raise Conflicting("A part of this upload is being received. Send one after another.")
        self._busy.add(upload)
        try:
            yield
        finally:
            self._busy.discard(upload)

    @asynccontextmanager
    async def room(self, worker: bytes, organisation: bytes) -> AsyncIterator[None]:
        """Room for one part in memory, within what one worker and one organisation may have. Raises Away
        when too many are being received for too long."""
        theirs, mine = self._share(organisation, EACH_ORGANISATION), self._share(worker, EACH_WORKER)
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(PATIENCE):
                    for each in (mine, theirs, self._room):
                        await held.enter_async_context(each)
            except TimeoutError:
                raise Away(retry_after=5) from None
            yield

    def _share(self, whose: bytes, most: int) -> asyncio.Semaphore:
        """It lives as long as somebody holds it or waits for it."""
        return self._shares.setdefault(whose, asyncio.Semaphore(most))

    async def add(self, upload: bytes, number: int, data: bytearray) -> None:
        """Hash a part in a thread, if all before it were hashed here."""
        running = self._running.setdefault(upload, Running()) if number == 1 else self._running.get(upload)
        if running is None or running.parts != number - 1:
            self._running.pop(upload, None)
            return
        self._running.move_to_end(upload)
        if len(self._running) > REMEMBERED:
            self._running.popitem(last=False)
        running.parts = -1
        await asyncio.to_thread(running.tree.update, data)
        running.parts = number

    def segments(self, upload: bytes, parts: int) -> bytes | None:
        """SHA-256 of each segment, 32 bytes each, if every part came through here."""
        running = self._running.get(upload)
        return running.tree.hashes() if running is not None and running.parts == parts else None

    def forget(self, upload: bytes) -> None:
        """The upload is finished or dropped."""
        self._running.pop(upload, None)


@asynccontextmanager
async def start(hub: Hub) -> AsyncIterator[Receiving]:
    """One `Receiving` for each process."""
    yield Receiving()
