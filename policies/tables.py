"""Reads a table of `policies/data/` into frozen structs. A table that does not fit its shape stops the start.

Shapes are msgspec structs that forbid unknown fields; what a type cannot say is checked in their
`__post_init__`.
"""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import TypeVar

import msgspec

Shape = TypeVar("Shape")


class BadTable(ValueError):
    """A data file is malformed or contradicts itself: the package is broken, not the request."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of everything read from TOML."""


def parse(name: str, text: str, shape: type[Shape]) -> Shape:
    """Turn TOML `text` into `shape`. Raises BadTable, naming the file."""
    try:
        return msgspec.convert(tomllib.loads(text), shape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise BadTable(f"{name}.toml: {fault}") from fault


def read(name: str, shape: type[Shape]) -> Shape:
    """Read `policies/data/<name>.toml` as `shape`."""
    return parse(name, (files("policies") / "data" / f"{name}.toml").read_text("utf-8"), shape)


def unique(what: str, values: Sequence[object]) -> None:
    """Raise ValueError if a value comes twice (msgspec reports it as a ValidationError)."""
    if len(set(values)) != len(values):
        raise ValueError(f"{what} must differ from each other")
