"""Writing a long answer: headers first, then chunks as they come, with a bound on a reader that stalls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from hub.kernel.replies import BYTES, NO_HEADERS

STALL_SECONDS = 60.0


async def send(
    request: web.Request,
    body: AsyncIterator[bytes],
    *,
    length: int,
    status: int = 200,
    media: str = BYTES,
    headers: Mapping[str, str] = NO_HEADERS,
    stall: float = STALL_SECONDS,
) -> web.StreamResponse:
    """Send exactly ``length`` bytes. Fetch the first chunk before calling: later failures only cut off.

    A reader that takes nothing for ``stall`` seconds is cut off.
    """
    response = web.StreamResponse(status=status, headers=headers)
    response.content_type = media
    response.content_length = length
    await response.prepare(request)
    async for chunk in body:
        async with asyncio.timeout(stall):
            await response.write(chunk)
    await response.write_eof()
    return response
