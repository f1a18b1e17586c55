"""The vectors that both implementations run hold here, and are the ones their makers make."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vectors.form import HERE, load, outcome, path
from tests.vectors.make import CHECKS, MAKERS, made

FILES = {name: load(name) for name in MAKERS}


def _cases() -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}/{case['name']}")
        for name, file in FILES.items()
        for case in file["cases"]
    ]


@pytest.mark.parametrize(("name", "case"), _cases())
def test_each_vector_ends_as_it_says(name: str, case: dict[str, Any]) -> None:
    refused, result = outcome(CHECKS[case["check"]], FILES[name]["shared"], case)
    assert refused == case.get("refused")
    assert result == case.get("result")


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "words"])
def test_each_file_is_what_its_maker_makes(name: str) -> None:
    assert path(name).read_text(encoding="utf-8") == made(name)


def test_every_vector_file_has_a_maker_and_all_are_small() -> None:
    files = list(HERE.glob("*.json"))
    assert {file.stem for file in files} == set(MAKERS)
    assert sum(file.stat().st_size for file in files) < 2_000_000


def test_every_check_is_explained() -> None:
    explained = (HERE / "README.md").read_text(encoding="utf-8")
    assert [check for check in CHECKS if f"`{check}`" not in explained] == []
    assert {case["check"] for file in FILES.values() for case in file["cases"]} == set(CHECKS)
