"""What there is to do, the circles, and what only their owner does: open, describe, plan, close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyholder import showing
from keyholder.commands.call import Call, CircleName, TryDifferently, Yes, call_of, text_of

if TYPE_CHECKING:
    from keyholder.answers import ActionRow
    from keyholder.end import CircleRow, End

PANEL = "Circles"
GONE = (
    "The hub no longer shows a circle that you had seen. If your organisation did not leave it and was not "
    "removed, tell your manager and the circle's owner, by telephone. This is said once."
)
cli = typer.Typer()

Why = Annotated[
    str, typer.Option("--reason", help="Why: one of the reasons the command lists when it is missing.")
]
Words = Annotated[str, typer.Option("--text", help="In your own words. A hyphen reads them from the pipe.")]


@cli.command(rich_help_panel=PANEL)
def today(ctx: typer.Context) -> None:
    """What do I have to do today?"""
    call = call_of(ctx)

    async def work(end: End) -> None:
        found = await end.today()
        if call.console.gives(_today_document(found)):
            return
        await _show_today(call, end, found)

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def circles(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=2000, help="How many at most.")] = 50,
) -> None:
    """All circles of yours, the latest first."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import every_circle

        rows: list[CircleRow] = []
        async for row in every_circle(end, names=True):
            rows.append(row)
            if len(rows) >= limit:
                break
        alarms = [row.alarm for row in rows if row.alarm is not None]
        if alarms and call.console.json:
            raise alarms[0]
        if not call.console.gives({"circles": [_row_document(row) for row in rows]}):
            _show_circles(call, end, rows)
        if alarms:
            raise alarms[0]

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def follow(
    ctx: typer.Context,
    link: Annotated[str, typer.Argument(help="The link from a mail. A hyphen reads it from the pipe.")],
) -> None:
    """Follow the link of a mail: where it leads, and what to type there."""
    call = call_of(ctx)
    token = text_of(call, link).strip()

    async def work(end: End) -> None:
        found = await end.follow(token)
        place = found.place
        document = {"kind": place.kind, "id": place.id, "seq": place.seq, "expired": found.expired}
        if call.console.gives(document):
            return
        next_command = {
            "circle": f"kith read {showing.short(place.id or b'')}",
            "organisation": "kith letters",
        }
        call.console.say(f"It leads here: {next_command.get(place.kind, 'kith today')}")
        if found.expired:
            call.console.say("The link is an old one; what it spoke of may be done already.")

    call.signed_in(work)


@cli.command("open", rich_help_panel=PANEL)
def open_(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="What members will call it. Sealed.")],
    reference: Annotated[str, typer.Option(help="Your own reference. Sealed.")] = "",
    safe_contact: Annotated[str, typer.Option(help="How to reach the person safely. Sealed.")] = "",
    contact_person: Annotated[str, typer.Option(help="Their single point of contact. Sealed.")] = "",
) -> None:
    """Open a circle. Victim care units only."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        view = await end.open_circle(title, reference, safe_contact, contact_person)
        if not call.console.gives({"circle": view.id}):
            call.console.say(f"The circle is open: {showing.short(view.id)}. Next: kith invite.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def details(
    ctx: typer.Context,
    circle: CircleName,
    title: Annotated[str | None, typer.Option(help="A new title.")] = None,
    reference: Annotated[str | None, typer.Option(help="A new reference.")] = None,
    safe_contact: Annotated[str | None, typer.Option(help="How to reach the person safely.")] = None,
    contact_person: Annotated[str | None, typer.Option(help="Their single point of contact.")] = None,
) -> None:
    """What the circle is called and how to reach the person safely; with options, change it.

    With --security also the machinery: keys in force, heads, what was verified.
    """
    call = call_of(ctx)
    given = (title, reference, safe_contact, contact_person)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named

        view = await circle_named(end, circle)
        about = await view.about()
        if any(part is not None for part in given):
            about_new = [now if new is None else new for new, now in zip(given, about, strict=True)]
            await view.describe(*about_new)
            about = await view.about()
        names = ("title", "reference", "safe_contact", "contact_person")
        document: dict[str, Any] = {"circle": view.id, **dict(zip(names, about, strict=True))}
        people, log = await view.people(), await view.sync()
        security = {
            "owner": people.owner,
            "entries": log.seq,
            "head": log.head,
            "epoch": people.epoch.number,
            "control_head": people.control_head,
        }
        if call.console.gives(document | ({"security": security} if call.console.security else {})):
            return
        labels = ("Called", "Reference", "Contact safely", "Contact person")
        call.console.pairs(zip(labels, about, strict=True))
        if call.console.security:
            call.console.heading("Security details")
            call.console.pairs((name, _plain(value)) for name, value in security.items())

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def plan(
    ctx: typer.Context,
    circle: CircleName,
    summary: Annotated[str, typer.Argument(help="The care plan, whole. A hyphen reads it from the pipe.")],
    gap: Annotated[
        list[str] | None, typer.Option(help="A need nobody in the network can meet. May be given again.")
    ] = None,
) -> None:
    """Write the care plan."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from crypto.private.bodies import Need
        from keyholder.commands.naming import circle_named

        view = await circle_named(end, circle)
        receipt = await view.plan(text_of(call, summary), [Need(0, each, True) for each in gap or ()])
        if not call.console.gives({"circle": view.id, "seq": receipt.seq}):
            call.console.say("The care plan is written.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def close(ctx: typer.Context, circle: CircleName, reason: Why = "", text: Words = "") -> None:
    """Close a circle, with a reason."""
    _end_or_begin(call_of(ctx), circle, reason, text, closing=True)


@cli.command(rich_help_panel=PANEL)
def reopen(ctx: typer.Context, circle: CircleName, text: Words = "") -> None:
    """Open a closed circle again."""
    _end_or_begin(call_of(ctx), circle, "", text, closing=False)


@cli.command(rich_help_panel=PANEL)
def erase(
    ctx: typer.Context,
    circle: CircleName,
    number: Annotated[int, typer.Argument(min=1, help="The entry's number.")],
    reason: Why = "",
    yes: Yes = False,
) -> None:
    """Erase what an entry says, for good. Its place in the history stays. The owner only."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named, code_named
        from policies.codes import reasons

        code = code_named(reasons().erase, reason).code
        view = await circle_named(end, circle)
        log = await view.sync()
        if number > log.seq:
            raise TryDifferently(f"This circle has no #{number}.")
        call.sure(f"Erase what #{number} says? Nobody can bring it back.", yes)
        receipt = await view.erase(number, code)
        if not call.console.gives({"circle": view.id, "seq": receipt.seq, "erased": number}):
            call.console.say(f"What #{number} said is erased.")

    call.signed_in(work)


def _end_or_begin(call: Call, circle: str, reason: str, text: str, *, closing: bool) -> None:
    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named, code_named
        from policies.codes import reasons

        code = code_named(reasons().closing, reason).code if closing else 0
        view = await circle_named(end, circle)
        receipt = await (view.close(code, text) if closing else view.reopen(code, text))
        if not call.console.gives({"circle": view.id, "seq": receipt.seq, "closed": closing}):
            call.console.say("The circle is closed." if closing else "The circle is open again.")

    call.signed_in(work)


def _show_circles(call: Call, end: End, rows: list[CircleRow]) -> None:
    console = call.console
    shown = [
        (
            showing.short(row.circle),
            showing.line(row.reference or ""),
            showing.line(row.title or _untitled(row), 60),
            _standing(end, row),
            str(row.unread) if row.unread else "",
            console.due(row.invite.answer_due if row.invite else row.next_due),
        )
        for row in rows
    ]
    empty = "No circle yet. A victim care unit opens one; partners are invited to it."
    console.table(("circle", "reference", "title", "", "unread", "next"), shown, empty=empty)
    if any(row.gone for row in rows):
        console.say(GONE)


def _untitled(row: CircleRow) -> str:
    if row.gone:
        return "(no longer shown by the hub)"
    return "(see the alarm)" if row.alarm else "(not shared with you yet)"


def _standing(end: End, row: CircleRow) -> str:
    words = [f"of {end.legal_name_of(row.owner) or showing.short(row.owner)}"]
    if row.standing == "invited":
        words = ["you are invited: kith invitation"]
    if row.standing == "owner":
        words = ["yours"]
    if row.standing != "invited" and not row.assigned and row.standing != "owner":
        words.append("not assigned to you")
    if row.closed:
        words.append("closed")
    return ", ".join(words)


def _row_document(row: CircleRow) -> dict[str, Any]:
    invite = row.invite
    return {
        "circle": row.circle,
        "title": row.title,
        "reference": row.reference,
        "owner": row.owner,
        "standing": row.standing,
        "entries": row.seq,
        "unread": row.unread,
        "assigned": row.assigned,
        "closed": row.closed,
        "gone": row.gone,
        "next_due": row.next_due,
        "answer_due": invite.answer_due if invite else None,
    }


async def _show_today(call: Call, end: End, found: Any) -> None:
    from keyholder.commands.actions import action_cells

    console = call.console
    console.heading("Your actions")
    columns = ("action", "circle", "state", "due", "")
    mine = [action_cells(console, row) for row in found.actions]
    console.table(columns, mine, empty="Nothing waits for you.")
    if found.unassigned:
        console.say()
        console.heading("Nobody in your organisation has picked these up")
        console.table(columns, [action_cells(console, row) for row in found.unassigned])
    if found.invitations:
        console.say()
        console.heading("Invitations waiting for an answer")
        asked = [(showing.short(each.circle), console.due(each.answer_due)) for each in found.invitations]
        console.table(("circle", "answer"), asked)
        console.say("See what is asked: kith invitation CIRCLE")
    console.say()
    console.say(f"Unread entries: {found.unread}")


def _today_document(found: Any) -> dict[str, Any]:
    return {
        "actions": [_action(row) for row in found.actions],
        "unassigned": [_action(row) for row in found.unassigned],
        "invitations": [
            {"circle": each.circle, "hash": each.hash, "answer_due": each.answer_due}
            for each in found.invitations
        ],
        "unread": found.unread,
        "counts": found.counts,
    }


def _action(row: ActionRow) -> dict[str, Any]:
    from keyholder.commands.actions import row_document

    return row_document(row)


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
