"""The command line of the middle: quick to answer, plain about what is wrong, gone when told to go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest

from hub.kernel.keys import make_keys
from storage.s3 import S3Settings
from tests.real.s3 import free_ports

AWAY = "postgresql://u:swordfish@127.0.0.1:1/x"
ROOT = Path(__file__).parents[2]


def environment(**settings: object) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    return kept | {f"KITH_{name.upper()}": str(value) for name, value in settings.items()}


def run(*words: str, **settings: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub", *words]
    return subprocess.run(
        command,
        env=environment(**settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def serving(*words: str, **settings: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A hub in a process of its own, once it answers; stopped by SIGTERM, and what it then returns is 0."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "hub", "serve", "--listen", f"127.0.0.1:{port}", *words]
    process = subprocess.Popen(
        command, env=environment(**settings), cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process)
        yield process, url
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said


def wait_for(url: str, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return
        except URLError:
            assert process.poll() is None
            time.sleep(0.05)
    raise AssertionError("the hub does not answer")


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came true")


def ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return bool(json.load(answer)["ready"])
    except URLError:
        return False


def test_an_empty_folder_is_enough_and_a_second_start_finds_everything(tmp_path: Path) -> None:
    for _ in range(2):
        with serving(home=tmp_path / "new") as (_, url):
            assert ready(url)
    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "new").iterdir()}
    assert modes == {0}


def test_several_processes_share_a_port_and_a_dead_one_is_replaced(
    tmp_path: Path, postgresql_url: str, s3_settings: S3Settings
) -> None:
    make_keys(tmp_path / "keys")
    endpoint = s3_settings.endpoint.removeprefix("http://")
    blobs = f"s3://{s3_settings.access_key}:{s3_settings.secret_key}@{endpoint}/{s3_settings.bucket}?tls=no"
    settings = {"database": postgresql_url, "blobs": blobs, "keys": tmp_path / "keys"}
    refused = run("serve", **settings)
    assert refused.returncode == 2
    assert "kith-hub migrate" in refused.stderr
    assert run("migrate", **settings).returncode == 0
    with serving("--processes", "2", **settings) as (process, url):
        assert ready(url)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        before = set(children.read_text().split())
        assert len(before) == 2
        os.kill(int(min(before)), signal.SIGKILL)
        wait_until(lambda: len(set(children.read_text().split()) - {min(before)}) == 2)
        assert ready(url)


def test_a_worker_works_until_told_to_stop(tmp_path: Path) -> None:
    with serving(home=tmp_path, worker="no"):
        command = [sys.executable, "-m", "hub", "worker"]
        process = subprocess.Popen(
            command, env=environment(home=tmp_path), cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        assert json.loads(process.stderr.readline())["event"] == "working"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 0


def test_every_route_is_listed_with_who_may_call_it_and_where_it_is() -> None:
    done = run("routes")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert any(line.split()[:3] == ["GET", "/healthz", "public"] for line in lines)
    assert all("hub/" in line and line.rpartition(":")[2].isdecimal() for line in lines)


@pytest.mark.parametrize(
    ("words", "settings", "code", "says"),
    [
        (["serve"], {"public_url": "http://hub.example"}, 2, "KITH_PUBLIC_URL"),
        (["serve"], {"database": AWAY}, 2, "KITH_KEYS"),
        (["serve", "--processes", "3"], {}, 2, "PostgreSQL"),
        (
            ["migrate"],
            {"database": "postgresql://u:swordfish@127.0.0.1:1/x", "keys": "/"},
            1,
            "cannot be reached",
        ),
        (["serve"], {"home": "/proc/nowhere"}, 1, ""),
        (["juggle"], {}, 2, "juggle"),
    ],
)
def test_a_failure_is_one_plain_line(
    tmp_path: Path, words: list[str], settings: dict[str, str], code: int, says: str
) -> None:
    done = run(*words, **{"home": tmp_path, **settings})
    assert done.returncode == code
    assert says in done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert "swordfish" not in done.stderr + done.stdout


def test_keys_are_made_once(tmp_path: Path) -> None:
    assert run("keys", str(tmp_path / "keys")).returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert run("keys", str(tmp_path / "keys")).returncode == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
    assert set(before) == {"receipt.key", "checkpoint.key", "private.key"}
