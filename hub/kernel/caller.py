"""Who is calling. The kernel knows no accounts: they implement ``SessionReader`` and the app wires it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from storage.database import Database

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Caller:
    """A live session and whom it speaks for.

    worker        16 bytes
    organisation  16 bytes, or empty while nobody has admitted this worker yet
    role          "worker", "manager", "reviewer" ... as the organisation's chain says; "" before admission
    kind          kind of the organisation: "vcu", "partner", "police", "oversight"; "" before admission
    session       16 bytes, the id of the session (never its token)
    operator      runs this hub: may see queues and dead letters, never a circle
    signing_key   32 bytes: the key this session was proved with, which signs statements and entries
    accredited    the organisation's accreditation is in force at this moment
    """

    worker: bytes
    organisation: bytes
    role: str
    kind: str
    session: bytes
    operator: bool = False
    signing_key: bytes = b""
    accredited: bool = False


class SessionReader(Protocol):
    """Find the live session of a bearer token, or None when there is none or it has ended."""

    async def __call__(self, database: Database, token: bytes, now: int) -> Caller | None:
        """``token`` is 32 bytes from the Authorization header; only its hash is ever stored."""
        ...


async def nobody(database: Database, token: bytes, now: int) -> Caller | None:
    """The reader of a hub without accounts: every token is unknown."""
    return None
