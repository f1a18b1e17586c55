"""The commands: `make` alone lists them, and the scripts behind them are sound."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())


def test_make_alone_lists_every_command_with_a_line_each() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("demo", "web", "test", "check", "bench", "fuzz", "routes", "format", "lock", "clean"):
        assert re.search(rf"^  make {command} +\S.+", listed, re.MULTILINE), command


def test_every_command_of_the_makefile_is_phony_so_that_a_file_of_its_name_cannot_hide_it() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = set(" ".join(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)).split())
    commands = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert commands <= phony


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound_shell_and_stops_at_the_first_failure(script: os.PathLike[str]) -> None:
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    with open(script, encoding="utf-8") as file:
        assert "\nset -eu\n" in file.read()


def test_continuous_integration_runs_make_test_and_nothing_less() -> None:
    run = ROOT / ".ci" / "run"
    content = run.read_text("utf-8")
    assert os.access(run, os.X_OK)
    assert subprocess.run(["bash", "-n", run], check=False).returncode == 0
    assert "set -euo pipefail" in content
    assert "make test" in content


def test_a_machine_without_a_recent_python_is_told_in_a_line_per_platform(tmp_path: Path) -> None:
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n", "utf-8")
    (tmp_path / "python3").chmod(0o755)
    found = shutil.which("dirname")
    assert found is not None
    (tmp_path / "dirname").symlink_to(found)
    result = subprocess.run(
        ["/bin/sh", ROOT / "scripts" / "set-up", tmp_path / "env", "run"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "Python 3.11 or newer" in result.stderr
    assert all(platform in result.stderr for platform in ("Debian, Ubuntu:", "Fedora:", "macOS:"))
    assert not (tmp_path / "env").exists()


def test_a_folder_that_is_no_environment_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "letter").write_text("keep me", "utf-8")
    result = subprocess.run(
        ["/bin/sh", ROOT / "scripts" / "set-up", tmp_path / "precious", "run"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "not a Python environment" in result.stderr
    assert (tmp_path / "precious" / "letter").read_text("utf-8") == "keep me"
