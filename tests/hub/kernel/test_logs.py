"""Logs: one JSON object a line, of safe fields only."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from hub.kernel.logs import JsonLines, configure_logs
from hub.kernel.requestlog import RequestLog

ADDRESS = "203.0.113.9"


def line(logger: str, message: str, *words: object, **extra: object) -> dict[str, Any]:
    record = logging.getLogger(logger).makeRecord(
        logger, logging.WARNING, "/x/y.py", 12, message, words, None, extra=extra
    )
    made: dict[str, Any] = json.loads(JsonLines().format(record))
    return made


def test_only_fields_on_the_list_are_written() -> None:
    made = line("hub.http", "request", status=200, worker="abc", address=ADDRESS)
    assert made["event"] == "request"
    assert made["status"] == 200
    assert "abc" not in str(made)
    assert ADDRESS not in str(made)


def test_words_of_other_libraries_are_dropped_and_their_place_is_kept() -> None:
    made = line("aiohttp.server", "Error handling request from %s", ADDRESS)
    assert ADDRESS not in str(made)
    assert "Error" not in str(made)
    assert (made["logger"], made["where"]) == ("aiohttp.server", ["y:12"])


def test_an_exception_is_named_and_placed_but_not_quoted() -> None:
    try:
        raise ValueError(ADDRESS)
    except ValueError:
        record = logging.getLogger("hub").makeRecord("hub", 40, "f", 1, "unexpected", (), sys.exc_info())
    text = JsonLines().format(record)
    assert json.loads(text)["error"] == "ValueError"
    assert "test_logs.py:" in text
    assert ADDRESS not in text


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("hub").setLevel(logging.NOTSET)
    logging.captureWarnings(False)


def test_everything_goes_to_standard_error_as_json(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info")
    logging.getLogger("hub.worker").info("working", extra={"count": 3})
    logging.getLogger("hub.worker").debug("too much")
    logging.getLogger("sqlalchemy").info("SELECT %s", ADDRESS)
    logging.getLogger("asyncio").error("Task exception was never retrieved %s", ADDRESS)
    lines = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    assert [made["event"] for made in lines] == ["working", "library"]
    assert lines[0]["count"] == 3


async def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    stream = io.StringIO()
    requests = RequestLog(stream)
    requests.add(0, "GET", "/v1/x", 200, 0.001)
    stream.close()
    requests.flush()


async def test_request_lines_gather_and_a_full_hand_is_written_at_once() -> None:
    stream = io.StringIO()
    requests = RequestLog(stream)
    for number in range(256):
        assert stream.getvalue() == ""
        requests.add(number, "GET", "/v1/x", 200, 0.0012345, "abc" if number == 0 else "")
    lines = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert len(lines) == 256
    assert lines[0] == {
        "at": "1970-01-01T00:00:00.000+00:00",
        "level": "info",
        "event": "request",
        "method": "GET",
        "route": "/v1/x",
        "status": 200,
        "ms": 1.23,
        "incident": "abc",
    }
    assert "incident" not in lines[1]
