"""Refusals are types: a code, a status and a title, raised by what refuses and rendered once (``problems``).

A feature declares its own beside what refuses::

    class StaleHead(Refused):
        code, status, title = "stale-head", 409, "The circle has moved on"

    raise StaleHead("Read the newest entries, then seal again.", head=head)

``detail`` and the extension fields go to the caller, so they never carry names, others' words or secrets.
"""

from __future__ import annotations

from typing import ClassVar

Fact = str | int | bool | bytes

_RESERVED = frozenset({"type", "title", "status", "code", "detail", "instance", "incident"})


class Refused(Exception):
    """Base of every refusal. Subclasses state ``code`` (kebab-case, stable), ``status`` and ``title``."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    def __init_subclass__(cls) -> None:
        missing = [name for name in ("code", "status", "title") if not hasattr(cls, name)]
        if missing:
            raise TypeError(f"{cls.__name__} refuses without saying {', '.join(missing)}")
        if not 400 <= cls.status <= 599:
            raise TypeError(f"{cls.__name__}: {cls.status} is not the status of a refusal")

    def __init__(self, detail: str = "", /, **facts: Fact) -> None:
        """``facts`` become extension fields of the problem document; bytes are shown in standard base64."""
        if not _RESERVED.isdisjoint(facts):
            raise TypeError(f"{type(self).__name__}: {sorted(_RESERVED & facts.keys())} are not free to use")
        super().__init__(detail or type(self).title)
        self.detail = detail
        self.facts = facts


class Malformed(Refused):
    code, status, title = "malformed", 400, "The request could not be understood"


class NotSignedIn(Refused):
    code, status, title = "not-signed-in", 401, "Sign in first"


class NotAllowed(Refused):
    code, status, title = "not-allowed", 403, "You may not do this"


class NotFound(Refused):
    code, status, title = "not-found", 404, "There is nothing here"


class WrongMethod(Refused):
    code, status, title = "wrong-method", 405, "This address does not do that"


class TooSlow(Refused):
    code, status, title = "too-slow", 408, "The request took too long to arrive"


class Conflicting(Refused):
    code, status, title = "conflict", 409, "Something else happened first"


class TooLarge(Refused):
    code, status, title = "too-large", 413, "The request is too large"


class WrongMedia(Refused):
    code, status, title = "wrong-media", 415, "The request has the wrong content type"


class TooMany(Refused):
    """Carries ``retry_after`` in whole seconds."""

    code, status, title = "too-many", 429, "Too many requests"


class Unexpected(Refused):
    code, status, title = "unexpected", 500, "Something went wrong here"


class Away(Refused):
    """Carries ``retry_after`` in whole seconds."""

    code, status, title = "unavailable", 503, "The hub cannot do this just now"


class NoRoom(Refused):
    code, status, title = "no-space", 507, "The hub has no room left"
