"""The hub's own keys: it signs receipts and checkpoints, and derives private salts. They open nothing.

Three files of 32 bytes, readable by their owner alone. On embedded defaults they are made at the first
start; otherwise they must be there, since a hub with fresh keys would look like another hub to every end.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from crypto.signing import SigningKey
from hub.config import Settings, SettingsError

SEED_BYTES = 32
RECEIPT, CHECKPOINT, PRIVATE = "receipt.key", "checkpoint.key", "private.key"


@dataclass(frozen=True, slots=True)
class HubKeys:
    """Ed25519 seeds, 32 bytes each, and a secret that never leaves ``derive``."""

    receipt: bytes = field(repr=False)
    checkpoint: bytes = field(repr=False)
    private: bytes = field(repr=False)

    @property
    def receipt_public(self) -> bytes:
        """32 bytes: what the authority's root lists for receipts."""
        return SigningKey(self.receipt).public

    @property
    def checkpoint_public(self) -> bytes:
        """32 bytes: what the authority's root lists for checkpoints."""
        return SigningKey(self.checkpoint).public

    def derive(self, label: str, material: bytes = b"") -> bytes:
        """32 bytes only this hub can make again: fake salts, link tokens. One label for each use."""
        return hmac.digest(self.private, label.encode() + b"\x00" + material, hashlib.sha256)


def load_keys(settings: Settings) -> HubKeys:
    """Read the keys, making them first where settings allow. Raises SettingsError without naming contents."""
    if settings.keys_may_be_made:
        settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    seeds = [
        _load(settings.keys / name, settings.keys_may_be_made) for name in (RECEIPT, CHECKPOINT, PRIVATE)
    ]
    return HubKeys(*seeds)


def make_keys(folder: Path) -> None:
    """Make whichever of the three keys is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (RECEIPT, CHECKPOINT, PRIVATE):
        _load(folder / name, True)


def _load(path: Path, may_be_made: bool) -> bytes:
    if may_be_made and not path.exists():
        _make(path)
    try:
        mode, seed = path.stat().st_mode, path.read_bytes()
    except OSError:
        raise SettingsError(
            f"KITH_KEYS: {path.name} is missing or cannot be read (kith-hub keys makes it)"
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"KITH_KEYS: others can read {path.name}; chmod 600 it")
    if len(seed) != SEED_BYTES:
        raise SettingsError(f"KITH_KEYS: {path.name} is not a key of {SEED_BYTES} bytes")
    return seed


def _make(path: Path) -> None:
    """Whole or not at all, and never over another process's key: write aside, then link into place."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(SEED_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return
    finally:
        aside.unlink()
