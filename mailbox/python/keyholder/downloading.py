"""Fetching a document: state it, take the sealed bytes, check all of them, and only then give it a name.

What was taken is kept as ciphertext until it is whole, so that a broken download goes on where it stopped.
Nothing of a document that does not hold stays in the folder.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crypto.errors import CryptoError
from crypto.log import Verified
from crypto.private.bodies import Manifest
from crypto.private.documents import open_document
from crypto.statements import Act, Object, ObjectKind
from keyholder import alarms, answers
from keyholder.errors import Away, LocalTrouble
from keyholder.logbook import Logbook
from policies.decisions import Denied
from policies.documents import Found, may_open
from policies.names import safe_name

RANGE = 32 * 1024 * 1024
READ = 256 * 1024
NAMES = 1000
SAMPLE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Download:
    """Which document: the entry that was verified, and what it says."""

    verified: Verified
    manifest: Manifest


class Downloader:
    """Fetches documents of one circle."""

    def __init__(self, book: Logbook) -> None:
        self._book, self._desk = book, book.desk

    async def save(
        self,
        wanted: Download,
        folder: Path,
        inspect: Callable[[Path], Found],
        progress: Callable[[int, int], None] | None,
    ) -> Path:
        """The document, whole and checked, under a safe new name in ``folder``."""
        spool = self._spool(wanted)
        await self._take(wanted, spool, progress)
        try:
            return await asyncio.to_thread(self._open, wanted, spool, folder, inspect)
        finally:
            spool.unlink(missing_ok=True)

    def _spool(self, wanted: Download) -> Path:
        name = f"kith-{wanted.verified.placed.hash.hex()}.taken"
        folder = self._desk.state.folder
        if folder is not None:
            return folder / name
        handle, path = tempfile.mkstemp(prefix="kith-", suffix=".taken")
        os.close(handle)
        return Path(path)

    async def _take(self, wanted: Download, spool: Path, progress: Callable[[int, int], None] | None) -> None:
        total = wanted.manifest.stored
        done = await asyncio.to_thread(_taken, spool, total)
        if done == total:
            return
        ticket = await self._ticket(wanted, done, total)
        handle = os.open(spool, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as out:
            while done < total:
                stop = min(done + RANGE, total)
                async for piece in self._desk.connection.stream(ticket, done, stop):
                    out.write(piece)
                    done += len(piece)
                    if progress is not None:
                        progress(done, total)
                if done < stop:
                    raise Away("The download stopped early. Start it again: it goes on from there.")

    async def _ticket(self, wanted: Download, start: int, stop: int) -> str:
        manifest = wanted.manifest
        objects = [Object(ObjectKind.DOCUMENT, manifest.document, start, stop)]
        signed = self._desk.state_that(Act.FETCHED, objects, circle=self._book.id)
        body = {"statement": {"payload": signed.payload, "signature": signed.signature}}
        path = (
            f"/v1/circles/{self._book.id.hex()}/documents/{manifest.document.hex()}/{manifest.number}/tickets"
        )
        ticket = await self._desk.connection.post(path, body, answers.Ticket)
        self._desk.log.heard(ticket, [signed])
        return f"/v1/tickets/{ticket.ticket.hex()}"

    def _open(self, wanted: Download, spool: Path, folder: Path, inspect: Callable[[Path], Found]) -> Path:
        manifest = wanted.manifest
        name = safe_name(manifest.name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # the ending is kept so that the look at its bytes sees the same name
            handle, opened = tempfile.mkstemp(prefix=".kith-", suffix="-" + name[-40:], dir=folder)
        except OSError as error:
            raise LocalTrouble("The folder cannot be written to.") from error
        temporary = Path(opened)
        try:
            with os.fdopen(handle, "wb") as out:
                for piece in open_document(manifest, self._book.id, _pieces(spool)):
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            if isinstance(may_open(name, manifest.media_type, inspect(temporary).detected), Denied):
                raise self._alarm(alarms.Kind.DOCUMENT_DISGUISED, wanted, spool)
            return _settle(temporary, folder, name)
        except CryptoError as error:
            raise self._alarm(alarms.Kind.DOCUMENT_CHANGED, wanted, spool) from error
        except OSError as error:
            raise LocalTrouble("There is no room, or the folder cannot be written to.") from error
        finally:
            temporary.unlink(missing_ok=True)

    def _alarm(self, kind: alarms.Kind, wanted: Download, spool: Path) -> alarms.Alarm:
        whole = hashlib.sha256()
        sample = b""
        for piece in _pieces(spool):
            whole.update(piece)
            sample = sample or piece[:SAMPLE]
        entry = wanted.verified.entry
        return self._book.alarm(
            kind, header=entry.header, signature=entry.signature, served_hash=whole.digest(), sample=sample
        )


def _taken(spool: Path, total: int) -> int:
    """How much of the object is there already; what cannot be a beginning of it is dropped."""
    done = spool.stat().st_size if spool.exists() else 0
    if done <= total:
        return done
    spool.unlink()
    return 0


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(READ):
            yield piece


def _settle(temporary: Path, folder: Path, name: str) -> Path:
    """Give the finished file its name, or the next free one; never write over anything."""
    stem, dot, suffix = name.rpartition(".")
    for number in range(1, NAMES):
        fit = name if number == 1 else f"{stem} ({number}){dot}{suffix}" if stem else f"{name} ({number})"
        try:
            os.link(temporary, folder / fit)
        except FileExistsError:
            continue
        return folder / fit
    raise LocalTrouble("There are too many files of that name in the folder.")
