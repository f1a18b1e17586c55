"""The token by which a hub knows this device again, so that it asks for no code from the mail.

It is no key and opens nothing: a hub looks at it only beside right words. It is kept for its owner's eyes
alone, one for each sign-in name; on a shared device there is none.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from keyholder.errors import LocalTrouble
from keyholder.profile import private_folder
from keyholder.state import write_whole

TOKEN_BYTES = 32


def token(folder: Path | None, hub: str, name: str) -> bytes | None:
    """The token of this device for a sign-in name at a hub, made when there is none yet; None without a
    folder. Raises LocalTrouble."""
    if folder is None:
        return None
    place = folder / "devices" / hashlib.sha256(f"{hub}\0{name}".encode()).hexdigest()[:32]
    kept = _read(place)
    if kept is None:
        _make(place)
        kept = _read(place)
    if kept is None:
        raise LocalTrouble
    return kept


def _read(place: Path) -> bytes | None:
    try:
        with place.open("rb") as file:
            raw = file.read(TOKEN_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LocalTrouble from error
    if len(raw) == TOKEN_BYTES:
        return raw
    place.unlink(missing_ok=True)
    return None


def _make(place: Path) -> None:
    """Never over one that another program of the same person made meanwhile: it may be remembered by now."""
    private_folder(place.parent)
    aside = place.with_name(f".{place.name}.{os.urandom(6).hex()}")
    write_whole(aside, os.urandom(TOKEN_BYTES))
    try:
        os.link(aside, place)
    except FileExistsError:
        return
    except OSError as error:
        raise LocalTrouble from error
    finally:
        aside.unlink(missing_ok=True)
