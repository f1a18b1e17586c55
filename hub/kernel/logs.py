"""Structured logs that hold no personal data: one JSON object a line, of fields on a short list.

What a request was for is the route's template, never its path; who asked is nobody. Words of other
libraries are dropped, since they carry addresses and statements; their place in the code is kept.
"""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

import msgspec

OURS = "hub"
SAFE = (
    "method", "route", "status", "ms", "incident", "error", "job", "retry_ms", "count", "code",
    "processes", "pid", "listen", "dialect",
)  # fmt: skip

_encode = msgspec.json.Encoder().encode


class JsonLines(logging.Formatter):
    """Ours: the event and its safe fields. Theirs: level, logger and where in the code."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name.partition(".")[0] == OURS:
            line["event"] = str(record.msg)
            fields = record.__dict__
            line.update((name, fields[name]) for name in SAFE if name in fields)
        else:
            line["event"] = "library"
            line["logger"] = record.name
            line["where"] = [f"{record.module}:{record.lineno}"]
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = where(record.exc_info[2])
        return _encode(line).decode()


def where(trace: TracebackType | None) -> list[str]:
    """The last frames of a traceback as module:line, without source, values or messages."""
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}" for frame in frames]


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Send everything, also other libraries' warnings, to ``stream`` (standard error) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level.upper())
    logging.captureWarnings(True)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = (
        False  # never shown, so never asked
    )
