"""Opening what settings name: the database and the keeper of blobs. Alike for every command."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from hub.config import Disk, Settings, SettingsError
from storage.blobs import BlobStore
from storage.database import Database


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Database, BlobStore]]:
    """Both, open for the length of the block. Raises storage's Unavailable when either is away."""
    make_home(settings)
    with _blobs(settings) as blobs:
        database = await Database.open(settings.database.reveal())
        try:
            yield database, blobs
        finally:
            await database.close()


def bring_up_to_date(settings: Settings) -> None:
    """Migrate. Before any loop runs; may take as long as the data is large."""
    from storage.migrate import upgrade

    make_home(settings)
    upgrade(settings.database.reveal())


def require_up_to_date(settings: Settings) -> None:
    """Refuse to start on tables of another version. Raises SettingsError and Unavailable."""
    from storage.migrate import current, newest

    found = current(settings.database.reveal())
    if found != newest():
        been = "has no tables yet" if found is None else "has the tables of another version"
        raise SettingsError(f"The database {been}. Run: kith-hub migrate")


def make_home(settings: Settings) -> None:
    """The folder of the embedded defaults, readable by its owner alone."""
    if not settings.on_postgresql:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def _blobs(settings: Settings) -> Iterator[BlobStore]:
    place = settings.blobs
    if isinstance(place, Disk):
        from storage.disk import DiskStore

        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield DiskStore(place.folder)
        return
    from storage.s3 import S3Settings, S3Store

    key, secret = place.key.reveal(), place.secret.reveal()
    store = S3Store(S3Settings(place.bucket, key, secret, place.endpoint, place.region))
    try:
        yield store
    finally:
        store.close()
