"""The ladder, walked by the clock: each step once, to whom it concerns, over weekends and bank holidays."""

from __future__ import annotations

import asyncio

from crypto import entries as e
from crypto.entries import Kind
from policies.actions import Move
from policies.urgency import Urgency
from storage.tables.audit import reads
from storage.tables.workflow import fired
from tests.hub.circles.ends import Office, manager, worker
from tests.hub.notifications.conftest import words_of
from tests.hub.running import running_hub
from tests.hub.workflow.conftest import FIRED, LADDERS, Case, moment


async def test_the_whole_ladder_over_a_weekend_and_christmas(case: Case) -> None:
    """Due on Thursday 24 December: 25 and 28 are holidays, 26 and 27 a weekend."""
    case.at("2026-12-16 11:00")
    action = await case.propose(due="2026-12-24 12:00")
    await case.take(case.charity, action, Move.ACCEPT)
    walked = []
    case.at("2026-12-16 12:00")
    while case.hub.clock.now < moment("2027-01-20 00:00"):
        before = len(await case.rungs(action))
        await case.escalate()
        walked += [(rung, case.hub.clock.now) for rung in (await case.rungs(action))[before:]]
        case.hub.clock.move(hours=6)
    assert [rung for rung, _ in walked] == [3, 4, 5, 6, 7]
    days = ["2026-12-23", "2026-12-24", "2026-12-29", "2026-12-30", "2027-01-05"]
    for (_, when), day in zip(walked, days, strict=True):
        assert moment(f"{day} 10:00") <= when < moment(f"{day} 10:00") + 6 * 3_600_000
    assert await case.rungs(action) == [1, 3, 4, 5, 6, 7]


async def test_each_step_tells_whom_it_concerns(case: Case) -> None:
    charity, vcu = case.world.charity, case.world.vcu
    case.at("2026-11-18 12:00")
    await case.clear()
    action = await case.propose(due="2026-12-03 12:00")
    told = [set(await case.waiting())]
    for when in ("2026-12-02", "2026-12-03", "2026-12-04", "2026-12-07", "2026-12-10"):
        case.at(f"{when} 10:00")
        before = set(await case.waiting())
        await case.escalate()
        told.append(set(await case.waiting()) - before)
    assert await case.rungs(action) == [1, 3, 4, 5, 6, 7]
    assert told == [
        {("action-new", charity.worker.id)},
        {("action-due-tomorrow", charity.worker.id)},
        {("action-due-today", charity.worker.id)},
        {("action-overdue", charity.worker.id), ("action-overdue", charity.manager.id)},
        {
            ("action-red", charity.worker.id),
            ("action-red", charity.manager.id),
            ("action-red", vcu.worker.id),
        },
        {("action-reassign", vcu.worker.id)},
    ]


async def test_not_opened_is_pushed_after_a_working_day_and_opened_is_not(case: Case) -> None:
    case.at("2026-11-20 15:00")
    seen, unseen = await case.propose("seen"), await case.propose("unseen")
    await read_up_to(case, case.charity.worker, case.circle.thread.seq - 1)
    case.at("2026-11-23 14:59")
    await case.escalate()
    assert await case.rungs(unseen) == [1]
    case.at("2026-11-23 15:00")
    await case.escalate()
    assert (await case.rungs(seen), await case.rungs(unseen)) == ([1], [1, 2])


async def read_up_to(case: Case, reader: bytes, seq: int) -> None:
    """As audit writes it down when an end says what it has opened."""
    row = {
        "circle": case.circle.id, "worker": reader, "organisation": case.world.charity.id, "seq": seq,
        "head": bytes(32), "index": 0, "at": case.hub.clock.now,
    }  # fmt: skip
    async with case.hub.database.write() as unit:
        await unit.run(reads.insert(), **row)


async def test_any_progress_stops_the_ladder(case: Case) -> None:
    action = await case.propose()
    await case.take(case.charity, action, Move.START)
    case.at("2027-01-04 12:00")
    await case.escalate()
    assert await case.rungs(action) == [1]
    [row] = await case.actions(case.charity)
    assert row["red"], "late stays late"


async def test_a_week_asleep_is_one_step_and_one_mail(case: Case) -> None:
    case.at("2026-11-18 12:00")
    await case.clear()
    actions = [await case.propose(f"number {number}", "2026-12-01 12:00") for number in range(5)]
    case.at("2026-12-10 11:00")
    mails = await case.mails()
    case.hub.clock.move(minutes=40)
    mails += await case.mails()
    assert [await case.rungs(action) for action in actions] == [[1, 7]] * 5
    assert {mail.recipients for mail in mails} == {("w@harbour-vcu.example",), ("w@safe-steps.example",)}
    assert len(mails) == 2
    [owners] = [mail for mail in mails if mail.recipients == ("w@harbour-vcu.example",)]
    assert "5 things are overdue" in words_of(owners)


async def test_a_morning_of_many_reminders_is_one_mail(case: Case) -> None:
    case.at("2026-11-18 12:00")
    await case.clear()
    for number in range(12):
        await case.propose(f"number {number}", f"2026-12-04 {12 + number % 6}:00")
    case.at("2026-12-03 09:00")
    arrived = []
    for _ in range(8):
        arrived += await case.mails()
        case.hub.clock.move(minutes=30)
    [mail] = [each for each in arrived if "w@safe-steps.example" in each.recipients]
    assert "12 things wait to be looked at soon" in words_of(mail)
    assert "new" not in words_of(mail), "each action is counted once"


async def test_what_a_colleague_has_taken_on_is_nobody_elses_nudge(case: Case) -> None:
    charity = case.world.charity
    colleague = await case.world.join(charity, "Second")
    await assign(case, colleague.id)
    case.at("2026-11-18 12:00")
    await case.clear()
    action = await case.propose(due="2026-12-03 12:00")
    assert {who for _, who in await case.waiting()} == {charity.worker.id, colleague.id}
    await case.take(case.charity, action, Move.ACCEPT)
    case.hub.clock.move(minutes=40)
    assert len(await case.mails()) == 1, "to whoever has it, who has not seen it as read"
    case.at("2026-12-03 10:00")
    await case.escalate()
    reminded = {who for kind, who in await case.waiting() if kind == "action-due-today"}
    assert reminded == {charity.worker.id}


async def assign(case: Case, who: bytes) -> None:
    path = f"{case.circle.path}/assignments/{who.hex()}"
    boss = manager(case.world.charity)
    await case.awake(boss)
    await boss.end.good("PUT", path, {"on": True})


async def test_what_still_waits_when_the_mail_leaves_is_mailed(case: Case) -> None:
    case.at("2026-11-18 12:00")
    await case.clear()
    await case.propose(due="2026-12-03 12:00")
    await case.post(case.owner, case.circle.thread.message(case.owner))
    case.hub.clock.move(minutes=40)
    [mail] = await case.mails()
    assert mail.recipients == ("w@safe-steps.example",)
    assert "2 things are new" in words_of(mail)


async def test_what_is_done_before_the_mail_leaves_is_not_mailed(case: Case) -> None:
    case.at("2026-11-18 12:00")
    await case.clear()
    action = await case.propose(due="2026-12-03 12:00")
    await case.take(case.charity, action, Move.ACCEPT)
    await case.take(case.charity, action, Move.COMPLETE)
    case.hub.clock.move(minutes=40)
    assert await case.mails() == []


async def test_a_circle_closed_before_the_mail_leaves_means_no_mail(case: Case) -> None:
    case.at("2026-11-18 12:00")
    await case.clear()
    await case.propose(due="2026-12-03 12:00")
    await case.post(case.owner, case.circle.thread.message(case.owner))
    assert await case.waiting() != []
    await case.post(case.owner, case.circle.thread.make(case.owner, Kind.CLOSE, e.Close(1)))
    case.hub.clock.move(minutes=40)
    assert await case.mails() == []


async def test_a_message_read_before_the_mail_leaves_is_not_mailed(case: Case) -> None:
    case.at("2026-11-18 12:00")
    await case.clear()
    await case.post(case.owner, case.circle.thread.message(case.owner))
    await read_up_to(case, case.charity.worker, case.circle.thread.seq)
    case.hub.clock.move(minutes=40)
    assert await case.mails() == []


async def test_a_new_due_time_begins_a_new_ladder(case: Case) -> None:
    action = await case.propose(due="2026-11-20 12:00")
    await case.take(case.charity, action, Move.ACCEPT)
    case.at("2026-11-23 11:00")
    await case.escalate()
    assert await case.rungs(action) == [1, 5]
    case.at("2026-11-23 11:30")
    await case.take(case.owner, action, Move.RESCHEDULE, due_at=moment("2026-12-04 12:00"))
    case.at("2026-12-07 11:00")
    await case.escalate()
    assert await case.rungs(action) == [1, 5, 1, 5]


async def test_an_invitation_left_unanswered_is_the_owners_to_know(case: Case) -> None:
    case.at("2026-11-18 12:00")
    await case.clear()
    invite = case.circle.thread.invite(case.owner, office(case), moment("2026-12-02 18:00"))
    await case.post(case.owner, invite)
    partner = case.world.partner
    assert ("invitation", partner.manager.id) in await case.waiting()
    case.at("2026-12-03 10:00")
    await case.escalate()
    waiting = await case.waiting()
    assert ("invitation-unanswered", case.owner.worker) in waiting
    assert ("invitation-unanswered", partner.manager.id) in waiting


async def test_an_answered_invitation_is_left_in_peace(case: Case) -> None:
    case.at("2026-11-18 12:00")
    await case.clear()
    invite = case.circle.thread.invite(case.owner, office(case), case.hub.clock.now + 86_400_000)
    await case.post(case.owner, invite)
    case.circle.thread.pending[case.world.partner.id] = office(case)
    partner = worker(case.world.partner)
    await partner.end.sign_in()
    await case.post(partner, case.circle.thread.accept(partner, invite))
    case.hub.clock.move(days=10)
    await case.escalate()
    assert await case.rungs(case.world.partner.id) == []
    assert {row.subject for row in await case.all(LADDERS)} == set()


def office(case: Case) -> Office:
    return manager(case.world.partner).office


async def test_two_workers_at_once_fire_each_step_once(case: Case) -> None:
    case.at("2026-11-18 12:00")
    for number in range(60):
        await case.propose(f"number {number}", "2026-11-20 12:00")
    case.at("2026-11-20 10:30")
    async with running_hub(case.hub.settings, clock=case.hub.clock) as other:
        await asyncio.gather(case.escalate(), other.run("workflow.escalate"), other.run("workflow.escalate"))
        await case.escalate()
    rows = await case.all(FIRED.where(fired.c.rung == 4))
    assert len(rows) == len({row.subject for row in rows}) == 60


async def test_daylight_saving_moves_no_reminder_off_its_morning(case: Case) -> None:
    """The clocks go forward on Sunday, 28 March 2027."""
    case.at("2027-03-22 11:00")
    action = await case.propose(due="2027-03-30 12:00")
    await case.take(case.charity, action, Move.ACCEPT)
    case.at("2027-03-25 09:59")
    await case.escalate()
    assert await case.rungs(action) == [1]
    case.at("2027-03-25 10:00")
    await case.escalate()
    assert await case.rungs(action) == [1, 3], "Good Friday and Easter Monday are days off: due Tuesday"
    case.at("2027-03-30 09:59")
    await case.escalate()
    assert await case.rungs(action) == [1, 3]
    case.at("2027-03-30 10:00")
    await case.escalate()
    assert await case.rungs(action) == [1, 3, 4]


async def test_a_clock_that_jumps_back_fires_nothing_twice(case: Case) -> None:
    action = await case.propose(due="2026-11-20 12:00")
    case.at("2026-11-20 11:00")
    await case.escalate()
    case.hub.clock.now -= 86_400_000 * 3
    for _ in range(4):
        await case.escalate()
        case.hub.clock.move(days=1)
    assert await case.rungs(action) == [1, 4, 5] or await case.rungs(action) == [1, 4]


def test_urgency_is_all_a_notice_says() -> None:
    assert [level.name for level in Urgency] == ["NEW", "SOON", "TODAY", "OVERDUE", "IMMEDIATE"]
