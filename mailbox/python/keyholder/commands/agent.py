"""`kith sign-in --keep`: a small background process that remembers what was unlocked, in memory alone.

It answers on a socket that only its owner can reach, forgets after a time without use or when told to, and
writes nothing anywhere. Whoever controls this account on this machine can use it while it remembers: the
same is true of a browser that is signed in.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from keyholder.errors import LocalTrouble
from keyholder.profile import private_folder

LARGEST = 64 * 1024
LONGEST_PATH = 100  # systems allow a socket between 104 and 108 bytes
START_SECONDS = 60.0
ANSWER_SECONDS = 10.0
OPEN, LOCK = b"open\n", b"lock\n"
NOT_KEPT = "You are signed in, but it cannot be remembered on this machine."


def can_keep() -> bool:
    """Not on every system can one process trust another by its owner."""
    return os.name == "posix"


def socket_path(profile: Path, environment: Mapping[str, str]) -> Path:
    """Where the profile's agent listens: a short name, in a folder for its owner alone."""
    digest = hashlib.sha256(str(profile.resolve()).encode()).hexdigest()[:24]
    runtime = environment.get("XDG_RUNTIME_DIR")
    if runtime and len(os.fsencode(place := Path(runtime) / "kith" / digest)) <= LONGEST_PATH:
        return place
    return Path(tempfile.gettempdir()) / f"kith-{os.getuid()}" / digest


def kept(path: Path) -> bytes | None:
    """What the agent remembers; None when there is none, or it has forgotten."""
    answer = _ask(path, OPEN)
    return answer or None


def forget(path: Path) -> bool:
    """Tell it to forget, now. False when there was none."""
    return _ask(path, LOCK) is not None


def keep(path: Path, unlocked: bytes, idle_seconds: int) -> None:
    """Start an agent that remembers ``unlocked`` until it was idle for so long."""
    forget(path)
    _own_folder(path.parent)
    command = [sys.executable, "-m", "keyholder.commands.agent", str(path), str(idle_seconds)]
    try:
        subprocess.run(  # noqa: S603 # this very program, with a path and a number
            command,
            input=unlocked,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env=_environment(),
            timeout=START_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise LocalTrouble(NOT_KEPT) from error
    if kept(path) != unlocked:
        raise LocalTrouble(NOT_KEPT)


def _environment() -> dict[str, str]:
    """Ours without the words, and with the places this very program was loaded from."""
    import crypto
    import keyholder

    places = [str(Path(str(package.__file__)).parents[1]) for package in (keyholder, crypto)]
    kept_out = {"KITH_WORDS", "KITH_KIT_WORDS"}
    rest = {name: value for name, value in os.environ.items() if name not in kept_out}
    return {**rest, "PYTHONPATH": os.pathsep.join(dict.fromkeys(places))}


def serve(path: Path, idle_seconds: int) -> None:
    """The agent itself: take what is to be remembered from standard input, then answer until it is time.

    It listens before the program that started it goes on, and outlives it.
    """
    unlocked = bytearray(sys.stdin.buffer.read(LARGEST))
    _stay_private()
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, lambda *_: sys.exit(0))
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            path.chmod(0o600)
            listener.listen(16)
            own = path.stat().st_ino
            if os.fork():
                os._exit(0)
            try:
                _answer_until_idle(listener, unlocked, idle_seconds, lambda: _leave(path, own))
            finally:
                _leave(path, own)
    finally:
        unlocked[:] = bytes(len(unlocked))


def _leave(path: Path, own: int) -> None:
    """Take the socket away, if it is still ours and not a successor's."""
    with contextlib.suppress(OSError):
        if path.stat().st_ino == own:
            path.unlink()


def _answer_until_idle(
    listener: socket.socket, unlocked: bytearray, idle_seconds: int, leave: Callable[[], None]
) -> None:
    """Two clocks: one stands still while the machine sleeps, the other can be set back."""
    from keyholder.clock import now

    steady, wall = time.monotonic(), now()
    while True:
        left = idle_seconds - max(time.monotonic() - steady, (now() - wall) / 1000)
        if left <= 0:
            return
        listener.settimeout(min(left, 5.0))
        try:
            client, _ = listener.accept()
        except TimeoutError:
            continue
        if (now() - wall) / 1000 >= idle_seconds:
            return
        with client, contextlib.suppress(OSError):
            client.settimeout(ANSWER_SECONDS)
            asked = client.recv(16) if _is_owner(client) else b""
            if asked == LOCK:
                leave()
                client.sendall(b"\n")
                return
            if asked == OPEN:
                steady, wall = time.monotonic(), now()
                client.sendall(unlocked)


def _is_owner(client: socket.socket) -> bool:
    """Folder and socket are the owner's alone; where the system tells who calls, that is asked as well."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.getuid())


def _stay_private() -> None:
    """No file of this process's memory when it ends badly, and nobody else's debugger on Linux."""
    import resource

    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def _ask(path: Path, what: bytes) -> bytes | None:
    if not can_keep() or not _is_ours(path):
        return None
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(ANSWER_SECONDS)
            client.connect(str(path))
            client.sendall(what)
            answer = bytearray()
            while chunk := client.recv(LARGEST):
                answer += chunk
                if len(answer) > LARGEST:
                    return None
            return bytes(answer)
    except OSError:
        return None


def _is_ours(path: Path) -> bool:
    """Never talk to a socket that another user could have put there."""
    try:
        folder, place = path.parent.lstat(), path.lstat()
    except OSError:
        return False
    mine = os.getuid()
    return folder.st_uid == place.st_uid == mine and not folder.st_mode & 0o077


def _own_folder(folder: Path) -> None:
    private_folder(folder)
    if folder.is_symlink() or folder.lstat().st_uid != os.getuid():
        raise LocalTrouble(f"The folder {folder} belongs to somebody else.")


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
