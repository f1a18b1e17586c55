"""Reading: headers freely, bodies and boxes only to who may have them, and only after a statement that
says so."""

import hashlib
import os

from crypto import entries as e
from crypto.entries import Kind
from crypto.private import bodies
from crypto.statements import Act, Object, ObjectKind
from tests.hub.build import b64, raw, statement_json
from tests.hub.circles.ends import Author, Circle, fetching, manager, worker
from tests.hub.circles.test_posting import of_two
from tests.hub.running import Answer, RunningHub


def bodies_in(answer: Answer) -> list[bytes | None]:
    assert answer.status == 200, answer.body
    return [raw(each["body"]) if each["body"] else None for each in answer.body["bodies"]]


def boxes_in(answer: Answer) -> set[bytes]:
    assert answer.status == 200, answer.body
    return {raw(box) for box in answer.body["boxes"]}


async def test_an_invitee_has_its_invitation_and_nothing_else_until_it_accepts(hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(hub)
    invite = await circle.invite(owner, world.charity)
    charity = worker(world.charity)
    seq = circle.thread.seq
    own = await circle.fetch(charity, range(seq, seq + 1))
    assert bodies_in(own) == [invite.body]
    assert boxes_in(own) == set(invite.boxes[1:])
    for seqs, epochs in (
        (range(1, seq + 1), range(0)),
        (range(seq, seq + 1), range(1, 2)),
        (range(0), range(1, 2)),
    ):
        more = await circle.fetch(charity, seqs, epochs)
        assert (more.status, more.body["reason"]) == (403, "answer_first"), (seqs, epochs)
    assert (await circle.headers(charity)).status == 200
    await circle.post(charity, circle.thread.accept(charity, invite))
    keys = await circle.fetch(charity, range(0), range(1, 2))
    assert boxes_in(keys) == {invite.boxes[0]}


async def test_what_a_decliner_was_to_have_is_gone_for_good(hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(hub)
    charity = worker(world.charity)
    first = await circle.invite(owner, world.charity)
    waiting = circle.thread.rekey(owner)
    await circle.post(owner, waiting)
    await circle.post(charity, circle.thread.decline(charity, first))
    assert (await circle.headers(charity)).status == 404
    await circle.post(owner, circle.thread.rekey(owner))
    second = await circle.invite(owner, world.charity)
    await circle.post(charity, circle.thread.accept(charity, second))
    keys = await circle.fetch(charity, range(0), range(1, 5))
    assert boxes_in(keys) == {second.boxes[0]}


async def test_members_get_their_own_boxes_grants_and_every_box_of_a_restricted_body(hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(hub)
    secret = circle.thread.restricted(owner, owner.office)
    await circle.post(owner, secret)
    granted = [os.urandom(1168), os.urandom(1168)]
    epoch, entry = (hashlib.sha256(box).digest() for box in granted)
    generation = friend.office.chain.generation
    facts = e.Grant(
        friend.organisation,
        generation.number,
        generation.key_hash,
        (e.KeyedHash(1, epoch),),
        (e.EntryBox(secret.entry.hash, entry),),
    )
    await circle.post(owner, circle.thread.make(owner, Kind.GRANT, facts, carried=granted))
    mine = boxes_in(await circle.fetch(friend, range(1, 6), range(1, 2)))
    assert {*secret.boxes, *granted} < mine
    theirs = boxes_in(await circle.fetch(owner, range(1, 6), range(1, 2)))
    assert theirs.isdisjoint(granted)
    assert len(theirs & mine) == 1 + 2  # the restricted body's, and the invitation's two
    assert granted[1] not in boxes_in(await circle.fetch(friend, range(1, 4)))


async def test_a_fetch_says_exactly_what_it_asks_for(small_hub: RunningHub) -> None:
    _, circle, owner, _ = await of_two(small_hub)

    async def ask(circle_id: bytes, *looked: Object, act: Act = Act.FETCHED, **changes: object) -> Answer:
        said = owner.end.statement(act, circle_id, looked, **changes)  # type: ignore[arg-type]  # some on purpose
        return await owner.end.ask("POST", f"{circle.path}/fetch", {"statement": statement_json(said)})

    entries = Object(ObjectKind.ENTRIES, circle.id, 1, 3)
    assert (await ask(circle.id, entries)).status == 200
    for answer in (
        await ask(bytes(32), entries),
        await ask(circle.id, Object(ObjectKind.ENTRIES, os.urandom(32), 1, 3)),
        await ask(circle.id, entries, entries),
        await ask(circle.id, Object(ObjectKind.ENTRIES, circle.id, 1, 102)),
        await ask(circle.id, Object(ObjectKind.ENTRIES, circle.id, 3, 1)),
        await ask(circle.id, Object(ObjectKind.DOCUMENT, circle.id, 1, 3)),
        await ask(circle.id, entries, act=Act.LISTED),
    ):
        assert (answer.status, answer.body["code"]) == (400, "other-statement")
    nowhere = await ask(circle.id, entries, purpose=99)
    assert (nowhere.status, nowhere.body["reason"]) == (403, "unknown_reason")


async def test_a_statement_is_signed_by_the_caller_made_now_and_used_once(small_hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(small_hub)
    body = fetching(owner, circle.id)
    assert (await owner.end.ask("POST", f"{circle.path}/fetch", body)).status == 200
    assert (await owner.end.ask("POST", f"{circle.path}/fetch", body)).status == 409
    stolen = await friend.end.ask("POST", f"{circle.path}/fetch", fetching(owner, circle.id))
    assert stolen.status in (400, 403)
    old = await circle.fetch(owner, range(1, 2), at=small_hub.clock.now - 3_600_000)
    assert old.status == 409
    ahead = await circle.fetch(owner, range(1, 2), log_size=10**6)
    assert ahead.status == 409


async def test_the_statement_is_in_the_log_when_something_is_released(hub: RunningHub) -> None:
    world, circle, _, friend = await of_two(hub)
    fetched = await circle.fetch(friend, range(1, 3))
    page = await manager(world.partner).end.good("GET", f"/v1/log/statements?circle={circle.id.hex()}")
    assert len(page["items"]) == 1
    assert fetched.body["size"] == 1


async def test_looking_without_being_assigned_needs_a_reason_and_is_told(hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(hub)
    await circle.post(owner, circle.thread.message(owner))
    invite = await circle.invite(owner, world.charity)
    boss, other = manager(world.charity), worker(world.charity)
    await circle.post(boss, circle.thread.accept(boss, invite))
    refused = await circle.fetch(other, range(1, 3))
    assert (refused.status, refused.body["reason"]) == (403, "not_assigned")
    looked = fetching(other, circle.id, range(1, 3), reason_commitment=os.urandom(32))
    body = looked | {"break_glass": 2, "reason": b64(os.urandom(1200))}
    assert (await other.end.ask("POST", f"{circle.path}/fetch", body)).status == 200
    unknown = fetching(other, circle.id, range(1, 3), reason_commitment=os.urandom(32))
    unknown |= {"break_glass": 99, "reason": b64(os.urandom(1200))}
    assert (await other.end.ask("POST", f"{circle.path}/fetch", unknown)).status == 403
    page = await boss.end.good("GET", f"/v1/log/statements?circle={circle.id.hex()}")
    assert [item["alert"] for item in page["items"]] == ["break-glass"]
    assert (await circle.send(other, circle.thread.message(other))).status == 403


async def test_an_erased_body_is_gone_and_its_header_stays(hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(hub)
    made = await circle.say(friend, "gone soon")
    unknown = circle.thread.make(owner, Kind.ERASE, e.Erase(os.urandom(32), 1))
    assert (await circle.send(owner, unknown)).status == 404
    theirs = circle.thread.make(friend, Kind.ERASE, e.Erase(made.entry.hash, 1))
    assert (await circle.send(friend, theirs)).status == 403
    hold = os.urandom(16)
    await circle.post(owner, circle.thread.make(owner, Kind.HOLD, e.Hold(hold, True, 1)))
    held = await circle.send(owner, circle.thread.make(owner, Kind.ERASE, e.Erase(made.entry.hash, 1)))
    assert held.status == 403
    assert bodies_in(await circle.fetch(friend, range(4, 5))) == [made.body]
    await circle.post(owner, circle.thread.make(owner, Kind.HOLD, e.Hold(hold, False, 1)))
    await circle.post(owner, circle.thread.make(owner, Kind.ERASE, e.Erase(made.entry.hash, 1)))
    assert bodies_in(await circle.fetch(friend, range(4, 5))) == [None]
    page = (await circle.headers(friend)).body["entries"]
    assert raw(page[3]["header"]) == made.entry.header


async def test_a_closed_circle_takes_nothing_until_it_is_reopened(small_hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(small_hub)
    await circle.post(owner, circle.thread.make(owner, Kind.CLOSE, e.Close(1)))
    refused = await circle.send(friend, circle.thread.message(friend))
    assert (refused.status, refused.body["reason"]) == (403, "circle_closed")
    [line] = (await friend.end.good("GET", "/v1/circles"))["items"]
    assert line["closed"]
    await circle.post(owner, circle.thread.make(owner, Kind.REOPEN, e.Reopen(1)))
    await circle.say(friend)


async def names(author: Author, *circles: Circle, said: list[Object] | None = None) -> Answer:
    looked = said or [Object(ObjectKind.CIRCLE, circle.id, 0, 0) for circle in circles]
    statement = statement_json(author.end.statement(Act.LISTED, b"", looked))
    body = {"statement": statement, "circles": [b64(circle.id) for circle in circles]}
    return await author.end.ask("POST", "/v1/circles/names", body)


async def test_a_page_of_names_after_one_statement(hub: RunningHub) -> None:
    world, first, owner, friend = await of_two(hub)
    second = await Circle.opened(owner)
    about = bodies.About(1, "Ann", "Renamed", "R1", "", "")
    await first.post(owner, first.thread.make(owner, Kind.DETAILS, e.Details(None), about))
    page = await names(owner, second, first)
    assert page.status == 200, page.body
    assert [(raw(item["circle"]), item["seq"]) for item in page.body["items"]] == [
        (second.id, 1),
        (first.id, 4),
    ]
    assert all(len(item["boxes"]) == 1 and item["body"] for item in page.body["items"])
    assert (await names(friend, first)).status == 200
    assert (await names(friend, first, second)).status == 404
    assert (await names(worker(world.charity), first)).status == 404
    objects = [Object(ObjectKind.CIRCLE, second.id, 0, 0)]
    assert (await names(owner, first, said=objects)).body["code"] == "other-statement"
    assert (await names(owner, first, first)).body["code"] == "other-statement"


async def test_the_list_of_circles_is_paged_by_latest_activity(hub: RunningHub) -> None:
    world, first, owner, friend = await of_two(hub)
    made = [first]
    for _ in range(3):
        hub.clock.move(seconds=1)
        made.append(await Circle.opened(owner))
    hub.clock.move(seconds=1)
    await first.say(friend)
    found, after = [], ""
    while True:
        page = await owner.end.good("GET", f"/v1/circles?limit=3{after}")
        found += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert [raw(item["circle"]) for item in found] == [made[0].id, made[3].id, made[2].id, made[1].id]
    assert (found[0]["standing"], found[0]["seq"], found[0]["assigned"]) == ("owner", 4, True)
    assert (found[0]["unread"], found[1]["unread"]) == (2, 0), "one's own words are never unread"
    [mine] = (await friend.end.good("GET", "/v1/circles"))["items"]
    assert (mine["standing"], mine["invite"], mine["read_seq"]) == ("member", None, 0)
    await first.invite(owner, world.charity)
    [asked] = (await worker(world.charity).end.good("GET", "/v1/circles"))["items"]
    assert (asked["standing"], asked["invite"]["seq"], asked["assigned"]) == ("invited", 5, False)
    bad = await owner.end.ask("GET", "/v1/circles?after=00")
    assert bad.status == 400


async def test_who_has_read_how_far_is_said_in_signed_words(small_hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(small_hub)
    head = circle.thread.heads[3]
    said = friend.end.statement(Act.OPENED, circle.id, [Object(ObjectKind.ENTRIES, head, 3, 4)])
    answer = await friend.end.ask("POST", "/v1/statements", {"statements": [statement_json(said)]})
    assert answer.status == 201, answer.body
    stranger = worker(world.charity)
    lie = stranger.end.statement(Act.OPENED, circle.id, [Object(ObjectKind.ENTRIES, head, 3, 4)])
    refused = await stranger.end.ask("POST", "/v1/statements", {"statements": [statement_json(lie)]})
    assert refused.status == 404
    readers = (await owner.end.good("GET", f"{circle.path}/readers"))["items"]
    assert [(raw(each["worker"]), each["seq"]) for each in readers] == [(friend.worker, 3)]
    assert raw(readers[0]["payload"]) == said.payload
    [line] = (await friend.end.good("GET", "/v1/circles"))["items"]
    assert line["read_seq"] == 3
    assert line["unread"] == 0
    await circle.say(friend)
    await circle.say(owner)
    [line] = (await friend.end.good("GET", "/v1/circles"))["items"]
    assert line["unread"] == 1
    assert (await stranger.end.ask("GET", f"{circle.path}/readers")).status == 404


async def test_people_who_look_on_are_woken(small_hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(small_hub)
    headers = {"Authorization": f"Bearer {b64(friend.end.token or b'')}"}
    async with small_hub.client.get(f"{small_hub.url}/v1/live", headers=headers) as stream:
        assert stream.status == 200
        await circle.say(owner)
        read = b""
        while b"event: circle" not in read:
            read += await stream.content.readany()
    assert f'"topic":"{circle.id.hex()}","seq":4'.encode() in read


async def test_the_line_to_a_reader_behind_a_proxy_can_begin_with_padding(small_hub: RunningHub) -> None:
    _, _, _, friend = await of_two(small_hub)
    headers = {"Authorization": f"Bearer {b64(friend.end.token or b'')}"}
    for query, least in (("", 0), ("?pad=0", 0), ("?pad=1", 2048)):
        url = f"{small_hub.url}/v1/live{query}"
        async with small_hub.client.get(url, headers=headers) as stream:
            first = await stream.content.readany()
            while len(first) < least:
                first += await stream.content.readany()
        assert first.startswith(b"retry: ")
        assert (len(first) > 2048) == bool(least)
    assert (await friend.end.ask("GET", "/v1/live?pad=2")).status == 400


async def test_work_is_picked_up_or_given_within_an_organisation(small_hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(small_hub)
    boss = manager(world.partner)
    [one] = (await friend.end.good("GET", f"{circle.path}/assignments"))["items"]
    assert (raw(one["worker"]), raw(one["by"])) == (friend.worker, friend.worker)
    path = f"{circle.path}/assignments"
    for on in (True, True):
        assert (await boss.end.ask("PUT", f"{path}/{boss.worker.hex()}", {"on": on})).status == 204
    assert len((await boss.end.good("GET", path))["items"]) == 2
    assert len((await owner.end.good("GET", path))["items"]) == 1
    for who in (friend, boss):
        assert (await boss.end.ask("PUT", f"{path}/{who.worker.hex()}", {"on": False})).status == 204
    assert (await friend.end.ask("PUT", f"{path}/{friend.worker.hex()}", {"on": True})).status == 204
    outsider = os.urandom(16).hex()
    assert (await boss.end.ask("PUT", f"{path}/{outsider}", {"on": True})).status == 404
    assert (await boss.end.ask("PUT", f"{path}/{owner.worker.hex()}", {"on": True})).status == 404
    charity = worker(world.charity)
    assert (await charity.end.ask("PUT", f"{path}/{charity.worker.hex()}", {"on": True})).status == 404


async def test_a_lapsed_invitation_cannot_be_answered(small_hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(small_hub)
    charity = worker(world.charity)
    invite = await circle.invite(owner, world.charity)
    small_hub.clock.move(days=40)
    await charity.end.sign_in()
    late = await circle.send(charity, circle.thread.accept(charity, invite))
    assert (late.status, late.body["reason"]) == (403, "invitation_expired")
