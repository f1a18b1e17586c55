"""The authority: the root this end trusts from the first day, its successors, and the offline signing.

The first root comes with the installation, never from the hub. A newer one counts only when the old and
the new keys signed it. Signing happens with key files on a machine of the commissioner's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto import accreditation as rules
from crypto.accreditation import Accreditation, OrganisationKind, Root, Signed, Withdrawal
from crypto.encoding import pack, unpack
from crypto.errors import CryptoError
from crypto.private import words
from crypto.signing import SigningKey
from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.answers import Nothing, Roots
from keyholder.connection import Connection
from keyholder.errors import LocalTrouble
from keyholder.state import write_whole

SEED = 32


@dataclass(frozen=True, slots=True)
class Trust:
    """A root this end trusts, as it travels and as it reads."""

    packed: bytes
    signed: Signed
    root: Root

    @classmethod
    def read(cls, packed: bytes) -> Trust:
        """From the bytes of a root. Raises crypto's errors when it does not hold in itself."""
        signed = unpack(Signed, packed)
        return cls(packed, signed, rules.verify_root(signed))

    @property
    def hub(self) -> str:
        """The one hub this root speaks of."""
        return self.root.hub

    @property
    def digest(self) -> bytes:
        """What names this root. 32 bytes."""
        return rules.digest(self.signed)

    @property
    def fingerprint(self) -> str:
        """Five words to compare by telephone with the commissioner's office."""
        return words.spoken(self.digest)


class Authority:
    """The newest root this end has verified, walking from the one it was given."""

    def __init__(self, first: Trust, keeper: EvidenceKeeper) -> None:
        self._first, self._keeper = first, keeper
        self.trust = first
        self.earlier: tuple[Root, ...] = ()
        """Verified roots that the newest one has followed, oldest first."""

    @property
    def root(self) -> Root:
        """The newest verified root."""
        return self.trust.root

    async def refresh(self, connection: Connection, least: int = 0, digest: bytes = b"") -> None:
        """Walk over what the hub has. ``least`` and ``digest`` name the newest root seen before.

        Raises:
            Alarm: a successor that does not follow, or an older root than was seen.
        """
        answer = await connection.get("/v1/authority", Roots, after=self._first.root.number)
        walked = [self._first]
        for packed in answer.roots:
            walked.append(self._follow(walked[-1], packed))
        trust, seen = walked[-1], {each.root.number: each.digest for each in walked}
        known = max(least, self.trust.root.number)
        pinned = digest if least >= self._first.root.number else b""
        if trust.root.number < known or (pinned and seen.get(least) != pinned):
            raise self._keeper.alarm(Kind.AUTHORITY_CHANGED, roots=b"".join(answer.roots))
        self.trust, self.earlier = trust, tuple(each.root for each in walked[:-1])

    def _follow(self, trust: Trust, packed: bytes) -> Trust:
        try:
            newer = unpack(Signed, packed)
            return Trust(packed, newer, rules.succeed(trust.signed, newer))
        except CryptoError as error:
            raise self._keeper.alarm(Kind.AUTHORITY_CHANGED, trusted=trust.packed, shown=packed) from error


class AuthorityKeys:
    """One offline key of the authority."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self.key = SigningKey(seed)

    @classmethod
    def generate(cls) -> AuthorityKeys:
        """A fresh one."""
        return cls(os.urandom(SEED))

    @classmethod
    def read(cls, path: Path) -> AuthorityKeys:
        """From a file of 32 bytes that only its owner can read."""
        try:
            seed, mode = path.read_bytes(), path.stat().st_mode
        except OSError as error:
            raise LocalTrouble("The authority's key file cannot be read.") from error
        if len(seed) != SEED or (os.name == "posix" and mode & 0o077):
            raise LocalTrouble("The authority's key file must hold 32 bytes that only its owner can read.")
        return cls(seed)

    def write(self, path: Path) -> None:
        """Keep it in a new file for its owner alone."""
        if path.exists():
            raise LocalTrouble("There is a file of that name already; a key is never written over.")
        write_whole(path, self._seed)

    def root(
        self,
        hub: str,
        receipt_keys: Sequence[bytes],
        checkpoint_keys: Sequence[bytes],
        *,
        at: int,
        threshold: int = 1,
        others: Iterable[AuthorityKeys] = (),
    ) -> bytes:
        """The first root, vouching for the hub's keys."""
        return self._sign_root(
            1, rules.NO_ROOT, hub, receipt_keys, checkpoint_keys, at, threshold, others, ()
        )

    def succeed(
        self,
        packed_old: bytes,
        *,
        at: int,
        old: Iterable[AuthorityKeys],
        receipt_keys: Sequence[bytes] | None = None,
        checkpoint_keys: Sequence[bytes] | None = None,
        threshold: int | None = None,
        others: Iterable[AuthorityKeys] = (),
    ) -> bytes:
        """The next root: this key and ``others`` are the new keys, ``old`` sign as well."""
        before = Trust.read(packed_old)
        return self._sign_root(
            before.root.number + 1,
            before.digest,
            before.hub,
            receipt_keys or before.root.receipt_keys,
            checkpoint_keys or before.root.checkpoint_keys,
            at,
            threshold or before.root.threshold,
            others,
            old,
        )

    def _sign_root(
        self,
        number: int,
        previous: bytes,
        hub: str,
        receipt_keys: Sequence[bytes],
        checkpoint_keys: Sequence[bytes],
        at: int,
        threshold: int,
        others: Iterable[AuthorityKeys],
        old: Iterable[AuthorityKeys],
    ) -> bytes:
        keys = [self.key, *(other.key for other in others)]
        public = tuple(key.public for key in keys)
        root = Root(
            1, number, previous, at, threshold, public, hub, tuple(receipt_keys), tuple(checkpoint_keys), ()
        )
        signers = {key.public: key for key in (*keys, *(each.key for each in old))}
        signed = rules.sign("root", root, signers.values())
        rules.verify_root(signed)
        return pack(signed)

    def accredit(
        self,
        packed_root: bytes,
        organisation: bytes,
        legal_name: str,
        domain: str,
        kind: OrganisationKind,
        genesis: bytes,
        valid_from: int,
        valid_to: int,
        *,
        others: Iterable[AuthorityKeys] = (),
    ) -> bytes:
        """Vouch for an organisation whose ``genesis`` was compared by a known telephone number."""
        trust = Trust.read(packed_root)
        document = Accreditation(
            1, organisation, legal_name, domain, kind, genesis, valid_from, valid_to, trust.root.number
        )
        signed = rules.sign("accreditation", document, [self.key, *(other.key for other in others)])
        rules.verify_accreditation(trust.root, signed)
        return pack(signed)

    def sign_again(
        self, packed_root: bytes, packed_accreditation: bytes, *, others: Iterable[AuthorityKeys] = ()
    ) -> bytes:
        """The same accreditation under a newer root's keys: entries that name it go on holding."""
        document = unpack(Accreditation, unpack(Signed, packed_accreditation).payload)
        signed = rules.sign("accreditation", document, [self.key, *(other.key for other in others)])
        rules.verify_accreditation(Trust.read(packed_root).root, signed)
        return pack(signed)

    def withdraw(
        self,
        packed_root: bytes,
        packed_accreditation: bytes,
        *,
        at: int,
        reason: int,
        others: Iterable[AuthorityKeys] = (),
    ) -> bytes:
        """End an accreditation early."""
        root = Trust.read(packed_root).root
        accredited = unpack(Signed, packed_accreditation)
        organisation = rules.verify_accreditation(root, accredited).organisation
        document = Withdrawal(1, organisation, rules.digest(accredited), at, reason)
        signed = rules.sign("withdrawal", document, [self.key, *(other.key for other in others)])
        rules.verify_withdrawal(root, signed)
        return pack(signed)


async def publish(connection: Connection, kind: str, packed: bytes) -> None:
    """Hand a signed document ("root", "accreditation" or "withdrawal") to the hub."""
    body = {"kind": kind, "signed": packed}
    await connection.post("/v1/authority/documents", body, Nothing, again=True)
