"""An open database with two tables, on SQLite and on PostgreSQL in turn."""

import resource
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from storage.database import Database
from tests.storage.places import lay_out


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await lay_out(await Database.open(database_url))
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = await lay_out(await Database.open(sqlite_url))
    yield opened
    await opened.close()


@pytest.fixture
def disk_full() -> Callable[[int], AbstractContextManager[None]]:
    """No file of this process can grow past so many bytes while the block lasts: the kernel refuses to
    write."""

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited
