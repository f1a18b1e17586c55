"""What goes out about actions."""

from __future__ import annotations

from hub.kernel.schemas import Output


class ActionOut(Output):
    """One action. ``overdue`` and ``red`` are as of the moment of the answer."""

    circle: bytes
    action: bytes
    organisation: bytes
    assignee: bytes | None
    state: str
    due_at: int
    priority: int
    seq: int
    changed_at: int
    overdue: bool
    red: bool


class ActionsOut(Output):
    """A page, by due time. ``next`` goes into ``after``."""

    items: list[ActionOut]
    next: str | None


class InvitationOut(Output):
    """An invitation that waits for the caller's organisation."""

    circle: bytes
    hash: bytes
    answer_due: int


class TodayOut(Output):
    """What there is to do. Counts and ``unread`` stop at a thousand."""

    actions: list[ActionOut]
    unassigned: list[ActionOut]
    invitations: list[InvitationOut]
    unread: int
    counts: dict[str, int]
