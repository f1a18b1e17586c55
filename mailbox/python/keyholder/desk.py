"""One signed-in worker's desk: what every other room of this end needs at hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crypto.accreditation import OrganisationKind
from crypto.organisation import Member
from crypto.private.boxes import reason_info
from crypto.private.boxes import seal as box
from crypto.private.secrets import WorkerSecret
from crypto.statements import (
    Act,
    Object,
    SignedStatement,
    Statement,
    reason_commitment,
    sign_statement,
)
from keyholder.accesslog import AccessLog
from keyholder.alarms import EvidenceKeeper
from keyholder.authority import Authority
from keyholder.connection import Connection
from keyholder.directory import Directory
from keyholder.errors import CannotSend, NotReady
from keyholder.orgkeys import OrganisationKeys
from keyholder.pins import Pins
from keyholder.state import LocalState
from policies.codes import purposes

REASON_MAX = 1000


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Why one opens what one is not assigned to: a code of policies' list, and words (sealed)."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in. ``name`` is what colleagues and partners read beside what they write; by ``device``
    the hub knows this device again."""

    worker: bytes
    organisation: bytes
    address: str
    name: str
    secret: WorkerSecret
    device: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything at hand."""

    connection: Connection
    clock: Callable[[], int]
    authority: Authority
    directory: Directory
    me: Me
    keys: OrganisationKeys
    pins: Pins
    log: AccessLog
    state: LocalState
    keeper: EvidenceKeeper

    @property
    def member(self) -> Member:
        """This worker as their organisation's chain has them now."""
        try:
            return self.directory.organisation(self.me.organisation).members[self.me.worker]
        except KeyError:
            raise NotReady("Your organisation no longer lists you. Speak to your manager.") from None

    def standing(self) -> tuple[bytes, OrganisationKind] | None:
        """The digest of the own organisation's accreditation in force, and its kind."""
        found = self.directory.standing(self.me.organisation, self.clock())
        return None if found is None else (found[0], OrganisationKind(found[1].kind))

    def state_that(
        self,
        act: Act,
        objects: Sequence[Object],
        *,
        circle: bytes = b"",
        purpose: int | None = None,
        commitment: bytes = b"",
    ) -> SignedStatement:
        """A fresh signed statement: "I am opening this, for this purpose"."""
        statement = Statement(
            1,
            act,
            self.me.worker,
            self.me.organisation,
            circle,
            tuple(objects),
            direct_support() if purpose is None else purpose,
            commitment,
            self.log.size,
            self.log.root,
            self.clock(),
            os.urandom(16),
        )
        return sign_statement(statement, self.me.secret.signing)

    def seal_reason(self, reason: BreakGlass) -> tuple[bytes, bytes]:
        """The commitment to a reason (32 bytes), and the box of [salt, words] to the own organisation."""
        if len(reason.text) > REASON_MAX:
            raise CannotSend("Say the reason in fewer words.")
        salt = os.urandom(32)
        commitment = reason_commitment(salt, reason.text)
        generation = self.directory.organisation(self.me.organisation).generation
        info = reason_info(
            self.me.worker, self.me.organisation, generation.number, generation.key_hash, commitment
        )
        return commitment, box(generation.box_key, salt + reason.text.encode(), info)


def direct_support() -> int:
    """The code of the ordinary purpose."""
    row = purposes().by_key("direct_support")
    assert row is not None, "policies ship this purpose"
    return row.code
