"""Quick copies: an epoch key that was opened once, wrapped again under the organisation's own key.

Opening a box costs a hundred times what opening a wrap costs; so an organisation keeps a copy of each
epoch key it opened, and a list of a thousand circles opens in a moment. The hub keeps the copies, and a
copy counts only if it matches what the circle's own log says of that epoch.
"""

from __future__ import annotations

from crypto.encoding import Hash, Id, Struct, Uint, pack
from crypto.errors import NotForMe
from crypto.private.content import commitment
from crypto.private.secrets import OrganisationSecret, lock, unlock


class RewrapContext(Struct, frozen=True):
    """What a quick copy is bound to."""

    organisation: Id
    generation: Uint
    circle: Hash
    epoch: Uint


class Rewraps:
    """One generation's quick copies of epoch keys."""

    def __init__(self, secret: OrganisationSecret, organisation: bytes) -> None:
        self.organisation = organisation
        self.generation = secret.generation
        self._key = secret.rewrap

    def lock(self, circle: bytes, epoch: int, epoch_key: bytes) -> bytes:
        """Wrap an epoch key. 60 bytes: nonce (12), ciphertext (32), tag (16)."""
        return lock(self._key, epoch_key, self._context(circle, epoch))

    def open(self, circle: bytes, epoch: int, wrapped: bytes, committed: bytes) -> bytes:
        """Open a copy. ``committed`` is the commitment to that epoch's key in the circle's log.

        Raises:
            NotForMe: another organisation, generation, circle or epoch, changed bytes, or another key than
                the circle's.
        """
        key = unlock(self._key, wrapped, self._context(circle, epoch))
        if commitment(circle, epoch, key) != committed:
            raise NotForMe
        return key

    def _context(self, circle: bytes, epoch: int) -> bytes:
        return pack(RewrapContext(self.organisation, self.generation, circle, epoch))

    def __repr__(self) -> str:
        return f"Rewraps(generation={self.generation})"
