"""The story: a referral from a file, a circle, documents, actions, a reminder, an escalation, a leaver.

Each chapter is what real people do in that order; ``Told`` says on screen what happened. A chapter
that finds something else than it should raises, and the demo fails.
"""

from __future__ import annotations

import asyncio
import filecmp
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from crypto.entries import Kind
from demo import words
from demo.cast import CHARITY, HEALTH, HOUSES, HOUSING, POLICE, VCU
from demo.stage import HOUR, MINUTE, Stage, link_token
from demo.troupe import Troupe, admit, found_house
from keyholder.authority import AuthorityKeys
from keyholder.circle import CircleView
from keyholder.desk import BreakGlass
from keyholder.end import End, Need
from keyholder.errors import KeyholderError
from keyholder.inspect import inspect
from policies.actions import Move
from policies.calendar import calendar
from policies.codes import reasons

Say = Callable[[str], None]


class WrongTurn(Exception):
    """The story did not go as it must: the demo found a fault in the product."""


def expect(holds: object, what: str) -> None:
    """Stop the demo unless ``holds``."""
    if not holds:
        raise WrongTurn(what)


@dataclass(slots=True)
class Play:
    """What the chapters share."""

    troupe: Troupe
    authority: AuthorityKeys
    root: bytes
    say: Say = print
    circle: bytes = b""
    locks: bytes = b""
    call: bytes = b""

    @property
    def stage(self) -> Stage:
        """Where it plays."""
        return self.troupe.stage

    async def be(self, key: str) -> End:
        """One of the people, at work."""
        return await self.troupe.be(key)

    async def at(self, *keys: str) -> list[CircleView]:
        """Some of the people, each looking at the circle."""
        return [(await self.be(key)).circle(self.circle) for key in keys]

    def org(self, key: str) -> bytes:
        """An organisation's id."""
        return self.troupe.ids[key]


Chapter = Callable[[Play], Awaitable[None]]


async def organisations_join(play: Play) -> None:
    """Six organisations are founded and accredited, and their people join."""
    for house in HOUSES:
        await found_house(play.troupe, house, play.authority, play.root)
        play.say(f"{house.legal_name} is founded; the authority compared its words by telephone.")
        for person in house.people[1:]:
            await admit(play.troupe, house, person)
            play.say(f"  {person.name} joined: five spoken words, typed by the manager, matched.")


async def police_refer(play: Play) -> None:
    """The police send a referral from a file; the mail holds a link and nothing else."""
    play.stage.clock.to_service_hours()
    before = play.stage.mail_count()
    told = json.loads(words.REFERRAL_FILE.read_text(encoding="utf-8"))
    officer = await play.be("drew")
    letter = await officer.refer(play.org(VCU.key), told["text"], title=told["title"])
    mail = await play.stage.mail_to("morgan@vcu.example", before)
    text = "".join(piece.text for piece in mail.pieces)
    expect("Rowan" not in text and "police" not in text.lower(), "the mail said more than a link")
    manager = await play.be("morgan")
    await manager.follow(link_token(mail))
    opened = await manager.open_letter(letter)
    expect(opened.title == words.REFERRAL_TITLE, "the referral is not the one that was sent")
    play.say(f"{POLICE.legal_name} referred a victim; the care unit followed the link and read it.")


async def circle_opens(play: Play) -> None:
    """The case owner opens the circle, writes the plan and invites three organisations."""
    owner = await play.be("robin")
    circle = await owner.open_circle(words.TITLE, words.REFERENCE, words.SAFE_CONTACT, words.CONTACT_PERSON)
    play.circle = circle.id
    play.troupe.memory.circle = circle.id.hex()
    await circle.plan(words.PLAN, [Need(2, words.NEED_HOME, False), Need(1, words.NEED_HEALTH, True)])
    for house, text in (
        (HOUSING, words.INVITE_HOUSING),
        (CHARITY, words.INVITE_CHARITY),
        (HEALTH, words.INVITE_HEALTH),
    ):
        await circle.invite(play.org(house.key), text)
    play.say("Robin opened the circle, wrote the care plan and invited housing, charity and health.")


async def partners_answer(play: Play) -> None:
    """Two accept, one declines with a reason; the key is replaced because of the one that declined."""
    ash, jo, kit = await play.at("ash", "jo", "kit")
    await ash.accept(words.ACCEPT_HOUSING)
    await jo.accept(words.ACCEPT_CHARITY)
    full = reasons().invitation_decline.by_key("no_capacity")
    assert full is not None
    await kit.decline(full.code, words.DECLINE_HEALTH)
    await ash.assign((await play.be("sky")).worker, True)
    await jo.assign((await play.be("lee")).worker, True)
    robin = (await play.be("robin")).circle(play.circle)
    people = await robin.people()
    expect(len(people.members) == 3 and not people.pending, "the circle should have three members")
    play.say("Tidewater and Harbour Light accepted; Northgate has no room. Sky and Lee are assigned.")


async def they_talk(play: Play) -> None:
    """Messages, a restricted note, real documents, and who has read what."""
    robin, sky, lee = await play.at("robin", "sky", "lee")
    await robin.post(words.HELLO)
    letter = await sky.attach(words.LETTER, inspect=inspect)
    await sky.post(words.ANSWER_HOUSING, documents=[letter.document])
    photo = await lee.attach(words.PHOTO, inspect=inspect)
    await lee.post(words.ANSWER_CHARITY, documents=[photo.document])
    await robin.attach(words.VIDEO, inspect=inspect, description=words.VIDEO_NOTE)
    await robin.post(words.NOTE_RESTRICTED, only=[play.org(VCU.key), play.org(CHARITY.key)])
    notes = [item for item in await sky.read(limit=100) if item.kind == Kind.MESSAGE]
    restricted = [item for item in notes if item.state == "restricted"]
    expect(len(restricted) == 1, "Tidewater should see that one restricted note exists, and no more")
    await lee.read(limit=100)
    await _fetch_all(play)
    readers = await robin.readers()
    expect(len(readers) >= 2, "two partners have read the thread")
    play.say(f"They talked: a letter, a photo, a video; {len(readers)} people's read receipts checked.")


async def _fetch_all(play: Play) -> None:
    """Everybody gets the same bytes that were attached."""
    folder = play.stage.home / "ends" / "sky" / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    circle = (await play.be("sky")).circle(play.circle)
    for view in await circle.documents():
        path: Path = await circle.fetch(view.document, folder, inspect=inspect)
        original = words.ASSETS / view.name
        same = await asyncio.to_thread(filecmp.cmp, path, original, False)
        expect(same, f"{view.name} came back changed")


async def work_is_asked(play: Play) -> None:
    """Two actions; one is done in time."""
    robin, lee = await play.at("robin", "lee")
    now = play.stage.clock()
    due = calendar().close_of_working_day(now, 2)
    play.locks = await robin.propose(play.org(HOUSING.key), words.LOCKS, words.LOCKS_TEXT, due)
    play.call = await robin.propose(play.org(CHARITY.key), words.CALL, words.CALL_TEXT, due)
    await lee.move(play.call, Move.ACCEPT, assignee=(await play.be("lee")).worker)
    play.stage.clock.move(3 * HOUR)
    [lee] = await play.at("lee")
    await lee.move(play.call, Move.START)
    play.stage.clock.move(HOUR)
    [lee] = await play.at("lee")
    await lee.move(play.call, Move.COMPLETE, words.CALL_DONE)
    play.say("Two actions were asked for. Harbour Light did theirs the same day.")


async def clock_runs(play: Play) -> None:
    """Nobody opens the other one: a reminder, then the manager, then the case owner, and red."""
    stage = play.stage
    for days, address, what in (
        (1, "sky@tidewater.example", "After a working day Sky is reminded: not opened yet."),
        (2, "ash@tidewater.example", "Overdue by one working day: Sky's manager is told too."),
        (1, "robin@vcu.example", "Overdue by two: the case owner is told, and the action is red."),
    ):
        before = stage.mail_count()
        stage.clock.move_to(calendar().add_working_days(stage.clock(), days) + 10 * MINUTE)
        stage.clock.to_service_hours()
        await _until_mail(play, address, before)
        play.say(what)
    page = await (await play.be("robin")).actions(scope="owned")
    late = [row for row in page.items if row.action == play.locks]
    expect(late and late[0].overdue and late[0].red, "the late action should be red for the owner")


async def _until_mail(play: Play, address: str, before: int) -> None:
    """Let working days pass until that mail comes; the ladder says when."""
    for _ in range(6):
        try:
            await play.stage.mail_to(address, before)
        except TimeoutError:
            play.stage.clock.move_to(calendar().add_working_days(play.stage.clock(), 1) + 10 * MINUTE)
            play.stage.clock.to_service_hours()
        else:
            return
    raise WrongTurn(f"no mail came for {address}")


async def work_is_done(play: Play) -> None:
    """The late action is done after all, and the ladder stops."""
    sky = (await play.be("sky")).circle(play.circle)
    await sky.read(limit=100)
    await sky.move(play.locks, Move.ACCEPT, assignee=(await play.be("sky")).worker)
    await sky.move(play.locks, Move.START)
    await sky.move(play.locks, Move.COMPLETE, words.LOCKS_SORRY)
    page = await (await play.be("robin")).actions(scope="owned")
    expect(not page.items, "nothing should be left open")
    play.say("Sky changed the locks. Nothing is left open; nobody is reminded any more.")


async def somebody_leaves(play: Play) -> None:
    """A volunteer leaves: out, new keys, and what they kept opens nothing new."""
    jo, lee, robin = [await play.be(key) for key in ("jo", "lee", "robin")]
    await jo.team.rotate(removed=[lee.worker])
    await robin.circle(play.circle).post(words.AFTER_LEAVER)
    try:
        await lee.circle(play.circle).read(limit=100)
    except KeyholderError:
        play.troupe.memory.left("lee")
    else:
        raise WrongTurn("a removed worker could still read")
    await jo.circle(play.circle).read(limit=100)
    play.say("Lee left Harbour Light: removed and keys replaced in one step; Lee's keys open nothing new.")


async def somebody_peeks(play: Play) -> None:
    """A colleague who is not assigned looks, with a reason; the manager is told and sees it logged."""
    before = play.stage.mail_count()
    [blake] = await play.at("blake")
    try:
        await blake.read(limit=100)
    except KeyholderError:
        covering = reasons().break_glass.by_key("colleague_absent")
        assert covering is not None
        await blake.read(limit=100, reason=BreakGlass(covering.code, words.PEEK_REASON))
    else:
        raise WrongTurn("somebody who is not assigned could read without a reason")
    await play.stage.mail_to("ash@tidewater.example", before)
    page = await (await play.be("ash")).log_statements()
    expect(any(row.alert for row in page.items), "the look should stand out in the log")
    play.say("Blake, not assigned, had to give a reason to read; Blake's manager was told at once.")


async def compliance_looks(play: Play) -> None:
    """The reviewer verifies the log and reads who looked at what; never what it says."""
    quinn = await play.be("quinn")
    report = await quinn.log_check()
    page = await quinn.log_statements()
    expect(page.items, "the access log should not be empty")
    try:
        await quinn.circle(play.circle).read(limit=100)
    except KeyholderError:
        play.say(f"Compliance verified the access log: {report.size} statements, and it only ever grew.")
    else:
        raise WrongTurn("a reviewer could read what a circle says")


async def today_waits(play: Play) -> None:
    """What is left for whoever signs in now: a second circle with invitations, actions and news."""
    play.stage.clock.catch_up()
    robin, jo = await play.be("robin"), await play.be("jo")
    now = play.stage.clock()
    court = await robin.open_circle(
        words.COURT_TITLE, words.COURT_REFERENCE, words.COURT_SAFE_CONTACT, words.CONTACT_PERSON
    )
    await court.plan(words.COURT_PLAN)
    await court.invite(play.org(CHARITY.key), words.COURT_HELLO, history="all")
    await jo.circle(court.id).accept(words.ACCEPT_CHARITY)
    visit_by, light_by = (calendar().close_of_working_day(now, days) for days in (1, 3))
    await court.propose(play.org(CHARITY.key), words.VISIT, words.VISIT_TEXT, visit_by)
    await court.invite(play.org(HOUSING.key), words.COURT_INVITE_HOUSING)
    await court.propose(play.org(HOUSING.key), words.LIGHT, words.LIGHT_TEXT, light_by)
    await court.invite(play.org(POLICE.key), words.COURT_INVITE_POLICE)
    await robin.circle(play.circle).post(words.BOTH_WELL)
    play.say("Left for you: a second circle, with invitations to answer and actions to take up.")


CHAPTERS: tuple[tuple[str, Chapter], ...] = (
    ("Organisations join", organisations_join),
    ("The police refer a victim", police_refer),
    ("The circle opens", circle_opens),
    ("Partners answer", partners_answer),
    ("They talk", they_talk),
    ("Work is asked for", work_is_asked),
    ("The clock runs", clock_runs),
    ("Work is done", work_is_done),
    ("Somebody leaves", somebody_leaves),
    ("Somebody peeks", somebody_peeks),
    ("Compliance looks", compliance_looks),
    ("Today", today_waits),
)
