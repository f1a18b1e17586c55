"""The base of everything read from outside: by name, and closed to fields nobody declared."""

from __future__ import annotations

import msgspec


class Input(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A JSON body. Bound every text and list: ``Annotated[bytes, Meta(min_length=16, max_length=16)]``."""


class Output(msgspec.Struct, kw_only=True):
    """A JSON answer."""
