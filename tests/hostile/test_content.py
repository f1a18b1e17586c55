"""Items 10, 11, 14, 21 and 30: bodies that are not what was written."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import delete

from crypto.encoding import pack
from crypto.entries import Entry, Grant, Kind, Message, read_header
from crypto.facts import EntryBox
from crypto.organisation import box_hash
from crypto.private import boxes as sealing_boxes
from crypto.private.bodies import Asked, Said
from crypto.private.content import CHUNK, HEADER, TAG
from keyholder.alarms import Alarm
from keyholder.circle import CircleView
from keyholder.opening import Item, Shown
from keyholder.writing import Position, Writing
from storage.tables.circles import wraps
from tests.hostile.conftest import alarmed
from tests.hostile.forging import FalseLog, b64, flipped
from tests.hostile.proxy import Asked as Request
from tests.hostile.proxy import Proxy
from tests.keyholder.world import World

PIECE = CHUNK + TAG


def rebody(seq: int, change: Callable[[bytes], bytes | None]) -> Callable[[Any, Request], Any]:
    """Serve another body for one entry."""

    def changed(answer: Any, _: Request) -> Any:
        for row in answer["bodies"]:
            if row["seq"] == seq and row["body"] is not None:
                body = change(b64decode(row["body"]))
                row["body"] = None if body is None else b64(body)
        return answer

    return changed


def faulty(items: list[Item]) -> list[tuple[int, str]]:
    return [(item.seq, item.alarm.code) for item in items if item.alarm is not None]


async def say_badly(view: CircleView, key: bytes) -> int:
    """A hostile member's message, sealed under a key that nobody was given."""

    async def write(position: Position) -> Writing:
        return Writing(Kind.MESSAGE, Message(None), Said(1, "x", "hidden", ()), body_key=key)

    return (await view.sealer.post(write)).seq


async def without_copies(world: World) -> None:
    """The hub has no copies of keys, so that every box is served."""
    async with world.hub.database.write() as unit:
        await unit.run(delete(wraps))


CUTS: dict[str, Callable[[bytes], bytes]] = {
    "flipped": lambda body: flipped(body, len(body) // 2),
    "cut off": lambda body: body[:-1],
    "extended": lambda body: body + b"\x00",
    "repeated": lambda body: body + body[HEADER:],
    "reordered": lambda body: (
        body[:HEADER]
        + body[HEADER + PIECE : HEADER + 2 * PIECE]
        + body[HEADER : HEADER + PIECE]
        + body[HEADER + 2 * PIECE :]
    ),
    "empty": lambda body: b"",
}


@pytest.mark.parametrize("cut", CUTS)
async def test_item_10_a_body_that_was_changed_is_marked_and_the_rest_is_read(
    world: World, proxy: Proxy, cut: str
) -> None:
    ours, theirs = await world.shared_circle()
    changed = await ours.post("word " * 6000)
    await ours.post("Whole.")
    proxy.change("/fetch", rebody(changed.seq, CUTS[cut]))

    items = await theirs.read()

    assert faulty(items) == [(changed.seq, "content-changed")]
    [fault] = [item for item in items if item.alarm]
    assert (fault.state, fault.body, fault.author) == (Shown.FAULT, None, "")
    assert fault.alarm is not None
    assert fault.alarm.evidence is not None
    assert fault.alarm.evidence.is_file()
    assert [i.body.text for i in items if i.kind == Kind.MESSAGE and i.body] == ["Whole."]


async def test_item_10_two_bodies_swapped_are_both_refused(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    one, two = await ours.post("one"), await ours.post("two")

    def swap(answer: Any, _: Request) -> Any:
        rows = {row["seq"]: row for row in answer["bodies"]}
        if one.seq in rows and two.seq in rows:
            rows[one.seq]["body"], rows[two.seq]["body"] = rows[two.seq]["body"], rows[one.seq]["body"]
        return answer

    proxy.change("/fetch", swap)
    assert [seq for seq, _ in faulty(await theirs.read())] == [one.seq, two.seq]


async def test_item_14_a_body_under_a_key_nobody_was_given_is_its_authors_fault(
    world: World,
) -> None:
    ours, theirs = await world.shared_circle()
    seq = await say_badly(theirs, os.urandom(32))

    items = await ours.read()

    assert faulty(items) == [(seq, "badly-sealed")]
    assert all(item.body is None for item in items if item.seq == seq)


@pytest.mark.parametrize("what", ["facts", "sent_at", "organisation", "worker"])
async def test_item_11_nothing_in_a_header_can_be_altered(world: World, proxy: Proxy, what: str) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    false = FalseLog.of(world, ours)
    entry, at = false.rows[-1]
    header = read_header(entry)
    lies: dict[str, Any] = {
        "facts": ([os.urandom(16), [os.urandom(32)]],),
        "sent_at": header.sent_at + 1,
        "organisation": world.shelter.id,
        "worker": world.shelter.manager.worker,
    }
    false.rows[-1] = (Entry(pack(replace(header, **{what: lies[what]})), entry.signature), at)
    proxy.change("/headers", false.serve)

    with alarmed({"organisation": 5, "worker": 17}.get(what, 13)):
        await theirs.read()


async def test_item_21_failures_to_open_look_alike_from_outside(world: World, proxy: Proxy) -> None:
    """Whatever was wrong with the words, the hub sees the same requests in the same order, once."""
    ours, theirs = await world.shared_circle()
    seq = (await ours.post("Said.")).seq
    await theirs.read()  # the epoch's key comes out of its box, and a copy of it is left
    kinds = {"body": CUTS["flipped"], "commitment": lambda body: flipped(body, HEADER - 1), "good": bytes}
    seen: dict[str, list[tuple[str, str]]] = {}
    for name, change in kinds.items():
        proxy.honest()
        proxy.change("/fetch", rebody(seq, change))
        proxy.asked.clear()
        await theirs.read()
        seen[name] = [step for step in proxy.asked if not step[1].endswith("/statements")]

    assert seen["body"] == seen["commitment"] == seen["good"]
    assert len(seen["body"]) == len(set(seen["body"]))


async def test_item_30_a_missing_body_without_its_erasure_is_an_alarm(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    seq = (await ours.post("Said.")).seq
    proxy.change("/fetch", rebody(seq, lambda _: None))

    assert faulty(await theirs.read()) == [(seq, "body-missing")]


async def test_item_30_a_body_left_out_of_the_page_is_an_alarm(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    proxy.change("/fetch", lambda answer, _: answer | {"bodies": answer["bodies"][:-1]})

    with alarmed(30, "body-missing"):
        await theirs.read()


async def test_item_30_a_granted_key_that_does_not_fit_opens_nothing(world: World) -> None:
    """A hostile owner grants another key than the entry's own."""
    ours = await world.vcu.manager.open_circle("Circle for J")
    seq = (await ours.post("Said before.")).seq
    await ours.invite(world.shelter.id, "Please help.")
    theirs = world.shelter.manager.circle(ours.id)
    await theirs.accept()

    async def write(position: Position) -> Writing:
        generation = position.desk.directory.organisation(world.shelter.id).generation
        given = (world.shelter.id, generation.number, generation.key_hash)
        entry = position.book.at(seq).placed.hash
        info = sealing_boxes.entry_key_info(ours.id, entry, *given)
        box = sealing_boxes.seal(generation.box_key, os.urandom(32), info)
        facts = Grant(*given, (), (EntryBox(entry, box_hash(box)),))
        return Writing(Kind.GRANT, facts, Asked(1, "owner", "", ""), (box,))

    await ours.sealer.post(write)

    assert faulty(await theirs.read()) == [(seq, "badly-sealed")]


async def test_every_flipped_byte_of_what_the_hub_stores_is_noticed(world: World, proxy: Proxy) -> None:
    """One bit in each header, signature and body in turn: that entry's content is never returned."""
    ours, theirs = await world.shared_circle()
    await theirs.post("Said by them.")
    await ours.post("For us alone.", only=[world.vcu.id])
    await ours.sync()
    true = FalseLog.of(world, ours)
    bob = await world.colleague(world.vcu, "bob")
    for seq, (entry, at) in enumerate(true.rows, 1):
        for header, signature in (
            (flipped(entry.header, at % len(entry.header)), entry.signature),
            (flipped(entry.header), entry.signature),
            (entry.header, flipped(entry.signature, at % 64)),
        ):
            false = FalseLog(world, ours.id, list(true.rows))
            false.rows[seq - 1] = (type(entry)(header, signature), at)
            proxy.honest()
            proxy.change("/headers", false.serve)
            with pytest.raises(Alarm):
                await CircleView(bob.end.desk, ours.id).read()
        proxy.honest()
        proxy.change("/fetch", rebody(seq, lambda body: flipped(body, os.urandom(1)[0] % len(body))))
        items = await CircleView(bob.end.desk, ours.id).read(receipt=False)
        assert [(i.seq, i.body) for i in items if i.alarm] == [(seq, None)]


async def test_every_flipped_box_is_noticed(world: World, proxy: Proxy) -> None:
    """One bit in each box in turn: what it would have opened stays shut; boxes of others matter to nobody."""
    ours, _ = await world.shared_circle()
    await ours.post("Said.")
    bob = await world.colleague(world.vcu, "bob")
    await without_copies(world)
    true = await CircleView(bob.end.desk, ours.id).read(receipt=False)
    count, noticed = len(proxy.last("/fetch")["boxes"]), 0
    for index in range(count):

        def flip(answer: Any, _: Request, at: int = index) -> Any:
            answer["boxes"][at] = b64(flipped(b64decode(answer["boxes"][at]), 700))
            return answer

        proxy.honest()
        proxy.change("/fetch", flip)
        anew = await world.colleague(world.vcu, f"reader-{index}")
        await without_copies(world)
        try:
            items = await CircleView(anew.end.desk, ours.id).read(receipt=False)
        except Alarm:
            noticed += 1
            continue
        shut = [item for item in items if item.state is not Shown.OPEN]
        noticed += bool(shut)
        assert all(item.body is None for item in shut)
        assert all(item in true for item in items if item.state is Shown.OPEN)
    assert noticed == count - 1  # one of the invitation's boxes is the shelter's
