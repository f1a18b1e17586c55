"""What comes in and goes out about links."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from hub.kernel.schemas import Input, Output


class Follow(Input):
    """The token that a link carries, out of its hex."""

    token: Annotated[bytes, Meta(min_length=32, max_length=32)]


class FollowedPlace(Output):
    """``kind`` is circle, organisation, settings or today; ``id`` of the circle or organisation."""

    kind: str
    id: bytes | None
    seq: int | None


class Followed(Output):
    """``expired``: the link is older than it should be. It leads there all the same."""

    place: FollowedPlace
    expired: bool
