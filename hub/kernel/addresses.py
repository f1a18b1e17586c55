"""The address a request came from, believing only proxies we were told to trust."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from aiohttp import web

UNKNOWN = "unknown"
_WITH_PORT = re.compile(r"\[([^\[\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5}")
"""Some proxies write the port too: [2001:db8::1]:443, 203.0.113.9:50123."""


def address_of(request: web.Request, proxies: int) -> str:
    """The address to count a request against. A list may come in several lines, which are one list."""
    return client_address(request.remote, ",".join(request.headers.getall("X-Forwarded-For", ())), proxies)


def client_address(peer: str | None, forwarded: str | None, proxies: int) -> str:
    """The address to count against.

    ``proxies`` trusted proxies each append the address they saw to X-Forwarded-For, so the client is the
    ``proxies``-th from the right; anything left of it was written by the client. Too short a list means
    that someone came round the proxies: then the peer itself counts.
    """
    seen = peer or UNKNOWN
    if proxies and forwarded:
        parts = forwarded[-2048:].split(",")
        if len(parts) >= proxies:
            seen = parts[-proxies].strip()
    return _network(seen)


@lru_cache(4096)
def _network(seen: str) -> str:
    """One key per IPv4 address and per IPv6 /64, which is what one household or office is given."""
    with_port = _WITH_PORT.fullmatch(seen)
    try:
        address = ip_address((with_port[1] or with_port[2]) if with_port else seen)
    except ValueError:
        return UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))
