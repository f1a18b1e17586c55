"""The life of an action: its states, its moves, and who may make each (`data/actions.toml`).

Source: DOMAIN, "From referral to closure". Whether a person may post in the circle at all is asked first, of
`posting`; here it is only whether this move fits this action and this organisation's part in it.
"""

from enum import StrEnum
from functools import cache

from msgspec import Struct

from policies.codes import Code, CodeList, reasons
from policies.decisions import ALLOWED, Decision, Denied
from policies.limits import Limits
from policies.people import Membership
from policies.tables import Table, read, unique


class State(StrEnum):
    """Where an action stands. Overdue is no state: see `escalation.is_overdue`."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What somebody does with an action."""

    PROPOSE = "propose"
    ACCEPT = "accept"
    START = "start"
    COMPLETE = "complete"
    DECLINE = "decline"
    CANCEL = "cancel"
    REASSIGN = "reassign"
    HAND_OVER = "hand_over"
    RESCHEDULE = "reschedule"
    NOTE = "note"


class Part(StrEnum):
    """What the mover's organisation is to the action."""

    ASSIGNED = "assigned"
    OWNER = "owner"
    MEMBER = "member"


class ReasonList(StrEnum):
    """The lists a move may have to choose a reason from."""

    DECLINE = "action_decline"
    CANCEL = "action_cancel"


class MoveRow(Table, frozen=True):
    """One move: who may make it, from which states, and where it leads (nowhere else, if `to` is missing)."""

    code: int
    key: Move
    by: tuple[Part, ...]
    origin: tuple[State, ...]
    to: State | None = None
    reasons: ReasonList | None = None
    progress: bool = False


class ActionTable(Table, frozen=True):
    """Every state with its code, every move."""

    states: tuple[Code, ...]
    moves: tuple[MoveRow, ...]

    def __post_init__(self) -> None:
        unique("codes of states", [row.code for row in self.states])
        unique("codes of moves", [row.code for row in self.moves])
        if [row.key for row in self.states] != list(State) or [row.key for row in self.moves] != list(Move):
            raise ValueError("states and moves must be the known ones, each once, in their order")


class Mover(Struct, frozen=True):
    """`assigned`: the action is their organisation's to do. `owner`: their organisation owns the circle."""

    assigned: bool = False
    owner: bool = False


FINISHED = (State.DONE, State.DECLINED, State.CANCELLED)

TAKING_ON = (Move.ACCEPT, Move.START)

WORDS = {
    Part.ASSIGNED: "the organisation it is assigned to",
    Part.OWNER: "the case owner",
    Part.MEMBER: "a member of the circle",
}


@cache
def table() -> ActionTable:
    """States and moves, read once."""
    return read("actions", ActionTable)


def state_code(state: State) -> int:
    """The number that stands for `state` in signed facts."""
    return next(row.code for row in table().states if row.key == state)


def state_of(code: int) -> State | None:
    """The state a number from outside stands for."""
    return _states().get(code)


def state_label(state: State) -> str:
    """The words for `state` on a screen."""
    return next(row.label for row in table().states if row.key == state)


def move_code(move: Move) -> int:
    """The number that stands for `move` in signed facts."""
    return _row(move).code


def move_of(code: int) -> Move | None:
    """The move a number from outside stands for."""
    return next((row.key for row in table().moves if row.code == code), None)


def is_finished(state: State) -> bool:
    """Nothing more is expected. A declined action can still be reassigned by the owner."""
    return state in FINISHED


def is_progress(move: Move) -> bool:
    """Does this move count as work on the action, and so stop its ladder?"""
    return _row(move).progress


def next_state(state: State | None, move: Move, mover: Mover, reason: int | None = None) -> State | Denied:
    """The state `move` leads to, or why not. `state` is None before the action exists; `reason` 0 is none."""
    row = _row(move)
    if not any(_has(mover, part) for part in row.by):
        who = " or ".join(WORDS[part] for part in row.by)
        return Denied("not_your_move", f"Only {who} can do this. Ask them in the thread.")
    allowed = _fits(row, state, reason)
    if isinstance(allowed, Denied):
        return allowed
    settled = row.to or state
    assert settled is not None, "a move without a target has origins, so there is a state"
    return settled


def assignee_after(move: Move, before: bytes | None, given: bytes | None, author: bytes) -> bytes | None:
    """Who has it after `move` by `author`. Whoever accepts or starts what nobody had takes it on."""
    if move in (Move.REASSIGN, Move.HAND_OVER):
        return given
    return given or before or (author if move in TAKING_ON else None)


def may_be_assigned(membership: Membership) -> Decision:
    """May an action be given to such an organisation? An invitation carries the actions asked for."""
    if membership is Membership.NONE:
        return Denied(
            "assignee_not_in_circle", "Invite that organisation to the circle first, then give it the action."
        )
    return ALLOWED


def may_be_due(due: int, now: int, limits: Limits) -> Decision:
    """Is a due time from outside one that can be kept, and within reason?"""
    if due <= now:
        return Denied("due_in_the_past", "Choose a due time that is still to come.")
    if due - now > limits.due_ahead_ms:
        return Denied("due_too_far", "Choose an earlier due time; you can move it later.")
    return ALLOWED


@cache
def _states() -> dict[int, State]:
    return {row.code: State(row.key) for row in table().states}


def _row(move: Move) -> MoveRow:
    return next(row for row in table().moves if row.key is move)


def _has(mover: Mover, part: Part) -> bool:
    return {Part.ASSIGNED: mover.assigned, Part.OWNER: mover.owner, Part.MEMBER: True}[part]


def _fits(row: MoveRow, state: State | None, reason: int | None) -> Decision:
    if state is None and row.origin:
        return Denied("no_such_action", "There is no such action in this circle.")
    if state is not None and state not in row.origin:
        return Denied(
            "wrong_state",
            f"This cannot be done: the action is “{state_label(state).lower()}”. Reload to see why.",
        )
    if row.reasons is not None:
        return _reasons(row.reasons).check(reason)
    if reason:
        return Denied("reason_not_asked", "This step takes no reason. Leave it out.")
    return ALLOWED


def _reasons(which: ReasonList) -> CodeList:
    lists = reasons()
    return lists.action_decline if which is ReasonList.DECLINE else lists.action_cancel
