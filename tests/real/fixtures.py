"""One PostgreSQL and one S3 server for each test process, started when first asked for; fresh places for each
test."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from storage.blobs import BlobStore
from storage.disk import DiskStore
from storage.s3 import S3Settings, S3Store
from tests.real import postgresql, s3


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A server that all tests of this process share: do not stop it (see `postgresql.running` for one's
    own)."""
    with postgresql.running(safe=False) as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.Server]:
    """A server that all tests of this process share: do not stop it (see `s3.running` for one's own)."""
    with s3.running() as server:
        yield server


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def postgresql_url(postgresql_server: postgresql.Server, _numbers: Iterator[int]) -> str:
    """The address of an empty database of one's own."""
    return postgresql_server.create(f"test_{next(_numbers)}")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a database file that is not there yet."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn, empty."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def s3_settings(s3_server: s3.Server) -> Iterator[S3Settings]:
    """An empty bucket of one's own, until the test ends."""
    with s3_server.lend() as bucket:
        yield s3_server.settings(bucket)


@pytest.fixture(params=["disk", "s3"])
def blob_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    """Each store in turn, empty."""
    if request.param == "disk":
        yield DiskStore(tmp_path / "blobs")
        return
    store = S3Store(request.getfixturevalue("s3_settings"))
    yield store
    store.close()
