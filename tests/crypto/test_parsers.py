"""Every struct comes back as it was written, and no bytes whatever make a parser fail in another way."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec import inspect

from crypto.encoding import MAX_INTEGER, Struct, pack, unpack
from crypto.errors import CryptoError
from tests.crypto.test_spec import structs
from tests.fuzz.parsers import targets

TARGETS = targets()
STRUCTS = {name: kind for name, kind in structs().items() if name != "info"}


def _text(found: inspect.StrType) -> some.SearchStrategy[str]:
    """NFC text within the bounds."""
    low, high = found.min_length or 0, min(found.max_length or 50, 50)
    normal = some.text(min_size=low, max_size=high).map(lambda text: unicodedata.normalize("NFC", text))
    return normal.filter(lambda text: low <= len(text) <= high)


def _bytes(found: inspect.BytesType) -> some.SearchStrategy[bytes]:
    low, high = found.min_length or 0, 64 if found.max_length is None else found.max_length
    return some.binary(min_size=low, max_size=max(low, min(high, low + 40)))


def _tuple(found: inspect.VarTupleType) -> some.SearchStrategy[Any]:
    low, high = found.min_length or 0, 3 if found.max_length is None else found.max_length
    items = some.lists(strategy(found.item_type), min_size=low, max_size=max(low, min(high, 3)))
    return items.map(tuple)


def _struct(found: inspect.StructType) -> some.SearchStrategy[Any]:
    fields = [some.just(1) if field.name == "version" else strategy(field.type) for field in found.fields]
    return some.tuples(*fields).map(lambda values: found.cls(*values))


MAKERS: dict[type, Callable[[Any], some.SearchStrategy[Any]]] = {
    inspect.IntType: lambda found: some.integers(
        found.ge or 0, MAX_INTEGER if found.le is None else found.le
    ),
    inspect.BytesType: _bytes,
    inspect.StrType: _text,
    inspect.BoolType: lambda found: some.booleans(),
    inspect.NoneType: lambda found: some.none(),
    inspect.AnyType: lambda found: some.integers(0, 9),
    inspect.UnionType: lambda found: some.one_of([strategy(each) for each in found.types]),
    inspect.VarTupleType: _tuple,
    inspect.StructType: _struct,
}


def strategy(found: inspect.Type) -> some.SearchStrategy[Any]:
    """Values of a type, as its annotation bounds it."""
    return MAKERS[type(found)](found)


@pytest.mark.parametrize("name", STRUCTS)
def test_every_struct_comes_back_as_it_was_written(name: str) -> None:
    kind: type[Struct] = STRUCTS[name]

    @settings(max_examples=10)
    @given(strategy(msgspec.inspect.type_info(kind)))
    def comes_back(value: Struct) -> None:
        assert unpack(kind, pack(value)) == value

    comes_back()


@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_whatever_make_a_parser_fail_in_another_way(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=25)
    @given(some.binary(max_size=120))
    def is_refused_or_read(data: bytes) -> None:
        try:
            again = target.parse(data)
        except CryptoError:
            return
        assert again in (None, data)

    is_refused_or_read()


@pytest.mark.parametrize("name", TARGETS)
def test_a_changed_byte_is_refused_or_read_as_something_else(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=25)
    @given(some.sampled_from(list(target.seeds)), some.integers(0), some.integers(1, 255))
    def is_noticed(seed: bytes, at: int, change: int) -> None:
        changed = bytearray(seed)
        changed[at % len(changed)] ^= change
        try:
            again = target.parse(bytes(changed))
        except CryptoError:
            return
        assert not target.only
        assert again in (None, bytes(changed))

    is_noticed()
