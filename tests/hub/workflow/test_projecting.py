"""Actions as entries make them: every step judged, refused plainly, and listed for whom it concerns."""

from __future__ import annotations

from typing import Any

from crypto import entries as e
from crypto.entries import Kind
from policies.actions import Move
from tests.hub.build import b64, raw
from tests.hub.circles.ends import manager, worker
from tests.hub.notifications.conftest import some
from tests.hub.workflow.conftest import Case, moment


async def test_an_action_is_listed_where_it_concerns_somebody(case: Case) -> None:
    action = await case.propose()
    [row] = await case.actions(case.charity, "?scope=organisation")
    assert row["action"] == b64(action)
    assert row["circle"] == b64(case.circle.id)
    assert row["organisation"] == b64(case.world.charity.id)
    assert (row["assignee"], row["state"], row["priority"]) == (None, "proposed", 0)
    assert (row["due_at"], row["overdue"], row["red"]) == (moment("2026-11-27 18:00"), False, False)
    assert await case.actions(case.charity) == [], "nobody has taken it on"
    assert [each["action"] for each in await case.actions(case.owner, "?scope=owned")] == [b64(action)]
    assert await case.actions(case.owner, "?scope=organisation") == []
    assert await case.actions(worker(case.world.partner), "?scope=organisation") == []


async def test_whoever_accepts_takes_it_on_and_goes_through_to_the_end(case: Case) -> None:
    action = await case.propose()
    for move, state in [(Move.ACCEPT, "accepted"), (Move.START, "in_progress"), (Move.NOTE, "in_progress")]:
        await case.take(case.charity, action, move)
        [row] = await case.actions(case.charity)
        assert (row["state"], row["assignee"]) == (state, b64(case.charity.worker))
    await case.take(case.charity, action, Move.COMPLETE)
    assert await case.actions(case.charity) == []
    [row] = await case.actions(case.charity, "?state=all")
    assert row["state"] == "done"


async def test_a_colleague_can_be_given_it_and_a_stranger_cannot(case: Case) -> None:
    action = await case.propose()
    colleague = manager(case.world.charity)
    await case.take(case.charity, action, Move.ACCEPT)
    refused = await case.try_step(case.charity, action, Move.HAND_OVER, assignee=case.owner.worker)
    assert (refused.status, refused.body["reason"]) == (403, "assignee_not_there")
    await case.take(case.charity, action, Move.HAND_OVER, assignee=colleague.worker)
    assert await case.actions(case.charity) == []
    assert len(await case.actions(colleague)) == 1
    assert ("action-new", colleague.worker) in await case.waiting()


async def test_the_owner_gives_it_to_another_organisation_which_starts_anew(case: Case) -> None:
    await case.circle.join(case.owner, worker(case.world.partner))
    action = await case.propose()
    await case.take(case.charity, action, Move.ACCEPT)
    partner = case.world.partner.id
    await case.take(
        case.owner, action, Move.REASSIGN, organisation=partner, due_at=moment("2026-12-04 12:00")
    )
    assert await case.actions(case.charity, "?scope=organisation&state=all") == []
    [row] = await case.actions(worker(case.world.partner), "?scope=organisation")
    assert (row["state"], row["assignee"], row["due_at"]) == ("proposed", None, moment("2026-12-04 12:00"))
    assert await case.rungs(action) == [1, 1]
    assert (await case.try_step(case.charity, action, Move.ACCEPT)).status == 403


REFUSED: list[tuple[str, Move | int, dict[str, Any], int, str | None]] = [
    ("owner", Move.ACCEPT, {}, 403, "not_your_move"),
    ("charity", Move.CANCEL, {"reason": 1}, 403, "not_your_move"),
    ("charity", Move.NOTE, {}, 409, "wrong_state"),
    ("charity", Move.COMPLETE, {}, 409, "wrong_state"),
    ("charity", Move.DECLINE, {}, 403, None),
    ("charity", Move.ACCEPT, {"reason": 1}, 403, "reason_not_asked"),
    ("charity", Move.ACCEPT, {"due_at": 1_796_000_000_000}, 400, None),
    ("charity", Move.ACCEPT, {"organisation": some("other")}, 400, None),
    ("owner", Move.RESCHEDULE, {}, 400, None),
    ("owner", Move.RESCHEDULE, {"due_at": 1_794_000_000_000}, 403, "due_in_the_past"),
    ("owner", Move.RESCHEDULE, {"due_at": 1_995_000_000_000}, 403, "due_too_far"),
    ("owner", Move.REASSIGN, {"organisation": some("other")}, 403, "assignee_not_in_circle"),
    ("charity", 15, {}, 400, None),
]


async def test_a_step_that_does_not_fit_is_refused_and_not_taken_in(case: Case) -> None:
    action = await case.propose()
    before = await case.actions(case.owner, "?scope=owned&state=all")
    for author, move, given, status, code in REFUSED:
        answer = await case.try_step(getattr(case, author), action, move, **given)
        assert answer.status == status, (author, move, given, answer.body)
        assert code is None or answer.body["reason"] == code
    assert await case.actions(case.owner, "?scope=owned&state=all") == before
    headers = await case.circle.headers(case.owner)
    assert headers.body["seq"] == case.circle.thread.seq


async def test_what_is_proposed_badly_is_refused(case: Case) -> None:
    action = await case.propose()
    due = moment("2026-11-27 18:00")
    for made, status in [
        (case.proposing(action, due), 409),
        (case.proposing(some("two"), due, to=case.world.police.id), 403),
        (case.proposing(some("two"), case.hub.clock.now - 1), 403),
    ]:
        assert (await case.circle.send(case.owner, made)).status == status
    gone = await case.try_step(case.charity, some("unknown"), Move.ACCEPT)
    assert gone.status == 404


async def test_pages_go_on_where_they_ended(case: Case) -> None:
    for day in range(20, 27):
        await case.propose(f"day {day}", f"2026-11-{day} 18:00")
    done = some("day 21")
    await case.take(case.charity, done, Move.ACCEPT)
    await case.take(case.charity, done, Move.COMPLETE)
    await case.charity.end.sign_in()
    for state, many in (("open", 6), ("all", 7)):
        found, after = [], ""
        while True:
            page = await case.charity.end.good(
                "GET", f"/v1/actions?scope=organisation&state={state}&limit=2{after}"
            )
            found += [each["due_at"] for each in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert len(found) == many
        assert found == sorted(set(found))
    assert (await case.charity.end.ask("GET", "/v1/actions?after=00")).status == 400
    assert (await case.charity.end.ask("GET", "/v1/actions?scope=everyones")).status == 400


async def test_today_says_what_there_is_to_do(case: Case) -> None:
    mine, free = await case.propose("mine"), await case.propose("free", "2026-11-19 12:00")
    await case.take(case.charity, mine, Move.ACCEPT)
    invite = await case.circle.invite(case.owner, case.world.partner)
    await case.charity.end.sign_in()
    today = await case.charity.end.good("GET", "/v1/today")
    assert [each["action"] for each in today["actions"]] == [b64(mine)]
    assert [each["action"] for each in today["unassigned"]] == [b64(free)]
    assert today["invitations"] == []
    assert today["unread"] == 1
    assert today["counts"] == {"mine": 1, "overdue": 0, "unassigned": 1}
    partner = worker(case.world.partner)
    await partner.end.sign_in()
    today = await partner.end.good("GET", "/v1/today")
    [asked] = today["invitations"]
    assert (raw(asked["hash"]), raw(asked["circle"])) == (invite.entry.hash, case.circle.id)
    await case.post(partner, case.circle.thread.accept(partner, invite))
    assert (await partner.end.good("GET", "/v1/today"))["invitations"] == []


async def test_overdue_and_red_are_seen_when_they_are_so(case: Case) -> None:
    await case.propose(due="2026-11-19 12:00")
    case.at("2026-11-19 12:01")
    [row] = await case.actions(case.charity, "?scope=organisation")
    assert (row["overdue"], row["red"]) == (True, False)
    case.at("2026-11-23 10:00")
    [row] = await case.actions(case.owner, "?scope=owned")
    assert (row["overdue"], row["red"]) == (True, True)


async def test_a_closed_circle_asks_nothing_of_anybody_until_it_is_reopened(case: Case) -> None:
    action = await case.propose()
    close = case.circle.thread.make(case.owner, Kind.CLOSE, e.Close(1))
    await case.post(case.owner, close)
    assert await case.actions(case.charity, "?scope=organisation") == []
    case.at("2026-12-10 10:00")
    await case.escalate()
    assert await case.rungs(action) == [1]
    await case.owner.end.sign_in()
    await case.post(case.owner, case.circle.thread.make(case.owner, Kind.REOPEN, e.Reopen(1)))
    await case.escalate()
    assert await case.rungs(action) == [1, 7], "one step, the highest"
    [row] = await case.actions(case.charity, "?scope=organisation")
    assert row["red"]


async def test_what_an_organisation_that_leaves_had_to_do_goes_back_to_the_owner(case: Case) -> None:
    action = await case.propose()
    rekey = case.circle.thread.rekey(case.owner, case.world.charity.id)
    await case.post(case.owner, rekey)
    assert await case.actions(case.charity, "?scope=organisation&state=all") == []
    [row] = await case.actions(case.owner, "?scope=owned")
    assert row["action"] == b64(action)
    assert ("action-reassign", case.owner.worker) in await case.waiting()
    case.at("2026-12-10 10:00")
    await case.escalate()
    assert await case.rungs(action) == [1]


async def test_an_organisation_that_is_asked_in_finds_its_action(case: Case) -> None:
    await case.circle.invite(case.owner, case.world.partner)
    await case.propose(to=case.world.partner.id)
    assert len(await case.actions(worker(case.world.partner), "?scope=organisation")) == 1


async def test_a_declined_action_is_the_owners_to_give_away(case: Case) -> None:
    action = await case.propose()
    await case.take(case.charity, action, Move.DECLINE, reason=1)
    assert ("action-reassign", case.owner.worker) in await case.waiting()
    await case.take(case.owner, action, Move.REASSIGN)
    [row] = await case.actions(case.charity, "?scope=organisation")
    assert row["state"] == "proposed"


async def test_the_list_of_circles_shows_the_next_due_time(case: Case) -> None:
    await case.propose("late", "2026-11-27 18:00")
    soon = await case.propose("soon", "2026-11-20 18:00")

    async def next_due() -> object:
        [row] = (await case.charity.end.good("GET", "/v1/circles"))["items"]
        return row["next_due"]

    assert await next_due() == moment("2026-11-20 18:00")
    await case.take(case.charity, soon, Move.ACCEPT)
    await case.take(case.charity, soon, Move.COMPLETE)
    assert await next_due() == moment("2026-11-27 18:00")
