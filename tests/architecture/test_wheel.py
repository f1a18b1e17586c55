"""The wheel: built from the tree, installed into an empty environment, it runs a hub and an end by itself."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, text_files

TOP = {"crypto", "policies", "storage", "hub", "keyholder", "demo"}


def quietly(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, away from this tree."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KITH_"))
    }
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    quietly(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel alone; what it depends on is lent by the tests'."""
    home = tmp_path_factory.mktemp("installed")
    environment = home / "env"
    quietly(sys.executable, "-m", "venv", "--without-pip", environment, cwd=home)
    python = environment / "bin" / "python"
    offline = ("--offline", "--no-index", "--no-deps", "--quiet")
    quietly(sys.executable, "-m", "uv", "pip", "install", *offline, "--python", python, wheel, cwd=home)
    packages = quietly(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home
    ).strip()
    Path(packages, "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return environment


@pytest.fixture
def serving(installed: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A hub started as its operator would, on a free port; its first log line says where."""
    hub = str(installed / "bin" / "kith-hub")
    command = [hub, "serve", "--home", str(tmp_path / "home"), "--listen", "127.0.0.1:0"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            lines = (json.loads(line) for line in process.stderr)
            yield process, next(line["listen"] for line in lines if line.get("event") == "listening")
        finally:
            process.kill()


def test_the_wheel_holds_our_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == TOP


def test_every_file_of_a_package_is_in_the_wheel(wheel: Path) -> None:
    names = [path.relative_to(ROOT).as_posix() for path, content in text_files() if content]
    ours = [name for name in names if name.startswith(tuple(f"{package}/" for package in PACKAGES))]
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    assert {name.removeprefix("mailbox/python/") for name in ours} <= packed


def test_the_wheel_brings_the_web_mailbox_as_it_was_built(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        manifest = json.loads(archive.read("hub/website/manifest.json"))
        for listed in manifest:
            content = archive.read(f"hub/website/{listed['path']}")
            assert hashlib.sha256(content).hexdigest() == listed["sha256"], listed["path"]
    assert {"index.html", "sw.js"} <= {listed["path"] for listed in manifest}


def test_packages_come_from_the_wheel_and_hide_no_standard_mailbox(installed: Path, tmp_path: Path) -> None:
    look = "import hub, keyholder, mailbox; print(hub.__file__, keyholder.__file__, mailbox.mbox)"
    shown = quietly(installed / "bin" / "python", "-c", look, cwd=tmp_path)
    assert shown.count(str(installed)) == 2


@pytest.mark.parametrize("command", ["kith", "kith-hub"])
def test_both_commands_introduce_themselves(installed: Path, tmp_path: Path, command: str) -> None:
    assert "Usage" in quietly(installed / "bin" / command, "--help", cwd=tmp_path)


def test_an_installed_hub_serves_is_ready_and_stops_when_asked(
    serving: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = serving
    with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
        assert json.load(answer) == {"alive": True}
    with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
        assert json.load(answer)["ready"] is True
    with urllib.request.urlopen(f"{address}/", timeout=10) as answer:
        assert b'<script type="module"' in answer.read()
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
