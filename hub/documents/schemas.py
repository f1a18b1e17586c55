"""What comes in and goes out about documents."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from crypto.encoding import MAX_INTEGER
from hub.audit.schemas import Logged
from hub.circles.schemas import Fetch
from hub.kernel.schemas import Input, Output

MOST_NUMBERS = 10_000
MOST_SEGMENTS = 10_000


class Begin(Input):
    """An upload of one document version. ``size`` is the stored object's: prefix, seal and padding
    included."""

    document: Annotated[bytes, Meta(min_length=16, max_length=16)]
    number: Annotated[int, Meta(ge=1, le=MOST_NUMBERS)]
    size: Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


class Finish(Input):
    """SHA-256 of each segment of the stored object, one after another."""

    segments: Annotated[bytes, Meta(min_length=1, max_length=MOST_SEGMENTS * 32)]


class AskTicket(Fetch):
    """A statement that names the document and the bytes."""


class UploadOut(Output):
    """An upload to go on with: ``parts`` are the numbers of those that are safe."""

    upload: bytes
    part_size: int
    parts: list[int]


class UploadState(Output):
    """How far an upload has come."""

    part_size: int
    parts: list[int]
    size: int
    finished: bool


class Received(Output):
    """How many bytes are safe, over all parts."""

    received: int


class Finished(Output):
    """The stored object's size."""

    size: int


class TicketOut(Output):
    """Good for ranged reads by the same session until it expires. ``size`` is the whole object's; the rest
    is the access log after the statement."""

    ticket: bytes
    expires_at: int
    size: int
    note: str
    logged: list[Logged]
