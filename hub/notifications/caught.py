"""Mails on disk for the local mail catcher: a file each, bounded, in order of arrival, outliving a restart.

A caught mail is somebody else's bytes. It is parsed only to be shown as plain text, and a mail that cannot be
parsed is still shown, as such.
"""

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

PAGE = 50
TEXT_LIMIT = 100_000
_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}")
# What the standard parser raises on nonsense.
_UNREADABLE = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
_NAME = re.compile(r"[0-9]{8}\.eml")


@dataclass(frozen=True)
class Piece:
    """A stretch of a mail's text; `link` says that it is an address to follow."""

    text: str
    link: bool


@dataclass(frozen=True)
class Caught:
    """One mail as a person reads it. `number` counts arrivals from 1."""

    number: int
    sender: str
    to: str
    subject: str
    date: str
    pieces: tuple[Piece, ...]


class Folder:
    """A folder of caught mails, the oldest of which gives way beyond `limit`."""

    def __init__(self, path: Path, limit: int = 1000) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self.limit = limit

    def keep(self, content: bytes) -> int:
        """Write one mail whole or not at all; returns its number."""
        numbers = self.numbers()
        number = (numbers[-1] if numbers else 0) + 1
        unfinished = self.path / "arriving.part"
        unfinished.write_bytes(content)
        unfinished.chmod(0o600)
        unfinished.rename(self._file(number))
        for old in [*numbers, number][: -self.limit]:
            self._file(old).unlink(missing_ok=True)
        return number

    def numbers(self) -> list[int]:
        """The numbers of all kept mails, oldest first."""
        return sorted(int(file.stem) for file in self.path.iterdir() if _NAME.fullmatch(file.name))

    def page(self, before: int | None = None) -> list[Caught]:
        """The newest mails, or the newest of those that came before number `before`; at most PAGE of them."""
        numbers = [number for number in self.numbers() if before is None or number < before]
        found = (self.read(number) for number in reversed(numbers[-PAGE:]))
        return [mail for mail in found if mail is not None]

    def read(self, number: int) -> Caught | None:
        """One mail, or None when there is none of that number."""
        try:
            content = self._file(number).read_bytes()
        except FileNotFoundError:
            return None
        return _parse(number, content)

    def _file(self, number: int) -> Path:
        return self.path / f"{number:08d}.eml"


def _parse(number: int, content: bytes) -> Caught:
    try:
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(content)
        head = {name: str(message.get(name, "")) for name in ("From", "To", "Subject", "Date")}
        text = _plain_text(message)
    except _UNREADABLE:
        head, text = {"From": "", "To": "", "Subject": "(unreadable mail)", "Date": ""}, ""
    return Caught(number, head["From"], head["To"], head["Subject"], head["Date"], _pieces(text[:TEXT_LIMIT]))


def _plain_text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain",))
    content = body.get_content() if body is not None else ""
    return content if isinstance(content, str) else ""


def _pieces(text: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    end = 0
    for found in _LINK.finditer(text):
        link = found.group().rstrip(".,;:)")
        pieces += [Piece(text[end : found.start()], link=False), Piece(link, link=True)]
        end = found.start() + len(link)
    pieces.append(Piece(text[end:], link=False))
    return tuple(piece for piece in pieces if piece.text)
