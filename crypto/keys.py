"""Public keys that may enter a chain: refused here, they can never stand in anyone's way later.

A signature by a small-order key is refused by libsodium anyway; an unusable box key would stop a
whole circle from making its next epoch. So both are turned away where they first appear.
"""

from __future__ import annotations

from typing import Final

import nacl.bindings as sodium

from crypto.errors import Malformed

BOX_KEY_BYTES: Final = 1216
_MLKEM_VECTOR: Final = 1152
_MLKEM_BYTES: Final = 1184
_MLKEM_PRIME: Final = 3329
_SLOTS: Final = sum(1 << (24 * slot) for slot in range(384))
_FIELDS: Final = 0xFFF * _SLOTS
_MISSING: Final = (0x1000 - _MLKEM_PRIME) * _SLOTS
_CARRIES: Final = 0x1000 * _SLOTS
_X25519_PRIME: Final = 2**255 - 19
_X25519_ORDER_8: Final = (
    0x00B8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
    0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F,
)
_SMALL_X25519: Final = frozenset({0, 1, _X25519_PRIME - 1, *_X25519_ORDER_8})


def check_signing_key(public: bytes) -> None:
    """Require a point of Ed25519's main subgroup, canonically encoded. About 70 microseconds.

    Raises:
        Malformed.
    """
    if len(public) != 32 or not sodium.crypto_core_ed25519_is_valid_point(public):
        raise Malformed("not a usable signing key")


def check_box_key(public: bytes) -> None:
    """Require an X-Wing key that can be sealed to: ML-KEM coefficients below its prime (FIPS 203,
    section 7.2), and an X25519 point that is not of small order.

    Raises:
        Malformed.
    """
    if len(public) != BOX_KEY_BYTES or not _reduced(public[:_MLKEM_VECTOR]):
        raise Malformed("not a usable box key")
    point = int.from_bytes(public[_MLKEM_BYTES:], "little") & (2**255 - 1)
    if point % _X25519_PRIME in _SMALL_X25519:
        raise Malformed("not a usable box key")


def _reduced(vector: bytes) -> bool:
    """Whether each of the 768 12-bit coefficients is below the prime: adding what is missing up to
    2^12 to each, in slots of 24 bits, must carry nowhere."""
    number = int.from_bytes(vector, "little")
    return not any(((half & _FIELDS) + _MISSING) & _CARRIES for half in (number, number >> 12))
