"""The form of a vector file, and how one is read, made and checked.

A file is ``{"about", "shared", "cases"}``. A case has a ``name`` (unique in its file), a ``check``
(what to do with it), its inputs, and either ``refused`` (the code of the refusal) or ``result``.
Bytes are lower-case hex. What sealing made at random is in ``shared.sealed`` and never made again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crypto.errors import CryptoError

HERE = Path(__file__).parent
Case = dict[str, Any]
Shared = dict[str, Any]
Check = Callable[[Shared, Case], Any]


class Keep:
    """Outputs of randomised sealing: those already in the file are used again."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known
        self.used: dict[str, str] = {}

    def __call__(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The bytes kept under ``name``, made once."""
        self.used[name] = self._known.get(name) or make().hex()
        return bytes.fromhex(self.used[name])


def case(name: str, check: str, refused: str | None = None, **inputs: Any) -> Case:
    """One case; a result is filled in when the file is made."""
    return {"name": name, "check": check, **inputs, **({"refused": refused} if refused else {})}


def path(name: str) -> Path:
    """Where a vector file is."""
    return HERE / f"{name}.json"


def load(name: str) -> dict[str, Any]:
    """Read a vector file."""
    loaded: dict[str, Any] = json.loads(path(name).read_text(encoding="utf-8"))
    return loaded


def outcome(check: Check, shared: Shared, inputs: Case) -> tuple[str | None, Any]:
    """(code of the refusal, None) or (None, result)."""
    try:
        return None, check(shared, inputs)
    except CryptoError as refusal:
        return refusal.code, None


def unhex(text: str) -> bytes:
    """Bytes of a hex string."""
    return bytes.fromhex(text)


def joined(sources: dict[str, str], parts: list[dict[str, Any]]) -> bytes:
    """Bytes put together from slices of named sources (``from``, ``start``, ``stop``) and literal ``hex``."""
    out = b""
    for part in parts:
        if "hex" in part:
            out += unhex(part["hex"])
        else:
            out += unhex(sources[part["from"]])[part.get("start", 0) : part.get("stop")]
    return out


def flip(data: bytes, at: int = -1) -> str:
    """``data`` with one bit changed, as hex."""
    changed = bytearray(data)
    changed[at] ^= 1
    return changed.hex()


def pattern(length: int) -> bytes:
    """``length`` bytes that count 0..250 again and again: a plaintext that needs no storing."""
    return (bytes(range(251)) * (length // 251 + 1))[:length]
