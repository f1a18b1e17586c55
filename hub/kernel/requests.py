"""What a handler is given: one small frozen object. Everything in it has been checked already."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

from hub.kernel.caller import Caller
from hub.kernel.context import Hub
from hub.kernel.limits import Rate
from hub.kernel.refusals import Malformed
from storage.database import Unit

Body = TypeVar("Body")
LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Request(Generic[Body]):
    """hub   what the running hub has at hand
    web   the raw request: only for routes declared ``raw``
    now   UTC milliseconds, read once for the whole request
    who   the caller, None on public routes
    body  the decoded struct (None where no body is declared)
    """

    hub: Hub
    web: web.Request
    now: int
    who: Caller | None
    body: Body

    @property
    def caller(self) -> Caller:
        """The caller of a route that is not public."""
        if self.who is None:
            raise LookupError("a public route has no caller")
        return self.who

    def write(self) -> AbstractAsyncContextManager[Unit]:
        """One transaction; durable when the block exits. One request uses one."""
        return self.hub.database.write()

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """One read-only snapshot."""
        return self.hub.database.read()

    def id(self, name: str) -> bytes:
        """The bytes of a path part declared ``{name:id}`` (16) or ``{name:hash}`` (32)."""
        return bytes.fromhex(self.web.match_info[name])

    def number(self, name: str) -> int:
        """A path part declared ``{name:int}``."""
        return int(self.web.match_info[name])

    def word(self, name: str) -> str:
        """A path part declared ``{name:word}``."""
        return self.web.match_info[name]

    def query_number(self, name: str, default: int, *, low: int = 0, high: int = LARGEST) -> int:
        """A whole number after ``?``, within bounds. Raises Malformed otherwise."""
        text = self.web.query.get(name)
        if text is None:
            return default
        number = int(text) if len(text) <= 16 and text.isascii() and text.isdigit() else -1
        if not low <= number <= high:
            raise Malformed(f"{name} must be a whole number from {low} to {high}")
        return number

    def query_word(self, name: str, default: str, allowed: frozenset[str]) -> str:
        """One of a few words after ``?``. Raises Malformed otherwise."""
        text = self.web.query.get(name, default)
        if text not in allowed:
            raise Malformed(f"{name} must be one of: {', '.join(sorted(allowed))}")
        return text

    def query_bytes(self, name: str, *, low: int = 16, high: int = 16) -> bytes | None:
        """Lower-case hex after ``?`` of low to high bytes, or None. Raises Malformed otherwise."""
        text = self.web.query.get(name)
        if text is None:
            return None
        try:
            value = bytes.fromhex(text) if len(text) <= 2 * high else b""
        except ValueError:
            value = b""
        if not low <= len(value) <= high or value.hex() != text:
            raise Malformed(f"{name} must be {low} to {high} bytes in lower-case hex")
        return value

    def spend(self, rate: Rate, name: str, key: bytes | str) -> None:
        """Count against a rate of the handler's own, such as sign-ins to one account. Raises TooMany."""
        self.hub.buckets.spend(rate, name, key, self.now)
