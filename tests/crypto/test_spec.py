"""SPEC.md names, for each rule, what shows it; and says of formats, facts and labels what the code says."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import msgspec
import pytest

from crypto import accreditation, entries, events, facts, letters, profiles, statements
from crypto.encoding import Struct
from crypto.private import bodies, boxes, rewraps, secrets
from tests.vectors.form import HERE, load

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "crypto" / "SPEC.md").read_text(encoding="utf-8")
RULES = dict(re.findall(r"^\*\*(MUST-[A-Z]+-\d+)\*\* (.*)$", SPEC, re.MULTILINE))
FORMATS = dict(re.findall(r"^([a-z-]+) = \[(\w+: .*)\]", SPEC, re.MULTILINE))
MODULES = (
    accreditation, entries, events, facts, letters, profiles, statements, bodies, boxes, rewraps, secrets
)  # fmt: skip


@cache
def vectors() -> set[str]:
    """Every case of every file, as file/case."""
    return {
        f"{path.stem}/{case['name']}" for path in HERE.glob("*.json") for case in load(path.stem)["cases"]
    }


@cache
def written_tests() -> set[str]:
    """Every function of every test module, as module::function."""
    found = set()
    for path in (ROOT / "tests" / "crypto").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                found.add(f"{path.stem}::{node.name}")
    return found


@cache
def structs() -> dict[str, type[Struct]]:
    """Every struct, by its name in SPEC: LetterHeader is letter-header, _EpochInfo is epoch-info."""
    found = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, Struct) and value is not Struct:
                found[re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.lstrip("_")).lower()] = value
    return found


def shown_by(rule: str) -> list[str]:
    """What a rule names after its arrow."""
    return re.findall(r"`([^`]+)`", RULES[rule].partition("→")[2])


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_names_vectors_or_tests_that_exist(rule: str) -> None:
    named = shown_by(rule)
    assert named
    for name in named:
        pool = written_tests() if "::" in name else vectors()
        assert any(fnmatchcase(known, name) for known in pool), name


def test_rules_are_numbered_without_gaps_and_no_rule_is_missed() -> None:
    assert len(RULES) == len(re.findall(r"\*\*MUST-", SPEC)) > 80
    areas: dict[str, list[int]] = {}
    for rule in RULES:
        area, number = rule.rsplit("-", 1)
        areas.setdefault(area, []).append(int(number))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in areas.values())


def test_every_other_test_the_page_names_exists_too() -> None:
    for name in re.findall(r"`(test_\w+::\w+)`", SPEC):
        assert name in written_tests()


def _fields(written: str) -> list[str]:
    return re.findall(r"(?:^|, )(\w+): ", written)


def test_every_format_has_the_fields_of_the_code_in_order_and_none_is_missing() -> None:
    assert set(FORMATS) == set(structs()) - {"info"}
    for name, written in FORMATS.items():
        assert _fields(written) == list(structs()[name].__struct_fields__), name


def test_every_fact_says_why_the_hub_needs_it() -> None:
    told = set(re.findall(r"`([a-z-]+\.[a-z_]+)`", SPEC.partition("### 10.3")[2].partition("### 10.4")[0]))
    pieces = (facts.Listing, facts.KeyedHash, facts.EntryBox, facts.Restricted)
    kinds = {name: struct for name, struct in structs().items() if struct in {*facts.FACTS.values(), *pieces}}
    assert told == {f"{name}.{field}" for name, struct in kinds.items() for field in struct.__struct_fields__}


def test_every_label_of_the_code_stands_on_the_page() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "crypto").rglob("*.py"))
    labels = set(
        re.findall(
            r'(?:tagged_hash|expand)\((?:self\.raw, |stretched, |[^"()]*\([^()]*\), )?"([^"]+)"', sources
        )
    )
    labels |= set(re.findall(r'b"kith/1/([a-z-]+)\\x00', sources))
    labels |= set(re.findall(r'(?:sign|verify)\((?:[\w.]+, )?"([a-z/-]+)"', sources))
    labels |= {event.signature_type for event in events.Event}
    assert {"entry-hash", "worker/sign", "kit", "body", "receipt", "organisation/admit"} <= labels
    for label in labels:
        assert re.search(rf"(`|/){re.escape(label)}(`|\")", SPEC), label


def test_sizes_on_the_page_are_those_of_the_code() -> None:
    info = msgspec.inspect.type_info(events.Rotate)
    assert isinstance(info, msgspec.inspect.StructType)
    assert "removed: [0*2000 id]" in SPEC
    assert (events.MAX_MEMBERS, events.MAX_EVENT) == (2000, 512 * 1024)
    assert (entries.MAX_HEADER, entries.MAX_BODY) == (128 * 1024, 256 * 1024)
    assert (facts.MAX_CIRCLE_MEMBERS, facts.MAX_BOXES) == (64, 256)
    assert (accreditation.MAX_SIGNED, letters.MAX_LETTER_HEADER) == (16 * 1024, 4096)
    assert (statements.MAX_STATEMENT, statements.MAX_OBJECTS) == (64 * 1024, 256)
