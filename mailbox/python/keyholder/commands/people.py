"""Who is in a circle: inviting, answering, history, leaving, and colleagues who work on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyholder import showing
from keyholder.commands.call import Call, CircleName, Yes, call_of, text_of, typed_time

if TYPE_CHECKING:
    from crypto.circle import Circle
    from crypto.entries import Receipt
    from keyholder.circle import CircleView
    from keyholder.end import End

PANEL = "People of a circle"
cli = typer.Typer()

Organisation = Annotated[
    str, typer.Argument(metavar="ORGANISATION", help="The beginning of its id, its name or its domain.")
]
Why = Annotated[str, typer.Option("--reason", help="Why: leave out to see the list.")]
Words = Annotated[str, typer.Option("--text", help="In your own words. Sealed.")]


@cli.command(rich_help_panel=PANEL)
def people(ctx: typer.Context, circle: CircleName) -> None:
    """Members, invitations, and who of your organisation works on it."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named
        from keyholder.commands.team import colleague_names

        view = await circle_named(end, circle)
        found = await view.people()
        colleagues = [] if end.organisation in found.pending else await view.assigned()
        if call.console.gives(_people_document(end, view, found, [row.worker for row in colleagues])):
            return
        rows = [(_name(end, found.owner), "owner", "")]
        rows += [(_name(end, each), "member", "") for each in sorted(found.members) if each != found.owner]
        rows += [
            (_name(end, each), "invited", call.console.due(invitation.answer_due))
            for each, invitation in sorted(found.pending.items())
        ]
        call.console.table(("organisation", "", "answer"), rows)
        if found.handover is not None:
            call.console.say(f"Offered to {_name(end, found.handover[1])}, who can take it with kith accept.")
        if found.holds:
            call.console.say("A hold is on: nothing here may be erased.")
        names = await colleague_names(end) if colleagues else {}
        known = [names.get(row.worker) or showing.short(row.worker) for row in colleagues]
        call.console.say(f"Of your organisation, on this circle: {', '.join(known) or 'nobody yet'}.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def invite(
    ctx: typer.Context,
    circle: CircleName,
    organisation: Organisation,
    text: Annotated[str, typer.Argument(help="What you ask of them. A hyphen reads it from the pipe.")],
    title: Annotated[str, typer.Option(help="A heading. Sealed.")] = "",
    history: Annotated[
        bool, typer.Option("--with-history", help="They may read what was said before.")
    ] = False,
    due: Annotated[str, typer.Option("--due", help="Answer by: 2026-11-24, or '2026-11-24 15:30'.")] = "",
) -> None:
    """Ask an accredited organisation in."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named, organisation_named

        view = await circle_named(end, circle)
        asked = await organisation_named(end, organisation)
        until = typed_time(call, due) if due else None
        receipt = await view.invite(asked, text_of(call, text), until, "all" if history else "none", title)
        answer = {"circle": view.id, "organisation": asked, "seq": receipt.seq}
        if not call.console.gives(answer):
            call.console.say(f"{_name(end, asked)} is invited. They are told by mail that something waits.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def invitation(ctx: typer.Context, circle: CircleName) -> None:
    """What your organisation is asked, before you answer."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named

        view = await circle_named(end, circle)
        found = await view.invitation()
        asked = found.asked
        document = {
            "circle": view.id,
            "author": asked.author,
            "title": asked.title,
            "text": asked.text,
            "answer_due": found.due,
        }
        if call.console.gives(document):
            return
        owner = _name(end, (await view.people()).owner)
        call.console.message(f"{asked.author} ({owner}) asks: {asked.title}", asked.text)
        call.console.say(f"Answer {call.console.due(found.due)}: kith accept, or kith decline --reason ...")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def accept(ctx: typer.Context, circle: CircleName, text: Words = "") -> None:
    """Join a circle your organisation is invited to, or take one over that is offered to it."""
    _post(call_of(ctx), circle, "You are in. Next: kith read.", lambda _, view: view.accept(text))


@cli.command(rich_help_panel=PANEL)
def decline(ctx: typer.Context, circle: CircleName, reason: Why = "", text: Words = "") -> None:
    """Do not join, and why."""
    from keyholder.commands.naming import code_named
    from policies.codes import reasons

    code = code_named(reasons().invitation_decline, reason).code
    _post(call_of(ctx), circle, "Declined.", lambda _, view: view.decline(code, text))


@cli.command(rich_help_panel=PANEL)
def grant(
    ctx: typer.Context,
    circle: CircleName,
    organisation: Organisation,
    entry: Annotated[
        list[int] | None, typer.Option(help="One entry by its number. May be given again.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was said before.")] = False,
) -> None:
    """Let a member read what was said before it joined."""

    async def give(end: End, view: CircleView) -> Receipt:
        from keyholder.commands.call import TryDifferently
        from keyholder.commands.naming import member_named

        if everything == bool(entry):
            raise TryDifferently("Give --all, or --entry with a number.")
        to = await member_named(end, await view.people(), organisation)
        return await view.grant(to, "all" if everything else None, entry or [])

    _post(call_of(ctx), circle, "They can read it now.", give)


@cli.command(rich_help_panel=PANEL)
def remove(
    ctx: typer.Context, circle: CircleName, organisation: Organisation, reason: Why = "", yes: Yes = False
) -> None:
    """Take an organisation out: it opens nothing that is said from now on."""
    from keyholder.commands.naming import code_named
    from policies.codes import reasons

    call, code = call_of(ctx), code_named(reasons().removal, reason).code

    async def take(end: End, view: CircleView) -> Receipt:
        from keyholder.commands.naming import member_named

        gone = await member_named(end, await view.people(), organisation)
        call.sure(f"Take {_name(end, gone)} out? What it has read, it keeps.", yes)
        return await view.remove(gone, code)

    _post(call, circle, "They are out. What they have read, they keep; nothing new opens for them.", take)


@cli.command(rich_help_panel=PANEL)
def leave(ctx: typer.Context, circle: CircleName, reason: Why = "", yes: Yes = False) -> None:
    """Your organisation leaves a circle."""
    from keyholder.commands.naming import code_named
    from policies.codes import reasons

    call, code = call_of(ctx), code_named(reasons().removal, reason).code

    async def go(_: End, view: CircleView) -> Receipt:
        call.sure("Leave this circle? You cannot read it afterwards.", yes)
        return await view.leave(code)

    _post(call, circle, "Your organisation has left the circle.", go)


@cli.command("hand-over", rich_help_panel=PANEL)
def hand_over(
    ctx: typer.Context, circle: CircleName, organisation: Organisation, text: Words = "", yes: Yes = False
) -> None:
    """Offer the circle to another member, who takes it with kith accept."""
    call = call_of(ctx)

    async def offer(end: End, view: CircleView) -> Receipt:
        from keyholder.commands.naming import member_named

        to = await member_named(end, await view.people(), organisation)
        call.sure(f"Offer this circle to {_name(end, to)}?", yes)
        return await view.hand_over(to, text)

    _post(call, circle, "Offered. It is theirs once they accept.", offer)


@cli.command(rich_help_panel=PANEL)
def rekey(ctx: typer.Context, circle: CircleName) -> None:
    """Renew a circle's protection, for instance after a device was lost."""
    _post(call_of(ctx), circle, "The circle's protection is renewed.", lambda _, view: view.rekey())


@cli.command(rich_help_panel=PANEL)
def assign(
    ctx: typer.Context,
    circle: CircleName,
    colleague: Annotated[str, typer.Argument(help="The beginning of their id, their sign-in name, or 'me'.")],
    off: Annotated[bool, typer.Option("--off", help="Take them off it.")] = False,
) -> None:
    """Put a colleague of your organisation on a circle, or take them off."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named
        from keyholder.commands.team import colleague_named

        view = await circle_named(end, circle)
        worker = await colleague_named(end, colleague)
        await view.assign(worker, not off)
        if not call.console.gives({"circle": view.id, "worker": worker, "on": not off}):
            call.console.say("They are off this circle." if off else "They are on this circle.")

    call.signed_in(work)


def _post(call: Call, circle: str, said: str, make: Callable[[End, CircleView], Awaitable[Receipt]]) -> None:
    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named

        view = await circle_named(end, circle)
        receipt = await make(end, view)
        if not call.console.gives({"circle": view.id, "seq": receipt.seq}):
            call.console.say(said)

    call.signed_in(work)


def _name(end: End, organisation: bytes) -> str:
    return showing.line(end.legal_name_of(organisation)) or showing.short(organisation)


def _people_document(end: End, view: CircleView, found: Circle, colleagues: list[bytes]) -> dict[str, Any]:
    def named(organisation: bytes) -> dict[str, Any]:
        return {"organisation": organisation, "legal_name": end.legal_name_of(organisation)}

    return {
        "circle": view.id,
        "owner": named(found.owner),
        "members": [named(each) for each in sorted(found.members)],
        "invited": [
            {**named(each), "answer_due": waiting.answer_due}
            for each, waiting in sorted(found.pending.items())
        ],
        "closed": found.closed,
        "held": bool(found.holds),
        "colleagues": colleagues,
    }
