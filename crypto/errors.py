"""What a reader must be able to tell apart when something does not hold.

Every failure to open looks the same from outside (``NotForMe`` carries no detail that depends
on a key), so that no end becomes an oracle.
"""

from __future__ import annotations


class CryptoError(Exception):
    """Base of everything this package raises. ``code`` is stable and safe to show."""

    code = "crypto"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or type(self).__doc__)


class Malformed(CryptoError):
    """The bytes are not what SPEC allows: wrong shape, not canonical, out of bounds."""

    code = "malformed"


class UpdateNeeded(CryptoError):
    """A newer version of the protocol wrote this; this program is too old to read it."""

    code = "update-needed"


class Forged(CryptoError):
    """A signature, a hash or a chain does not hold: someone in the middle changed something."""

    code = "forged"


class NotForMe(CryptoError):
    """This could not be opened with the keys held here."""

    code = "not-for-me"


class Stale(CryptoError):
    """True once, but no longer in force: sealed under an old epoch, head or generation."""

    code = "stale"


class NotAllowed(CryptoError):
    """Properly signed, by someone who may not do this at that position."""

    code = "not-allowed"
