"""Circles between two kinds of ends: the browser's vault in Chromium and the Python end, over a real hub."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route

from keyholder.circle import CircleView
from keyholder.errors import KeyholderError
from policies.actions import Move, State
from tests.browser.vaults import Troubled, Vault, open_vault
from tests.hub.running import RunningHub
from tests.keyholder.world import House, World

DAY = 24 * 60 * 60 * 1000
SEARCH = {"text": "", "show": "open", "sort": "latest", "offset": 0, "limit": 50}
ABOUT = {
    "title": "Circle for J",
    "reference": "R-1",
    "safeContact": "Never leave a voicemail",
    "contactPerson": "Her sister",
}


@dataclass
class Room:
    """One hub's world, seen from browsers too."""

    browser: Browser
    hub: RunningHub
    world: World
    website: Path

    async def vault(self, beside: Vault | None = None) -> Vault:
        """A vault on a new device, or another tab on the device of ``beside``."""
        page = None if beside is None else beside.page
        return await open_vault(self.browser, self.hub.url, self.website, page)

    async def worker(self, house: House, name: str, role: str = "worker") -> Vault:
        """Somebody new, enrolled in a browser and admitted by their manager at the Python end."""
        vault = await self.vault()
        invitation = await house.manager.team.invite(f"{name}@{house.name.lower()}.example", role)
        token = self.world.link(invitation).partition("#")[2]
        drawn = await vault.ask("enrolPrepare", token, name, f"{name.lower()}-{os.urandom(4).hex()}")
        enrolled = await vault.ask("enrolConfirm", " ".join(drawn["words"]), False)
        await house.manager.team.admit(" ".join(enrolled["spoken"]), role)
        session = await vault.ask("session")
        assert session["standing"] == "member"
        return vault


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def room(browser: Browser, hub: RunningHub, world: World, website: Path) -> AsyncIterator[Room]:
    before = set(browser.contexts)
    yield Room(browser, hub, world, website)
    for context in set(browser.contexts) - before:
        await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def robin(room: Room) -> Vault:
    """A worker of the victim care unit at a browser; each test has circles of its own."""
    return await room.worker(room.world.vcu, "Robin")


async def shared(room: Room, vault: Vault, history: str = "none") -> tuple[str, CircleView]:
    """A circle that the browser opened and the shelter joined at the Python end."""
    circle = await vault.ask("openCircle", ABOUT)
    shelter = room.world.shelter
    invite = {
        "organisation": shelter.id.hex(),
        "title": "A safe place",
        "text": "Please help",
        "history": history,
        "actions": [],
    }
    await vault.ask("invite", circle, invite)
    theirs = shelter.manager.circle(bytes.fromhex(circle))
    await theirs.accept("We will")
    return circle, theirs


async def texts(vault: Vault, circle: str) -> list[str]:
    """Every message, oldest first."""
    page = await vault.ask("thread", circle, None, 100)
    return [entry["text"] for entry in page["entries"] if entry["kind"] == "message"]


async def test_a_browser_and_a_python_end_read_each_other(room: Room, robin: Vault) -> None:
    circle, theirs = await shared(room, robin)
    await robin.ask("post", circle, "From the browser", None)
    await theirs.post("From Python")
    assert await texts(robin, circle) == ["From the browser", "From Python"]
    said = [item.body.text for item in await theirs.read() if item.kind == 32]
    assert said == ["From the browser", "From Python"]
    head = await robin.ask("circle", circle)
    assert (head["title"], head["safeContact"]) == ("Circle for J", "Never leave a voicemail")
    assert [(member["legalName"], member["standing"]) for member in head["members"]] == [
        ("Harbour", "owner"),
        ("Shelter", "member"),
    ]
    assert (await theirs.about())[0] == "Circle for J"


async def test_entries_without_words_are_told_in_one_line(room: Room, robin: Vault) -> None:
    circle, _ = await shared(room, robin)
    page = await robin.ask("thread", circle, None, 100)
    lines = [entry["summary"] for entry in page["entries"]]
    assert lines[0] == "Harbour opened this circle"
    assert lines[1].startswith("Harbour invited Shelter; answer due ")
    assert lines[2] == "Shelter joined"


async def test_who_is_invited_without_history_opens_nothing_said_before(room: Room, robin: Vault) -> None:
    circle = await robin.ask("openCircle", ABOUT)
    await robin.ask("post", circle, "Before they came", None)
    due = int(time.time() * 1000) + DAY
    action = {"title": "Find a room", "text": "Two nights", "dueAt": due, "priority": 0}
    shelter = room.world.shelter
    invite = {"organisation": shelter.id.hex(), "title": "", "text": "Help", "history": "none"}
    await robin.ask("invite", circle, {**invite, "actions": [action]})
    theirs = shelter.manager.circle(bytes.fromhex(circle))
    await theirs.accept()
    assert [item.state.value for item in await theirs.read() if item.kind == 32] == ["locked"]
    assert [(each.title, each.due_at) for each in await theirs.actions()] == [("Find a room", due)]
    await robin.ask("grantHistory", circle, shelter.id.hex())
    assert [item.body.text for item in await theirs.read() if item.kind == 32] == ["Before they came"]


async def test_a_restricted_note_opens_for_those_it_names_alone(room: Room, robin: Vault) -> None:
    circle, theirs = await shared(room, robin)
    await robin.ask("post", circle, "Ours alone", [])
    await robin.ask("post", circle, "For both", [room.world.shelter.id.hex()])
    await theirs.post("Theirs alone", only=[])
    notes = [item for item in await theirs.read() if item.kind == 32]
    assert [item.state.value for item in notes] == ["restricted", "open", "open"]
    assert notes[1].body.text == "For both"
    page = await robin.ask("thread", circle, None, 3)
    assert [(entry["state"], entry["text"]) for entry in page["entries"]] == [
        ("open", "Ours alone"),
        ("open", "For both"),
        ("restricted", ""),
    ]
    assert page["entries"][0]["onlyFor"] == ["Harbour"]


async def test_an_action_goes_its_way_between_both(room: Room, robin: Vault) -> None:
    circle, theirs = await shared(room, robin)
    due = int(time.time() * 1000) + 2 * DAY
    asking = {"title": "Call her", "text": "In the morning", "dueAt": due, "priority": 1}
    action = await robin.ask("propose", circle, room.world.shelter.id.hex(), asking)
    await theirs.move(bytes.fromhex(action), Move.ACCEPT, "Gladly")
    plan = await robin.ask("plan", circle)
    [shown] = plan["actions"]
    assert (shown["title"], shown["state"], shown["assigneeName"]) == (
        "Call her",
        "accepted",
        "Shelter manager",
    )
    assert [step["reason"] for step in shown["history"]] == ["", "Gladly"]
    assert [move["move"] for move in shown["moves"]] == ["cancel", "reassign", "reschedule"]
    change = {"text": "No longer", "reason": 1}
    await robin.ask("moveAction", circle, action, "cancel", change)
    [seen] = await theirs.actions()
    assert seen.state is State.CANCELLED
    with pytest.raises(Troubled) as refused:
        await robin.ask("moveAction", circle, action, "accept", {"text": ""})
    assert refused.value.code == "cannot-send", "only the organisation it is assigned to accepts"


async def test_whoever_is_removed_opens_nothing_new(room: Room, robin: Vault) -> None:
    circle, theirs = await shared(room, robin)
    await robin.ask("post", circle, "While they are here", None)
    await theirs.sync()
    await robin.ask("removeMember", circle, room.world.shelter.id.hex(), 1, "Thank you")
    await robin.ask("post", circle, "After they left", None)
    with pytest.raises(KeyholderError):
        await theirs.sync()  # nothing of the circle is served to who left
    head = await robin.ask("circle", circle)
    assert [member["legalName"] for member in head["members"]] == ["Harbour"]
    page = await robin.ask("thread", circle, None, 2)
    assert page["entries"][0]["summary"] == "Shelter was taken out: their part is complete"


async def test_many_write_at_once_and_every_word_arrives_once(room: Room, robin: Vault) -> None:
    circle, theirs = await shared(room, robin)
    await asyncio.gather(
        *(robin.ask("post", circle, f"browser {number}", None) for number in range(6)),
        *(theirs.post(f"python {number}") for number in range(6)),
    )
    said = await texts(robin, circle)
    assert sorted(said) == sorted(f"{end} {number}" for end in ("browser", "python") for number in range(6))


async def test_two_tabs_of_one_person_write_at_once(room: Room, robin: Vault) -> None:
    circle = await robin.ask("openCircle", ABOUT)
    tab = await room.vault(beside=robin)
    for _ in range(100):
        if (await tab.ask("start"))["state"] == "open":
            break
        await asyncio.sleep(0.05)
    await asyncio.gather(
        *(
            one.ask("post", circle, f"{name} {n}", None)
            for n in range(4)
            for name, one in (("a", robin), ("b", tab))
        )
    )
    assert sorted(await texts(tab, circle)) == sorted(f"{name} {n}" for n in range(4) for name in "ab")


async def test_a_lost_answer_doubles_nothing(room: Room, robin: Vault) -> None:
    circle = await robin.ask("openCircle", ABOUT)
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        await route.fetch()
        lost += 1
        await route.abort("connectionreset")

    await robin.page.context.route("**/entries", lose)
    with pytest.raises(Troubled) as refused:
        await robin.ask("post", circle, "Only once", None)
    assert refused.value.trouble["kind"] == "away", "its answer was lost"
    assert lost > 1, "identical bytes are sent again"
    await robin.page.context.unroute("**/entries", lose)
    await robin.ask("post", circle, "Only once", None)
    assert await texts(robin, circle) == ["Only once"]
    await robin.ask("post", circle, "Only once", None)
    assert await texts(robin, circle) == ["Only once", "Only once"], "said again on purpose"


async def test_a_changed_history_is_an_alarm_and_nothing_of_the_circle_is_shown(
    room: Room, robin: Vault
) -> None:
    circle = await robin.ask("openCircle", ABOUT)
    await robin.ask("post", circle, "First", None)
    other = await room.worker(room.world.vcu, "Sam")

    async def drop(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        body["entries"] = body["entries"][:1] + body["entries"][2:]
        await route.fulfill(response=answer, body=json.dumps(body))

    await room.world.vcu.manager.circle(bytes.fromhex(circle)).post("Second")
    await other.page.context.route("**/headers*", drop)
    head = await other.ask("circle", circle)
    assert head["alarm"]["code"] == "history-changed"
    assert (head["title"], head["safeContact"], head["members"]) == ("", "", [])
    rows = await listed(other)
    assert rows[circle]["alarm"]["kind"] == "alarm"
    assert rows[circle]["title"] == ""


async def test_a_changed_body_marks_its_entry_and_stops_no_other(room: Room, robin: Vault) -> None:
    circle = await robin.ask("openCircle", ABOUT)
    for text in ("One", "Two", "Three"):
        await robin.ask("post", circle, text, None)
    other = await room.worker(room.world.vcu, "Sam")

    async def change(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        for row in body["bodies"]:
            if row["seq"] == 3:
                row["body"] = row["body"][:-8] + "AAAAAAA="
        await route.fulfill(response=answer, body=json.dumps(body))

    await other.page.context.route("**/fetch*", change)
    page = await other.ask("thread", circle, None, 50)
    assert [entry["state"] for entry in page["entries"]] == ["open", "open", "fault", "open"]
    assert page["entries"][2]["alarm"]["code"] == "content-changed"
    assert page["entries"][2]["text"] == ""


async def test_who_is_not_assigned_says_why_and_then_reads(room: Room, robin: Vault) -> None:
    circle, theirs = await shared(room, robin)
    await theirs.post("Inside")
    kim = await room.worker(room.world.shelter, "Kim")
    with pytest.raises(Troubled) as refused:
        await kim.ask("circle", circle)
    assert refused.value.code == "not-assigned", "a reason is asked for"
    head = await kim.ask("circle", circle, {"purpose": 1, "reason": "She is on the telephone with me now"})
    assert head["title"] == "Circle for J"
    assert (head["mayWrite"], head["assigned"]) == (False, False)
    assert "Inside" in await texts(kim, circle)


async def test_an_invitation_is_read_before_it_is_answered(room: Room) -> None:
    kim = await room.worker(room.world.shelter, "Kim", "manager")
    circle = await room.world.vcu.manager.open_circle("Circle for K")
    await circle.invite(room.world.shelter.id, "A room for two nights", title="A safe place")
    today = await kim.ask("today")
    [waiting] = [each for each in today["invitations"] if each["circle"] == circle.id.hex()]
    assert (waiting["from"], waiting["title"], waiting["text"]) == (
        "Harbour",
        "A safe place",
        "A room for two nights",
    )
    head = await kim.ask("circle", circle.id.hex())
    assert (head["standing"], head["title"]) == ("invited", "A safe place")
    await kim.ask("accept", circle.id.hex(), "Of course")
    assert (await kim.ask("circle", circle.id.hex()))["title"] == "Circle for K"
    assert room.world.shelter.id in (await circle.people()).members


async def listed(vault: Vault) -> dict[str, Any]:
    """Every row of the list, once all names were looked at."""
    for _ in range(200):
        found = await vault.ask("circles", {**SEARCH, "show": "all", "limit": 200})
        if found["complete"]:
            return {row["circle"]: row for row in found["rows"]}
        await asyncio.sleep(0.05)
    raise AssertionError("the list was never complete")


async def test_the_list_is_searched_without_case_and_accents_and_is_there_at_once_next_time(
    room: Room, robin: Vault
) -> None:
    circle = await robin.ask("openCircle", {**ABOUT, "title": "Zoë Müller", "reference": "Z-77"})
    await listed(robin)
    for text in ("zoe", "MULLER", "z-77 zoë"):
        found = await robin.ask("circles", {**SEARCH, "text": text})
        assert [row["circle"] for row in found["rows"]] == [circle]
    assert await names_at_once(room, robin, "zoe") == ["Zoë Müller"]


async def names_at_once(room: Room, vault: Vault, text: str) -> list[str]:
    """What another tab finds without the hub's list. It is kept on the device a little after it is whole:
    whoever comes too early tries again."""
    list_of_hub = "**/v1/circles?*"
    for _ in range(20):
        tab = await room.vault(beside=vault)
        for _ in range(100):
            if (await tab.ask("start"))["state"] == "open":
                break
            await asyncio.sleep(0.05)
        await tab.page.context.route(list_of_hub, lambda route: route.abort())
        with suppress(Troubled):
            if rows := (await tab.ask("circles", {**SEARCH, "text": text}))["rows"]:
                return [row["title"] for row in rows]
        await tab.page.context.unroute(list_of_hub)
        await tab.page.close()
    return []


async def test_the_timeline_tells_everything_and_who_has_read(room: Room, robin: Vault) -> None:
    circle, theirs = await shared(room, robin)
    await theirs.read()
    rows = await robin.ask("timeline", circle)
    assert {row["group"] for row in rows} >= {"circle", "people", "read"}
    [read] = [row for row in rows if row["group"] == "read"]
    assert (read["legalName"], read["text"]) == ("Shelter", "Has read everything")
