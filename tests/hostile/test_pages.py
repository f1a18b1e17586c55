"""Item 15: lists that never end are refused, instead of being asked for until the evening."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from keyholder.commands.letters import _every_letter
from keyholder.commands.pages import every
from keyholder.end import End
from tests.hostile.conftest import alarmed
from tests.hostile.forging import b64
from tests.hostile.proxy import Asked, Proxy
from tests.keyholder.world import World

LISTS: dict[str, Callable[[End], Awaitable[Any]]] = {
    "/v1/letters": _every_letter,
    "/v1/actions": lambda end: every(end, lambda after: end.actions(after=after), 1000),
    "/v1/log/statements": lambda end: every(end, end.log_statements, 100),
}


@pytest.mark.parametrize("path", LISTS)
async def test_item_15_an_empty_page_that_is_not_the_last_is_refused(
    world: World, proxy: Proxy, path: str
) -> None:
    proxy.change(path, lambda *_: {"items": [], "next": os.urandom(24).hex()})
    before = len(proxy.asked)

    with alarmed(15, "mangled"):
        await LISTS[path](world.vcu.manager)
    assert len(proxy.asked) == before + 1


async def test_item_15_pages_that_lead_round_in_circles_are_refused(world: World, proxy: Proxy) -> None:
    row = {"letter": b64(os.urandom(16)), "kind": 1, "received_at": 1}

    def round_and_round(_: Any, asked: Asked) -> Any:
        return {"items": [row], "next": "b" if asked.query.get("after") == "a" else "a"}

    proxy.forced.add("/v1/letters")
    proxy.change("/v1/letters", round_and_round)
    before = len(proxy.asked)

    with alarmed(15, "mangled"):
        await _every_letter(world.vcu.manager)
    assert len(proxy.asked) == before + 3
