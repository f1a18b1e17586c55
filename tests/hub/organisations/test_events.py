"""Events of a chain: verified, one for each head, exactly the boxes they name; accounts follow."""

import asyncio
from typing import Any

import pytest

from crypto.accreditation import OrganisationKind
from crypto.organisation import Organisation, Role, SignedEvent
from crypto.private.secrets import OrganisationSecret
from hub.kernel.live import Live
from hub.organisations import chains, service
from tests.crypto.build import Person
from tests.hub.build import End, HubWorld, Team, b64, event_body, raw
from tests.hub.running import Answer, RunningHub

MINUTE = 60_000


def place(team: Team, what: str = "events") -> str:
    return f"/v1/organisations/{team.id.hex()}/{what}"


async def post(end: End, team: Team, event: SignedEvent, **changes: Any) -> Answer:
    return await end.ask("POST", place(team), event_body(team.house, event) | changes)


async def head(team: Team) -> bytes:
    return raw((await team.manager.good("GET", place(team, "chain")))["head"])


def now_of(team: Team) -> int:
    return team.manager.running.clock.now


async def test_a_worker_opens_the_organisations_secret_from_what_the_hub_keeps(team: Team) -> None:
    from crypto.organisation import key_hash
    from crypto.private.boxes import organisation_info

    for _ in range(2):
        await team.manager.take(team.house.rotating(at=now_of(team)))
    keys = await team.worker.good("GET", place(team, "keys"))
    generation = keys["generation"]
    box_key = team.worker.person.secret.box
    info = organisation_info(team.id, generation, team.worker.id, key_hash(box_key.public))
    secret = OrganisationSecret(box_key.open(raw(keys["box"]), info), generation)
    for archive in keys["archives"]:
        before = team.house.chain.generations[archive["generation"] - 2]
        secret = secret.open_archive(team.id, raw(archive["wrapped"]), before.box_key)
    assert (generation, secret.generation) == (3, 1)


async def test_an_event_for_an_older_head_is_stale_and_says_where_the_chain_is(
    world: HubWorld, team: Team
) -> None:
    ann, eve = await world.enrol(team, "Ann"), await world.enrol(team, "Eve")
    late = team.house.admitting(eve.person, at=now_of(team))
    late_body = event_body(team.house, late)
    await world.admit(team, ann)
    answer = await team.manager.ask("POST", place(team), late_body)
    assert (answer.status, answer.body["code"]) == (409, "stale")
    assert raw(answer.body["head"]) == team.house.chain.head
    assert answer.body["length"] == team.house.chain.length


async def test_the_same_event_again_gets_the_same_answer_and_does_nothing(
    world: HubWorld, team: Team
) -> None:
    ann = await world.enrol(team, "Ann")
    event = team.house.admitting(ann.person, at=now_of(team))
    first, again = await post(team.manager, team, event), await post(team.manager, team, event)
    assert (first.status, first.body) == (again.status, again.body) == (200, first.body)
    assert first.body["length"] == 3


async def test_of_two_events_for_one_head_one_is_taken(world: HubWorld, team: Team) -> None:
    ends = [await world.enrol(team, name) for name in ("Ann", "Eve", "Joe", "Zoe")]
    bodies = [event_body(team.house, team.house.admitting(end.person, at=now_of(team))) for end in ends]
    answers = await asyncio.gather(*(team.manager.ask("POST", place(team), body) for body in bodies))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    chain = await team.manager.good("GET", place(team, "chain"))
    assert (chain["length"], len(chain["events"])) == (3, 3)


async def test_boxes_are_exactly_those_that_the_event_names(world: HubWorld, team: Team) -> None:
    ann = await world.enrol(team, "Ann")
    admit = team.house.admitting(ann.person, at=now_of(team))
    box = {"worker": b64(ann.id), "box": b64(team.house.boxes[ann.id])}
    other = {"worker": b64(team.worker.id), "box": b64(team.house.boxes[team.worker.id])}
    wrong = box | {"box": b64(team.house.boxes[team.worker.id])}
    before = await head(team)
    for boxes in ([], [other], [box, other], [box, box], [wrong], [box | {"worker": b64(bytes(16))}]):
        answer = await post(team.manager, team, admit, boxes=boxes)
        assert (answer.status, answer.body["code"]) == (400, "wrong-boxes")
    answer = await post(team.manager, team, admit, archive=b64(bytes(64)))
    assert (answer.status, answer.body["code"]) == (400, "wrong-boxes")

    rotate = team.house.rotating(at=now_of(team))
    wrongs: list[dict[str, Any]] = [{"archive": None}, {"archive": b64(bytes(64))}, {"boxes": []}]
    for changes in wrongs:
        answer = await post(team.manager, team, rotate, **changes)
        assert (answer.status, answer.body["code"]) == (400, "wrong-boxes")
    assert await head(team) == before


async def test_only_a_manager_posts_and_only_what_they_signed_themself(world: HubWorld, team: Team) -> None:
    other = await world.team("Safe Steps", OrganisationKind.PARTNER)
    ann = await world.enrol(team, "Ann")
    event = team.house.admitting(ann.person, at=now_of(team))
    by_worker = team.house.admitting(ann.person, by=team.worker.person, at=now_of(team))
    for end in (team.worker, other.manager, other.worker, ann):
        assert (await post(end, team, event)).status in (401, 403)
    assert (await post(team.manager, team, by_worker)).status == 403

    second = await world.join(team, "Second manager", Role.MANAGER)
    event = team.house.admitting(ann.person, at=now_of(team))
    assert (await post(second, team, event)).status == 403


async def test_an_event_of_another_time_is_refused(world: HubWorld, team: Team) -> None:
    ann = await world.enrol(team, "Ann")
    for minutes in (-11, 11):
        event = team.house.admitting(ann.person, at=now_of(team) + minutes * MINUTE)
        assert (await post(team.manager, team, event)).status == 403


async def test_a_forged_event_is_refused(world: HubWorld, team: Team) -> None:
    ann = await world.enrol(team, "Ann")
    event = team.house.admitting(ann.person, at=now_of(team))
    body = event_body(team.house, SignedEvent(event.kind, event.payload, bytes(64)))
    answer = await team.manager.ask("POST", place(team), body)
    assert (answer.status, answer.body["code"]) == (400, "forged")
    genesis = team.house.events[0]
    body = body | {"event": {"kind": 1, "payload": b64(genesis.payload), "signature": b64(genesis.signature)}}
    assert (await team.manager.ask("POST", place(team), body)).status == 400
    for payload in (b"", b"\xff", b"\x80", b"\x82\x01\x02", bytes(1000)):
        broken = {"kind": 2, "payload": b64(payload), "signature": b64(bytes(64))}
        assert (await team.manager.ask("POST", place(team), body | {"event": broken})).status == 400


async def test_a_removal_signs_the_leaver_out_and_locks_them_out(
    hub: RunningHub, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = team.worker
    closed: list[bytes] = []
    monkeypatch.setattr(Live, "close_worker", lambda _, worker: closed.append(worker))
    await gone.good("GET", "/v1/me")
    await team.manager.take(team.house.rotating([gone.person], at=now_of(team)))
    assert closed == [gone.id]
    assert (await gone.ask("GET", "/v1/me")).status == 401
    assert (await gone.prove()).status == 401
    workers = (await team.manager.good("GET", place(team, "workers")))["items"]
    assert {raw(item["worker"]): item["state"] for item in workers} == {
        team.manager.id: "admitted",
        gone.id: "removed",
    }
    assert [item["address"] for item in workers if item["state"] == "removed"] == [None]


async def test_a_change_of_role_holds_from_the_next_request(team: Team) -> None:
    await team.worker.good("GET", "/v1/me")
    await team.manager.take(team.house.changing_role(team.worker.person, Role.MANAGER, at=now_of(team)))
    assert (await team.worker.good("GET", "/v1/me"))["role"] == "manager"
    assert (await team.worker.ask("GET", place(team, "waiting"))).status == 200


async def test_a_new_kit_is_a_member_without_words(hub: RunningHub, world: HubWorld, team: Team) -> None:
    kit = Person("Another kit")
    await team.manager.take(team.house.admitting(kit, Role.KIT, at=now_of(team)))
    from tests.hub.build import finish

    for secret in (kit.secret, team.house.kit.secret):
        answer = await hub.ask("POST", "/v1/sign-in/kit", {"organisation": b64(team.id)})
        assert len(answer.body["worker"]) == 2
        assert await finish(hub, answer.body, secret.signing)
    workers = (await team.manager.good("GET", place(team, "workers")))["items"]
    assert kit.id not in {raw(item["worker"]) for item in workers}


async def test_colleagues_and_keys_are_for_ones_own_organisation(world: HubWorld, team: Team) -> None:
    other = await world.team("Safe Steps", OrganisationKind.PARTNER)
    for what in ("workers", "keys"):
        assert (await other.manager.ask("GET", place(team, what))).status == 403


async def test_a_chain_comes_in_pages_that_replay(world: HubWorld, team: Team) -> None:
    from crypto.organisation import replay

    for name in ("Ann", "Eve", "Joe"):
        await world.admit(team, await world.enrol(team, name))
    events: list[SignedEvent] = []
    while True:
        page = await team.worker.good("GET", place(team, f"chain?after={len(events)}&limit=2"))
        events += [SignedEvent(e["kind"], raw(e["payload"]), raw(e["signature"])) for e in page["events"]]
        if len(events) == page["length"]:
            break
    assert replay(events).head == team.house.chain.head == raw(page["head"])
    assert [raw(signed) for signed in page["accreditations"]]
    for wrong in ("limit=0", "limit=201", "after=-1", "after=x"):
        assert (await team.worker.ask("GET", place(team, f"chain?{wrong}"))).status == 400


async def test_heavy_events_make_shorter_pages(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        await team.manager.take(team.house.rotating(at=now_of(team)))
    monkeypatch.setattr(service, "SLICE", 2)
    monkeypatch.setattr(service, "PAGE_BYTES", 1)
    page = await team.worker.good("GET", place(team, "chain"))
    assert (len(page["events"]), page["length"]) == (2, 6)
    monkeypatch.setattr(service, "PAGE_BYTES", 10**6)
    assert len((await team.worker.good("GET", place(team, "chain?limit=5")))["events"]) == 5
    assert len((await team.worker.good("GET", place(team, "chain")))["events"]) == 6


async def test_a_chain_is_verified_once_and_then_only_extended(
    hub: RunningHub, world: HubWorld, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = 0
    extend = Organisation.extend

    def counted(chain: Organisation, event: SignedEvent) -> Organisation:
        nonlocal verified
        verified += 1
        return extend(chain, event)

    async def read() -> None:
        async with hub.database.read() as unit:
            assert (await service.chain(unit, team.id)).head == team.house.chain.head

    monkeypatch.setattr(Organisation, "extend", counted)
    monkeypatch.setattr(chains, "_BY_HEAD", chains.Memo(1000))
    monkeypatch.setattr(chains, "_LATEST", chains.Memo(1000))
    await read()
    assert verified == team.house.chain.length - 1
    for _ in range(10):
        await read()
    assert verified == team.house.chain.length - 1
    ann = await world.enrol(team, "Ann")
    verified = 0
    await world.admit(team, ann)
    await read()
    assert verified == 2  # once by the hub, once by the test's own house


async def test_what_was_undone_is_not_believed_later(hub: RunningHub, world: HubWorld, team: Team) -> None:
    """An event that was verified but never stored must not stand in the way of the one that was."""
    ann, eve = await world.enrol(team, "Ann"), await world.enrol(team, "Eve")
    never = team.house.chain.extend(team.house.admitting(ann.person, at=now_of(team)))
    chains.remember(never)
    await world.admit(team, eve)
    chains._BY_HEAD.drop(team.house.chain.head)
    chains.remember(never)
    async with hub.database.read() as unit:
        assert (await service.chain(unit, team.id)).head == team.house.chain.head


def test_the_memo_is_bounded_by_weight_and_forgets_the_longest_unused() -> None:
    memo: chains.Memo[str] = chains.Memo(10)
    memo.put(b"a", "a", 4)
    memo.put(b"b", "b", 4)
    assert memo.get(b"a") == "a"
    memo.put(b"c", "c", 4)
    assert [memo.get(key) for key in (b"a", b"b", b"c")] == ["a", None, "c"]
    memo.put(b"d", "d", 100)
    assert [memo.get(key) for key in (b"a", b"c", b"d")] == [None, None, "d"]
