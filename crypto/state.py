"""What a reader knows of a circle at one position, and what it asks about organisations.

Everything here is a value: ``rules`` makes the next state, and the old one stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from crypto.accreditation import Accreditation, Withdrawal
from crypto.facts import Listing
from crypto.organisation import Organisation


class Directory(Protocol):
    """What a reader has verified about organisations. Unknown ones raise ``NotAllowed``."""

    def organisation(self, organisation: bytes) -> Organisation:
        """The verified chain."""

    def accreditation(self, digest: bytes) -> Accreditation:
        """The verified accreditation with that digest."""

    def withdrawals(self, organisation: bytes) -> Sequence[Withdrawal]:
        """All verified withdrawals for that organisation."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch: what its key must commit to, and who was given it.

    ``holders`` maps an organisation to (its listing, the control head its box's info names).
    """

    number: int
    commitment: bytes
    maker: bytes
    holders: Mapping[bytes, tuple[Listing, bytes]]
    control_heads: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation nobody has answered yet."""

    hash: bytes
    listing: Listing
    answer_due: int


@dataclass(frozen=True, slots=True)
class Circle:
    """The circle as its control chain says."""

    id: bytes
    owner: bytes
    control_head: bytes
    epochs: tuple[Epoch, ...]
    members: Mapping[bytes, Listing]
    pending: Mapping[bytes, Invitation] = field(default_factory=dict)
    closed: bool = False
    holds: frozenset[bytes] = frozenset()
    handover: tuple[bytes, bytes] | None = None
    erased: frozenset[bytes] = frozenset()

    @property
    def epoch(self) -> Epoch:
        """The one in force."""
        return self.epochs[-1]

    def listing(self, organisation: bytes) -> Listing | None:
        """Where that organisation stands: its member's or its invitee's listing."""
        invitation = self.pending.get(organisation)
        return self.members.get(organisation) or (invitation.listing if invitation else None)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the hub put an entry, and when it took it (UTC milliseconds)."""

    hash: bytes
    seq: int
    received_at: int


@dataclass(frozen=True, slots=True)
class Debt:
    """A rekey that is owed, and to whom: sending is refused until it is paid.

    ``why``: "superseded" key generation, "lapsed" accreditation, or "left" (someone who is no
    longer here holds, or made, the key in force).
    """

    organisation: bytes
    why: str
