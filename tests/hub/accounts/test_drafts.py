"""Sealed drafts for browsers that keep nothing: few, small, one's own, and soon gone."""

from __future__ import annotations

import asyncio

import pytest

from policies.limits import limits
from tests.hub.build import End, Team, digest_of
from tests.hub.running import RunningHub

BOUNDS = limits().drafts


def path(slot: str = "reply") -> str:
    """Where a draft lives."""
    return f"/v1/me/drafts/{digest_of(slot).hex()}"


async def test_a_draft_comes_back_as_it_was_put(end: End) -> None:
    for sealed in (b"first", bytes(BOUNDS.size_max)):
        assert (await end.ask("PUT", path(), sealed)).status == 204
        assert await end.good("GET", path()) == sealed
    assert (await end.ask("DELETE", path())).status == 204
    assert (await end.ask("GET", path())).status == 404
    assert (await end.ask("DELETE", path())).status == 204


async def test_a_draft_is_ones_own(team: Team, end: End) -> None:
    await end.good("PUT", path(), b"mine")
    assert (await team.manager.ask("GET", path())).status == 404
    await team.manager.good("DELETE", path())
    assert await end.good("GET", path()) == b"mine"


@pytest.mark.parametrize(("size", "status"), [(0, 400), (BOUNDS.size_max + 1, 413)])
async def test_a_draft_has_a_size(end: End, size: int, status: int) -> None:
    assert (await end.ask("PUT", path(), bytes(size))).status == status
    assert (await end.ask("GET", path())).status == 404


async def test_there_are_so_many_and_no_more_even_at_once(end: End) -> None:
    answers = await asyncio.gather(
        *(end.ask("PUT", path(str(number)), b"x") for number in range(BOUNDS.per_worker + 3))
    )
    assert sorted(answer.status for answer in answers) == [204] * BOUNDS.per_worker + [403] * 3
    taken = next(number for number, answer in enumerate(answers) if answer.status == 204)
    assert (await end.ask("PUT", path(str(taken)), b"again")).status == 204


async def test_a_draft_nobody_wrote_to_for_a_fortnight_is_gone(hub: RunningHub, end: End) -> None:
    await end.good("PUT", path("old"), b"old")
    hub.clock.move(ms=BOUNDS.lasts_ms)
    await end.sign_in()
    assert (await end.ask("GET", path("old"))).status == 404
    for number in range(BOUNDS.per_worker):
        assert (await end.ask("PUT", path(str(number)), b"new")).status == 204
    await hub.run("accounts.sweep")
    assert await end.good("GET", path("0")) == b"new"


async def test_nobody_without_a_session_keeps_anything(hub: RunningHub) -> None:
    for method in ("PUT", "GET", "DELETE"):
        assert (await hub.ask(method, path(), b"x" if method == "PUT" else None)).status == 401
