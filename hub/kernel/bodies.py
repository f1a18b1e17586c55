"""Reading what comes in: bounded in bytes and in time, decoded strictly or refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from aiohttp import web

from hub.kernel.refusals import Malformed, TooLarge, TooSlow, WrongMedia

BODY_SECONDS = 15.0
STALL_SECONDS = 30.0
SLOWEST = 4096  # bytes a second, over a whole upload

Decoder = msgspec.json.Decoder[Any]


def decode(decoder: Decoder, text: bytes) -> Any:
    """The struct. Raises Malformed with the path of the field that does not fit."""
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(str(error) if isinstance(error, msgspec.DecodeError) else "") from None


async def read_json(request: web.Request, decoder: Decoder, limit: int, seconds: float = BODY_SECONDS) -> Any:
    """A JSON body of at most ``limit`` bytes, whole within ``seconds``."""
    if request.content_type != "application/json":
        raise WrongMedia("Send application/json.")
    _check_length(request, limit)
    content = request.content
    if content.is_eof():
        text = content.read_nowait()
    else:
        text = await _read_in_time(request, limit, seconds)
    if len(text) > limit:
        raise TooLarge(limit=limit)
    return decode(decoder, text)


async def chunks(request: web.Request, limit: int, *, stall: float = STALL_SECONDS) -> AsyncIterator[bytes]:
    """The body as it arrives, at most ``limit`` bytes. For routes declared ``raw``.

    Raises TooLarge, and TooSlow for a body that stalls or drips below a few KiB a second.
    """
    _check_length(request, limit)
    loop = asyncio.get_running_loop()
    began, total = loop.time(), 0
    while True:
        try:
            async with asyncio.timeout(stall):
                chunk = await request.content.readany()
        except TimeoutError:
            raise TooSlow from None
        if not chunk:
            return
        total += len(chunk)
        if total > limit:
            raise TooLarge(limit=limit)
        if loop.time() - began > stall + total / SLOWEST:
            raise TooSlow
        yield chunk


def _check_length(request: web.Request, limit: int) -> None:
    if (request.content_length or 0) > limit:
        raise TooLarge(limit=limit)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise WrongMedia("Send the body as it is, not compressed.")


async def _read_in_time(request: web.Request, limit: int, seconds: float) -> bytes:
    held = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while chunk := await request.content.readany():
                held += chunk
                if len(held) > limit:
                    raise TooLarge(limit=limit)
    except TimeoutError:
        raise TooSlow from None
    return bytes(held)
