"""What a handler gives back. The kernel renders it after the handler's transaction has committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

JSON = "application/json"
BYTES = "application/octet-stream"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})

Body = msgspec.Struct | Sequence[msgspec.Struct] | bytes | None


class Reply:
    """A struct (JSON), bytes (as they are, under ``media``) or nothing (204 unless said otherwise)."""

    __slots__ = ("body", "headers", "media", "status")

    def __init__(
        self, body: Body = None, *, status: int = 0, media: str = "", headers: Mapping[str, str] = NO_HEADERS
    ) -> None:
        self.body = body
        self.status = status or (204 if body is None else 200)
        self.media = media or (BYTES if isinstance(body, bytes) else JSON)
        self.headers = headers


_encode = msgspec.json.Encoder().encode


def encoded(body: Body) -> bytes | None:
    """The bytes to send."""
    return body if body is None or isinstance(body, bytes) else _encode(body)
