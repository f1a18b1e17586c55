"""How the caller stands to a circle, and what that lets them see. Whoever may not know of a circle is told
that it is not there."""

from __future__ import annotations

from typing import NamedTuple

from crypto.encoding import unpack
from crypto.statements import Act, ObjectKind, SignedStatement, Statement
from crypto.statements import Object as Looked
from hub.accounts import service as accounts
from hub.circles import queries
from hub.circles.rules import refuse_if_denied
from hub.circles.schemas import Fetch
from hub.circles.schemas import Statement as StatementIn
from hub.kernel.caller import Caller
from hub.kernel.refusals import NotAllowed, NotFound, Refused
from policies import access
from policies.codes import purposes
from policies.decisions import Allowed, Denied
from policies.people import Link, Membership
from storage.database import Row, Unit

MEMBERSHIPS = {"owner": Membership.OWNER, "member": Membership.MEMBER, "invited": Membership.PENDING}


class OtherWords(Refused):
    code, status, title = "other-statement", 400, "The statement does not say what is asked for"


class Place(NamedTuple):
    """The caller's tie to one circle, and where the circle stands."""

    membership: Membership
    assigned: bool
    row: Row

    def link(self, break_glass: int | None = None) -> Link:
        """As policies take it."""
        return Link(self.membership, self.assigned, break_glass)


async def place_of(unit: Unit, caller: Caller, circle: bytes) -> Place:
    """Where the caller's organisation stands. Raises NotFound for strangers, NotAllowed for who sees no
    content."""
    row = await unit.one(queries.PLACE, circle=circle, organisation=caller.organisation, worker=caller.worker)
    if row is None:
        raise NotFound
    place = Place(MEMBERSHIPS[row.standing], row.assigned, row)
    refuse_if_denied(access.may_see_circle_exists(accounts.person(caller), place.membership))
    return place


def may_know(caller: Caller, standing: str) -> bool:
    """Whether the caller may know of a circle in which their organisation stands so; else it is not there."""
    return isinstance(access.may_see_circle_exists(accounts.person(caller), MEMBERSHIPS[standing]), Allowed)


def require_casework(caller: Caller) -> None:
    """Whether there are circles at all is told to caseworkers of accredited organisations alone, as it is of
    any one circle. Raises NotAllowed."""
    refuse_if_denied(access.may_see_circle_exists(accounts.person(caller), Membership.MEMBER))


def require_inside(place: Place) -> None:
    """Only members: whoever is invited answers first. Raises NotAllowed."""
    if place.membership is Membership.PENDING:
        refuse_if_denied(access.ANSWER_FIRST)


def judge_reading(caller: Caller, place: Place, stated: Stated, asked: Fetch) -> bool:
    """May the caller read bodies, boxes and bytes here? True if only by breaking the glass. Raises
    NotAllowed."""
    if place.membership is Membership.PENDING and _is_the_invite(stated.statement, place.row):
        refuse_if_denied(access.may_read_invitation(accounts.person(caller), place.membership))
        return False
    code = _glass_code(stated.statement, asked)
    decision = access.may_read_circle(accounts.person(caller), place.link(code))
    refuse_if_denied(decision)
    return isinstance(decision, Allowed) and decision.alert_manager


def _is_the_invite(statement: Statement, row: Row) -> bool:
    looked = statement.objects
    wanted = (ObjectKind.ENTRIES, row.invite_seq, row.invite_seq + 1)
    return len(looked) == 1 and (looked[0].kind, looked[0].start, looked[0].stop) == wanted


def _glass_code(statement: Statement, asked: Fetch) -> int | None:
    """A reason counts only whole: its code, the signed commitment to its words, and the words themselves,
    sealed to those who oversee."""
    committed = len(statement.reason_commitment) == 32 and any(statement.reason_commitment)
    return asked.break_glass if committed and asked.reason is not None else None


class Stated(NamedTuple):
    """A statement that is well formed. Its signature is checked by the access log, before anything is
    released."""

    signed: SignedStatement
    statement: Statement

    def ranges(self, kind: ObjectKind) -> list[Looked]:
        """What it says was looked at, of that kind."""
        return [each for each in self.statement.objects if each.kind == kind]


def read_stated(sent: StatementIn, act: Act, circle: bytes, kinds: frozenset[ObjectKind]) -> Stated:
    """Decode a statement and check that it is of this act, about this circle and such objects alone.

    Raises OtherWords, NotAllowed (purpose), crypto's Malformed.
    """
    statement = unpack(Statement, sent.payload)
    if statement.act != act or statement.circle != circle:
        raise OtherWords("It is about something else.")
    if any(each.kind not in kinds or each.start > each.stop for each in statement.objects):
        raise OtherWords("It names something that is not given out here.")
    purpose = purposes().check(statement.purpose)
    if isinstance(purpose, Denied):
        raise NotAllowed(purpose.say, reason=purpose.code)
    return Stated(SignedStatement(sent.payload, sent.signature), statement)


def judge_listing(caller: Caller, place: Place) -> None:
    """May the caller see the circle's name in a list? Only of circles they work on. Raises NotAllowed."""
    refuse_if_denied(access.may_read_circle(accounts.person(caller), place.link()))
