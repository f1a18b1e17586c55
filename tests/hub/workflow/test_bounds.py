"""Nobody fills a circle with actions for the others, nor breaks the list of them."""

from __future__ import annotations

import msgspec
import pytest

from hub.workflow import projecting
from policies.limits import limits
from tests.hub.circles.ends import worker
from tests.hub.notifications.conftest import some
from tests.hub.workflow.conftest import Case, moment


async def test_each_organisation_has_room_for_actions_of_its_own(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = msgspec.structs.replace(
        limits(), circles=msgspec.structs.replace(limits().circles, actions_open_max=2)
    )
    monkeypatch.setattr(projecting, "limits", lambda: small)
    for label in ("one", "two"):
        await case.propose(label, by=case.charity)
    due = moment("2026-11-27 18:00")
    full = await case.circle.send(case.charity, case.proposing(some("three"), due, by=case.charity))
    assert (full.status, full.body["code"]) == (409, "too-many-actions")
    await case.propose("the owner's")


async def test_a_page_after_the_end_of_time_is_refused(case: Case) -> None:
    for end in (case.owner.end, worker(case.world.charity).end):
        assert (await end.ask("GET", "/v1/actions?after=" + "ff" * 56)).status == 400
