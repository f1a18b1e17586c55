"""The one renderer of refusals: RFC 9457 problem details, never a traceback, never another library's words.

{"type": "urn:kith:problem:<code>", "title": ..., "status": ..., "code": ..., "detail": ..., <facts>}
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web

from crypto import errors as crypto_errors
from hub.kernel.refusals import (
    Away,
    Conflicting,
    Malformed,
    NoRoom,
    NotAllowed,
    NotFound,
    Refused,
    TooLarge,
    Unexpected,
    WrongMethod,
)
from storage import blobs, database

MEDIA = "application/problem+json"
AWAY_SECONDS = 2


class Forged(Refused):
    code, status, title = "forged", 400, "A signature, a hash or a chain does not hold"


class Stale(Refused):
    code, status, title = "stale", 409, "Sealed under something no longer in force"


class UpdateNeeded(Refused):
    code, status, title = "update-needed", 400, "A newer version of the protocol wrote this"


def _away(_: Exception) -> Refused:
    return Away(retry_after=AWAY_SECONDS)


_FOREIGN: tuple[tuple[type[Exception], Callable[[Exception], Refused]], ...] = (
    (database.Unavailable, _away),
    (database.Conflict, lambda _: Conflicting()),
    (blobs.NoSpace, lambda _: NoRoom()),
    (blobs.Unavailable, _away),
    (blobs.NotFound, lambda _: NotFound()),
    (crypto_errors.Malformed, lambda error: Malformed(str(error))),
    (crypto_errors.UpdateNeeded, lambda _: UpdateNeeded()),
    (crypto_errors.Forged, lambda _: Forged()),
    (crypto_errors.Stale, lambda _: Stale()),
    (crypto_errors.NotAllowed, lambda _: NotAllowed()),
    (TimeoutError, _away),
)

_BY_STATUS: Mapping[int, type[Refused]] = {404: NotFound, 405: WrongMethod, 413: TooLarge}


def as_refused(error: Exception) -> Refused:
    """What to tell the caller about ``error``. Whatever we did not foresee is Unexpected."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, web.HTTPException):
        return _BY_STATUS.get(error.status, Malformed)()
    for kind, refusal in _FOREIGN:
        if isinstance(error, kind):
            return refusal(error)
    return Unexpected()


def new_incident() -> str:
    """A short random id that ties a caller's problem to a line in our log."""
    return os.urandom(6).hex()


def document(refused: Refused, incident: str = "") -> dict[str, Any]:
    """The problem document as a plain mapping."""
    made: dict[str, Any] = {
        "type": f"urn:kith:problem:{refused.code}",
        "title": refused.title,
        "status": refused.status,
        "code": refused.code,
    }
    if refused.detail:
        made["detail"] = refused.detail
    if incident:
        made["incident"] = incident
    return made | refused.facts


def problem(refused: Refused, incident: str = "") -> web.Response:
    """The response. A body that was too large or too slow is not read to its end: the connection closes."""
    response = web.Response(
        status=refused.status,
        body=msgspec.json.encode(document(refused, incident)),
        content_type=MEDIA,
    )
    if "retry_after" in refused.facts:
        response.headers["Retry-After"] = str(refused.facts["retry_after"])
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.status in {408, 413}:
        response.force_close()
    return response
