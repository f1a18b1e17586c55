"""Documents of one circle: what there is, attaching a file, fetching one. The work on bytes is in
``uploading`` and ``downloading``; here are the entries that carry each version's manifest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto.entries import Document, Kind
from crypto.errors import CryptoError
from crypto.log import Verified
from crypto.private.bodies import Manifest, check_manifest
from keyholder import alarms
from keyholder.downloading import Download, Downloader
from keyholder.epochs import EpochKeys
from keyholder.errors import NotAccepted, NotReady
from keyholder.logbook import Logbook
from keyholder.opening import Item
from keyholder.sealing import Sealer
from keyholder.thread import Thread, restrict
from keyholder.uploading import Upload, Uploader
from keyholder.versions import versions
from keyholder.writing import Position, Writing
from policies.decisions import Denied
from policies.documents import Found, may_attach, type_of
from policies.limits import limits
from policies.names import safe_name

Inspector = Callable[[Path], Found]
"""Looks at a file's bytes: its media type, and the names inside when it is a container."""
Progress = Callable[[int, int], None]
"""(bytes done, bytes in all)."""
WHOLE = 100


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One version of one document. ``name`` is safe to show and to save under; it is empty, like all that was
    sealed, when ``alarm`` says why it is not shown."""

    document: bytes
    number: int
    seq: int
    name: str
    media_type: str
    size: int
    author: str
    organisation: bytes
    worker: bytes
    received_at: int
    modified_at: int
    description: str
    alarm: alarms.Alarm | None = None


class Documents:
    """The documents of one circle."""

    def __init__(self, book: Logbook, keys: EpochKeys, sealer: Sealer, thread: Thread) -> None:
        self._book, self._keys, self._sealer, self._thread = book, keys, sealer, thread
        self._uploader, self._downloader = Uploader(book), Downloader(book)
        self._opened: dict[int, Item] = {}

    async def all(self) -> list[DocumentView]:
        """Every version that can be opened here, oldest first; and, with an alarm, every one that should open
        and does not, or that is not its author's to say. What was opened is not asked for again."""
        await self._book.sync()
        wanted = [v for v in self._book.entries if v.header.kind == Kind.DOCUMENT]
        erased = {v.placed.seq for v in wanted if v.placed.hash in self._book.circle.erased}
        shown = {seq: item for seq, item in self._opened.items() if seq not in erased}
        while unknown := [v.placed.seq for v in wanted if v.placed.seq not in shown]:
            last = max(seq for seq in unknown if seq < unknown[0] + WHOLE)
            shown |= {item.seq: item for item in await self._thread.open_range(unknown[0], last + 1)}
        self._opened = {seq: item for seq, item in shown.items() if isinstance(item.body, Manifest)}
        misfits = {each.verified.placed.seq for each in versions(self._book.entries).misfits}
        views = (self._listed(v, shown[v.placed.seq], misfits) for v in wanted if v.placed.seq in shown)
        return [view for view in views if view is not None]

    async def attach(
        self,
        path: Path,
        *,
        inspect: Inspector,
        description: str = "",
        document: bytes | None = None,
        only: Sequence[bytes] | None = None,
        progress: Progress | None = None,
    ) -> DocumentView:
        """Seal a file and share it; with ``document``, as its next version.

        Raises:
            NotAccepted: the file's kind, size or name, or it changed meanwhile; or the document is another
                organisation's.
        """
        await self._book.sync()
        name, media = await asyncio.to_thread(_accept, path, inspect)
        number = self._next(document)
        upload = await self._uploader.send(path, document, number, progress)

        async def write(position: Position) -> Writing:
            restricted, boxes, key = restrict(position, only)
            facts = Document(restricted, upload.document, upload.number, upload.stored)
            body = _manifest(position.desk.me.name, upload, name, media, description)
            return Writing(Kind.DOCUMENT, facts, body, boxes, body_key=key)

        receipt = await self._sealer.post(write)
        self._uploader.done(upload)
        return _view(await self._thread.open_one(receipt.seq))

    async def fetch(
        self,
        document: bytes,
        folder: Path,
        *,
        number: int | None = None,
        inspect: Inspector,
        progress: Progress | None = None,
    ) -> Path:
        """Save a document, its newest version unless ``number`` says which, under a safe name that is new
        in ``folder``.

        Raises:
            Alarm: it is not the document that was shared, or not what it says it is.
        """
        await self._book.sync()
        known = versions(self._book.entries).of(document)
        found = [each.verified for each in known if number in (None, each.facts.number)]
        if not found:
            raise NotReady("There is no such document in this circle.")
        verified = found[-1]
        item = await self._thread.open_one(verified.placed.seq)
        if item.alarm is not None:
            raise item.alarm
        manifest = self._checked(verified, item)
        return await self._downloader.save(Download(verified, manifest), folder, inspect, progress)

    def _next(self, document: bytes | None) -> int:
        """The number of the next version. Raises NotAccepted when it is not this organisation's to say."""
        if document is None:
            return 1
        known = versions(self._book.entries)
        if not known.may_follow(document, self._book.desk.me.organisation, self._book.circle.owner):
            raise NotAccepted(
                "Only the organisation that shared this document, or the circle's owner, can share a new"
                " version of it. Share yours as a document of its own."
            )
        return len(known.of(document)) + 1

    def _listed(self, verified: Verified, item: Item, misfits: Container[int]) -> DocumentView | None:
        """One line of the list; None for what is not for this organisation, or erased."""
        if item.seq in misfits:
            return _faulty(verified, self._alarm(alarms.Kind.NOT_THEIRS_TO_DO, verified))
        if item.alarm is not None:
            return _faulty(verified, item.alarm)
        if not isinstance(item.body, Manifest):
            return None
        try:
            self._checked(verified, item)
        except alarms.Alarm as alarm:
            return _faulty(verified, alarm)
        return _view(item)

    def _checked(self, verified: Verified, item: Item) -> Manifest:
        manifest = item.body
        if not isinstance(manifest, Manifest):
            raise NotReady("This document was not shared with your organisation.")
        try:
            check_manifest(verified.header, manifest)
        except CryptoError as error:
            raise self._alarm(alarms.Kind.BADLY_SEALED, verified) from error
        return manifest

    def _alarm(self, kind: alarms.Kind, verified: Verified) -> alarms.Alarm:
        return self._book.alarm(kind, header=verified.entry.header, signature=verified.entry.signature)


def _accept(path: Path, inspect: Inspector) -> tuple[str, str]:
    """The safe name and the media type of a file that may be shared. Raises NotAccepted."""
    found = inspect(path)
    name = safe_name(path.name)
    decision = may_attach(Found(name, found.size, found.detected, found.inside), limits())
    accepted = type_of(name)
    if isinstance(decision, Denied) or accepted is None:
        raise NotAccepted(decision.say if isinstance(decision, Denied) else "")
    return name, accepted.media


def _manifest(author: str, upload: Upload, name: str, media: str, description: str) -> Manifest:
    return Manifest(
        1,
        author,
        upload.document,
        upload.number,
        name,
        media,
        upload.size,
        upload.padded,
        upload.stored,
        upload.plaintext_hash,
        upload.segments,
        upload.key,
        upload.modified_at,
        description,
    )


def _view(item: Item) -> DocumentView:
    manifest = item.body
    assert isinstance(manifest, Manifest)
    return DocumentView(
        manifest.document,
        manifest.number,
        item.seq,
        safe_name(manifest.name),
        manifest.media_type,
        manifest.size,
        manifest.author,
        item.organisation,
        item.worker,
        item.received_at,
        manifest.modified_at,
        manifest.description,
    )


def _faulty(verified: Verified, alarm: alarms.Alarm) -> DocumentView:
    """What the entry's facts say of a document that is not shown."""
    facts, header = verified.facts, verified.header
    assert isinstance(facts, Document)
    return DocumentView(
        facts.document,
        facts.number,
        verified.placed.seq,
        "",
        "",
        0,
        "",
        header.organisation,
        header.worker,
        verified.placed.received_at,
        0,
        "",
        alarm,
    )
