"""Actions: what is asked of whom, by when, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyholder import showing
from keyholder.commands.call import Call, CircleName, TryDifferently, call_of, typed_time

if TYPE_CHECKING:
    from keyholder.actions import ActionView
    from keyholder.answers import ActionRow
    from keyholder.console import Console
    from keyholder.end import End
    from policies.actions import Move

PANEL = "Actions"
MOST = 1000
cli = typer.Typer()

ActionName = Annotated[str, typer.Argument(metavar="ACTION", help="The beginning of its id, or its title.")]
InCircle = Annotated[
    str, typer.Option("--circle", help="Which circle it is in; needed to name it by its title.")
]
Words = Annotated[str, typer.Option("--text", help="In your own words. Sealed.")]
Due = Annotated[str, typer.Option("--due", help="A day as 2026-11-24, or '2026-11-24 15:30'.")]
COLUMNS = ("action", "circle", "state", "due", "")


@cli.command("actions", rich_help_panel=PANEL)
def list_(
    ctx: typer.Context,
    circle: Annotated[str, typer.Argument(help="One circle, with titles; all circles if left out.")] = "",
    organisation: Annotated[bool, typer.Option("--organisation", help="All of my organisation's.")] = False,
    owned: Annotated[bool, typer.Option("--owned", help="All in circles that my unit owns.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Finished ones too.")] = False,
) -> None:
    """My actions by due time; or one circle's."""
    call = call_of(ctx)
    scope = "owned" if owned else "organisation" if organisation else "mine"

    async def work(end: End) -> None:
        from keyholder.commands.pages import every

        if circle:
            await _show_circle(call, end, circle, everything)
            return
        state = "all" if everything else "open"
        rows = await every(
            end, lambda after: end.actions(scope=scope, state=state, after=after, limit=50), MOST
        )
        if not call.console.gives({"actions": [row_document(row) for row in rows]}):
            cells = [action_cells(call.console, row) for row in rows]
            call.console.table(COLUMNS, cells, empty="Nothing waits here.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def propose(
    ctx: typer.Context,
    circle: CircleName,
    organisation: Annotated[str, typer.Argument(help="Who is asked: the beginning of its id, or its name.")],
    title: Annotated[str, typer.Argument(help="What is asked. Sealed.")],
    due: Due = "",
    text: Words = "",
    enhanced: Annotated[bool, typer.Option("--enhanced", help="The person has enhanced rights.")] = False,
) -> None:
    """Ask an organisation of the circle for something. Without --due, the clock decides."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named, member_named

        view = await circle_named(end, circle)
        asked = await member_named(end, await view.people(), organisation)
        until = _due(call, due, enhanced=enhanced)
        action = await view.propose(asked, title, text, until, int(enhanced))
        if not call.console.gives({"circle": view.id, "action": action, "due_at": until}):
            call.console.say(f"Asked, {call.console.due(until)}. The action is {showing.short(action)}.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def progress(
    ctx: typer.Context,
    action: ActionName,
    accept: Annotated[bool, typer.Option("--accept", help="We will do it.")] = False,
    start: Annotated[bool, typer.Option("--start", help="We have begun.")] = False,
    text: Words = "",
    circle: InCircle = "",
) -> None:
    """Accept an action, start on it, or (with neither) note progress."""
    from policies.actions import Move

    if accept and start:
        raise TryDifferently("Give --accept or --start, not both.")
    move = Move.ACCEPT if accept else Move.START if start else Move.NOTE
    if move is Move.NOTE and not text:
        raise TryDifferently("Give --accept, --start, or --text with what has been done.")
    said = {Move.ACCEPT: "Accepted.", Move.START: "Started.", Move.NOTE: "Noted."}[move]
    _move(call_of(ctx), action, circle, move, text, said)


@cli.command(rich_help_panel=PANEL)
def complete(ctx: typer.Context, action: ActionName, text: Words = "", circle: InCircle = "") -> None:
    """It is done."""
    from policies.actions import Move

    _move(call_of(ctx), action, circle, Move.COMPLETE, text, "Done.")


@cli.command("decline-action", rich_help_panel=PANEL)
def decline(
    ctx: typer.Context,
    action: ActionName,
    reason: Annotated[str, typer.Option("--reason", help="Why: leave out to see the list.")] = "",
    text: Words = "",
    circle: InCircle = "",
) -> None:
    """We cannot do it, and why."""
    from keyholder.commands.naming import code_named
    from policies.actions import Move
    from policies.codes import reasons

    code = code_named(reasons().action_decline, reason).code
    _move(call_of(ctx), action, circle, Move.DECLINE, text, "Declined.", reason=code)


@cli.command(rich_help_panel=PANEL)
def cancel(
    ctx: typer.Context,
    action: ActionName,
    reason: Annotated[str, typer.Option("--reason", help="Why: leave out to see the list.")] = "",
    text: Words = "",
    circle: InCircle = "",
) -> None:
    """The owner takes an action back, and why."""
    from keyholder.commands.naming import code_named
    from policies.actions import Move
    from policies.codes import reasons

    code = code_named(reasons().action_cancel, reason).code
    _move(call_of(ctx), action, circle, Move.CANCEL, text, "Cancelled.", reason=code)


@cli.command(rich_help_panel=PANEL)
def reassign(
    ctx: typer.Context,
    action: ActionName,
    organisation: Annotated[str, typer.Option("--organisation", help="To this organisation (owner).")] = "",
    colleague: Annotated[str, typer.Option("--colleague", help="To this colleague, or 'me'.")] = "",
    due: Due = "",
    text: Words = "",
    circle: InCircle = "",
) -> None:
    """Give an action to another organisation, to a colleague, or (with --due alone) more time."""
    from policies.actions import Move

    call = call_of(ctx)
    if bool(organisation) + bool(colleague) > 1 or not (organisation or colleague or due):
        raise TryDifferently("Give --organisation, --colleague or --due.")
    move = Move.REASSIGN if organisation else Move.HAND_OVER if colleague else Move.RESCHEDULE
    until = _due(call, due) if due else None
    _move(
        call,
        action,
        circle,
        move,
        text,
        "Changed.",
        organisation=organisation,
        colleague=colleague,
        due=until,
    )


def action_cells(console: Console, row: ActionRow) -> tuple[str, ...]:
    """One row of the hub's list. Red is for everybody to see, and never by colour alone."""
    from policies.actions import State, state_label

    label = state_label(State(row.state)) if row.state in set(State) else showing.line(row.state)
    flags = [word for word, on in (("RED", row.red), ("nobody has it yet", row.assignee is None)) if on]
    return (
        showing.short(row.action),
        showing.short(row.circle),
        label,
        console.due(row.due_at),
        ", ".join(flags),
    )


def row_document(row: ActionRow) -> dict[str, Any]:
    """The same for programs."""
    names = (
        "circle",
        "action",
        "organisation",
        "assignee",
        "state",
        "due_at",
        "priority",
        "seq",
        "overdue",
        "red",
    )
    return {name: getattr(row, name) for name in names}


async def _show_circle(call: Call, end: End, typed: str, everything: bool) -> None:
    from keyholder.commands.naming import circle_named
    from policies.actions import is_finished, state_label

    console, view = call.console, await circle_named(end, typed)
    found = [each for each in await view.actions() if everything or not is_finished(each.state)]
    if console.gives({"circle": view.id, "actions": [_view_document(each, console.now()) for each in found]}):
        return
    cells = [
        (
            showing.short(each.action),
            showing.line(
                each.title or ("(see the alarm)" if each.alarm else "(its words are not for you)"), 60
            ),
            end.legal_name_of(each.organisation) or showing.short(each.organisation),
            state_label(each.state),
            "" if is_finished(each.state) else console.due(each.due_at),
        )
        for each in found
    ]
    console.table(("action", "what", "who", "state", "due"), cells, empty="Nothing waits here.")
    for each in found:
        if each.alarm is not None:
            raise each.alarm


def _view_document(view: ActionView, now: int) -> dict[str, Any]:
    names = ("action", "organisation", "assignee", "due_at", "priority", "title", "text", "seq")
    found = {name: getattr(view, name) for name in names}
    alarm = view.alarm.code if view.alarm else None
    return found | {"state": str(view.state), "overdue": view.overdue(now), "alarm": alarm}


def _due(call: Call, typed: str, *, enhanced: bool = False) -> int:
    from policies.actions import may_be_due
    from policies.clocks import Clock, due_time, in_force
    from policies.decisions import Denied
    from policies.limits import limits

    console = call.console
    if not typed:
        now, days = console.now(), console.calendar
        return due_time(in_force(now, days), Clock.ACTION, now, enhanced=enhanced, calendar=days)
    until = typed_time(call, typed)
    decision = may_be_due(until, console.now(), limits())
    if isinstance(decision, Denied):
        raise TryDifferently(decision.say)
    return until


def _move(
    call: Call,
    typed: str,
    circle: str,
    move: Move,
    text: str,
    said: str,
    *,
    reason: int | None = None,
    organisation: str = "",
    colleague: str = "",
    due: int | None = None,
) -> None:
    async def work(end: End) -> None:
        from keyholder.commands.naming import action_anywhere, member_named
        from keyholder.commands.team import colleague_named

        view, action = await action_anywhere(end, typed, circle)
        to = await member_named(end, await view.people(), organisation) if organisation else None
        assignee = await colleague_named(end, colleague) if colleague else None
        receipt = await view.move(
            action, move, text, reason=reason, organisation=to, assignee=assignee, due_at=due
        )
        if not call.console.gives(
            {"circle": view.id, "action": action, "move": str(move), "seq": receipt.seq}
        ):
            call.console.say(said)

    call.signed_in(work)
