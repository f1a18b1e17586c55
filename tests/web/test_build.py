"""The build says what it is made of: the same sources give the same bytes, wherever they are built."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import brotli

from tests.browser.website import CHECKOUT, built


def test_what_is_built_again_elsewhere_is_the_same_and_the_manifest_names_every_file(tmp_path: Path) -> None:
    """So anybody can check that a published manifest is of its sources."""
    first, again = built(), tmp_path / "again"
    script = CHECKOUT / "scripts" / "build-web"
    quickly = {**os.environ, "WEB_TWINS": "no"}
    subprocess.run(["sh", script, sys.prefix, again], env=quickly, check=True, capture_output=True)
    manifest = (first / "manifest.json").read_bytes()
    assert (again / "manifest.json").read_bytes() == manifest
    listed = {each["path"]: each["sha256"] for each in json.loads(manifest)}
    there = {
        path.relative_to(again).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in again.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert listed == there


def test_a_compressed_twin_is_its_file() -> None:
    twins = [path for path in built().rglob("*") if path.suffix in {".br", ".gz"}]
    assert twins
    for twin in twins:
        unpack = brotli.decompress if twin.suffix == ".br" else gzip.decompress
        assert unpack(twin.read_bytes()) == twin.with_suffix("").read_bytes(), twin.name


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    page = (built() / "index.html").read_text("utf-8")
    assert "<style" not in page
    assert " style=" not in page
    assert "<noscript>" in page
    assert "://" not in page
    assert all("src=" in part.partition(">")[0] for part in page.split("<script")[1:])
