"""Items 10, 11, 14, 20, 21, 22 and 30: bodies and documents that are not what was written."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from crypto.encoding import pack
from crypto.entries import Entry, Grant, Kind, Message, read_header
from crypto.facts import EntryBox
from crypto.organisation import box_hash
from crypto.private import boxes as sealing_boxes
from crypto.private.bodies import Asked, Said
from crypto.private.content import CHUNK, HEADER, TAG
from keyholder import documents
from keyholder.alarms import Alarm
from keyholder.circle import CircleView
from keyholder.errors import Away, NotAccepted, Refused
from keyholder.opening import Item, Shown
from keyholder.uploading import Uploader
from keyholder.writing import Position, Writing
from policies.documents import Found
from tests.hostile.conftest import alarmed
from tests.hostile.forging import FalseLog, b64, flipped
from tests.hostile.proxy import Asked as Request
from tests.hostile.proxy import Denied, Proxy
from tests.keyholder.world import World, looked_at

PDF = b"%PDF-1.7\n"
LEAD = 8 + HEADER
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


OBJECTS: dict[str, Callable[[bytes], bytes]] = {
    "reordered": lambda data: (
        data[:LEAD]
        + data[LEAD + PIECE : LEAD + 2 * PIECE]
        + data[LEAD : LEAD + PIECE]
        + data[LEAD + 2 * PIECE :]
    ),
    "repeated": lambda data: data[:LEAD] + data[LEAD : LEAD + PIECE] * 2 + data[LEAD + 2 * PIECE :],
    "cut off": lambda data: data[:-1],
    "ends a chunk early": lambda data: data[: len(data) - PIECE],
    "flipped first": lambda data: flipped(data, 0),
    "flipped last": lambda data: flipped(data),
    "flipped commitment": lambda data: flipped(data, LEAD - 1),
}


@pytest.mark.parametrize("lie", OBJECTS)
async def test_item_10_a_stored_document_that_was_changed_leaves_nothing_behind(
    world: World, proxy: Proxy, tmp_path: Path, lie: str
) -> None:
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + os.urandom(60_000))
    sent = await ours.attach(path, inspect=looked_at)
    proxy.change_bytes("/tickets/", OBJECTS[lie])

    if lie in {"cut off", "ends a chunk early"}:
        with pytest.raises(Away):
            await theirs.fetch(sent.document, tmp_path / "in", inspect=looked_at)
    else:
        with alarmed(10, "document-changed"):
            await theirs.fetch(sent.document, tmp_path / "in", inspect=looked_at)

    folder = tmp_path / "in"
    assert not folder.exists() or not list(folder.iterdir())


async def test_item_10_two_versions_spliced_are_refused(world: World, proxy: Proxy, tmp_path: Path) -> None:
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    objects: list[bytes] = []

    def keep(data: bytes) -> bytes:
        objects.append(data)
        return data

    proxy.change_bytes("/tickets/", keep)
    document = None
    for _ in range(2):
        path.write_bytes(PDF + os.urandom(60_000))
        view = await ours.attach(path, inspect=looked_at, document=document)
        document = view.document
        await theirs.fetch(document, tmp_path / "in", inspect=looked_at)
    assert document is not None
    first, second = objects
    proxy.honest()
    half = LEAD + 2 * PIECE
    proxy.change_bytes("/tickets/", lambda _: second[:half] + first[half:])

    with alarmed(10, "document-changed"):
        await theirs.fetch(document, tmp_path / "out", inspect=looked_at)


async def test_item_11_a_document_that_is_not_what_it_says_is_refused(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile member shares a program under a harmless name."""
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"MZ not a letter")

    def lies(looked: Path) -> Found:
        return Found(looked.name, looked.stat().st_size, "application/pdf")

    sent = await theirs.attach(path, inspect=lies)

    with alarmed(11, "document-disguised"):
        await ours.fetch(sent.document, tmp_path / "in", inspect=looked_at)
    assert not list((tmp_path / "in").iterdir())


async def test_item_11_facts_that_name_another_document_are_the_authors_fault(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile member's entry names one stored object, and its sealed description another."""
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + os.urandom(500))
    real = documents._manifest

    def another(*told: Any) -> Any:
        return replace(real(*told), document=os.urandom(16))

    with monkeypatch.context() as patch:
        patch.setattr(documents, "_manifest", another)
        await theirs.attach(path, inspect=looked_at)
    await ours.sync()
    facts = ours.book.entries[-1].facts

    with alarmed(10, "badly-sealed"):
        await ours.fetch(facts.document, tmp_path / "in", inspect=looked_at)


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


async def test_item_20_a_file_that_changes_while_it_is_sealed_is_not_shared(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + os.urandom(500_000))
    real = Uploader._seal_into
    grown = False

    def growing(self: Any, write: Any, *rest: Any) -> Any:
        nonlocal grown

        def write_and_grow(piece: bytes) -> None:
            nonlocal grown
            write(piece)
            if not grown:
                grown = True
                with path.open("ab") as file:
                    file.write(b"more")

        return real(self, write_and_grow, *rest)

    monkeypatch.setattr(Uploader, "_seal_into", growing)
    with pytest.raises(NotAccepted):
        await ours.attach(path, inspect=looked_at)

    assert not [v for v in ours.book.entries if v.header.kind == Kind.DOCUMENT]
    assert not list((tmp_path / "devices").rglob("*.sealed"))


async def test_item_20_a_resumed_upload_of_a_changed_file_starts_again_with_a_new_key(
    world: World, proxy: Proxy, tmp_path: Path
) -> None:
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + b"the first letter")

    def stop(*_: Any) -> Any:
        raise Denied(507, "no-room")

    proxy.change("/finish", stop)
    with pytest.raises(Refused):
        await ours.attach(path, inspect=looked_at)
    before = [p.read_bytes() for p in (tmp_path / "devices").rglob("*.sealed")]
    path.write_bytes(PDF + b"another letter..")
    proxy.honest()

    sent = await ours.attach(path, inspect=looked_at)

    saved = await theirs.fetch(sent.document, tmp_path / "in", inspect=looked_at)
    assert saved.read_bytes().endswith(b"another letter..")
    assert len(before) == 1


async def test_item_21_failures_to_open_look_alike_from_outside(world: World, proxy: Proxy) -> None:
    """Whatever was wrong, the hub sees the same requests in the same order, once."""
    ours, theirs = await world.shared_circle()
    seq = (await ours.post("Said.")).seq
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


@pytest.mark.parametrize(
    "name",
    ["../../.profile.pdf", "..\\..\\autorun.pdf", "bill\u202efdp.pdf", "CON.pdf", "-rf.pdf", "/etc/x.pdf"],
)
async def test_item_22_a_hostile_file_name_stays_in_its_folder(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + os.urandom(500))
    real = documents._manifest

    def named(author: str, upload: Any, _: str, *rest: Any) -> Any:
        return real(author, upload, name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(documents, "_manifest", named)
        sent = await theirs.attach(path, inspect=looked_at)

    saved = await ours.fetch(sent.document, tmp_path / "in", inspect=looked_at)
    [view] = await ours.documents()

    assert saved.parent == tmp_path / "in"
    assert saved.name == view.name
    assert not set(view.name) & set("/\\\u202e")
    assert not view.name.startswith((".", "-", "CON"))


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
    true = await CircleView(bob.end.desk, ours.id).read(receipt=False)
    count, noticed = len(proxy.last("/fetch")["boxes"]), 0
    for index in range(count):

        def flip(answer: Any, _: Request, at: int = index) -> Any:
            answer["boxes"][at] = b64(flipped(b64decode(answer["boxes"][at]), 700))
            return answer

        proxy.honest()
        proxy.change("/fetch", flip)
        anew = await world.colleague(world.vcu, f"reader-{index}")
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
