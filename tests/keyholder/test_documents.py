"""Documents from a file on one device to a file on another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crypto.entries import Kind
from keyholder.documents import DocumentView
from keyholder.errors import Away, NotAccepted
from tests.keyholder.world import World, looked_at

PDF = b"%PDF-1.7\n"


def letter(folder: Path, size: int = 5000, name: str = "letter.pdf") -> Path:
    path = folder / name
    path.write_bytes(PDF + os.urandom(size - len(PDF)))
    return path


async def test_a_file_arrives_as_it_was(world: World, tmp_path: Path) -> None:
    ours, theirs = await world.shared_circle()
    path = letter(tmp_path, 9 * 1024 * 1024)
    seen: list[tuple[int, int]] = []

    sent = await ours.attach(path, inspect=looked_at, progress=lambda *done: seen.append(done))
    saved = await theirs.fetch(sent.document, tmp_path / "in", inspect=looked_at)

    assert saved.read_bytes() == path.read_bytes()
    assert saved.name == "letter.pdf"
    assert len(seen) == 2
    assert seen[-1][0] == seen[-1][1]


async def test_nothing_is_written_over(world: World, tmp_path: Path) -> None:
    ours, theirs = await world.shared_circle()
    sent = await ours.attach(letter(tmp_path), inspect=looked_at)

    names = [(await theirs.fetch(sent.document, tmp_path / "in", inspect=looked_at)).name for _ in range(2)]

    assert names == ["letter.pdf", "letter (2).pdf"]
    assert sorted(p.name for p in (tmp_path / "in").iterdir()) == ["letter (2).pdf", "letter.pdf"]


async def test_a_new_version_follows_the_old_one(world: World, tmp_path: Path) -> None:
    ours, theirs = await world.shared_circle()
    first = await ours.attach(letter(tmp_path), inspect=looked_at)
    second = await ours.attach(letter(tmp_path), inspect=looked_at, document=first.document)

    listed: list[DocumentView] = await theirs.documents()

    assert [(view.document, view.number) for view in listed] == [(first.document, 1), (first.document, 2)]
    assert second.number == 2
    old = await theirs.fetch(first.document, tmp_path / "in", number=1, inspect=looked_at)
    assert old.exists()


async def test_a_file_that_policies_refuse_is_not_sealed(world: World, tmp_path: Path) -> None:
    ours, _ = await world.shared_circle()
    disguised = tmp_path / "letter.pdf"
    disguised.write_bytes(b"just text")

    with pytest.raises(NotAccepted):
        await ours.attach(disguised, inspect=looked_at)

    assert not [v for v in ours.book.entries if v.header.kind == Kind.DOCUMENT]


async def test_an_upload_that_stopped_goes_on_with_the_same_ciphertext(
    keeping_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = await keeping_world.shared_circle()
    path, sent = letter(tmp_path, 20 * 1024 * 1024), []
    connection = keeping_world.vcu.manager.desk.connection
    put = connection.put_bytes

    async def failing(place: str, data: bytes, kind: type) -> object:
        sent.append(place.rpartition("/")[2])
        if len(sent) == 2:
            raise Away
        return await put(place, data, kind)

    monkeypatch.setattr(connection, "put_bytes", failing)
    with pytest.raises(Away):
        await ours.attach(path, inspect=looked_at)

    view = await ours.attach(path, inspect=looked_at)

    assert sent == ["1", "2", "2", "3"]
    saved = await theirs.fetch(view.document, tmp_path / "in", inspect=looked_at)
    assert saved.read_bytes() == path.read_bytes()
    assert not list((tmp_path / "devices").rglob("*.sealed"))


async def test_a_download_that_stopped_goes_on(
    keeping_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = await keeping_world.shared_circle()
    path = letter(tmp_path, 300_000)
    view = await ours.attach(path, inspect=looked_at)
    connection = keeping_world.shelter.manager.desk.connection
    stream, asked = connection.stream, []

    async def failing(place: str, start: int, stop: int):  # type: ignore[no-untyped-def] # a plain wrapper
        asked.append(start)
        done = 0
        async for piece in stream(place, start, stop):
            done += len(piece)
            yield piece
            if len(asked) == 1 and done > 100_000:
                raise Away

    monkeypatch.setattr(connection, "stream", failing)
    with pytest.raises(Away):
        await theirs.fetch(view.document, tmp_path / "in", inspect=looked_at)

    saved = await theirs.fetch(view.document, tmp_path / "in", inspect=looked_at)

    assert saved.read_bytes() == path.read_bytes()
    assert asked[1] > 100_000


async def test_what_was_listed_once_is_not_asked_for_again_and_what_was_erased_is_not_listed(
    world: World, tmp_path: Path
) -> None:
    ours, theirs = await world.shared_circle()
    kept = await ours.attach(letter(tmp_path, name="kept.pdf"), inspect=looked_at)
    gone = await ours.attach(letter(tmp_path, name="gone.pdf"), inspect=looked_at)
    assert [view.document for view in await theirs.documents()] == [kept.document, gone.document]
    looked = (await world.vcu.manager.log_check()).size
    await theirs.documents()
    assert (await world.vcu.manager.log_check()).size == looked

    await ours.erase(gone.seq, 1)

    assert [view.document for view in await theirs.documents()] == [kept.document]
