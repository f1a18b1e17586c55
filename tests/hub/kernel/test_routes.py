"""Declaring routes: what is not said, or cannot be, fails when the hub starts."""

from typing import Any

import msgspec
import pytest

from hub.kernel.access import Member, Public, SignedIn
from hub.kernel.limits import ACCOUNT, ADDRESS, Rate
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import Route, route
from hub.kernel.schemas import Input


class Said(Input):
    word: str


class Open(msgspec.Struct):
    word: str


async def handler(request: Request[Any]) -> Reply:
    return Reply()


def not_async(request: Request[None]) -> Reply:
    return Reply()


def test_a_route_that_does_not_say_who_may_call_it_does_not_start() -> None:
    declare: Any = route
    with pytest.raises(TypeError, match="POST /v1/x does not declare who may call it"):
        declare("POST", "/v1/x")
    with pytest.raises(TypeError, match="does not declare who may call it"):
        declare("POST", "/v1/x", access="anyone")
    with pytest.raises(TypeError, match="does not declare who may call it"):
        Route("GET", "/v1/x", None, handler)  # type: ignore[arg-type]  # what a careless feature would write


@pytest.mark.parametrize(
    ("method", "path", "how"),
    [
        ("FETCH", "/v1/x", {}),
        ("GET", "/v1/x", {"body": Said}),
        ("DELETE", "/v1/x", {"body": Said}),
        ("POST", "/v1/x", {"body": Said, "raw": True}),
        ("POST", "/v1/x", {"body": Open}),
        ("POST", "/v1/{x}", {}),
        ("POST", "/v1/{x:anything}", {}),
        ("POST", "/v1/X y", {}),
        ("POST", "v1", {}),
        ("POST", "/v1/x", {"access": Public(), "rate": Rate(1, by="account")}),
        ("POST", "/v1/x", {"rate": Rate(1, by="proof")}),
    ],
)
def test_an_impossible_route_does_not_start(method: str, path: str, how: dict[str, Any]) -> None:
    declare: Any = route
    with pytest.raises(TypeError):
        declare(method, path, **{"access": SignedIn(), **how})(handler)


def test_a_handler_must_be_async() -> None:
    declare: Any = route("GET", "/v1/x", access=Public())
    with pytest.raises(TypeError, match="async"):
        declare(not_async)


def test_a_route_knows_its_place_and_its_usual_rate() -> None:
    declared = route("POST", "/v1/x", access=Member(), body=Said)(handler)
    assert declared.place.partition(":")[0] == __file__
    assert declared.rates == (ACCOUNT,)
    assert route("GET", "/v1/x", access=Public())(handler).rates == (ADDRESS,)
    own = Rate(1, by="address"), Rate(2, by="account")
    assert route("GET", "/v1/x", access=Member(), rate=own)(handler).rates == own
