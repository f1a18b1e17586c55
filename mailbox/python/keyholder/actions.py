"""Actions: what is asked of whom, by when. Their state is replayed from verified entries, never taken from
the hub's lists; titles and words come from sealed bodies.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from crypto.entries import Action, ActionChange, Kind, Receipt
from crypto.log import Verified
from crypto.private.bodies import Asked
from keyholder.alarms import Alarm
from keyholder.errors import CannotSend, NotReady
from keyholder.logbook import Logbook
from keyholder.ownership import Owners
from keyholder.sealing import Sealer
from keyholder.thread import Thread
from keyholder.writing import Position, Writing
from policies.actions import (
    Move,
    Mover,
    State,
    assignee_after,
    is_finished,
    move_code,
    move_of,
    next_state,
)
from policies.decisions import Denied

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One step in an action's life, and where its words stand."""

    seq: int
    move: Move
    organisation: bytes
    worker: bytes
    at: int
    reason: int


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action. ``title`` and ``text`` are empty when its words cannot be opened here; ``alarm`` says
    why, if it is for a reason to tell somebody."""

    action: bytes
    seq: int
    organisation: bytes
    assignee: bytes | None
    state: State
    due_at: int
    priority: int
    title: str
    text: str
    history: tuple[Step, ...]
    alarm: Alarm | None = None

    def overdue(self, now: int) -> bool:
        """Derived, never stored."""
        return not is_finished(self.state) and now > self.due_at


class Actions:
    """The actions of one circle."""

    def __init__(self, book: Logbook, sealer: Sealer, thread: Thread) -> None:
        self._book, self._sealer, self._thread = book, sealer, thread
        self._words: dict[int, Asked] = {}
        self._faults: dict[int, Alarm] = {}

    async def all(self, words: bool = True) -> list[ActionView]:
        """Every action, oldest first; with their words unless ``words`` is false."""
        await self._book.sync()
        found = replay(self._book)
        if words:
            await self._open_words([action.seq for action in found.values()])
        return [self._worded(action) for action in found.values()]

    async def propose(
        self, organisation: bytes, title: str, text: str, due_at: int, priority: int = 0
    ) -> bytes:
        """Ask an organisation that is in the circle or invited to it. Returns the action's id."""
        action = os.urandom(16)

        async def write(position: Position) -> Writing:
            if position.circle.listing(organisation) is None:
                raise CannotSend("Invite that organisation to the circle first, then give it the action.")
            facts = Action(None, action, organisation, due_at, priority)
            return Writing(Kind.ACTION, facts, Asked(1, position.desk.me.name, title, text))

        await self._sealer.post(write)
        return action

    async def move(
        self,
        action: bytes,
        move: Move,
        text: str = "",
        *,
        reason: int | None = None,
        organisation: bytes | None = None,
        assignee: bytes | None = None,
        due_at: int | None = None,
    ) -> Receipt:
        """Take a step: accept, start, complete, decline, cancel, reassign, hand over, reschedule, note."""

        async def write(position: Position) -> Writing:
            current = replay(position.book).get(action)
            if current is None:
                raise NotReady("There is no such action in this circle.")
            me = position.desk.me.organisation
            mover = Mover(assigned=current.organisation == me, owner=position.circle.owner == me)
            allowed = next_state(current.state, move, mover, reason)
            if isinstance(allowed, Denied):
                raise CannotSend(allowed.say)
            facts = ActionChange(None, action, move_code(move), organisation, assignee, due_at, reason or 0)
            return Writing(Kind.ACTION_CHANGE, facts, Asked(1, position.desk.me.name, "", text))

        return await self._sealer.post(write)

    async def _open_words(self, seqs: list[int]) -> None:
        """Open those not opened before, page by page."""
        wanted = sorted(set(seqs) - set(self._words))
        self._faults.clear()
        while wanted:
            start = wanted[0]
            page = [seq for seq in wanted if seq < start + WHOLE]
            for item in await self._thread.open_range(start, page[-1] + 1):
                if isinstance(item.body, Asked):
                    self._words[item.seq] = item.body
                elif item.alarm is not None:
                    self._faults[item.seq] = item.alarm
            wanted = wanted[len(page) :]

    def _worded(self, action: ActionView) -> ActionView:
        words = self._words.get(action.seq)
        if words is None:
            return replace(action, alarm=self._faults.get(action.seq))
        return replace(action, title=words.title, text=words.text)


def replay(book: Logbook) -> dict[bytes, ActionView]:
    """Every action as the verified entries have it. A step that policies do not allow changes nothing."""
    found: dict[bytes, ActionView] = {}
    owners = Owners()
    for verified in book.entries:
        facts = verified.facts
        owners.take(verified)
        if isinstance(facts, Action) and facts.action not in found:
            found[facts.action] = _begun(verified, facts)
        elif isinstance(facts, ActionChange) and facts.action in found:
            found[facts.action] = _changed(owners.owner, found[facts.action], verified, facts)
    return found


def _begun(verified: Verified, facts: Action) -> ActionView:
    return ActionView(
        facts.action,
        verified.placed.seq,
        facts.organisation,
        None,
        State.PROPOSED,
        facts.due_at,
        facts.priority,
        "",
        "",
        (_step(verified, Move.PROPOSE, 0),),
    )


def _changed(owner: bytes, before: ActionView, verified: Verified, facts: ActionChange) -> ActionView:
    """Where a step leads: what the hub's projection makes of it too. It carries only what it may change."""
    move, author = move_of(facts.state), verified.header.organisation
    if move is None or not _carries_its_own(move, facts):
        return before
    mover = Mover(assigned=before.organisation == author, owner=owner == author)
    state = next_state(before.state, move, mover, facts.reason or None)
    if isinstance(state, Denied):
        return before
    return replace(
        before,
        state=state,
        organisation=facts.organisation or before.organisation,
        assignee=assignee_after(move, before.assignee, facts.assignee, verified.header.worker),
        due_at=facts.due_at or before.due_at,
        history=(*before.history, _step(verified, move, facts.reason)),
    )


def _carries_its_own(move: Move, facts: ActionChange) -> bool:
    """Only a reassignment names an organisation; only it and a new due time, which must say it, carry one."""
    if facts.organisation is not None and move is not Move.REASSIGN:
        return False
    if move is Move.RESCHEDULE:
        return facts.due_at is not None
    return facts.due_at is None or move is Move.REASSIGN


def _step(verified: Verified, move: Move, reason: int) -> Step:
    header, placed = verified.header, verified.placed
    return Step(placed.seq, move, header.organisation, header.worker, placed.received_at, reason)
