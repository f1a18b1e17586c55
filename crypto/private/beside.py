"""Hashes taken beside the cipher, each in a thread of its own.

SHA-256 costs several times what AES-GCM costs, and both let go of the interpreter while they work, so
hashing in turn with sealing would leave a core idle. Order is kept; memory stays flat because a hash
that falls behind makes the sealer wait.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Final

BATCH: Final = 256 * 1024
"""Handed over this many bytes at a time: a hand-over for each piece would cost more than its hash, and much
more would no longer be in the processor's cache when it is hashed."""
WAITING: Final = 4

Take = Callable[[bytes], object]


class Beside:
    """Feeds every piece, in order, to ``take`` in another thread. Leaving the block waits for the last one.

    A short message never starts a thread.
    """

    def __init__(self, take: Take) -> None:
        self._take = take
        self._gathered: list[bytes] = []
        self._size = 0
        self._queue: Queue[list[bytes]] | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        if kind is None:
            self.finish()
        elif self._queue is not None:
            self._stop(self._queue)

    def update(self, piece: bytes) -> None:
        """Hand one more piece over; it must not change afterwards."""
        self._gathered.append(piece)
        self._size += len(piece)
        if self._size >= BATCH:
            self._begun().put(self._gathered)
            self._gathered, self._size = [], 0

    def finish(self) -> None:
        """Return once everything was taken. May be called again."""
        if self._queue is not None:
            self._stop(self._queue)
        for piece in self._gathered:
            self._take(piece)
        self._gathered = []

    def _begun(self) -> Queue[list[bytes]]:
        if self._queue is None:
            self._queue = Queue(WAITING)
            self._thread = Thread(target=self._run, args=(self._queue,), daemon=True)
            self._thread.start()
        return self._queue

    def _run(self, queue: Queue[list[bytes]]) -> None:
        while batch := queue.get():
            for piece in batch:
                self._take(piece)

    def _stop(self, queue: Queue[list[bytes]]) -> None:
        assert self._thread is not None
        queue.put([])
        self._thread.join()
        self._queue = self._thread = None
