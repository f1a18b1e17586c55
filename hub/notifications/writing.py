"""Writing a mail: plain text first, a small HTML after it, and a head that says it was written by a machine.

It says that something waits, for which organisation, how urgent and how many; or it brings a code. Nothing
else is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

SENDER = "Kith"
_HERE = Path(__file__).parent / "pages"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says. ``template``: digest, enrolment, code, ways or test; ``organisation``: the
    recipient's own; ``days`` and ``minutes``: for how long the link or the code works."""

    template: str
    subject: str
    link: str
    organisation: str = ""
    lines: tuple[str, ...] = ()
    days: int = 0
    code: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, under which Message-ID, when (UTC milliseconds)."""

    sender: str
    to: str
    message_id: str
    now: int


@cache
def templates() -> Environment:
    """Read from the package, with names escaped in HTML."""
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write(letter: Letter, envelope: Envelope) -> bytes:
    """The whole mail as it travels. Raises ValueError for an address that no mail can carry."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(SENDER, addr_spec=envelope.sender)
    message["To"] = Address(addr_spec=envelope.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(EPOCH + timedelta(milliseconds=envelope.now))
    message["Message-ID"] = envelope.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_said(letter, "txt"), cte="quoted-printable")
    message.add_alternative(_said(letter, "html"), subtype="html", cte="quoted-printable")
    message.set_boundary("=_" + envelope.message_id[1:33])  # a mail tried again is the same to the last byte
    return message.as_bytes()


def _said(letter: Letter, ending: str) -> str:
    return (
        templates()
        .get_template(f"mail-{letter.template}.{ending}")
        .render(
            subject=letter.subject,
            link=letter.link,
            organisation=letter.organisation,
            lines=letter.lines,
            days=letter.days,
            code=letter.code,
            minutes=letter.minutes,
        )
    )
