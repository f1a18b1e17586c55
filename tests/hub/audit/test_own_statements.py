"""Every answer after a statement says where it stands, so that its maker can look for it in the log."""

import asyncio
from typing import Any

from crypto import merkle
from crypto.statements import Act, Object, ObjectKind, SignedStatement, log_leaf
from hub.audit import service as audit
from tests.hub.audit.reading import opened, read_note
from tests.hub.build import End, b64, build_world, raw, statement_json
from tests.hub.circles.ends import Circle, worker
from tests.hub.circles.test_posting import of_two
from tests.hub.documents.moving import Stored, posted
from tests.hub.referrals.test_letters import send, written
from tests.hub.running import RunningHub


async def is_in_the_log(hub: RunningHub, logged: dict[str, Any], said: SignedStatement, note: str) -> None:
    """As an end checks it: its own leaf, at that index, under the root that was signed."""
    newest = read_note(hub, note)
    leaf = log_leaf(raw(logged["salt"]), said)
    proof = await hub.ask("GET", f"/v1/log/inclusion?leaf={leaf.hex()}&size={newest.size}")
    assert proof.status == 200, proof.body
    assert proof.body["index"] == logged["index"]
    path = [raw(each) for each in proof.body["path"]]
    merkle.verify_inclusion(merkle.leaf_hash(leaf), logged["index"], newest.size, path, newest.root)


async def asked(hub: RunningHub, end: End, path: str, said: SignedStatement, **more: object) -> Any:
    """Ask for something with one statement, which must then be found in the log."""
    answer = await end.ask("POST", path, {"statement": statement_json(said)} | more)
    assert answer.status in (200, 201), answer.body
    [logged] = answer.body["logged"]
    await is_in_the_log(hub, logged, said, answer.body["note"])
    return answer.body


async def test_what_lets_a_circle_go_is_found_by_who_stated_it(hub: RunningHub) -> None:
    _, circle, _, friend = await of_two(hub)
    end = friend.end
    entries = end.statement(Act.FETCHED, circle.id, [Object(ObjectKind.ENTRIES, circle.id, 1, 3)])
    await asked(hub, end, f"{circle.path}/fetch", entries)
    listed = end.statement(Act.LISTED, b"", [Object(ObjectKind.CIRCLE, circle.id, 0, 0)])
    await asked(hub, end, "/v1/circles/names", listed, circles=[b64(circle.id)])


async def test_what_lets_a_document_go_is_found_by_who_stated_it(hub: RunningHub) -> None:
    _, circle, _, friend = await of_two(hub)
    stored = Stored()
    await posted(circle, friend, stored)
    looked = Object(ObjectKind.DOCUMENT, stored.document, 0, stored.size)
    said = friend.end.statement(Act.FETCHED, circle.id, [looked])
    path = f"{circle.path}/documents/{stored.document.hex()}/{stored.number}/tickets"
    given = await asked(hub, friend.end, path, said)
    assert given["size"] == stored.size


async def test_what_lets_a_letter_go_is_found_by_who_stated_it(hub: RunningHub) -> None:
    world = await build_world(hub)
    sent = await send(hub, written(world.vcu, hub.clock.now))
    letter, end = raw(sent.body["letter"]), world.vcu.worker
    said = end.statement(Act.FETCHED, b"", [Object(ObjectKind.LETTER, letter, 0, 0)])
    await asked(hub, end, f"/v1/letters/{letter.hex()}/fetch", said)


async def test_each_of_several_statements_is_told_its_own_place(hub: RunningHub) -> None:
    world = await build_world(hub)
    owner = worker(world.vcu)
    circle = await Circle.opened(owner)
    head = circle.thread.heads[1]
    look = Object(ObjectKind.ENTRIES, head, 1, 2)
    said = [owner.end.statement(Act.OPENED, circle.id, [look]) for _ in range(3)]
    body = {"statements": [statement_json(each) for each in said]}
    answer = await owner.end.ask("POST", "/v1/statements", body)
    assert answer.status == 201, answer.body
    for logged, each in zip(answer.body["logged"], said, strict=True):
        await is_in_the_log(hub, logged, each, answer.body["note"])


async def test_callers_whose_batch_held_a_refused_one_still_get_their_own_places(
    hub: RunningHub, end: End
) -> None:
    caller = await hub.hub.sessions(hub.database, end.token or b"", hub.clock.now)
    assert caller is not None
    first = opened(end)
    groups = [[first], [opened(end), opened(end)], [first], [opened(end)]]
    outcomes = await asyncio.gather(
        *(audit.record(hub.hub, group, caller, hub.clock.now) for group in groups), return_exceptions=True
    )
    assert [isinstance(each, audit.SaidBefore) for each in outcomes] == [False, False, True, False]
    for group, recorded in zip(groups, outcomes, strict=True):
        if isinstance(recorded, audit.Recorded):
            for said, logged in zip(group, recorded.logged, strict=True):
                place = {"index": logged.index, "salt": b64(logged.salt)}
                await is_in_the_log(hub, place, said, recorded.note)
