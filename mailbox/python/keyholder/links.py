"""The personal link in a mail: it leads to a place, after signing in. The mail itself says nothing."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

from keyholder.answers import Answer, Number, Word
from keyholder.connection import Connection
from keyholder.errors import LocalTrouble

_TOKEN = re.compile(r"(?:^|/go/)([0-9a-f]{64})$")


class Place(Answer, frozen=True, kw_only=True):
    """Where a link leads. ``kind`` is circle, organisation, settings or today."""

    kind: Word
    id: Annotated[bytes, Meta(max_length=32)] | None = None
    seq: Number | None = None


class Followed(Answer, frozen=True, kw_only=True):
    """``expired``: older than it should be; it leads there all the same."""

    place: Place
    expired: bool = False


async def follow(connection: Connection, link: str) -> Followed:
    """Follow a whole link or its token.

    Raises:
        LocalTrouble: when it is no such link.
    """
    found = _TOKEN.search(link.strip())
    if found is None:
        raise LocalTrouble("That is not a link from one of our mails.")
    body = {"token": bytes.fromhex(found.group(1))}
    return await connection.post("/v1/links/follow", body, Followed)


__all__ = ["Followed", "Place", "follow"]
