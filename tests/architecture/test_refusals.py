"""PROTOCOL's "What each end must refuse": each line is played against both ends, or says what it waits for.

The table is ``refusals.toml``. A test that is renamed or taken away must be answered for there.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ITEMS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "refusals.toml").read_text())["item"]
ENDS = ("python", "browser")
PLAYED = re.compile(r"test_item_(\d\d)_")
VECTORS = "mailbox/web/tests/protocol/vectors.test.ts"
"""Runs a file of vectors whole, and fails when one is not run."""


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def is_there(named: str) -> bool:
    """Whether there is such a test. For the vectors: whether both languages run those."""
    file, _, test = named.partition("::")
    if not (ROOT / file).is_file():
        return False
    if file == VECTORS:
        return (ROOT / "tests" / "vectors" / f"{test}.json").is_file()
    return test in functions(ROOT / file)


def test_there_are_thirty_of_them() -> None:
    assert [item["number"] for item in ITEMS] == list(range(1, 31))


@pytest.mark.parametrize("end", ENDS)
def test_each_is_played_by_tests_that_are_there(end: str) -> None:
    missing = [named for item in ITEMS for named in item[end] if not is_there(named)]
    assert not missing, "\n".join(["", *missing])


@pytest.mark.parametrize("end", ENDS)
def test_each_is_played_or_says_what_it_waits_for(end: str) -> None:
    silent = [item["number"] for item in ITEMS if not item[end] and not item.get(f"{end}_waits")]
    assert not silent


def test_a_test_stands_under_the_item_it_is_named_for() -> None:
    astray = [
        named
        for item in ITEMS
        for end in ENDS
        for named in item[end]
        if (found := PLAYED.search(named)) and int(found[1]) != item["number"]
    ]
    assert not astray, "\n".join(["", *astray])


def test_no_test_is_named_for_an_item_that_is_none() -> None:
    files = [*(ROOT / "tests").glob("hostile/**/test_*.py"), *(ROOT / "tests").glob("browser/**/test_*.py")]
    numbers = {int(found[1]) for path in files for name in functions(path) if (found := PLAYED.match(name))}
    assert numbers <= set(range(1, 31))
