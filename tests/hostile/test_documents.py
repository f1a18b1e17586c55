"""Items 10, 11, 20 and 22: documents that are not what was shared."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from crypto.entries import Kind
from crypto.private.content import CHUNK, HEADER, TAG
from keyholder import documents
from keyholder.circle import CircleView
from keyholder.errors import Away, NotAccepted, NotReady, Refused
from keyholder.uploading import Uploader
from policies.documents import Found
from tests.hostile.conftest import alarmed
from tests.hostile.forging import flipped
from tests.hostile.proxy import Denied, Proxy
from tests.keyholder.world import World, looked_at

PDF = b"%PDF-1.7\n"

LEAD = 8 + HEADER

PIECE = CHUNK + TAG

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


async def versioned(monkeypatch: pytest.MonkeyPatch, view: CircleView, path: Path, of: bytes, n: int) -> bool:
    """A hostile member's program says version ``n`` of a document; True when the hub took it."""

    def follows(*_: Any) -> int:
        return n

    with monkeypatch.context() as patch:
        patch.setattr(documents.Documents, "_next", follows)
        try:
            await view.attach(path, inspect=looked_at, document=of)
        except (Refused, NotReady):
            return False
    return True


@pytest.mark.parametrize("number", [2, 10_000])
async def test_item_11_nobody_puts_a_version_in_the_place_of_anothers_document(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    ours, theirs = await world.shared_circle()
    true, false = tmp_path / "true.pdf", tmp_path / "false.pdf"
    true.write_bytes(PDF + b"true")
    false.write_bytes(PDF + b"false")
    sent = await ours.attach(true, inspect=looked_at)
    await versioned(monkeypatch, theirs, false, sent.document, number)

    saved = await ours.fetch(sent.document, tmp_path / "in", inspect=looked_at)

    assert saved.read_bytes() == true.read_bytes()
    false_ones = [view for view in await ours.documents() if view.alarm is not None]
    assert all(view.alarm is not None and view.alarm.item == 13 for view in false_ones)
    assert (await ours.attach(true, inspect=looked_at, document=sent.document)).number == 2


async def test_item_11_a_version_of_anothers_document_is_not_even_sealed(
    world: World, tmp_path: Path
) -> None:
    """But the circle's owner may say the next version of anybody's."""
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(PDF + os.urandom(500))
    sent = await ours.attach(path, inspect=looked_at)
    back = await theirs.attach(path, inspect=looked_at)

    with pytest.raises(NotAccepted, match="its own"):
        await theirs.attach(path, inspect=looked_at, document=sent.document)

    assert (await ours.attach(path, inspect=looked_at, document=back.document)).number == 2
    assert [view.alarm for view in await theirs.documents()] == [None, None, None]
