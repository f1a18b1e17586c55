"""Statements: verified, said once, durable before the answer, and shown to whom they concern."""

import asyncio
import os
from typing import Any

import msgspec
import pytest

from crypto.accreditation import OrganisationKind
from crypto.organisation import Role
from crypto.statements import Act, Object, ObjectKind, SignedStatement
from hub.audit import service as audit
from hub.audit.schemas import StatementIn
from hub.kernel.caller import Caller
from policies.limits import limits
from tests.hub.audit.reading import CIRCLE, leaves, opened, post, read_note, root_of
from tests.hub.build import End, HubWorld, Team, b64, digest_of, raw, statement_json
from tests.hub.running import RunningHub


async def caller_of(hub: RunningHub, end: End) -> Caller:
    caller = await hub.hub.sessions(hub.database, end.token or b"", hub.clock.now)
    assert caller is not None
    return caller


async def size(hub: RunningHub) -> int:
    return read_note(hub, (await hub.ask("GET", "/v1/log/checkpoint")).body["note"]).size


async def test_an_empty_log_has_a_signed_checkpoint(hub: RunningHub) -> None:
    assert await size(hub) == 0


async def test_what_was_stated_is_in_the_tree_that_the_answer_signs(hub: RunningHub, end: End) -> None:
    answers = [await post(end, [opened(end) for _ in range(count)]) for count in (1, 3, 50)]
    assert {each.status for each in answers} == {201}
    answer = answers[-1]
    checkpoint = read_note(hub, answer.body["note"])
    assert checkpoint.size == answer.body["size"] == 54
    stored = await leaves(hub.database)
    assert checkpoint.root == root_of(stored)
    assert len(set(stored)) == 54


async def test_a_statement_is_made_once(hub: RunningHub, end: End) -> None:
    said = opened(end)
    assert (await post(end, [said])).status == 201
    again = await post(end, [said])
    assert (again.status, again.body["code"]) == (409, "conflict")
    nonce = os.urandom(16)
    twice = await post(end, [opened(end, nonce=nonce), opened(end, 2, nonce=nonce)])
    assert twice.status == 409
    assert await size(hub) == 1


async def test_another_workers_nonce_takes_nothing_away(hub: RunningHub, team: Team) -> None:
    nonce = os.urandom(16)
    for end in (team.worker, team.manager):
        assert (await post(end, [opened(end, nonce=nonce)])).status == 201


async def test_one_bad_statement_fails_alone_and_the_others_of_its_batch_are_kept(
    hub: RunningHub, end: End
) -> None:
    caller, now = await caller_of(hub, end), hub.clock.now
    said = opened(end)
    await audit.record(hub.hub, [said], caller, now)
    good = [opened(end) for _ in range(20)]
    ahead = opened(end, log_size=1_000_000)
    asked = [*good[:10], said, ahead, *good[10:], good[0]]
    outcomes = await asyncio.gather(
        *(audit.record(hub.hub, [each], caller, now) for each in asked), return_exceptions=True
    )
    refused = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Exception)]
    assert refused == [10, 11, 22]
    stored = await leaves(hub.database)
    assert len(stored) == 21
    assert root_of(stored) == read_note(hub, (await hub.ask("GET", "/v1/log/checkpoint")).body["note"]).root


async def test_many_callers_share_a_commit(
    hub: RunningHub, end: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, now, commits = await caller_of(hub, end), hub.clock.now, 0
    write = hub.database.write

    def counted() -> Any:
        nonlocal commits
        commits += 1
        return write()

    monkeypatch.setattr(hub.database, "write", counted)
    said = [opened(end) for _ in range(64)]
    recorded = await asyncio.gather(*(audit.record(hub.hub, [each], caller, now) for each in said))
    assert commits <= 3
    assert max(each.size for each in recorded) == 64


async def test_statements_are_by_their_own_worker_for_their_own_organisation(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    other = await world.team("Safe Steps", OrganisationKind.PARTNER)
    end = team.worker
    assert (await post(end, [opened(team.manager)])).status == 400
    as_other = opened(end, worker=team.manager.id)
    elsewhere = opened(end, organisation=other.id)
    for said in (as_other, elsewhere):
        answer = await post(end, [said])
        assert (answer.status, answer.body["code"]) == (403, "not-allowed")
    assert (await post(end, [opened(end), as_other])).status == 403
    assert await size(hub) == 0


async def test_a_statements_time_is_about_now(hub: RunningHub, end: End) -> None:
    skew = limits().statements.at_skew_ms
    for away in (-skew - 1, skew + 1):
        answer = await post(end, [opened(end, at=hub.clock.now + away)])
        assert (answer.status, answer.body["code"]) == (409, "clock-differs")
        assert answer.body["hub_time"] == hub.clock.now
    assert (await post(end, [opened(end, at=hub.clock.now - skew)])).status == 201


async def test_a_statement_cannot_name_a_log_that_never_was(hub: RunningHub, end: End) -> None:
    answer = await post(end, [opened(end, log_size=1)])
    assert (answer.status, answer.body["code"]) == (409, "ahead-of-log")


async def test_what_gates_a_release_travels_with_it_and_is_not_posted_alone(end: End) -> None:
    looked = [Object(ObjectKind.ENTRIES, CIRCLE, 1, 2)]
    for act in (Act.LISTED, Act.FETCHED):
        assert (await post(end, [end.statement(act, CIRCLE, looked)])).status == 400
    assert (await post(end, [end.statement(Act.OPENED, b"", looked)])).status == 400


async def test_broken_statements_are_refused_plainly(hub: RunningHub, end: End) -> None:
    good = opened(end)
    looked = (Object(ObjectKind.ENTRIES, digest_of("head"), 1, 2),)
    shapes = [
        opened(end, act=9),
        opened(end, objects=(msgspec.structs.replace(looked[0], kind=99),)),
        opened(end, objects=(msgspec.structs.replace(looked[0], start=5),)),
        opened(end, objects=looked * (limits().statements.objects_max + 1)),
        opened(end, circle=bytes(31)),
        opened(end, reason_commitment=b"x"),
        SignedStatement(good.payload, bytes(64)),
        SignedStatement(good.payload[:-1], good.signature),
        SignedStatement(b"\x00", good.signature),
    ]
    for said in shapes:
        assert (await post(end, [said])).status == 400
    one = statement_json(good)
    bodies: list[object] = [
        {},
        [],
        {"statements": []},
        {"statements": [one] * 51},
        {"statements": [one | {"extra": 1}]},
        {"statements": [one | {"signature": b64(bytes(63))}]},
        {"statements": [one | {"payload": "?"}]},
        {"statements": [one | {"reason_box": b64(b"short")}]},
        {"statements": {"0": one}},
    ]
    for body in bodies:
        assert (await end.ask("POST", "/v1/statements", body)).status == 400, body
    assert await size(hub) == 0


async def test_reading_far_is_remembered_and_reading_less_far_changes_nothing(
    hub: RunningHub, team: Team
) -> None:
    end = team.worker
    await post(end, [opened(end, 3), opened(end, 7), opened(end, 5)])
    await post(end, [opened(end, 6)])
    await post(team.manager, [opened(team.manager, 2), opened(team.manager, 4, digest_of("another"))])
    async with hub.database.read() as unit:
        readers = {reader.worker: reader for reader in await audit.readers(unit, CIRCLE)}
        seqs = await audit.read_seqs(unit, end.id, [CIRCLE, digest_of("another")])
    assert {worker: reader.seq for worker, reader in readers.items()} == {end.id: 7, team.manager.id: 2}
    assert readers[end.id].head == digest_of("head 7")
    assert seqs == {CIRCLE: 7}


async def test_the_log_is_read_by_managers_and_reviewers_of_the_organisation(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    other = await world.team("Safe Steps", OrganisationKind.PARTNER)
    reviewer = await world.join(team, "Reviewer", Role.REVIEWER)
    said = opened(team.worker)
    await post(team.worker, [said])
    await post(other.worker, [opened(other.worker)])
    for end in (team.manager, reviewer):
        [item] = (await end.good("GET", "/v1/log/statements"))["items"]
        assert (item["index"], raw(item["payload"]), item["alert"]) == (0, said.payload, None)
    assert (await team.worker.ask("GET", "/v1/log/statements")).status == 403
    [item] = (await other.manager.good("GET", "/v1/log/statements"))["items"]
    assert item["index"] == 1


async def test_the_log_comes_in_pages_by_circle_and_by_worker(hub: RunningHub, team: Team) -> None:
    here, there = CIRCLE, digest_of("another")
    for end, circle in ((team.worker, here), (team.manager, here), (team.worker, there)):
        await post(end, [opened(end, seq, circle) for seq in range(1, 4)])

    async def indices(query: str) -> list[int]:
        found: list[int] = []
        after = ""
        while True:
            page = await team.manager.good("GET", f"/v1/log/statements?limit=2{query}{after}")
            found += [item["index"] for item in page["items"]]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    assert await indices("") == list(range(9))
    assert await indices(f"&circle={here.hex()}") == list(range(6))
    assert await indices(f"&worker={team.worker.id.hex()}") == [0, 1, 2, 6, 7, 8]
    assert await indices(f"&circle={here.hex()}&worker={team.worker.id.hex()}") == [0, 1, 2]
    assert await indices(f"&worker={bytes(16).hex()}") == []


async def test_a_broken_glass_stands_in_the_log_with_its_sealed_reason(hub: RunningHub, team: Team) -> None:
    end = team.worker
    looked = [Object(ObjectKind.ENTRIES, CIRCLE, 1, 2)]
    said = end.statement(Act.FETCHED, CIRCLE, looked, reason_commitment=digest_of("reason"))
    given = StatementIn(payload=said.payload, signature=said.signature, reason_box=bytes(1200))
    caller = await caller_of(hub, end)
    await audit.record(hub.hub, [given], caller, hub.clock.now, alert="break-glass")
    other = end.statement(Act.FETCHED, CIRCLE, looked)
    await audit.record(hub.hub, [other], caller, hub.clock.now, "break-glass", reason_box=bytes(1300))
    items = (await team.manager.good("GET", "/v1/log/statements"))["items"]
    assert [(item["alert"], len(raw(item["reason_box"]))) for item in items] == [
        ("break-glass", 1200),
        ("break-glass", 1300),
    ]


async def test_who_goes_away_while_waiting_does_not_disturb_the_others(hub: RunningHub, end: End) -> None:
    caller, now = await caller_of(hub, end), hub.clock.now
    tasks = [asyncio.ensure_future(audit.record(hub.hub, [opened(end)], caller, now)) for _ in range(10)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(outcome, BaseException) for outcome in outcomes] == [True, False] * 5
    assert (
        root_of(await leaves(hub.database))
        == read_note(hub, (await hub.ask("GET", "/v1/log/checkpoint")).body["note"]).root
    )
