"""The one seam between accounts and mail: who gets mail where, and links for those who have no account yet."""

from __future__ import annotations

from hub.kernel.context import Hub
from storage.database import Unit


async def mail_link(unit: Unit, hub: Hub, organisation: bytes | None, mail: str, link: str, now: int) -> None:
    """Queue the mail that carries an enrolment link."""


async def admitted(
    unit: Unit, hub: Hub, worker: bytes, organisation: bytes, role: str, mail: str | None, now: int
) -> None:
    """This worker is reached at this address from now on."""


async def left(unit: Unit, hub: Hub, worker: bytes) -> None:
    """This worker gets no mail any more."""
