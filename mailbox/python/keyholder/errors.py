"""What can go wrong at an end, in words for people. ``code`` is stable, for programs.

An alarm, which means that somebody in the middle changed something, is in ``alarms``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class KeyholderError(Exception):
    """Base of everything this package raises. ``say`` is what to show."""

    code = "error"

    def __init__(self, say: str = "") -> None:
        self.say = say or (type(self).__doc__ or "").strip()
        super().__init__(self.say)


class Away(KeyholderError):
    """The hub cannot be reached. Nothing was lost; try again in a moment."""

    code = "away"


class BadAnswer(Away):
    """The answer did not come from a hub. Check the address, and whether the network asks you to sign in."""

    code = "bad-answer"


class Refused(KeyholderError):
    """The hub refused. ``status`` and ``code`` are its own; ``facts`` are the rest of what it said."""

    def __init__(self, status: int, code: str, say: str, facts: Mapping[str, Any]) -> None:
        super().__init__(say)
        self.status, self.code, self.facts = status, code, facts


class WrongWords(KeyholderError):
    """These words do not open this sign-in. Check each word, and the sign-in name."""

    code = "wrong-words"


class CodeNeeded(KeyholderError):
    """This device was not here before, so a code has been sent to your mail. Give it as well."""

    code = "code-needed"


class CodeWrong(CodeNeeded):
    """That is not the code from the newest mail. Look again."""

    code = "code-wrong"


class NotReady(KeyholderError):
    """This cannot be done yet."""

    code = "not-ready"


class CannotSend(KeyholderError):
    """Nothing was sent."""

    code = "cannot-send"

    def __init__(self, *reasons: str) -> None:
        self.reasons: Sequence[str] = reasons
        super().__init__("Nothing was sent. " + " ".join(reasons))


class CannotOpen(KeyholderError):
    """This could not be opened here."""

    code = "cannot-open"


class UpdateNeeded(KeyholderError):
    """This was written by a newer version. Update this program to read it."""

    code = "update-needed"


class NotAccepted(KeyholderError):
    """This file was not accepted."""

    code = "not-accepted"


class LocalTrouble(KeyholderError):
    """The state folder on this device cannot be used."""

    code = "local-trouble"
