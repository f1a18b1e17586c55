"""Blobs in a folder: `objects/ab/<key>` when finished, `uploads/<key>` before that.

A part is written at its place in the one unfinished file, synchronised, and only then told of; finishing
renames that file. All disk work is done in threads, so that the event loop goes on.
"""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from storage.blobs import CHUNK, PART, Bytes, NoSpace, NotFound, Part, Unavailable, checked, number_of, total

T = TypeVar("T")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskStore:
    """See `storage.blobs.BlobStore`. Several processes of one machine may share the folder."""

    def __init__(self, folder: Path) -> None:
        self._objects = folder / "objects"
        self._uploads = folder / "uploads"
        for each in (self._objects, self._uploads):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def put_part(self, key: str, data: Bytes, after: Part | None = None) -> Part:
        number, path = number_of(data, after), self._upload(key)
        await _in_thread(lambda: _write(path, data, (number - 1) * PART))
        return Part(number, len(data), "")

    async def finish(self, key: str, parts: Sequence[Part]) -> int:
        upload, whole, size = self._upload(key), self._object(key), total(parts)
        await _in_thread(lambda: _finish(upload, whole, size))
        return size

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if start < 0 or (stop is not None and stop < start):
            raise ValueError("a range starts before it stops")
        path = self._object(key)
        file = await _in_thread(lambda: os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW))
        try:
            while stop is None or start < stop:
                wanted = CHUNK if stop is None else min(CHUNK, stop - start)
                piece = await _in_thread(partial(os.pread, file, wanted, start))
                if not piece:
                    return
                start += len(piece)
                yield piece
        finally:
            os.close(file)

    async def size(self, key: str) -> int | None:
        path = self._object(key)
        try:
            return await _in_thread(lambda: path.stat().st_size)
        except NotFound:
            return None

    async def delete(self, key: str) -> None:
        upload, whole = self._upload(key), self._object(key)
        await _in_thread(lambda: _delete(upload, whole))

    def _upload(self, key: str) -> Path:
        return self._uploads / checked(key).replace("/", "-")

    def _object(self, key: str) -> Path:
        name = checked(key).replace("/", "-")
        return self._objects / name[:2] / name


async def _in_thread(work: Callable[[], T]) -> T:
    """Run in a thread, to its end even when cancelled: a file must not be closed under it."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
    except FileNotFoundError as fault:
        raise NotFound("no such object") from fault
    except OSError as fault:
        raise (NoSpace if fault.errno in _FULL else Unavailable)(os.strerror(fault.errno or 0)) from fault


def _write(path: Path, data: Bytes, place: int) -> None:
    new = not path.exists()
    if new and place:
        raise FileNotFoundError(path)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        left = memoryview(data)
        while left:
            written = os.pwrite(file, left, place)
            left, place = left[written:], place + written
        os.fdatasync(file)
    finally:
        os.close(file)
    if new:
        _sync(path.parent)


def _finish(upload: Path, whole: Path, size: int) -> None:
    if not upload.exists() and whole.stat().st_size == size:
        return
    if upload.stat().st_size != size:
        raise FileNotFoundError(upload)
    whole.parent.mkdir(mode=0o700, exist_ok=True)
    _sync(whole.parent.parent)
    os.replace(upload, whole)
    _sync(whole.parent)


def _delete(upload: Path, whole: Path) -> None:
    upload.unlink(missing_ok=True)
    if whole.exists():
        whole.unlink()
        _sync(whole.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
