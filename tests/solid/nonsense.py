"""Requests that nobody in their right mind sends, made for each declared route from what it declares."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from hub.kernel.routes import METHODS, Route

JSON = "application/json"
PART = re.compile(r"\{([a-z_]+):([a-z]+)\}")
ODD_PARTS = ["", "x", "0" * 31, "F" * 32, "g" * 64, "%00" * 16, "..", "%2e%2e", "%F0%9F%94%91", "0" * 5000,
             "-1", "999999999999999", "9999999999999999", "00"]  # fmt: skip
ODD_QUERIES = ["after=-1", "after=9223372036854775808", "after=x", "after=%00", "limit=0", "limit=1e9",
               "limit=", "after=" + "0" * 31, "after=" + "f" * 32, "after=" + "f" * 64,
               "after=" + "f" * 300, "scope=%00", "state=nothing", "old=1&new=0",
               "old=0&new=9007199254740991",
               "leaf=" + "f" * 64 + "&size=1",
               "limit=1&limit=2", "circle=zz", "worker=" + "a" * 32, "&&&=&", "after=9007199254740991",
               "%ff%fe", "a=" + "b" * 1500]  # fmt: skip
ODD_BODIES: list[tuple[bytes, str]] = [
    (b"", JSON),
    (b"null", JSON),
    (b"[]", JSON),
    (b"{}", JSON),
    (b"{" * 2000, JSON),
    (b"[" * 60_000, JSON),
    (b'{"a":' * 9000 + b"1" + b"}" * 9000, JSON),
    (b"9" * 5000, JSON),
    (b"1e999999", JSON),
    (b'"\\ud800"', JSON),
    (b"\xff\xfe\x00", JSON),
    (b"{}" + b" " * 2_000_000, JSON),
    (b"{}", "text/plain"),
    (b"{}", "application/json; charset=utf-16"),
    (b"{}", "multipart/form-data; boundary=x"),
    (b"a=b", "application/x-www-form-urlencoded"),
    (b"{}", "no media at all"),
]
ODD_VALUES: list[Any] = [
    None, True, -1, 0, 1, 2**31, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 1.5, 1e308, "",
    "\x00", "a\x00b", "=", "AA", "////", "x" * 70_000, "A" * 100_000, "\u202e\U0001f511", [], [[]], [None],
    [[]] * 300, {}, {"a": 1}, {"": ""}, "AAAA" * 8, "AAAA" * 11, "2026-11-21T00:00:00Z",
]  # fmt: skip
ODD_METHODS = ["OPTIONS", "TRACE", "PROPFIND", "A" * 300]


@dataclass(frozen=True)
class Sent:
    """One request. ``token`` names whose session goes with it: none, unknown, odd, worker, manager."""

    method: str
    path: str
    token: str = "worker"
    body: bytes | None = None
    media: str = JSON
    encoding: str = ""


class Maker:
    """Makes requests for a route. ``pool``: real values (ids, packed things) that get past the first
    checks."""

    def __init__(self, pool: dict[str, list[bytes]], seed: int) -> None:
        self._pool, self._random = pool, random.Random(seed)

    def requests(self, route: Route) -> Iterator[Sent]:
        """Everything for one route."""
        yield from self._addresses(route)
        yield from (Sent(route.method, self.path(route), token) for token in ("none", "unknown", "odd"))
        if route.body is not None:
            yield from self._bodies(route, route.body)
        elif route.method in {"PUT", "POST"}:
            for size in (0, 1, 100, 70_000):
                yield Sent(route.method, self.path(route), "worker", self._random.randbytes(size), "x/y")
        else:
            yield from (self._asked(route, query) for query in ODD_QUERIES)

    def _addresses(self, route: Route) -> Iterator[Sent]:
        for method in sorted(METHODS - {route.method}) + ODD_METHODS:
            if method != "DELETE":
                yield Sent(method, self.path(route))
        for odd in ODD_PARTS if PART.search(route.path) and route.method != "HEAD" else []:
            yield Sent(route.method, odd.join(PART.split(route.path)[::3]), body=b"{}")
        yield Sent(route.method, self.path(route) + "/", body=b"{}")
        yield Sent(route.method, "/" + self.path(route), body=b"{}")

    def _asked(self, route: Route, query: str) -> Sent:
        return Sent(route.method, f"{self.path(route)}?{query}", self._random.choice(["worker", "manager"]))

    def _bodies(self, route: Route, schema: type[msgspec.Struct]) -> Iterator[Sent]:
        path, whose = self.path, ("worker", "manager")
        for body, media in ODD_BODIES:
            yield Sent(route.method, path(route), self._random.choice(whose), body, media)
        for size in (1, 50, 5000):
            yield Sent(route.method, path(route), "worker", self._random.randbytes(size))
        yield Sent(route.method, path(route), "worker", b"\x1f\x8b{}", JSON, "gzip")
        for _ in range(8):  # everything fits its declaration, and means nothing
            fitting = self._encoded(self.example(schema))
            yield Sent(route.method, path(route), self._random.choice(whose), fitting)
        for field in inspect.type_info(schema).fields:  # type: ignore[attr-defined]  # a StructType
            for odd in self._random.sample(ODD_VALUES, 8):
                body = self.example(schema)
                body[field.encode_name] = odd
                yield Sent(route.method, path(route), self._random.choice(whose), self._encoded(body))
            body = self.example(schema)
            del body[field.encode_name]
            yield Sent(route.method, path(route), "worker", self._encoded(body))
        yield Sent(route.method, path(route), "worker", self._encoded({**self.example(schema), "more": 1}))

    def path(self, route: Route) -> str:
        """An address of the right shape; ids are mostly real ones."""
        return PART.sub(lambda match: self._part(match[1], match[2]), route.path)

    def _part(self, name: str, shape: str) -> str:
        size = {"id": 16, "hash": 32}.get(shape)
        if size is None:
            return self._random.choice(["0", "1", "7", "999999999999999"]) if shape == "int" else "a-word"
        real = self._pool.get(name, [])
        if real and self._random.random() < 0.8:
            return self._random.choice(real).hex()
        return self._random.randbytes(size).hex()

    def example(self, schema: type[msgspec.Struct]) -> Any:
        """A JSON value that fits the schema."""
        return self._value(inspect.type_info(schema), "")

    def _value(self, kind: inspect.Type, name: str) -> Any:
        match kind:
            case inspect.Metadata():
                made = self._value(kind.type, name)
            case inspect.StructType():
                made = {field.encode_name: self._value(field.type, field.name) for field in kind.fields}
            case inspect.UnionType():
                made = self._value(self._random.choice(kind.types), name)
            case inspect.ListType() | inspect.VarTupleType():
                least, most = kind.min_length or 0, min(kind.max_length or 3, 3)
                made = [self._value(kind.item_type, name) for _ in range(max(least, most))]
            case inspect.BytesType():
                made = self._bytes(kind, name)
            case _:
                made = self._plain(kind)
        return made

    def _plain(self, kind: inspect.Type) -> Any:
        choice: list[Any]
        match kind:
            case inspect.StrType():
                choice = ["a", "\x00", "worker", "manager", "robin@x.example", "root", "é"]
            case inspect.IntType():
                choice = [int(kind.ge or 0), int(kind.le or 2**53), 1, 1_795_000_000_000, 2**63 - 1]
            case inspect.LiteralType():
                choice = list(kind.values)
            case _:
                choice = [True, False, None]
        return self._random.choice(choice)

    def _bytes(self, kind: inspect.BytesType, name: str) -> str:
        least, most = kind.min_length or 0, kind.max_length or 100
        fitting = [each for each in self._pool.get(name, []) if least <= len(each) <= most]
        if fitting and self._random.random() < 0.7:
            made = self._random.choice(fitting)
            if self._random.random() < 0.3:
                place = self._random.randrange(len(made))
                made = made[:place] + self._random.randbytes(1) + made[place + 1 :]
        else:
            made = self._random.randbytes(self._random.choice([least, min(most, max(least, 40))]))
        return base64.b64encode(made).decode()

    def _encoded(self, body: Any) -> bytes:
        return msgspec.json.encode(body)
