"""What comes in and goes out about letters."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from crypto.letters import MAX_LETTER_BODY, MAX_LETTER_HEADER
from hub.audit.schemas import LogState
from hub.circles.schemas import Box, Statement
from hub.kernel.schemas import Input, Output

PAGE = 100
POST_LIMIT = 512 * 1024


class PostLetter(Input):
    """One letter: exact header bytes, a signature or nothing, the box of its key, its sealed body."""

    header: Annotated[bytes, Meta(min_length=1, max_length=MAX_LETTER_HEADER)]
    signature: Annotated[bytes, Meta(max_length=64)]
    box: Box
    body: Annotated[bytes, Meta(min_length=1, max_length=MAX_LETTER_BODY)]


class FetchLetter(Input):
    """A statement that names the letter."""

    statement: Statement


class PostedLetter(Output):
    """The hub holds it."""

    letter: bytes
    received_at: int


class LetterLine(Output):
    """One waiting letter. ``sender_organisation`` is null when no worker vouches for it."""

    letter: bytes
    kind: int
    sender_organisation: bytes | None
    received_at: int
    fetched: bool


class LettersOut(Output):
    """A page, oldest first; ``next`` is what ``after`` takes."""

    items: list[LetterLine]
    next: str | None


class LetterOut(LogState):
    """The letter itself, and the access log after the statement that let it go."""

    header: bytes
    signature: bytes
    box: bytes
    body: bytes
    received_at: int
