"""Who may post which kind of entry: `data/posting.toml`, after PROTOCOL's table of control entries.

Readers enforce the same table by replaying the control chain; this is the hub's early, plainly worded
refusal. Breaking the glass lets a person read, never post.
"""

from enum import StrEnum
from functools import cache

from msgspec import Struct

from policies.access import (
    CASEWORK,
    INSIDE,
    NO_CONTENT,
    NOT_ASSIGNED,
    NOT_FOUND,
    in_good_standing,
    may_sign_in,
    works_on_circle,
)
from policies.decisions import ALLOWED, Decision, Denied
from policies.people import CircleState, Link, Membership, OrganisationKind, Person
from policies.tables import Table, read


class By(StrEnum):
    """The parts a poster can have towards a circle; one organisation may have several at once."""

    OWNER = "owner"
    MEMBER = "member"
    INVITED = "invited"
    LEAVER = "leaver"
    AUTHORITY = "authority"
    RECEIVER = "receiver"
    VCU = "vcu"


class Removes(StrEnum):
    """Whom a rekey leaves out. `lapsed`: only organisations whose accreditation lapsed or was withdrawn."""

    NOBODY = "nobody"
    LAPSED = "lapsed"
    ITSELF = "itself"
    OTHERS = "others"


class Rule(Table, frozen=True):
    """One row: who may post the kind while the circle is open, and while it is closed."""

    by: tuple[By, ...]
    closed: tuple[By, ...] = ()
    control: bool = False


class PostingRules(Table, frozen=True):
    """The whole table, by kind of entry."""

    kinds: dict[str, Rule]
    rekey_with_removal: Rule


class Posting(Struct, frozen=True):
    """What is to be posted, and the parts only the circle's own entries can tell.

    `named_authority`: the circle names the poster's organisation as its authority for a hold.
    `receiver`: the circle is being handed to the poster's organisation. `held`: a hold is on.
    """

    kind: str
    circle: CircleState = CircleState.OPEN
    removes: Removes = Removes.NOBODY
    named_authority: bool = False
    receiver: bool = False
    held: bool = False


WORDS = {
    By.OWNER: "the victim care unit that owns the circle",
    By.MEMBER: "a member of the circle",
    By.INVITED: "the organisation that was invited",
    By.LEAVER: "an organisation leaving the circle itself",
    By.AUTHORITY: "the authority named for this circle",
    By.RECEIVER: "the organisation taking the circle over",
    By.VCU: "a victim care unit",
}

CLOSED = Denied("circle_closed", "This circle is closed. Its owner can reopen it.")
OWNER_STAYS = Denied(
    "owner_hands_over", "The owner cannot leave. Hand the circle over to another unit first."
)
ON_HOLD = Denied("on_hold", "A hold is on this circle. Nothing is erased until it is lifted.")
NOT_CLOSED = Denied("circle_not_closed", "This circle is open already.")


@cache
def rules() -> PostingRules:
    """The table, read once."""
    return read("posting", PostingRules)


def is_control(kind: str) -> bool:
    """Does this kind belong to the control chain? Unknown kinds do not."""
    rule = rules().kinds.get(kind)
    return rule is not None and rule.control


def may_post(person: Person, link: Link, posting: Posting) -> Decision:
    """May this person post this entry, as the circle stands now?"""
    rule = _rule(posting)
    if rule is None:
        return Denied(
            "unknown_kind", "This hub does not know this kind of entry. Your program may need an update."
        )
    standing = _standing(person, posting)
    if isinstance(standing, Denied):
        return standing
    parts = parts_of(person, link, posting)
    if not parts:
        return NOT_FOUND
    allowed = rule.by if posting.circle is CircleState.OPEN else rule.closed
    if parts.isdisjoint(allowed):
        return _refusal(rule, parts, posting.circle, allowed)
    if _acts_as_member(parts, allowed) and not works_on_circle(person, link):
        return NOT_ASSIGNED
    return _exceptions(link, posting)


def _exceptions(link: Link, posting: Posting) -> Decision:
    """What the table cannot say: an owner cannot leave, and a hold stops every erasure."""
    if link.membership is Membership.OWNER and posting.removes is Removes.ITSELF:
        return OWNER_STAYS
    if posting.kind == "erase" and posting.held:
        return ON_HOLD
    return ALLOWED


def _rule(posting: Posting) -> Rule | None:
    if posting.kind == "rekey" and posting.removes in (Removes.ITSELF, Removes.OTHERS):
        return rules().rekey_with_removal
    return rules().kinds.get(posting.kind)


def _standing(person: Person, posting: Posting) -> Decision:
    """Leaving needs no accreditation: a lapse must not trap an organisation in a circle."""
    leaving = posting.kind == "rekey" and posting.removes is Removes.ITSELF
    standing = may_sign_in(person) if leaving else in_good_standing(person)
    if standing and person.role not in CASEWORK:
        return NO_CONTENT
    return standing


def parts_of(person: Person, link: Link, posting: Posting) -> frozenset[By]:
    """Every part the poster's organisation has towards this circle and this entry."""
    inside = link.membership in INSIDE
    parts = {
        By.OWNER: link.membership is Membership.OWNER,
        By.MEMBER: inside,
        By.INVITED: link.membership is Membership.PENDING,
        By.LEAVER: link.membership is Membership.MEMBER and posting.removes is Removes.ITSELF,
        By.AUTHORITY: posting.named_authority,
        By.RECEIVER: posting.receiver,
        By.VCU: posting.kind == "open" and person.kind is OrganisationKind.VCU,
    }
    return frozenset(part for part, holds in parts.items() if holds)


def _acts_as_member(parts: frozenset[By], allowed: tuple[By, ...]) -> bool:
    """True if the person can only act through membership, which needs an assignment."""
    return parts.intersection(allowed) <= {By.MEMBER, By.LEAVER}


def _refusal(rule: Rule, parts: frozenset[By], circle: CircleState, allowed: tuple[By, ...]) -> Denied:
    if circle is CircleState.OPEN and not allowed:
        return NOT_CLOSED
    if circle is CircleState.CLOSED and (not allowed or parts.intersection(rule.by)):
        return CLOSED
    who = " or ".join(WORDS[part] for part in allowed)
    return Denied("not_yours_to_post", f"Only {who} can do this. Ask them.")
