"""Facts are all that the hub can read, so no field of theirs can hold words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crypto.facts import FACTS, FIRST_CONTENT, Kind


def _types(found: Any) -> set[str]:
    names = {type(found).__name__}
    for part in (*getattr(found, "fields", ()), *getattr(found, "types", ())):
        names |= _types(getattr(part, "type", part))
    inner = getattr(found, "item_type", None)
    if inner is not None:
        names |= _types(inner)
    return names


@pytest.mark.parametrize("kind", Kind)
def test_no_fact_holds_text(kind: Kind) -> None:
    assert _types(msgspec.inspect.type_info(FACTS[kind])) <= {
        "StructType", "IntType", "BytesType", "BoolType", "VarTupleType", "UnionType", "NoneType",
    }  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_every_fact_is_bounded(kind: Kind) -> None:
    def bounded(found: Any) -> None:
        if isinstance(found, msgspec.inspect.BytesType | msgspec.inspect.VarTupleType):
            assert found.max_length is not None
        if isinstance(found, msgspec.inspect.IntType):
            assert (found.ge, found.le is not None) in ((0, True), (1, True))
        for part in (*getattr(found, "fields", ()), *getattr(found, "types", ())):
            bounded(getattr(part, "type", part))
        if getattr(found, "item_type", None) is not None:
            bounded(found.item_type)

    bounded(msgspec.inspect.type_info(FACTS[kind]))


def test_control_kinds_stand_below_content_kinds() -> None:
    assert {kind for kind in Kind if kind < FIRST_CONTENT} == set(Kind) & set(range(1, 13))
