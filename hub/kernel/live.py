"""Live events: a nudge that something moved, never what it says. The reader then fetches as usual.

    event: <kind>
    data: {"topic":"<hex>","seq":<n>}

Every event is delivered at most once and may be lost; the numbers tell a reader what it missed, and the event
``resync`` tells it to look again. Topics go to audiences (organisation or worker ids), so publishing needs
no look-up. Frames are made once and written straight to each socket: no queue, no task per event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiohttp import web

from hub.kernel.calm import Calm
from hub.kernel.refusals import Malformed, TooMany

HEARTBEAT_SECONDS = 20.0
LONGEST_SECONDS = 1800.0
BACKLOG = 64 * 1024
FLUSH_SECONDS = 5.0
PER_WORKER = 8
CLOSED = "closed"

MaySee = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Event:
    """kind   one short word, such as "circle", "read" or "action"
    topic  the id of what moved
    seq    its newest number, 0 where it has none
    to     audiences: ids of organisations or workers who may know that it moved
    """

    kind: str
    topic: bytes
    seq: int
    to: tuple[bytes, ...]


def frame(text: str) -> bytes:
    """One HTTP chunk holding ``text``, ready for any number of sockets."""
    data = text.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


HEARTBEAT = frame(": still here\n\n")
RESYNC = frame("event: resync\ndata: {}\n\n")
HEADERS = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
HELLO = b"retry: 3000\n\n: hello\n\n"
PADDING = b": " + b" " * 4096 + b"\n\n"
"""For a proxy on the way that lets nothing through until it has this much."""


class Listener:
    """One open stream."""

    __slots__ = ("audiences", "done", "may_see", "opened", "transport", "worker")

    def __init__(
        self,
        transport: asyncio.WriteTransport,
        worker: bytes,
        audiences: frozenset[bytes],
        may_see: MaySee | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.transport = transport
        self.worker = worker
        self.audiences = audiences
        self.may_see = may_see
        self.opened = loop.time()
        self.done: asyncio.Future[None] = loop.create_future()

    def write(self, chunk: bytes) -> None:
        """Write now. One who does not keep up is told to look again, and let go."""
        if self.done.done():
            return
        if self.transport.is_closing():
            self.close()
        elif self.transport.get_write_buffer_size() > BACKLOG:
            self.transport.write(RESYNC)
            self.close()
        else:
            self.transport.write(chunk)

    def close(self) -> None:
        """End the stream; the handler that waits for ``done`` takes it from there."""
        if not self.done.done():
            self.done.set_result(None)


class Live:
    """Who listens to what in this process. ``elsewhere`` carries events to other processes, if any."""

    def __init__(self, *, per_worker: int = PER_WORKER, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self._by_audience: dict[bytes, set[Listener]] = {}
        self._by_worker: dict[bytes, set[Listener]] = {}
        self._per_worker = per_worker
        self._heartbeat = heartbeat
        self.elsewhere: Callable[[Event], None] | None = None
        self._calm = Calm(self.publish)

    def __len__(self) -> int:
        return sum(map(len, self._by_worker.values()))

    def publish(self, event: Event) -> None:
        """Tell everyone. Call it after commit: ``unit.after_commit(lambda: hub.live.publish(event))``."""
        self.deliver(event)
        if self.elsewhere is not None:
            self.elsewhere(event)

    def publish_calmly(self, event: Event) -> None:
        """As ``publish``, for what many may cause at once: see `hub.kernel.calm`."""
        self._calm.publish(event, asyncio.get_running_loop().call_later)

    def close_worker(self, worker: bytes) -> None:
        """End every stream of a worker, in every process: at sign-out, removal, changed assignment."""
        self.publish(Event(CLOSED, b"", 0, (worker,)))

    def deliver(self, event: Event) -> None:
        """Tell the listeners of this process."""
        if event.kind == CLOSED:
            self._close(event.to)
            return
        listeners = self._reached(event)
        if not listeners:
            return
        chunk = frame(f'event: {event.kind}\ndata: {{"topic":"{event.topic.hex()}","seq":{event.seq}}}\n\n')
        for listener in listeners:
            if listener.may_see is None or listener.may_see(event.topic):
                listener.write(chunk)

    def resync(self) -> None:
        """Tell every listener of this process to look again: something may have been missed."""
        self._write_all(RESYNC)

    async def beat(self) -> None:
        """Until cancelled: show every listener that the line is alive, and end the oldest streams."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._heartbeat)
            self._write_all(HEARTBEAT)
            for listener in self._all():
                if loop.time() - listener.opened > LONGEST_SECONDS:
                    listener.close()

    def close(self) -> None:
        """End every stream of this process."""
        for listener in self._all():
            listener.close()

    async def stream(
        self,
        request: web.Request,
        *,
        worker: bytes,
        audiences: Iterable[bytes],
        may_see: MaySee | None = None,
        padded: bool = False,
    ) -> web.StreamResponse:
        """Answer ``request`` (of a ``raw`` route) with this worker's events until either side ends it.

        ``may_see(topic)`` is asked again for every event; ``padded`` begins with `PADDING`. Raises
        TooMany past the limit per worker.
        """
        if request.version < (1, 1):
            raise Malformed("Live events need HTTP/1.1.")
        self._make_room(worker)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(HELLO + PADDING if padded else HELLO)
        transport = request.transport
        if transport is None:
            return response
        listener = Listener(transport, worker, frozenset(audiences), may_see)
        self._add(listener)
        try:
            await listener.done
        finally:
            self._remove(listener)
        await _finish(response, transport)
        return response

    def _make_room(self, worker: bytes) -> None:
        for listener in tuple(self._by_worker.get(worker, ())):
            if listener.transport.is_closing():
                self._remove(listener)
                listener.close()
        if len(self._by_worker.get(worker, ())) >= self._per_worker:
            raise TooMany("Close another window first.", retry_after=int(self._heartbeat) or 1)

    def _reached(self, event: Event) -> Iterable[Listener]:
        """Each listener once, copied: writing may end some of them."""
        if len(event.to) == 1:
            return tuple(self._by_audience.get(event.to[0], ()))
        return {listener for audience in event.to for listener in self._by_audience.get(audience, ())}

    def _close(self, workers: tuple[bytes, ...]) -> None:
        for worker in workers:
            for listener in tuple(self._by_worker.get(worker, ())):
                listener.close()

    def _write_all(self, chunk: bytes) -> None:
        for listener in self._all():
            listener.write(chunk)

    def _all(self) -> list[Listener]:
        return [listener for listeners in self._by_worker.values() for listener in listeners]

    def _add(self, listener: Listener) -> None:
        self._by_worker.setdefault(listener.worker, set()).add(listener)
        for audience in listener.audiences:
            self._by_audience.setdefault(audience, set()).add(listener)

    def _remove(self, listener: Listener) -> None:
        _discard(self._by_worker, listener.worker, listener)
        for audience in listener.audiences:
            _discard(self._by_audience, audience, listener)


def _discard(index: dict[bytes, set[Listener]], key: bytes, listener: Listener) -> None:
    listeners = index.get(key)
    if listeners is not None:
        listeners.discard(listener)
        if not listeners:
            del index[key]


async def _finish(response: web.StreamResponse, transport: asyncio.WriteTransport) -> None:
    """Say goodbye to one who still reads; cut off one who does not."""
    response.force_close()
    try:
        async with asyncio.timeout(FLUSH_SECONDS):
            await response.write_eof()
    except (TimeoutError, ConnectionError):
        transport.abort()
