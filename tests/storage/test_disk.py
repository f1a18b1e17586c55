"""What only a folder has: other files, other owners and an end to its room."""

import asyncio
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from storage.blobs import PART, NoSpace, NotFound, Unavailable
from storage.disk import DiskStore
from tests.storage.test_blobs import KEY, everything, parts_of, upload


async def test_a_full_disk_says_so_and_the_upload_goes_on_later(
    tmp_path: Path, disk_full: Callable[[int], AbstractContextManager[None]]
) -> None:
    store, pieces = DiskStore(tmp_path), parts_of(2 * PART)
    first = await store.put_part(KEY, pieces[0])
    with disk_full(PART + 1_000_000), pytest.raises(NoSpace):
        await store.put_part(KEY, pieces[1], first)
    await store.finish(KEY, [first, await store.put_part(KEY, pieces[1], first)])
    assert await everything(store, KEY) == b"".join(pieces)


async def test_a_half_written_part_is_not_taken_for_a_whole_one(
    tmp_path: Path, disk_full: Callable[[int], AbstractContextManager[None]]
) -> None:
    store = DiskStore(tmp_path)
    with disk_full(1_000_000), pytest.raises(NoSpace):
        await store.put_part(KEY, parts_of(PART)[0])
    (half,) = await upload(store, "ff", parts_of(PART))
    with pytest.raises(NotFound):
        await store.finish(KEY, [half])


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "blobs")
    await store.finish(KEY, await upload(store, KEY, parts_of(10)))
    for path in (tmp_path / "blobs").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


async def test_a_link_that_somebody_put_there_is_not_followed(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "blobs")
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (tmp_path / "blobs/uploads/0a-1b2c").symlink_to(secret)
    with pytest.raises(Unavailable):
        await store.put_part(KEY, b"over")
    assert secret.read_bytes() == b"secret"


async def test_a_cancelled_part_is_no_part(tmp_path: Path) -> None:
    store, pieces = DiskStore(tmp_path), parts_of(2 * PART)
    first = await store.put_part(KEY, pieces[0])
    task = asyncio.create_task(store.put_part(KEY, pieces[1], first))
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.finish(KEY, [first, await store.put_part(KEY, pieces[1], first)])
    assert await everything(store, KEY) == b"".join(pieces)
