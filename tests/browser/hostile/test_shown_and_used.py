"""Items 2 and 24: what is shown to a person is what is used; and records that are true but old.

What a person may compare (five words at enrolment, the marks under Security details, an organisation's name
before it is invited) comes from the very object that signs, boxes or verifies. Here the hub answers one thing
when it is asked for showing and another when it is asked again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from playwright.async_api import expect

from crypto.accreditation import OrganisationKind
from crypto.private.words import spoken
from keyholder.authority import AuthorityKeys
from tests.browser.circles import Seat
from tests.browser.hostile.stage import SECRET, Stage, alarmed, at
from tests.browser.people import come_in, enrol, sign_in, type_words, words_on
from tests.hostile.forging import b64
from tests.hostile.proxy import Asked, Change
from tests.hostile.test_keys import own_genesis, served


def then(first: int, lie: Callable[[Any], Any]) -> Change:
    """Answer truly that many times, and with the lie from then on."""
    told = 0

    def change(answer: Any, _: Asked) -> Any:
        nonlocal told
        told += 1
        return answer if told <= first else lie(answer)

    return change


async def test_item_02_a_link_that_is_told_differently_the_second_time_leads_where_it_was_shown_to_lead(
    stage: Stage,
) -> None:
    """The name on the page, and the five words, come from one answer: both speak of the true organisation."""
    world = stage.world
    other = {"organisation": b64(os.urandom(16)), "genesis": b64(os.urandom(32))}
    stage.proxy.change("/enrolments/look", then(1, lambda answer: answer | other))
    invitation = await world.vcu.manager.team.invite("second@harbour.example")
    page = await (await stage.screens.device("phone")).open(
        "/enrol#" + world.link(invitation).rpartition("#")[2]
    )
    await expect(page.get_by_label("Your name")).to_be_visible()
    await enrol(page, "Sam", "sam-second")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tell your manager these five words")

    worker = await world.vcu.manager.team.admit(await words_on(page), "worker")

    await expect(page.get_by_text("You are in", exact=False).first).to_be_visible()
    assert worker in world.vcu.manager.desk.directory.organisation(world.vcu.id).members
    await page.context.close()


async def test_item_05_a_session_of_other_keys_than_ones_own_is_refused(stage: Stage) -> None:
    """The manager was made to admit new keys for Ann; the hub still hands Ann her old ones."""
    world, proxy = stage.world, stage.proxy
    ann = await world.colleague(world.vcu, "ann-twice")
    device = await stage.screens.device()
    page = await device.open("/sign-in")
    await sign_in(page, world, ann.address, ann.words)
    start, proved = proxy.last("/sign-in/start"), proxy.last("/sign-in/prove")
    await page.close()
    invitation = await world.vcu.manager.team.invite("ann-twice@harbour.example", replaces=ann.worker)
    thief = await (await stage.screens.device()).open("/enrol#" + world.link(invitation).rpartition("#")[2])
    enrolled = await enrol(thief, "Ann", ann.address)
    await expect(thief.locator(".kith-words li")).to_have_count(5)
    await world.vcu.manager.team.admit(await words_on(thief), "worker", replaces=ann.worker)
    await thief.context.close()
    other = await (await stage.screens.device()).open("/sign-in")
    await sign_in(other, world, ann.address, enrolled.words)
    lies = {"start": start, "prove": proved, "finish": proxy.last("/sign-in/finish")}
    for step, answer in lies.items():
        proxy.change(f"/sign-in/{step}", lambda *_, answer=answer: answer)
    proxy.forced |= {f"/v1/sign-in/{step}" for step in lies}

    page = await device.open("/sign-in")
    await type_words(page, ann.address, ann.words)

    await alarmed(page, 5, "pins-wound-back")
    await expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    await other.context.close()
    await page.close()


async def test_item_02_the_marks_under_security_details_are_those_of_the_keys_in_use(stage: Stage) -> None:
    """Whatever the hub tells whoever asks again: shown is what is pinned, and what all is checked by."""
    world, own = stage.world, stage.world.vcu.id
    keys = AuthorityKeys.generate()
    false = keys.succeed(
        world.packed_root, at=world.hub.clock(), old=[], receipt_keys=[world.hub.hub.keys.receipt_public]
    )
    genesis, _, _ = own_genesis(own)
    stage.proxy.change("/authority", lambda *_: {"roots": [b64(false)]})
    stage.proxy.change(f"{own.hex()}/chain", lambda answer, _: served(answer, genesis))

    await stage.owner.go("/security")

    page = stage.owner.page
    true = spoken(world.vcu.manager.desk.directory.organisation(own).genesis)
    for words in (true, world.trust.fingerprint):
        await expect(page.locator(".kith-fingerprint").get_by_text(words, exact=True)).to_be_visible()


async def test_item_02_keys_that_are_swapped_between_the_choice_and_the_invitation_get_nothing(
    stage: Stage,
) -> None:
    """They chose an organisation by the name it is accredited under; then the hub has other keys for it."""
    world = stage.world
    steps = await world.found("Steps02", OrganisationKind.PARTNER)
    ours = await world.vcu.manager.open_circle("Circle for J")
    seat = Seat(
        stage.owner.device, await stage.owner.device.open(at(ours.id, "/invite")), stage.owner.founded
    )
    page = seat.page
    await page.get_by_label("Find an organisation by its name").fill("steps02")
    await page.get_by_label("Steps02").check()
    await page.get_by_label("What is it about?").fill("A safe place")
    await page.get_by_label("What do you ask of them").fill(SECRET)
    await page.get_by_role("button", name="Look it over").click()
    false, _, _ = own_genesis(steps.id)
    stage.proxy.change(f"{steps.id.hex()}/chain", lambda answer, _: served(answer, false))
    before = len(stage.proxy.asked)

    await page.get_by_role("button", name="Send the invitation").click()

    await expect(page.locator(".kith-alarm").first).to_be_visible()
    assert not stage.proxy.sent(before)
    assert steps.id not in (await ours.people()).pending
    await page.close()


async def test_item_24_true_but_outdated_records_of_a_member_are_found_out_by_what_its_people_write(
    stage: Stage,
) -> None:
    """An end without state and pins cannot know yet that the records are old. The next entry says so.

    Until then only age could tell: the daily snapshot of all organisations comes with its own part of the
    access log, and closes this.
    """
    world, proxy = stage.world, stage.proxy
    steps = await world.found("Steps24", OrganisationKind.PARTNER)
    ours = await world.vcu.manager.open_circle("Circle for J")
    await ours.invite(steps.id, "Please help.")
    theirs = steps.manager.circle(ours.id)
    await theirs.accept()
    before = steps.manager.desk.directory.organisation(steps.id)
    await steps.manager.team.rotate()
    await theirs.post(SECRET)

    def outdated(answer: Any, asked: Asked) -> Any:
        events = answer["events"][: max(0, before.length - int(asked.query.get("after", "0")))]
        return answer | {"events": events, "length": before.length, "head": b64(before.head)}

    proxy.change(f"{steps.id.hex()}/chain", outdated)
    proxy.change("/me/pins", lambda answer, _: answer | {"version": 0, "sealed": None}, "GET")
    device = await stage.screens.device()
    page = await device.open(at(ours.id))
    founded = stage.owner.founded
    await come_in(page, world, founded.address, founded.words)

    await expect(page.locator(".kith-alarm").first).to_be_visible()
    assert SECRET not in await page.content()
    await device.context.close()
