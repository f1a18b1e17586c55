"""Who may do what, by role and standing. Entries of a circle have their own rules: `posting`.

Source: DOMAIN, "People, and what each may see"; PROTOCOL, "Statements and read receipts" (break glass).

- A kit never signs in with words and sees nothing: it only recovers its organisation's chain.
- A removed worker may do nothing.
- A reviewer, and anyone of an oversight organisation, never sees what a circle says.
- Within a member organisation: the assigned, and managers. Within the owning victim care unit: every worker.
- Anyone else of a member organisation may break the glass with a reason, and their manager is told.
- To somebody whose organisation is not in the circle, it does not exist: `not_found` is a 404.
"""

from policies.codes import reasons
from policies.decisions import ALLOWED, Allowed, Decision, Denied
from policies.people import Link, Membership, OrganisationKind, Person, Role

INSIDE = (Membership.OWNER, Membership.MEMBER)
CASEWORK = (Role.WORKER, Role.MANAGER)

NOT_FOUND = Denied("not_found", "There is no such circle, or your organisation is not in it.")
NO_CONTENT = Denied(
    "role_sees_no_content", "Your role does not open circles. Ask your manager if that is wrong."
)
ANSWER_FIRST = Denied(
    "answer_first", "Your organisation is invited to this circle. Accept the invitation to open it."
)
NOT_ASSIGNED = Denied(
    "not_assigned",
    "You are not assigned to this circle. Ask your manager, or open it with a reason: they will be told.",
)
MANAGERS_ONLY = Denied("managers_only", "Only a manager of your organisation can do this. Ask one of them.")
OTHER_ORGANISATION = Denied("other_organisation", "You can only do this within your own organisation.")


def may_sign_in(person: Person) -> Decision:
    """A session may start, or go on; also when accreditation lapsed: people must see why they are stuck."""
    if person.role is Role.KIT:
        return Denied(
            "kit_never_signs_in",
            "A printed kit recovers an organisation's keys. Sign in with your own words.",
        )
    if not person.admitted:
        return Denied(
            "not_admitted", "Your manager has not admitted you, or your access ended. Speak to your manager."
        )
    return ALLOWED


def in_good_standing(person: Person) -> Decision:
    """The caller may sign in, and their organisation's accreditation is in force."""
    signed_in = may_sign_in(person)
    if isinstance(signed_in, Denied):
        return signed_in
    if not person.accredited:
        return Denied(
            "not_accredited",
            "Your organisation's accreditation has ended. Its manager can ask the commissioner.",
        )
    return ALLOWED


def may_see_circle_exists(person: Person, membership: Membership) -> Decision:
    """Headers, facts and heads: served to the people of every organisation in the circle or invited to it."""
    standing = in_good_standing(person)
    if isinstance(standing, Denied):
        return standing
    if membership is Membership.NONE:
        return NOT_FOUND
    if person.kind is OrganisationKind.OVERSIGHT or person.role not in CASEWORK:
        return NO_CONTENT
    return ALLOWED


def may_read_circle(person: Person, link: Link) -> Decision:
    """Bodies, boxes and documents. `alert_manager` is set when only the break-glass reason opened it."""
    seen = may_see_circle_exists(person, link.membership)
    if isinstance(seen, Denied):
        return seen
    if link.membership is Membership.PENDING:
        return ANSWER_FIRST
    if works_on_circle(person, link):
        return ALLOWED
    return _break_glass(link.break_glass)


def works_on_circle(person: Person, link: Link) -> bool:
    """Assigned, a manager of a member, or anyone of the owner: reads without a reason, and may post."""
    if link.membership not in INSIDE or person.role not in CASEWORK:
        return False
    return link.assigned or person.role is Role.MANAGER or link.membership is Membership.OWNER


def _break_glass(code: int | None) -> Decision:
    if code is None:
        return NOT_ASSIGNED
    checked = reasons().break_glass.check(code)
    return Allowed(alert_manager=True) if isinstance(checked, Allowed) else checked


def may_read_invitation(person: Person, membership: Membership) -> Decision:
    """What an invitation asks for, before it is answered: caseworkers of the invited and of the circle."""
    return may_see_circle_exists(person, membership)


def may_answer_invitation(person: Person, membership: Membership) -> Decision:
    """Accept or decline: any caseworker of the invited organisation may pick it up."""
    seen = may_see_circle_exists(person, membership)
    if isinstance(seen, Denied):
        return seen
    if membership is not Membership.PENDING:
        return Denied(
            "not_invited", "There is no invitation to answer: your organisation is already in this circle."
        )
    return ALLOWED


def may_assign(person: Person, link: Link, *, themself: bool, anyone_assigned: bool) -> Decision:
    """Assign somebody of one's own organisation: managers; or take it oneself while nobody has it."""
    seen = may_see_circle_exists(person, link.membership)
    if isinstance(seen, Denied):
        return seen
    if (
        person.role is Role.MANAGER
        or (themself and not anyone_assigned)
        or link.membership is Membership.OWNER
    ):
        return ALLOWED
    return MANAGERS_ONLY


def may_manage_organisation(person: Person, *, own: bool) -> Decision:
    """Enrol, admit, change roles, rotate, remove. A lapsed accreditation stops none of it."""
    signed_in = may_sign_in(person)
    if isinstance(signed_in, Denied):
        return signed_in
    if not own:
        return OTHER_ORGANISATION
    return ALLOWED if person.role is Role.MANAGER else MANAGERS_ONLY


def may_extend_chain(person: Person, *, own: bool) -> Decision:
    """Post events to an organisation's chain: its managers, and its kit, which recovers an organisation."""
    if own and person.role is Role.KIT:
        return ALLOWED
    return may_manage_organisation(person, own=own)


def may_see_directory(person: Person) -> Decision:
    """Accredited organisations and their chains: all who sign in, since every end must verify them."""
    return may_sign_in(person)


def may_see_colleagues(person: Person, *, own: bool) -> Decision:
    """Names and roles of an organisation's workers: its own people only."""
    signed_in = may_sign_in(person)
    if isinstance(signed_in, Denied):
        return signed_in
    return ALLOWED if own else OTHER_ORGANISATION


def may_read_access_log(person: Person, *, own: bool, in_remit: bool = False) -> Decision:
    """An organisation's rows of the log: its managers and reviewers; oversight reviewers in their remit."""
    signed_in = may_sign_in(person)
    if isinstance(signed_in, Denied):
        return signed_in
    if own and person.role in (Role.MANAGER, Role.REVIEWER):
        return ALLOWED
    if person.kind is OrganisationKind.OVERSIGHT and person.role is Role.REVIEWER and in_remit:
        return ALLOWED
    return Denied(
        "outside_remit",
        "You can only see the access log of organisations in your remit, as a reviewer or manager.",
    )


def may_see_dead_letters(*, operator: bool) -> Decision:
    """Mails that could not be delivered: the hub's operator, who holds no case role."""
    if operator:
        return ALLOWED
    return Denied("operators_only", "Only the operator of this hub can see undelivered mail.")
