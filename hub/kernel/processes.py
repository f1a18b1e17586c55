"""Several processes of one hub behind one port: forked before any loop or thread, restarted when one dies.

A child whose parent is gone ends too: nobody would watch over it, and it would go on answering on the port
beside the hub that is started next, perhaps of another version.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

RESTART_SECONDS = 1.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("hub.processes")


class Family:
    """``count`` children that each run ``child`` until they are told to stop."""

    def __init__(
        self, count: int, child: Callable[[], None], *, restart_seconds: float = RESTART_SECONDS
    ) -> None:
        self._count = count
        self._child = child
        self._restart_seconds = restart_seconds
        self._children: set[int] = set()
        self._stopping = False
        self._ends, self._lives = os.pipe()  # only the parent keeps the second open, for as long as it lives

    def run(self) -> None:
        """Returns once every child has ended after SIGTERM or SIGINT."""
        for number in SIGNALS:
            signal.signal(number, self._stop)
        for _ in range(self._count):
            self._fork()
        while self._children:
            pid, _ = os.wait()
            self._children.discard(pid)
            if not self._stopping:
                log.error("process died", extra={"pid": pid})
                time.sleep(self._restart_seconds)
            if not self._stopping:
                self._fork()

    def _fork(self) -> None:
        pid = os.fork()
        if pid:
            self._children.add(pid)
            return
        code = 1
        try:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            os.close(self._lives)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            self._child()
            code = 0
        finally:
            os._exit(code)

    def _end_with_parent(self) -> None:
        os.read(self._ends, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
