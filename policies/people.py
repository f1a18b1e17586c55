"""Who calls, and how their organisation stands to a circle: the facts every access rule starts from.

Source: DOMAIN, "People, and what each may see". Values of these enumerations are the words used in JSON and
in logs.
"""

from enum import StrEnum

from msgspec import Struct


class OrganisationKind(StrEnum):
    """What the authority accredited the organisation as."""

    PARTNER = "partner"
    VCU = "vcu"
    POLICE = "police"
    OVERSIGHT = "oversight"


class Role(StrEnum):
    """What a person is within their own organisation. A kit is printed keys, not a person."""

    WORKER = "worker"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    KIT = "kit"


class Membership(StrEnum):
    """How an organisation stands to a circle: `pending` is invited and not yet answered."""

    OWNER = "owner"
    MEMBER = "member"
    PENDING = "pending"
    NONE = "none"


class CircleState(StrEnum):
    """What the circle's control entries made of it."""

    OPEN = "open"
    CLOSED = "closed"


class Person(Struct, frozen=True):
    """The caller, as the hub's records and their organisation's chain have them.

    `admitted` is false from the removal of the worker on; `accredited` is false once the organisation's
    accreditation has lapsed or was withdrawn.
    """

    kind: OrganisationKind
    role: Role
    admitted: bool = True
    accredited: bool = True


class Link(Struct, frozen=True):
    """The caller's tie to one circle: their organisation's membership, and their own assignment.

    `break_glass` is the reason code they gave to look without being assigned.
    """

    membership: Membership
    assigned: bool = False
    break_glass: int | None = None
