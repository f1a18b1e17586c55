"""What this device keeps: sealed under the worker's own key, readable by its owner alone, written whole.

Several programs of one person may run at once: ``locked`` lets one at a time read and write again. Without
a folder ("this is a shared device") nothing is kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crypto.errors import NotForMe
from crypto.private.secrets import lock, unlock
from keyholder.errors import LocalTrouble

LARGEST = 64 * 1024 * 1024
_CONTEXT = b"kith/1/state\x00"


class LocalState:
    """Named sealed blobs. Names are lower-case words, digits and hyphens."""

    def __init__(self, folder: Path | None, key: bytes) -> None:
        self.folder = folder
        self._key = key
        if folder is not None:
            _own(folder)

    def read(self, name: str) -> bytes | None:
        """What was kept under ``name``; None when nothing was, or when it is not ours any more."""
        if self.folder is None:
            return None
        try:
            with (self.folder / name).open("rb") as file:
                sealed = file.read(LARGEST + 1)
            return unlock(self._key, sealed, _CONTEXT + name.encode())
        except (FileNotFoundError, NotForMe):
            return None
        except OSError as error:
            raise LocalTrouble from error

    def write(self, name: str, data: bytes) -> None:
        """Keep ``data``: whole or not at all."""
        if self.folder is not None:
            write_whole(self.folder / name, lock(self._key, data, _CONTEXT + name.encode()))

    def remove(self, name: str) -> None:
        """Keep nothing under ``name``."""
        if self.folder is not None:
            (self.folder / name).unlink(missing_ok=True)

    def names(self, prefix: str) -> list[str]:
        """What is kept under names that begin so, sorted."""
        if self.folder is None:
            return []
        return sorted(path.name for path in self.folder.glob(f"{prefix}*"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one program of this worker at a time is inside."""
        if self.folder is None:
            yield
            return
        with _held(self.folder / "lock"):
            yield


def write_whole(path: Path, data: bytes) -> None:
    """Write aside, then rename into place, for the owner's eyes alone."""
    aside = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise LocalTrouble from error


def _own(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise LocalTrouble from error


@contextmanager
def _held(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle)
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
