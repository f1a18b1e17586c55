"""What comes in and goes out about the access log. Bytes are base64 in JSON."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from crypto.statements import MAX_STATEMENT
from hub.kernel.schemas import Input, Output

BATCH_MAX = 50
REASON_BOX_MAX = 8 * 1024
ReasonBox = Annotated[bytes, Meta(min_length=1136, max_length=REASON_BOX_MAX)]
"""[salt, reason], sealed; no box of the least reason is shorter."""


class StatementIn(Input):
    """A signed statement as it travels; ``reason_box`` holds [salt, reason] sealed to those who oversee."""

    payload: Annotated[bytes, Meta(min_length=1, max_length=MAX_STATEMENT)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]
    reason_box: ReasonBox | None = None


class PostStatements(Input):
    statements: Annotated[list[StatementIn], Meta(min_length=1, max_length=BATCH_MAX)]


class Logged(Output):
    """Where one statement stands in the access log; with the salt its worker can make the leaf again."""

    index: int
    salt: bytes


class LogState(Output):
    """The access log once the statements were durable; ``logged`` says where each stands, in their order."""

    size: int
    note: str
    logged: list[Logged]


class Note(Output):
    note: str


class Consistency(Output):
    path: list[bytes]


class Inclusion(Output):
    index: int
    path: list[bytes]


class StatementItem(Output):
    index: int
    salt: bytes
    payload: bytes
    signature: bytes
    reason_box: bytes | None
    received_at: int
    alert: str | None


class StatementPage(Output):
    items: list[StatementItem]
    next: int | None


class Reader(Output):
    """How far one worker has read a circle, in their own signed words (the latest `opened`)."""

    organisation: bytes
    worker: bytes
    seq: int
    head: bytes
    at: int
    payload: bytes
    signature: bytes
