"""HTTP to the hub: typed answers with a bound on every size, typed errors, no redirects, no surprises.

A request that may have been lost on the way is sent again only where the hub takes identical bytes twice
without harm. Nothing here opens anything; a failure to open is never a reason to ask again.
"""

from __future__ import annotations

import asyncio
import base64
import io
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from keyholder.errors import Away, BadAnswer, Refused, UpdateNeeded

T = TypeVar("T")

LIMIT = 4 * 1024 * 1024
PROBLEM_LIMIT = 64 * 1024
TRIES = 3
PAUSES = (0.2, 0.8)
LONGEST_PAUSE = 5.0
WHOLE = 256 * 1024
"""A longer body is sent in pieces, so that nothing else waits for it."""
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LOST = (aiohttp.ClientError, TimeoutError, OSError)


class Problem(msgspec.Struct, frozen=True):
    """The hub's problem document (RFC 9457)."""

    code: str = "refused"
    title: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser would be given. ``headers`` by their names in small letters; ``body`` unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


PAGES = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
BROWSER = {
    "Accept-Language": "en-GB,en;q=0.9",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36",
}


@cache
def _trusting(ca: str | None) -> ssl.SSLContext:
    """Reading a system's certificates takes long; all connections share what was read."""
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def packed(value: Any) -> bytes:
    """The JSON of a request; bytes become base64."""
    return msgspec.json.encode(value)


class Connection:
    """One hub, and at most one session with it.

    ``url`` is https; plain http only to this machine. ``ca`` names a file of certificates to trust instead
    of the system's. ``timeout`` is in seconds, for one answer.
    """

    def __init__(self, url: str, ca: Path | None = None, timeout: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
            raise BadAnswer("That is not the address of a hub.")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise BadAnswer("A hub is reached by https.")
        self.url = url.rstrip("/")
        self._token: str | None = None
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=min(10.0, timeout))
        self._streaming = aiohttp.ClientTimeout(total=None, connect=min(10.0, timeout), sock_read=60.0)
        self._ssl = _trusting(str(ca) if ca else None) if parts.scheme == "https" else None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def use(self, token: bytes | None) -> None:
        """Speak with this session from now on, or with none."""
        self._token = base64.b64encode(token).decode() if token else None

    @property
    def token(self) -> bytes | None:
        """The session it speaks with."""
        return base64.b64decode(self._token) if self._token else None

    def another(self) -> Connection:
        """A second connection to the same hub, without a session."""
        made = Connection(self.url)
        made._ssl, made._timeout, made._streaming = self._ssl, self._timeout, self._streaming
        return made

    async def close(self) -> None:
        """Put the sockets down."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, path: str, kind: type[T], *, most: int = LIMIT, **query: str | int | None) -> T:
        """Read something; repeated when the way was lost."""
        asked = {name: str(value) for name, value in query.items() if value is not None}
        return await self._ask("GET", path, kind, query=asked, again=True, limit=most)

    async def post(self, path: str, body: Any, kind: type[T], *, again: bool = False, most: int = LIMIT) -> T:
        """Send something. ``again``: the hub takes the same bytes twice without harm."""
        return await self._ask("POST", path, kind, data=packed(body), again=again, limit=most)

    async def put(self, path: str, body: Any, kind: type[T], *, again: bool = True) -> T:
        """Set something."""
        return await self._ask("PUT", path, kind, data=packed(body), again=again, limit=LIMIT)

    async def put_bytes(self, path: str, data: bytes, kind: type[T]) -> T:
        """Send one part of an upload; the same part may be sent twice."""
        media = {"Content-Type": "application/octet-stream"}
        return await self._ask("PUT", path, kind, data=data, again=True, limit=LIMIT, headers=media)

    async def delete(self, path: str) -> None:
        """Remove something."""
        from keyholder.answers import Nothing

        await self._ask("DELETE", path, Nothing, again=True, limit=LIMIT)

    async def page(self, path: str, encoding: str, *, most: int, accept: str = "*/*") -> Page:
        """A page or a file, asked for as a browser does, whatever its status; empty if it cannot be unpacked.
        Raises Away, BadAnswer."""
        headers = {**BROWSER, "Accept": accept, "Accept-Encoding": encoding}
        try:
            async with self._send("GET", path, headers=headers) as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                try:
                    body = await _bounded(response, most)
                except aiohttp.ClientPayloadError:
                    body = b""
                return Page(response.status, found, body)
        except _LOST as error:
            raise Away from error

    async def stream(self, path: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes ``start`` to ``stop`` (excluded) of a stored object, at most that many."""
        headers = {"Range": f"bytes={start}-{stop - 1}"}
        left = stop - start
        try:
            async with self._send("GET", path, headers=headers, timeout=self._streaming) as response:
                if response.status not in (200, 206):
                    await self._refuse(response)
                async for chunk in response.content.iter_chunked(64 * 1024):
                    left -= len(chunk)
                    if left < 0:
                        raise BadAnswer("The hub sent more than was asked for.")
                    yield chunk
        except _LOST as error:
            raise Away from error

    async def events(self, path: str) -> AsyncIterator[str]:
        """The lines of a stream of live events."""
        headers = {"Accept": "text/event-stream"}
        try:
            async with self._send("GET", path, headers=headers, timeout=self._streaming) as response:
                if response.status != 200:
                    await self._refuse(response)
                async for line in response.content:
                    yield line.decode("utf-8", "replace").rstrip("\r\n")
        except (*_LOST, ValueError) as error:  # ValueError: a line longer than any event
            raise Away from error

    async def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        again: bool,
        limit: int,
        data: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        lost: Exception | None = None
        for attempt in range(TRIES if again else 1):
            if attempt:
                await asyncio.sleep(PAUSES[attempt - 1])
            try:
                async with self._send(method, path, data=data, query=query, headers=headers) as response:
                    if response.status == 503 and attempt + 1 < (TRIES if again else 1):
                        await asyncio.sleep(_pause(response))
                        continue
                    return await self._read(response, kind, limit)
            except _LOST as error:
                lost = error
        raise Away from lost

    def _send(
        self,
        method: str,
        path: str,
        *,
        data: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> Any:
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=self._ssl or True, limit=16)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        sent = {"Accept": "application/json", "Content-Type": "application/json", **(headers or {})}
        if data is None:
            del sent["Content-Type"]
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        return self._session.request(
            method,
            self.url + path,
            data=io.BytesIO(data) if data is not None and len(data) > WHOLE else data,
            params=query,
            headers=sent,
            allow_redirects=False,
            timeout=timeout or self._timeout,
        )

    async def _read(self, response: aiohttp.ClientResponse, kind: type[T], limit: int) -> T:
        if not 200 <= response.status < 300:
            await self._refuse(response)
        raw = await _bounded(response, limit)
        if response.status == 204 or not raw:
            raw = b"{}"
        elif response.content_type != "application/json":
            raise BadAnswer
        try:
            return msgspec.json.decode(raw, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadAnswer("The hub's answer cannot be understood.") from error

    async def _refuse(self, response: aiohttp.ClientResponse) -> None:
        raw = await _bounded(response, PROBLEM_LIMIT)
        if response.content_type != "application/problem+json":
            raise BadAnswer
        try:
            problem = msgspec.json.decode(raw, type=Problem)
            facts = msgspec.json.decode(raw, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadAnswer from error
        if problem.code == "update-needed":
            raise UpdateNeeded
        say = f"{problem.title}. {problem.detail}".strip() if problem.title else problem.detail
        raise Refused(response.status, problem.code[:64], _printable(say[:500]), facts)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _pause(response: aiohttp.ClientResponse) -> float:
    try:
        return min(float(response.headers.get("Retry-After", "0")), LONGEST_PAUSE)
    except ValueError:
        return LONGEST_PAUSE


async def _bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    found = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        found += chunk
        if len(found) > limit:
            response.close()
            raise BadAnswer("The hub sent more than any honest answer holds.")
    return bytes(found)
