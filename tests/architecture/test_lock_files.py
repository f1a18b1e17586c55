"""The lock files: every package pinned by version and hash, and no word of where packages come from."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

FILES = [ROOT / "requirements" / name for name in ("run.txt", "dev.txt", "build.txt", "web.txt")]
WEB = ROOT / "mailbox" / "web"
PIN = re.compile(r"([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==([^ ;\\]+)( ; [^\\]+?)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(path: Path) -> dict[str, str]:
    return {
        found[1]: found[2] for line in path.read_text("utf-8").splitlines() if (found := PIN.fullmatch(line))
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_line_is_a_pin_or_a_hash(path: Path) -> None:
    strange = [
        line
        for line in path.read_text("utf-8").splitlines()
        if not (line.startswith("#") or PIN.fullmatch(line) or HASH.fullmatch(line))
    ]
    assert strange == []
    assert pins(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_address_stands_in_a_lock_file(path: Path) -> None:
    content = path.read_text("utf-8")
    assert "://" not in content
    assert "@ " not in content


def test_development_runs_on_the_very_versions_that_are_run() -> None:
    run, dev, build, _ = (pins(path) for path in FILES)
    assert {name: dev.get(name) for name in run} == run
    assert {name: dev.get(name) for name in build} == build


def test_every_package_that_the_project_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    lists = (project["project"]["dependencies"], groups["dev"], groups["build"], groups["web"])
    for wanted, path in zip(lists, FILES, strict=True):
        names = {re.split(r"[\[<>=!; ]", line)[0].lower() for line in wanted if isinstance(line, str)}
        assert names <= pins(path).keys()


def web_packages() -> dict[str, dict[str, object]]:
    locked = json.loads((WEB / "package-lock.json").read_text("utf-8"))
    assert locked["lockfileVersion"] == 3
    return {name: package for name, package in locked["packages"].items() if name}


def test_every_package_of_the_web_mailbox_is_pinned_by_its_hash() -> None:
    packages = web_packages()
    loose = [
        name
        for name, package in packages.items()
        if not re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", str(package.get("integrity")))
        and not package.get("inBundle")
    ]
    assert packages
    assert loose == []


def test_no_address_of_a_package_stands_in_the_web_mailboxs_lock_file() -> None:
    told = [name for name, package in web_packages().items() if package.keys() & {"resolved", "link"}]
    assert told == []
    assert "omit-lockfile-registry-resolved=true" in (WEB / ".npmrc").read_text("utf-8").splitlines()
    assert "://" not in (WEB / ".npmrc").read_text("utf-8")


def test_the_web_mailbox_asks_for_exact_versions() -> None:
    project = json.loads((WEB / "package.json").read_text("utf-8"))
    asked = project["dependencies"] | project["devDependencies"]
    assert [name for name, version in asked.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    packages = web_packages()
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
