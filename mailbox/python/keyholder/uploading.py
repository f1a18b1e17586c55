"""Sealing a file and sending it in parts.

The sealed object is first written whole to a spool on this device: ciphertext only. An upload that stopped
goes on from that spool, or, when the file has changed since, starts again with a new key: a key never seals
two files.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from crypto.encoding import Hash, Id, Key32, Struct, Time, Uint, Version, pack, unpack
from crypto.errors import CryptoError, Malformed
from crypto.private.content import FEED
from crypto.private.documents import DocumentSealer
from keyholder import answers
from keyholder.errors import BadAnswer, LocalTrouble, NotAccepted
from keyholder.logbook import Logbook

CHANGED = "The file changed while it was being read. Close it in other programs and try again."


class Upload(Struct, frozen=True):
    """A sealed file on its way: enough to go on with it, and to write its manifest."""

    version: Version
    document: Id
    number: Uint
    key: Key32
    size: Uint
    padded: Uint
    stored: Uint
    plaintext_hash: Hash
    segments: Hash
    segment_hashes: Annotated[bytes, Meta(max_length=1024 * 1024)]
    modified_at: Time
    mark: Annotated[str, Meta(max_length=64)]
    spool: Annotated[str, Meta(max_length=4096)]


class Uploader:
    """Sends files of one circle."""

    def __init__(self, book: Logbook) -> None:
        self._book, self._desk = book, book.desk

    async def send(
        self,
        path: Path,
        document: bytes | None,
        number: int,
        progress: Callable[[int, int], None] | None,
    ) -> Upload:
        """Seal ``path`` (or take up its spool) and send every part the hub lacks.

        Raises:
            NotAccepted: the file changed. Refused, Away: call again to go on.
        """
        place = self._book.id + (document or b"")
        mark = await asyncio.to_thread(_mark, place, path, number)
        upload = self._kept(mark)
        if upload is None:
            upload = await asyncio.to_thread(
                self._seal, path, document or os.urandom(16), number, mark, place
            )
            self._desk.state.write(_name(mark), pack(upload))
        await self._send_parts(upload, progress or _silent)
        return upload

    def done(self, upload: Upload) -> None:
        """Its entry is posted: the spool is not needed any more."""
        Path(upload.spool).unlink(missing_ok=True)
        self._desk.state.remove(_name(upload.mark))

    def _kept(self, mark: str) -> Upload | None:
        data = self._desk.state.read(_name(mark))
        try:
            upload = unpack(Upload, data) if data else None
        except CryptoError:
            return None
        if upload is None or not Path(upload.spool).is_file():
            return None
        return upload if Path(upload.spool).stat().st_size == upload.stored else None

    def _seal(self, path: Path, document: bytes, number: int, mark: str, place: bytes) -> Upload:
        handle, spool = tempfile.mkstemp(prefix="kith-", suffix=".sealed", dir=self._desk.state.folder)
        try:
            with os.fdopen(handle, "wb") as out:
                upload = self._seal_into(out.write, path, document, number, mark, spool)
            if _mark(place, path, number) != mark:
                raise NotAccepted(CHANGED)
        except OSError as error:
            Path(spool).unlink(missing_ok=True)
            raise LocalTrouble("The file could not be read, or there is no room on this device.") from error
        except (Malformed, NotAccepted) as error:
            Path(spool).unlink(missing_ok=True)
            raise NotAccepted(CHANGED) from error
        return upload

    def _seal_into(
        self,
        write: Callable[[bytes], object],
        path: Path,
        document: bytes,
        number: int,
        mark: str,
        spool: str,
    ) -> Upload:
        key, stat = os.urandom(32), path.stat()
        sealer = DocumentSealer(key, self._book.id, document, number, stat.st_size)
        for piece in sealer.seal(_pieces(path, stat.st_size)):
            write(piece)
        sealed = sealer.sealed
        assert sealed is not None, "the sealer was iterated to its end"
        return Upload(
            1,
            document,
            number,
            key,
            sealed.size,
            sealed.padded,
            sealed.stored,
            sealed.plaintext_hash,
            sealed.segments,
            sealed.segment_hashes,
            max(0, stat.st_mtime_ns // 1_000_000),
            mark,
            spool,
        )

    async def _send_parts(self, upload: Upload, progress: Callable[[int, int], None]) -> None:
        connection = self._desk.connection
        path = f"/v1/circles/{self._book.id.hex()}/uploads"
        asked = {"document": upload.document, "number": upload.number, "size": upload.stored}
        begun = await connection.post(path, asked, answers.Upload, again=True)
        if begun.upload is None:
            raise BadAnswer
        there, size = set(begun.parts), begun.part_size
        place = f"/v1/uploads/{begun.upload.hex()}"
        for part, start in enumerate(range(0, upload.stored, size), 1):
            if part not in there:
                data = await asyncio.to_thread(_slice, upload.spool, start, size)
                await connection.put_bytes(f"{place}/parts/{part}", data, answers.Nothing)
            progress(min(start + size, upload.stored), upload.stored)
        done = {"segments": upload.segment_hashes}
        await connection.post(f"{place}/finish", done, answers.Nothing, again=True)


def _mark(place: bytes, path: Path, number: int) -> str:
    """Tells this file, as it is now and for this place, from any other: another size or time is
    another file."""
    stat = path.stat()
    told = f"{path.resolve()}\x00{stat.st_size}\x00{stat.st_mtime_ns}\x00{stat.st_ino}\x00{number}"
    return hashlib.sha256(place + told.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _name(mark: str) -> str:
    return f"upload-{mark}"


def _pieces(path: Path, size: int) -> Iterator[bytes]:
    """The file's bytes; one more than ``size`` at most, so that a file that grows is noticed."""
    left = size + 1
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(FEED, left))):
            left -= len(piece)
            yield piece


def _slice(spool: str, start: int, size: int) -> bytes:
    with Path(spool).open("rb") as file:
        file.seek(start)
        return file.read(size)


def _silent(done: int, total: int) -> None:
    """Nobody watches."""
