"""Other ways to one's worker secret than the words: a passkey, and a PIN on one device for a working day.

Both wrap the same secret again, bound to all that the words' wrap is bound to. A PIN is short, so it is
worth nothing alone: the key is made of it, a half on the device and a half at the hub, which gives its
half for the right PIN only and deletes it after a few wrong ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from crypto.encoding import pack, tagged_hash
from crypto.errors import Malformed
from crypto.private.secrets import (
    ARGON2_MEMORY,
    ARGON2_OPERATIONS,
    SALT_BYTES,
    SUITE,
    WorkerSecret,
    WrapContext,
    expand,
    lock,
    stretch,
    unlock,
)

HALF_BYTES: Final = 32
PRF_BYTES: Final = 32
MAX_CREDENTIAL: Final = 1023
MIN_PIN: Final = 4
MAX_PIN: Final = 32


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Whose worker secret a wrap holds, and the how-many-th it is. ``hub`` is the name in the root."""

    hub: str
    organisation: bytes
    worker: bytes
    address: str
    version: int


def passkey_input(hub: str) -> bytes:
    """What a passkey's PRF is asked with at the hub of that name. 32 bytes."""
    return tagged_hash("passkey", hub.encode())


@dataclass(frozen=True, slots=True)
class PasskeyKeys:
    """What a passkey's PRF output gives: ``auth`` is proved to the hub, ``wrap`` never leaves the end."""

    auth: bytes = field(repr=False)
    wrap: bytes = field(repr=False)

    @classmethod
    def derive(cls, output: bytes, hub: str) -> PasskeyKeys:
        """From the PRF's 32 bytes for ``passkey_input(hub)``.

        Raises:
            Malformed: if it has another length.
        """
        if len(output) != PRF_BYTES:
            raise Malformed("a passkey's output is 32 bytes")
        context = hub.encode()
        return cls(expand(output, "passkey/auth", context), expand(output, "passkey/wrap", context))

    def lock(self, secret: WorkerSecret, credential: bytes, wrapped: Wrapped) -> bytes:
        """Wrap the worker secret for keeping at the hub; ``credential`` is the passkey's id.

        Raises:
            Malformed: if that is not 1 to 1,023 bytes.
        """
        return lock(self.wrap, secret.raw, _passkey_context(credential, wrapped))

    def open(self, locked: bytes, credential: bytes, wrapped: Wrapped) -> WorkerSecret:
        """Unwrap it again.

        Raises:
            NotForMe: another passkey, or anything beside the wrap was changed. Malformed.
        """
        return WorkerSecret(unlock(self.wrap, locked, _passkey_context(credential, wrapped)))


class PinKeys:
    """What a PIN gives together with the half that its device keeps. ``check`` (32 bytes) is proved to the
    hub, which keeps only its hash."""

    def __init__(self, stretched: bytes, device_half: bytes, worker: bytes, salt: bytes) -> None:
        self.check = expand(stretched, "pin/check", worker)
        self._halves = stretched + device_half
        self._worker = worker
        self._salt = salt

    @classmethod
    def derive(cls, pin: str, device_half: bytes, worker: bytes) -> PinKeys:
        """From 4 to 32 digits, the device's 32 random bytes and the worker's id. About 0.2 s.

        Raises:
            Malformed.
        """
        if not (pin.isascii() and pin.isdigit() and MIN_PIN <= len(pin) <= MAX_PIN):
            raise Malformed("a PIN is 4 to 32 digits")
        _check_half(device_half)
        salt = tagged_hash("pin-salt", device_half, worker)[:SALT_BYTES]
        return cls(stretch(pin, salt), device_half, worker, salt)

    def lock(self, secret: WorkerSecret, hub_half: bytes, wrapped: Wrapped) -> bytes:
        """Wrap the worker secret for keeping on the device; ``hub_half`` is the hub's 32 bytes.

        Raises:
            Malformed.
        """
        return lock(self.wrap_key(hub_half), secret.raw, self._context(wrapped))

    def open(self, locked: bytes, hub_half: bytes, wrapped: Wrapped) -> WorkerSecret:
        """Unwrap it again.

        Raises:
            NotForMe: another PIN or half, or anything beside the wrap was changed. Malformed.
        """
        return WorkerSecret(unlock(self.wrap_key(hub_half), locked, self._context(wrapped)))

    def wrap_key(self, hub_half: bytes) -> bytes:
        """32 bytes, of the PIN and both halves.

        Raises:
            Malformed: if the hub's half is not 32 bytes.
        """
        _check_half(hub_half)
        return expand(self._halves + hub_half, "pin/wrap", self._worker)

    def _context(self, wrapped: Wrapped) -> bytes:
        return _context(wrapped, self._salt, ARGON2_OPERATIONS, ARGON2_MEMORY, "pin")

    def __repr__(self) -> str:
        return "PinKeys(...)"


def _check_half(half: bytes) -> None:
    if len(half) != HALF_BYTES:
        raise Malformed("a half is 32 bytes")


def _passkey_context(credential: bytes, wrapped: Wrapped) -> bytes:
    """No Argon2id comes before a passkey's wrap, so salt and parameters are zero."""
    if not 1 <= len(credential) <= MAX_CREDENTIAL:
        raise Malformed("a passkey's id is 1 to 1,023 bytes")
    name = f"passkey {hashlib.sha256(credential).hexdigest()}"
    return _context(wrapped, bytes(SALT_BYTES), 0, 0, name)


def _context(wrapped: Wrapped, salt: bytes, operations: int, memory: int, credential: str) -> bytes:
    bound = (wrapped.hub, wrapped.organisation, wrapped.worker, wrapped.address)
    return pack(WrapContext(SUITE, *bound, salt, operations, memory, credential, wrapped.version))
