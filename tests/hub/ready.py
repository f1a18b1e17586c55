"""Tables laid out once for a process, and copied for every hub after that: migrating is tested elsewhere, and
for each hub alone it takes longer than most tests."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

from hub.config import Settings
from hub.kernel.opening import bring_up_to_date, make_home
from storage import migrate
from tests.real.postgresql import Server

TEMPLATE = "ready"


def lay_out(settings: Settings) -> None:
    """Before a hub starts: every table in a database that has none, which is brought up to date otherwise."""
    url = settings.database.reveal()
    if url.startswith("sqlite:///"):
        make_home(settings)
        put_file(Path(url.removeprefix("sqlite:///")))
    if migrate.current(url) != newest():
        bring_up_to_date(settings)


def put_file(path: Path) -> None:
    """Every table in a database file that is not there yet."""
    if not path.exists():
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
            file.write(_file())


def make_template(server: Server) -> str:
    """A database with every table, for copies of it to be made; its name. Nobody may be connected to it."""
    migrate.upgrade(server.create(TEMPLATE))
    return TEMPLATE


@cache
def newest() -> str | None:
    """The last step there is."""
    return migrate.newest()


@cache
def _file() -> bytes:
    """A database file with every table and nothing in them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ready.db"
        migrate.upgrade(f"sqlite:///{path}")
        return path.read_bytes()
