"""Declaring routes. A route that does not say who may call it does not start.

@route("POST", "/v1/circles/{circle:id}/entries", access=Member(), body=PostEntry)
async def post_entry(request: Request[PostEntry]) -> Reply: ...

ROUTES = (post_entry,)
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import msgspec
from aiohttp import web

from hub.kernel.access import Access
from hub.kernel.limits import ACCOUNT, ADDRESS, Rate
from hub.kernel.paths import pattern
from hub.kernel.replies import Reply
from hub.kernel.requests import Request

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
BODY_LIMIT = 64 * 1024

Schema = TypeVar("Schema", bound=msgspec.Struct)
Plain = Callable[[Request[None]], Awaitable[Reply]]
Bodied = Callable[[Request[Schema]], Awaitable[Reply]]
Raw = Callable[[Request[None]], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One declared route. ``limit`` bounds its body in bytes; ``rates`` are spent before anything else."""

    method: str
    path: str
    access: Access
    handler: Callable[[Request[Any]], Awaitable[Any]]
    body: type[msgspec.Struct] | None = None
    limit: int = BODY_LIMIT
    rates: tuple[Rate, ...] = ()
    raw: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.access, Access):
            raise TypeError(f"{self.method} {self.path} does not declare who may call it")
        if self.method not in METHODS:
            raise TypeError(f"{self.method} is not one of {', '.join(sorted(METHODS))}")
        if self.body is not None and (self.raw or self.method in {"GET", "HEAD", "DELETE"}):
            raise TypeError(f"{self.method} {self.path} cannot have a body")
        if self.body is not None and not self.body.__struct_config__.forbid_unknown_fields:
            raise TypeError(
                f"{self.method} {self.path}: {self.body.__name__} must refuse unknown fields (schemas.Input)"
            )
        if not inspect.iscoroutinefunction(self.handler):
            raise TypeError(f"{self.method} {self.path} needs an async handler")
        if any(rate.by == "proof" for rate in self.rates):
            raise TypeError(f"{self.method} {self.path}: only the handler knows the proof (request.spend)")
        if not self.access.session and any(rate.by == "account" for rate in self.rates):
            raise TypeError(f"{self.method} {self.path} is public: it has no account to count by")
        pattern(self.path)

    @property
    def place(self) -> str:
        """file:line of the handler."""
        code = inspect.unwrap(self.handler).__code__
        return f"{code.co_filename}:{code.co_firstlineno}"


@overload
def route(
    method: str, path: str, *, access: Access, limit: int = ..., rate: Rate | tuple[Rate, ...] | None = ...
) -> Callable[[Plain], Route]: ...


@overload
def route(
    method: str,
    path: str,
    *,
    access: Access,
    body: type[Schema],
    limit: int = ...,
    rate: Rate | tuple[Rate, ...] | None = ...,
) -> Callable[[Bodied[Schema]], Route]: ...


@overload
def route(
    method: str,
    path: str,
    *,
    access: Access,
    raw: bool,
    limit: int = ...,
    rate: Rate | tuple[Rate, ...] | None = ...,
) -> Callable[[Raw], Route]: ...


def route(
    method: str,
    path: str,
    *,
    access: Access | None = None,
    body: type[msgspec.Struct] | None = None,
    limit: int = BODY_LIMIT,
    rate: Rate | tuple[Rate, ...] | None = None,
    raw: bool = False,
) -> Callable[[Any], Route]:
    """Declare one route; the decorated name becomes a Route for the feature's ROUTES.

    Without ``rate`` a route has the usual wide ones: by address when public, by account otherwise.
    ``raw`` handlers read and write the body themselves (``streams``) and return the aiohttp response.
    Raises TypeError at import for anything undeclared or impossible.
    """
    if not isinstance(access, Access):
        raise TypeError(f"{method} {path} does not declare who may call it")
    rates = _rates(access, rate)

    def declare(handler: Callable[[Request[Any]], Awaitable[Any]]) -> Route:
        return Route(method, path, access, handler, body, limit, rates, raw)

    return declare


def _rates(access: Access, rate: Rate | tuple[Rate, ...] | None) -> tuple[Rate, ...]:
    if rate is None:
        return (ACCOUNT,) if access.session else (ADDRESS,)
    return rate if isinstance(rate, tuple) else (rate,)
