"""Posting: an entry that holds is given its place and a receipt; every other one is refused and leaves no
trace."""

import asyncio
import os
from collections.abc import Sequence

import pytest

from crypto.accreditation import Accreditation, Withdrawal
from crypto.encoding import encode, unpack
from crypto.entries import Entry, Kind, Message, Receipt, verify_receipt
from crypto.errors import NotAllowed
from crypto.log import Log
from crypto.organisation import Organisation
from hub.circles import posting
from hub.circles.schemas import PostEntry
from hub.circles.state import States
from tests.hub.build import HubWorld, build_world, raw
from tests.hub.circles.ends import Author, Circle, Made, Office, manager, worker
from tests.hub.running import RunningHub


async def of_two(hub: RunningHub) -> tuple[HubWorld, Circle, Author, Author]:
    """A circle that a partner has joined."""
    world = await build_world(hub)
    owner, friend = worker(world.vcu), worker(world.partner)
    circle = await Circle.opened(owner)
    await circle.join(owner, friend)
    return world, circle, owner, friend


class Known:
    """A reader's directory: what the teams of this world really are."""

    def __init__(self, world: HubWorld) -> None:
        teams = (world.vcu, world.partner, world.charity, world.police)
        self.chains = {team.id: team.house.chain for team in teams}
        signed = {team.listed: team.accreditation for team in teams}
        self.papers = {key: unpack(Accreditation, each.payload) for key, each in signed.items() if each}

    def organisation(self, organisation: bytes) -> Organisation:
        return self.chains[organisation]

    def accreditation(self, digest: bytes) -> Accreditation:
        return self.papers[digest]

    def withdrawals(self, organisation: bytes) -> Sequence[Withdrawal]:
        return ()


async def replayed(world: HubWorld, circle: Circle, reader: Author) -> Log:
    """What a reader finds who believes nothing."""
    page = (await circle.headers(reader)).body
    log = Log(circle.id)
    for row in page["entries"]:
        log.extend(Entry(raw(row["header"]), raw(row["signature"])), row["received_at"], Known(world))
    assert (log.seq, log.head) == (page["seq"], raw(page["head"]))
    return log


async def test_the_main_walk(hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(hub)
    made = await circle.say(friend)
    again = await circle.send(friend, made)
    assert again.status == 200
    receipt = Receipt(1, circle.id, 4, made.entry.hash, circle.thread.heads[4], again.body["received_at"])
    verify_receipt(receipt, raw(again.body["signature"]), (hub.hub.keys.receipt_public,))
    fetched = await circle.fetch(friend, range(1, 5), range(1, 2))
    assert fetched.status == 200, fetched.body
    assert [body["seq"] for body in fetched.body["bodies"]] == [1, 2, 3, 4]
    assert raw(fetched.body["bodies"][3]["body"]) == made.body
    await circle.post(owner, circle.thread.rekey(owner))
    await circle.say(friend)
    log = await replayed(world, circle, manager(world.vcu))
    assert log.circle is not None
    assert set(log.circle.members) == {world.vcu.id, world.partner.id}


async def test_the_same_entry_at_the_same_moment_is_taken_once(hub: RunningHub) -> None:
    _, circle, owner, _ = await of_two(hub)
    made = circle.thread.message(owner)
    answers = await asyncio.gather(*(circle.send(owner, made) for _ in range(6)))
    assert sorted(answer.status for answer in answers) == [200] * 5 + [201]
    assert len({str(answer.body) for answer in answers}) == 1
    assert (await circle.headers(owner)).body["seq"] == 4


async def test_a_circle_opened_twice_at_once_is_one_circle(hub: RunningHub) -> None:
    world = await build_world(hub)
    owner = worker(world.vcu)
    circle = Circle(hub.clock.now)
    made = circle.thread.opening(owner)
    answers = await asyncio.gather(*(circle.send(owner, made) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 201], answers
    assert len({str(answer.body) for answer in answers}) == 1


async def test_writers_at_once_are_put_in_one_order(hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(hub)
    authors = [owner, friend, manager(world.vcu), manager(world.partner)]

    async def write(author: Author) -> None:
        last = circle.thread.authors.get(author.worker, bytes(32))
        for _ in range(6):
            made = circle.thread.message(author, author_prev=last)
            answer = await circle.send(author, made)
            assert answer.status == 201, answer.body
            last = made.entry.hash

    await asyncio.gather(*map(write, authors))
    assert (await replayed(world, circle, owner)).seq == 27


async def test_of_two_changes_at_once_one_is_told_to_look_again(hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(hub)
    boss = manager(world.vcu)
    made = [
        circle.thread.invite(owner, Office(world.charity)),
        circle.thread.invite(boss, Office(world.police)),
    ]
    answers = await asyncio.gather(circle.send(owner, made[0]), circle.send(boss, made[1]))
    assert sorted(answer.status for answer in answers) == [201, 409]
    [late] = [answer.body for answer in answers if answer.status == 409]
    assert (late["code"], late["seq"], late["epoch"]) == ("stale", 4, 1)
    assert {raw(late["control_head"])} < {each.entry.hash for each in made}
    await replayed(world, circle, owner)


async def test_control_entries_are_judged_after_a_restart_as_before(small_hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(small_hub)
    await circle.post(owner, circle.thread.rekey(owner))
    small_hub.hub.parts[States] = States(small_hub.hub.keys.receipt)
    await circle.join(owner, worker(world.charity))
    await circle.say(friend)
    assert (await replayed(world, circle, owner)).seq == 7


def mangled(made: Made, **changed: object) -> dict[str, object]:
    return made.json() | changed


async def test_what_is_not_an_entry_is_refused(small_hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(small_hub)
    made = circle.thread.message(owner)
    header = made.entry.header
    bad = {
        "cut": header[:-1],
        "longer": header + b"\x00",
        "noise": os.urandom(200),
        "no array": encode(7),
        "long integer": header[:1] + b"\x18\x01" + header[2:],
        "nothing": b"",
        "nested": b"\x81" * 5000,
    }
    for name, data in bad.items():
        answer = await owner.end.ask("POST", f"{circle.path}/entries", mangled(made, header=data))
        assert (answer.status, answer.body["code"]) == (400, "malformed"), name
    for name, other in {
        "signature": {"signature": bytes(64)},
        "another's signature": {"signature": circle.thread.message(friend).entry.signature},
        "body": {"body": made.body + b"x"},
    }.items():
        answer = await owner.end.ask("POST", f"{circle.path}/entries", mangled(made, **other))
        assert (answer.status, answer.body["code"]) == (400, "forged"), name
    big = await owner.end.ask("POST", f"{circle.path}/entries", mangled(made, body=b"x" * (256 * 1024 + 1)))
    assert big.status == 400
    assert (await circle.headers(owner)).body["seq"] == 3


async def test_a_newer_kind_or_version_asks_for_an_update(small_hub: RunningHub) -> None:
    _, circle, owner, _ = await of_two(small_hub)
    for made in (
        circle.thread.make(owner, 99, Message(None), Message(None)),
        circle.thread.message(owner, version=2),
    ):
        answer = await circle.send(owner, made)
        assert (answer.status, answer.body["code"]) == (400, "update-needed")


async def test_an_entry_is_posted_by_its_author_into_its_circle(small_hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(small_hub)
    made = circle.thread.message(owner)
    stolen = await circle.send(friend, made)
    assert (stolen.status, stolen.body["code"]) == (403, "not-allowed")
    other = await Circle.opened(owner)
    moved = await owner.end.ask("POST", f"{other.path}/entries", made.json())
    assert (moved.status, moved.body["code"]) == (400, "forged")
    stranger = worker(world.charity)
    foreign = await circle.send(stranger, circle.thread.message(stranger))
    circle.thread.id = os.urandom(32)
    unknown = await circle.send(stranger, circle.thread.message(stranger))
    assert (foreign.status, foreign.body) == (unknown.status, unknown.body) == (404, foreign.body)


async def test_boxes_are_exactly_those_the_entry_names(small_hub: RunningHub) -> None:
    world, circle, owner, _ = await of_two(small_hub)
    made = circle.thread.invite(owner, Office(world.charity))
    for boxes in ([], made.boxes[1:], [*made.boxes, os.urandom(1168)], [*made.boxes, made.boxes[0]]):
        answer = await circle.send(owner, made, boxes=boxes)
        assert (answer.status, answer.body["code"]) == (400, "wrong-boxes"), len(boxes)
    too_long = await circle.send(owner, made, boxes=[os.urandom(3000)])
    assert too_long.status == 400
    await circle.post(owner, made)
    plain = await circle.send(owner, circle.thread.message(owner), boxes=[os.urandom(1168)])
    assert (plain.status, plain.body["code"]) == (400, "wrong-boxes")


async def test_an_old_epoch_is_stale_and_an_old_head_of_this_epoch_is_not(small_hub: RunningHub) -> None:
    world, circle, owner, friend = await of_two(small_hub)
    old_head = circle.thread.control_head
    await circle.invite(owner, world.charity)
    made = circle.thread.message(friend, control_head=old_head)
    await circle.post(friend, made)
    before = circle.thread.message(friend, epoch=1)
    await circle.post(owner, circle.thread.rekey(owner))
    answer = await circle.send(friend, before)
    assert (answer.status, answer.body["code"], answer.body["epoch"]) == (409, "stale", 2)
    assert raw(answer.body["head"]) == circle.thread.heads[-1]
    mixed = await circle.send(friend, circle.thread.message(friend, control_head=old_head))
    assert (mixed.status, mixed.body["code"]) == (409, "stale")
    await circle.say(friend)


async def test_a_fork_or_a_gap_is_refused(small_hub: RunningHub) -> None:
    _, circle, owner, _ = await of_two(small_hub)
    for changed in ({"seen_head": os.urandom(32)}, {"seen_seq": 4}, {"seen_seq": 2}, {"seen_seq": 10**9}):
        answer = await circle.send(owner, circle.thread.message(owner, **changed))
        assert (answer.status, answer.body["code"]) == (400, "forged"), changed
    for previous in (bytes(32), os.urandom(32)):
        answer = await circle.send(owner, circle.thread.message(owner, author_prev=previous))
        assert (answer.status, answer.body["code"]) == (409, "stale")
    earlier = circle.thread.message(owner, seen_seq=2, seen_head=circle.thread.heads[2])
    await circle.post(owner, earlier)


async def test_times_never_run_backwards(small_hub: RunningHub) -> None:
    _, circle, owner, _ = await of_two(small_hub)
    ahead = await circle.send(owner, circle.thread.message(owner, sent_at=small_hub.clock.now + 3_600_000))
    assert (ahead.status, ahead.body["code"]) == (400, "clock-ahead")
    first = await circle.post(owner, circle.thread.message(owner, sent_at=5))
    small_hub.clock.now -= 60_000
    second = await circle.post(owner, circle.thread.message(owner))
    assert second["received_at"] == first["received_at"]


async def test_whoever_works_on_a_circle_posts_in_it(small_hub: RunningHub) -> None:
    world = await build_world(small_hub)
    owner, friend, boss = worker(world.vcu), worker(world.partner), manager(world.partner)
    circle = await Circle.opened(owner)
    await circle.join(owner, boss)
    refused = await circle.send(friend, circle.thread.message(friend))
    assert (refused.status, refused.body["reason"]) == (403, "not_assigned")
    path = f"{circle.path}/assignments/{friend.worker.hex()}"
    assert (await friend.end.ask("PUT", path, {"on": True})).status == 403
    assert (await boss.end.ask("PUT", path, {"on": True})).status == 204
    await circle.say(friend)
    assert (await boss.end.ask("PUT", path, {"on": False})).status == 204
    assert (await circle.send(friend, circle.thread.message(friend))).status == 403


async def test_a_removed_worker_is_refused_at_once(hub: RunningHub) -> None:
    world, circle, _, friend = await of_two(hub)
    made = circle.thread.message(friend)
    caller = await hub.hub.sessions(hub.database, friend.end.token or b"", hub.clock.now)
    assert caller is not None
    removal = world.partner.house.rotating([friend.end.person], at=hub.clock.now)
    await world.partner.manager.take(removal)
    assert (await circle.send(friend, made)).status == 401
    sent = PostEntry(header=made.entry.header, signature=made.entry.signature, body=made.body)
    draft = posting.read(circle.id, sent, caller, hub.clock.now)
    with pytest.raises(NotAllowed):
        async with hub.database.write() as unit:
            await posting.post_entry(unit, hub.hub, caller, draft, hub.clock.now)


async def test_a_removed_organisation_is_told_nothing_more(hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(hub)
    kept = circle.thread.message(friend)
    await circle.post(owner, circle.thread.rekey(owner, friend.organisation))
    assert (await circle.send(friend, kept)).status == 404
    assert (await circle.fetch(friend, range(1, 3), range(1, 3))).status == 404
    assert (await circle.headers(friend)).status == 404
    assert (await friend.end.good("GET", "/v1/circles"))["items"] == []
    await circle.say(owner)


@pytest.mark.parametrize("reason", [0, 77])
async def test_a_reason_is_one_of_the_list(small_hub: RunningHub, reason: int) -> None:
    world, circle, owner, _ = await of_two(small_hub)
    invite = await circle.invite(owner, world.charity)
    charity = worker(world.charity)
    answer = await circle.send(charity, circle.thread.decline(charity, invite, reason))
    assert (answer.status, answer.body["reason"]) == (403, "unknown_reason")


async def test_nothing_is_kept_of_a_refused_entry(small_hub: RunningHub) -> None:
    _, circle, owner, friend = await of_two(small_hub)
    before = (await circle.headers(owner)).body
    await circle.send(friend, circle.thread.make(friend, Kind.DETAILS, Message(None)))
    await circle.send(friend, circle.thread.message(friend, epoch=7))
    assert (await circle.headers(owner)).body == before
