"""Every error becomes its problem document, once, without saying too much."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from crypto import errors as crypto_errors
from hub.kernel.access import Public
from hub.kernel.feature import Feature
from hub.kernel.logs import JsonLines
from hub.kernel.problems import as_refused, document, problem
from hub.kernel.refusals import Refused
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from storage import blobs, database
from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub

NAME = "Ada Lovelace"


class StaleHead(Refused):
    code, status, title = "stale-head", 409, "The circle has moved on"


FAILURES: dict[str, Exception] = {
    "stale": StaleHead("Read, then seal again.", head=b"\x00\xff", seq=7),
    "away": database.Unavailable("host 10.0.0.1 is down"),
    "twice": database.Conflict("uq_secret"),
    "full": blobs.NoSpace("/data is full"),
    "bug": KeyError(NAME),
}


@route("GET", "/v1/fail/{how:word}", access=Public())
async def fail(request: Request[None]) -> Reply:
    raise FAILURES[request.word("how")]


@pytest.fixture
async def failing(tmp_path: Path) -> AsyncIterator[RunningHub]:
    async with running_hub(small_settings(tmp_path), features=(Feature("fail", (fail,)),)) as running:
        yield running


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (database.Unavailable("x"), 503, "unavailable"),
        (database.Conflict("x"), 409, "conflict"),
        (blobs.Unavailable("x"), 503, "unavailable"),
        (blobs.NoSpace("x"), 507, "no-space"),
        (blobs.NotFound("x"), 404, "not-found"),
        (crypto_errors.Malformed("x"), 400, "malformed"),
        (crypto_errors.Forged("x"), 400, "forged"),
        (crypto_errors.Stale("x"), 409, "stale"),
        (crypto_errors.NotAllowed("x"), 403, "not-allowed"),
        (crypto_errors.UpdateNeeded("x"), 400, "update-needed"),
        (TimeoutError(), 503, "unavailable"),
        (web.HTTPNotFound(), 404, "not-found"),
        (web.HTTPMethodNotAllowed("GET", ["POST"]), 405, "wrong-method"),
        (web.HTTPRequestEntityTooLarge(1, 2), 413, "too-large"),
        (web.HTTPBadRequest(), 400, "malformed"),
        (ValueError("x"), 500, "unexpected"),
    ],
)
def test_each_error_has_one_status_and_code(error: Exception, status: int, code: str) -> None:
    refused = as_refused(error)
    assert (refused.status, refused.code) == (status, code)
    assert problem(refused).status == status


def test_a_refusal_is_its_own_document() -> None:
    assert document(StaleHead("Read, then seal again.", head="ab", seq=7)) == {
        "type": "urn:kith:problem:stale-head",
        "title": "The circle has moved on",
        "status": 409,
        "code": "stale-head",
        "detail": "Read, then seal again.",
        "head": "ab",
        "seq": 7,
    }


def test_a_refusal_without_code_status_or_title_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="code, status, title"):
        type("Silent", (Refused,), {})
    with pytest.raises(TypeError, match="200"):
        type("Kind", (Refused,), {"code": "kind", "status": 200, "title": "Yes"})


@pytest.mark.parametrize("name", ["status", "type", "code", "incident"])
def test_facts_cannot_replace_what_the_document_says(name: str) -> None:
    facts: dict[str, Any] = {name: "x"}
    with pytest.raises(TypeError, match=name):
        StaleHead(**facts)


async def test_a_refusal_reaches_the_caller_as_a_problem_document(failing: RunningHub) -> None:
    answer = await failing.ask("GET", "/v1/fail/stale")
    assert answer.status == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.body["head"], answer.body["seq"]) == ("AP8=", 7)


async def test_a_storage_that_is_away_says_when_to_come_again(failing: RunningHub) -> None:
    answer = await failing.ask("GET", "/v1/fail/away")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert "10.0.0.1" not in json.dumps(answer.body)
    assert (await failing.ask("GET", "/v1/fail/twice")).body["code"] == "conflict"
    assert (await failing.ask("GET", "/v1/fail/full")).status == 507


async def test_a_fault_of_ours_gives_an_incident_and_nothing_else(
    failing: RunningHub, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await failing.ask("GET", "/v1/fail/bug")
    assert answer.body == {
        "type": "urn:kith:problem:unexpected",
        "title": "Something went wrong here",
        "status": 500,
        "code": "unexpected",
        "incident": answer.body["incident"],
    }
    [record] = [record for record in caplog.records if record.name == "hub.http"]
    text = JsonLines().format(record)
    line = json.loads(text)
    assert line["incident"] == answer.body["incident"]
    assert (line["error"], line["route"]) == ("KeyError", "/v1/fail/{how}")
    assert any("test_problems.py:" in place for place in line["where"])
    assert NAME not in text


async def test_what_is_not_there_is_a_problem_document_too(failing: RunningHub) -> None:
    assert (await failing.ask("GET", "/nowhere")).body["code"] == "not-found"
    assert (await failing.ask("POST", "/healthz")).body["code"] == "wrong-method"
    assert (await failing.ask("GET", "/v1/fail/BAD_SHAPE")).body["code"] == "not-found"
