"""A real PostgreSQL server: made in a temporary folder, answering on a socket in it, stopped with its
owner."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PACKAGE = "postgresql"
UNPRIVILEGED = "postgres", "nobody"


class Missing(RuntimeError):
    """A real part is not installed."""


def binary(name: str) -> str:
    """The newest installed server's command. Raises Missing, naming the package."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed: install the package {PACKAGE}")
    return path


def _as_nobody() -> list[str]:
    """PostgreSQL refuses to run as root; then run it as somebody who may do less."""
    if os.geteuid() != 0:
        return []
    for user in UNPRIVILEGED:
        if subprocess.run(["id", user], capture_output=True, check=False).returncode == 0:
            return ["setpriv", f"--reuid={user}", f"--regid={_group(user)}", "--clear-groups"]
    raise Missing("PostgreSQL needs an unprivileged user: install the package postgresql")


def _group(user: str) -> str:
    return subprocess.run(["id", "-gn", user], capture_output=True, check=True, text=True).stdout.strip()


# Tables without rows are left alone: truncating one makes new files.
_EMPTY = """
DO $$
DECLARE
  one record;
  filled text;
  found boolean;
BEGIN
  SET LOCAL lock_timeout = '1s';
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT format('%I', tablename) AS name FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || one.name || ')' INTO found;
    IF found THEN filled := concat_ws(', ', filled, one.name); END IF;
  END LOOP;
  IF filled IS NOT NULL THEN EXECUTE 'TRUNCATE ' || filled || ' RESTART IDENTITY CASCADE'; END IF;
END $$
"""


class Server:
    """One server with its data under `folder`, and its socket, so that no port of the machine is used.

    One that is not `safe` would not survive a loss of power, which no test can bring about: it commits what
    it is told to, and its processes may be killed, but it does not wait for the disk. Nor does it tidy behind
    the many small databases of the tests.
    """

    def __init__(self, folder: Path, *, safe: bool = True) -> None:
        self.folder = folder
        self.safe = safe
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Lay out an empty server."""
        self.folder.chmod(0o777)
        subprocess.run(
            [*_as_nobody(), binary("initdb"), "-D", str(self.data), "-U", "kith", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start, and return once it answers."""
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder), "max_connections": "200",
            "shared_buffers": "64MB", "max_wal_size": "1GB", "autovacuum_naptime": "10s",
            "log_min_messages": "fatal",
        }  # fmt: skip
        if not self.safe:
            settings |= {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_as_nobody(), binary("postgres"), "-D", str(self.data), *words],
                stdout=log, stderr=log, cwd="/",
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            if self._run("psql", "-qc", "SELECT 1", "postgres", check=False) == 0:
                return
            assert self._process is not None
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def _run(self, name: str, *words: str, check: bool = True) -> int:
        command = [binary(name), "-h", str(self.folder), "-U", "kith", *words]
        done = subprocess.run(command, check=False, capture_output=True)
        if check and done.returncode:
            raise RuntimeError(done.stderr.decode())
        return done.returncode

    def create(self, name: str, like: str | None = None) -> str:
        """Make an empty database, or a copy of another that nobody uses, and return its address."""
        self._run("createdb", name, *(["--template", like] if like else []))
        return self.url(name)

    def empty(self, name: str) -> bool:
        """Take every row out of a database, and count from the start again; whether nobody held on to one."""
        command = ["-q", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", _EMPTY]
        return self._run("psql", *command, check=False) == 0

    def url(self, name: str) -> str:
        return f"postgresql://kith@/{name}?host={self.folder}"

    def stop(self, *, kill: bool = False) -> None:
        """Stop at once, breaking every connection; with `kill`, as if the power had gone."""
        if self._process is None:
            return
        if kill:
            self._tell_all(signal.SIGKILL)
            time.sleep(0.1)
        else:
            self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        self._process = None

    def throw_away(self) -> None:
        """Stop for good, without writing down for the next start what is in memory."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Still there, but answering nobody while the block lasts."""
        self._tell_all(signal.SIGSTOP)
        try:
            yield
        finally:
            self._tell_all(signal.SIGCONT)

    def _tell_all(self, what: signal.Signals) -> None:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for process in [self._process.pid, *map(int, children)]:
            with suppress(ProcessLookupError):
                os.kill(process, what)


@contextmanager
def running(*, safe: bool = True) -> Iterator[Server]:
    """A fresh server for the length of a block."""
    folder = Path(tempfile.mkdtemp(prefix="kith-pg-"))
    server = Server(folder, safe=safe)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.throw_away()
        shutil.rmtree(folder, ignore_errors=True)
