"""Items 1, 2, 5, 7, 8, 9, 16 and 23: lies while somebody comes in, and about who they and the others are."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from crypto.accreditation import OrganisationKind
from crypto.encoding import pack
from crypto.facts import Kind
from crypto.organisation import Admit, Event, Member, Role
from crypto.private.secrets import WorkerSecret
from keyholder.alarms import Alarm
from keyholder.authority import AuthorityKeys
from keyholder.enrolment import join, sign_event
from tests.browser.circles import Seat
from tests.browser.hostile.stage import SECRET, Stage, alarmed, at
from tests.browser.people import enrol, sign_in, type_words, words_on
from tests.browser.screens import Device
from tests.hostile.forging import b64, flipped
from tests.hostile.proxy import Asked
from tests.hostile.test_keys import own_genesis, served
from tests.keyholder.world import Colleague


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def known(theatre: Stage) -> AsyncIterator[tuple[Colleague, Device]]:
    """A worker of the unit, and a device that knows them; they have signed out."""
    await theatre.rest()
    ann = await theatre.world.colleague(theatre.world.vcu, "ann-enters")
    device = await theatre.screens.device()
    page = await device.open("/sign-in")
    await sign_in(page, theatre.world, ann.address, ann.words)
    await page.close()
    yield ann, device


async def refused(stage: Stage, known: tuple[Colleague, Device], item: int, code: str) -> Page:
    """They type their right words, and see that alarm instead of Today; no session begins."""
    ann, device = known
    page = await device.open("/sign-in")
    before = len(stage.proxy.asked)
    await type_words(page, ann.address, ann.words)
    shown = await alarmed(page, item, code)
    assert not shown.small
    await expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    assert not stage.proxy.sent(before)
    assert ann.words not in await page.content()
    await page.close()
    return page


def finished(stage: Stage, since: int) -> bool:
    return any(path == "/v1/sign-in/finish" for _, path in stage.proxy.asked[since:])


@pytest.mark.parametrize("what", ["worker", "wrap_version", "wrapped"])
async def test_item_08_anything_changed_beside_the_wrapped_secret_is_refused(
    stage: Stage, known: tuple[Colleague, Device], what: str
) -> None:
    lies: dict[str, Any] = {
        "worker": lambda value: b64(os.urandom(16)),
        "wrap_version": lambda value: value + 1,
        "wrapped": lambda value: b64(flipped(b64decode(value))),
    }
    stage.proxy.change("/sign-in/prove", lambda answer, _: answer | {what: lies[what](answer[what])})
    before = len(stage.proxy.asked)

    await refused(stage, known, 8, "sign-in-changed")

    assert not finished(stage, before)


@pytest.mark.parametrize("lie", [{"suite": 0}, {"suite": 2}, {"salt": b64(b"short")}, {"salt": ""}])
async def test_item_09_weaker_protection_is_refused_before_the_words_are_used(
    stage: Stage, known: tuple[Colleague, Device], lie: dict[str, Any]
) -> None:
    stage.proxy.change("/sign-in/start", lambda answer, _: answer | lie)
    before = len(stage.proxy.asked)

    await refused(stage, known, 9, "protection-lowered")

    assert not [path for _, path in stage.proxy.asked[before:] if path == "/v1/sign-in/prove"]


async def test_item_08_another_hubs_name_is_refused_before_the_words_are_used(
    stage: Stage, known: tuple[Colleague, Device]
) -> None:
    stage.proxy.change("/sign-in/start", lambda answer, _: answer | {"hub": "elsewhere.example"})
    before = len(stage.proxy.asked)

    await refused(stage, known, 8, "sign-in-changed")

    assert not [path for _, path in stage.proxy.asked[before:] if path == "/v1/sign-in/prove"]


async def test_item_01_an_authority_the_hub_made_up_is_refused(
    stage: Stage, known: tuple[Colleague, Device]
) -> None:
    world = stage.world
    keys = world.hub.hub.keys
    false = AuthorityKeys.generate().succeed(
        world.packed_root, at=world.hub.clock(), old=[], receipt_keys=[keys.receipt_public]
    )
    stage.proxy.change("/authority", lambda *_: {"roots": [b64(false)]})

    await refused(stage, known, 1, "authority-changed")


async def test_item_01_the_authority_shown_at_enrolment_is_the_one_that_counts_after_the_admission(
    stage: Stage,
) -> None:
    """Between the two the page was closed: what the device trusts does not depend on when it asks again."""
    world = stage.world
    invitation = await world.vcu.manager.team.invite("first-root@harbour.example")
    device = await stage.screens.device("phone")
    page = await device.open("/enrol#" + world.link(invitation).rpartition("#")[2])
    enrolled = await enrol(page, "Kim", "kim-first-root")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")
    spoken = await words_on(page)
    await page.close()
    await world.vcu.manager.team.admit(spoken, "worker")
    keys = world.hub.hub.keys
    false = AuthorityKeys.generate().root(
        world.hub.hub.settings.hub_name,
        [keys.receipt_public],
        [keys.checkpoint_public],
        at=world.hub.clock(),
    )
    stage.proxy.change(
        "/authority", lambda answer, asked: {"roots": [b64(false)]} if asked.query["after"] == "0" else answer
    )

    page = await device.open("/sign-in")
    await type_words(page, enrolled.address, enrolled.words)

    await expect(page).to_have_title(re.compile("^Today"))
    await page.close()


async def test_item_01_a_chain_the_hub_made_up_for_ones_own_organisation_is_refused(
    stage: Stage, known: tuple[Colleague, Device]
) -> None:
    own = stage.world.vcu.id
    false, _, _ = own_genesis(own)
    stage.proxy.change(f"{own.hex()}/chain", lambda answer, _: served(answer, false))

    ann, device = known
    page = await device.open("/sign-in")
    await type_words(page, ann.address, ann.words)
    await expect(page.locator(".kith-alarm").first).to_be_visible()
    await expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    await page.close()


async def test_item_01_an_organisation_that_was_accredited_never_loses_that(
    stage: Stage, known: tuple[Colleague, Device]
) -> None:
    bare: dict[str, list[str]] = {"accreditations": [], "withdrawals": []}
    stage.proxy.change(f"{stage.world.vcu.id.hex()}/chain", lambda answer, _: answer | bare)

    await refused(stage, known, 1, "not-accredited")


async def test_item_05_pins_that_were_wound_back_are_refused(
    stage: Stage, known: tuple[Colleague, Device]
) -> None:
    """What was checked before, handed back in an old copy: this device remembers the newer one."""
    ann, device = known
    old = [body for path, body in stage.proxy.answered if path == "/v1/me/pins" and body.get("version")]
    page = await device.open("/sign-in")
    await type_words(page, ann.address, ann.words)
    await expect(page).to_have_title("Today – Kith")
    seen = [body for path, body in stage.proxy.answered if path == "/v1/me/pins"]
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_title("Sign in – Kith")
    await page.close()
    assert seen
    stage.proxy.change("/me/pins", lambda *_: (old or seen)[0] | {"version": 0, "pins": ""}, "GET")
    page = await device.open("/sign-in")
    await type_words(page, ann.address, ann.words)
    await expect(page.locator("main").get_by_role("alert")).to_be_visible()
    await expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    await page.close()


@pytest.mark.parametrize("key", [bytes(32), b"\x01" + bytes(31)])
async def test_item_16_keys_that_sign_anything_are_refused(stage: Stage, key: bytes) -> None:
    """A hostile manager admits a worker whose key fits every signature."""
    steps = await stage.world.found(f"Steps16-{key[0]}", OrganisationKind.PARTNER)
    manager = steps.manager
    chain = manager.desk.directory.organisation(steps.id)
    member = Member(os.urandom(16), key, WorkerSecret.generate().box.public, Role.WORKER)
    event = Admit(1, chain.id, chain.head, stage.world.hub.clock(), manager.worker, member, 1, bytes(32))
    signed = sign_event(Event.ADMIT, pack(event), manager.desk.me.secret)
    row = {"kind": signed.kind, "payload": b64(signed.payload), "signature": b64(signed.signature)}

    def admit(answer: Any, asked: Asked) -> Any:
        events = [*answer["events"], row] if asked.query.get("after", "0") == "0" else [row]
        return answer | {"events": events, "length": 2, "head": b64(signed.head)}

    stage.proxy.change(f"{steps.id.hex()}/chain", admit)
    ours = await stage.world.vcu.manager.open_circle("Circle for J")
    await ours.invite(steps.id, "Please help.")

    await stage.refuses(stage.owner, at(ours.id), 5, "chain-changed")


async def test_item_01_an_organisation_the_hub_made_up_gets_nothing(stage: Stage) -> None:
    steps = await stage.world.found("Steps01", OrganisationKind.PARTNER)
    false, _, _ = own_genesis(steps.id)
    stage.proxy.change(f"{steps.id.hex()}/chain", lambda answer, _: served(answer, false))
    ours = await stage.world.vcu.manager.open_circle("Circle for J")
    await ours.invite(steps.id, SECRET)

    await stage.refuses(stage.owner, at(ours.id), 1, "key-substituted")


async def test_item_06_nothing_is_sealed_under_a_key_that_a_member_renewed_its_own_against(
    stage: Stage,
) -> None:
    """A member has new keys: the circle gets a new one before the next words are handed over.

    In a tab of its own: what a tab has looked up counts for a minute.
    """
    steps = await stage.world.found("Steps06", OrganisationKind.PARTNER)
    ours = await stage.world.vcu.manager.open_circle("Circle for J")
    await ours.invite(steps.id, "Please help.")
    await steps.manager.circle(ours.id).accept()
    await steps.manager.team.rotate()
    before = (await ours.sync()).seq
    old = ours.book.circle.epoch.number

    page = await stage.owner.device.open(at(ours.id))
    await Seat(stage.owner.device, page, stage.owner.founded).write("Under the new key.")
    await page.close()

    await ours.sync()
    written = [(entry.header.kind, entry.header.epoch) for entry in ours.book.entries[before:]]
    assert [kind for kind, _ in written] == [Kind.REKEY, Kind.MESSAGE]
    assert written[-1] == (Kind.MESSAGE, old + 1)


@pytest.mark.parametrize("what", ["signing_key", "worker", "address", "invitation"])
async def test_item_23_an_admission_with_anything_swapped_admits_nobody(stage: Stage, what: str) -> None:
    """The manager types the five words as heard; the hub shows other keys, or another person, beside them."""
    world, address = stage.world, f"new-{what.replace('_', '-')}"
    invitation = await world.vcu.manager.team.invite(f"{address}@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), address, world.device(address)
    )
    length = {"signing_key": 32, "worker": 16, "invitation": 16}.get(what)
    swapped = b64(os.urandom(length)) if length else "mallory"

    def swap(answer: Any, _: Asked) -> Any:
        rows = [row | {what: swapped} if row["address"] == joined.address else row for row in answer["items"]]
        return answer | {"items": rows}

    stage.proxy.change("/waiting", swap)
    page = stage.owner.page
    await stage.owner.go("/organisation")
    shown = "mallory" if what == "address" else joined.address
    await page.get_by_role("link", name=f"Let in {shown}").click()
    await page.get_by_label("The five words you hear").fill(joined.spoken)
    await page.get_by_role("button", name="Let them in").click()

    await alarmed(page, 23, "admission-differs")

    chain = world.vcu.manager.desk.directory
    await chain.know([world.vcu.id], 0)
    assert joined.worker not in chain.organisation(world.vcu.id).members


@pytest.mark.parametrize("lie", [{"role": "manager"}, {"role": "manager", "replaces": b64(bytes(16))}])
async def test_item_23_the_hub_decides_nobody_s_role(stage: Stage, lie: dict[str, str]) -> None:
    """What the hub says an invitation was for is shown; what somebody becomes is asked, and asked alone."""
    world, address = stage.world, f"role-{len(lie)}"
    invitation = await world.vcu.manager.team.invite(f"{address}@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), address, world.device(address)
    )

    def swap(answer: Any, _: Asked) -> Any:
        rows = [row | lie if row["address"] == joined.address else row for row in answer["items"]]
        return answer | {"items": rows}

    stage.proxy.change("/waiting", swap)
    page = stage.owner.page
    await stage.owner.go("/organisation")
    await page.get_by_role("link", name=f"Let in {joined.address}").click()
    await expect(page.get_by_role("radio", name="Worker", exact=True)).to_be_checked()
    await page.get_by_label("The five words you hear").fill(joined.spoken)
    await page.get_by_role("button", name="Let them in").click()
    if "replaces" in lie:
        await alarmed(page, 1, "key-substituted")
    else:
        await expect(page.get_by_text("They are in.")).to_be_visible()

    chain = world.vcu.manager.desk.directory
    await chain.know([world.vcu.id], 0)
    member = chain.organisation(world.vcu.id).members.get(joined.worker)
    assert (member and member.role) == (None if "replaces" in lie else Role.WORKER)


async def test_item_23_a_link_that_speaks_of_another_organisation_leads_to_words_that_admit_nobody(
    stage: Stage,
) -> None:
    world = stage.world
    stage.proxy.change("/enrolments/look", lambda answer, _: answer | {"genesis": b64(os.urandom(32))})
    invitation = await world.vcu.manager.team.invite("swapped@harbour.example")
    page = await (await stage.screens.device("phone")).open(
        "/enrol#" + world.link(invitation).rpartition("#")[2]
    )
    await enrol(page, "Sam", "sam-swapped")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")
    spoken = await words_on(page)
    await page.context.close()

    with pytest.raises(Alarm) as caught:
        await world.vcu.manager.team.admit(spoken, "worker")
    assert caught.value.item == 23
