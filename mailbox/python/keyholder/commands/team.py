"""`kith team`: a manager's work in their own organisation."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from keyholder import showing
from keyholder.commands.call import Yes, call_of

if TYPE_CHECKING:
    from keyholder.end import End

cli = typer.Typer(
    help="Your organisation: who works in it, who waits, leavers, new keys.", no_args_is_help=True
)


class RoleName(StrEnum):
    """What a colleague can be."""

    WORKER = "worker"
    MANAGER = "manager"
    REVIEWER = "reviewer"


Colleague = Annotated[
    str, typer.Argument(metavar="COLLEAGUE", help="The beginning of their id, or their sign-in name.")
]


@cli.command()
def workers(ctx: typer.Context) -> None:
    """Colleagues."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        rows, names = await end.team.workers(), await end.team.names()
        found = [
            {
                "worker": r.worker,
                "name": names.get(r.worker, ""),
                "role": r.role,
                "state": r.state,
                "address": r.address,
            }
            for r in rows
        ]
        if not call.console.gives({"workers": found}):
            cells = [
                (
                    showing.short(r.worker),
                    showing.line(names.get(r.worker, ""), 40),
                    showing.line(r.address or "the printed kit"),
                    r.role,
                    r.state,
                )
                for r in rows
            ]
            call.console.table(("id", "name", "sign-in name", "role", ""), cells)

    call.signed_in(work)


@cli.command()
def invite(
    ctx: typer.Context,
    mail: Annotated[str, typer.Argument(help="Where the enrolment link is mailed to.")],
    role: Annotated[RoleName, typer.Option(help="What they will be.")] = RoleName.WORKER,
    replaces: Annotated[str, typer.Option(help="New words for this colleague, who lost theirs.")] = "",
) -> None:
    """Have an enrolment link mailed to somebody."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        lost = await colleague_named(end, replaces) if replaces else None
        made = await end.team.invite(mail, role.value, lost)
        if not call.console.gives({"invitation": made}):
            call.console.say("The link is on its way. They will tell you five words: kith team admit.")

    call.signed_in(work)


@cli.command()
def waiting(ctx: typer.Context) -> None:
    """Who wants to be admitted. Admit nobody by this list: only by the five words they tell you."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        rows = await end.team.waiting()
        found = [
            {"worker": r.worker, "address": r.address, "role": r.role, "replaces": r.replaces} for r in rows
        ]
        if not call.console.gives({"waiting": found}):
            cells = [(showing.line(r.address), r.role, "new words" if r.replaces else "") for r in rows]
            call.console.table(("sign-in name", "as", ""), cells, empty="Nobody waits.")

    call.signed_in(work)


@cli.command()
def admit(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(help="The five words they told you by telephone or in person.")
    ],
    role: Annotated[RoleName, typer.Option(help="What they will be: your decision.")] = RoleName.WORKER,
    replaces: Annotated[str, typer.Option(help="They are this colleague, with new words.")] = "",
) -> None:
    """Admit the one person whose five words these are."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        lost = await colleague_named(end, replaces) if replaces else None
        worker = await end.team.admit(" ".join(words), role.value, lost)
        if not call.console.gives({"worker": worker, "role": role.value}):
            call.console.say(f"Admitted as {role.value}. They can sign in now.")

    call.signed_in(work)


@cli.command("role")
def role_(ctx: typer.Context, colleague: Colleague, role: RoleName) -> None:
    """Give a colleague another role."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        worker = await colleague_named(end, colleague)
        await end.team.change_role(worker, role.value)
        if not call.console.gives({"worker": worker, "role": role.value}):
            call.console.say(f"They are a {role.value} now.")

    call.signed_in(work)


@cli.command()
def remove(ctx: typer.Context, colleague: Colleague, yes: Yes = False) -> None:
    """A colleague leaves: their access ends at once and everybody else gets new keys."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        worker = await colleague_named(end, colleague)
        question = "End their access? What they have read, they may have kept."
        call.sure(question, yes)
        generation = await end.team.rotate([worker])
        if not call.console.gives({"worker": worker, "generation": generation}):
            call.console.say(
                "Their access has ended. Circles renew their protection with the next thing said in each."
            )

    call.signed_in(work)


@cli.command()
def circles(ctx: typer.Context, colleague: Colleague) -> None:
    """The circles a colleague works on."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        rows = await end.caseload.of(await colleague_named(end, colleague))
        if not call.console.gives({"circles": [{"circle": r.circle, "closed": r.closed} for r in rows]}):
            cells = [(showing.short(r.circle), "closed" if r.closed else "") for r in rows]
            call.console.table(("circle", ""), cells, empty="They are on no circle.")

    call.signed_in(work)


@cli.command("hand-over")
def hand_over(ctx: typer.Context, colleague: Colleague, to: Colleague) -> None:
    """Put another colleague on every circle of somebody, who comes off them."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        leaver, heir = await colleague_named(end, colleague), await colleague_named(end, to)
        count = await end.caseload.hand_over(leaver, heir)
        if not call.console.gives({"handed_over": count}):
            call.console.say("There was nothing to hand over." if count == 0 else f"Handed over: {count}.")

    call.signed_in(work)


@cli.command()
def rotate(ctx: typer.Context) -> None:
    """New keys for the organisation, for instance after a device was lost."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        generation = await end.team.rotate()
        if not call.console.gives({"generation": generation}):
            call.console.say("Your organisation has new keys.")

    call.signed_in(work)


async def colleague_named(end: End, typed: str) -> bytes:
    """A colleague, by id or sign-in name; or oneself."""
    from keyholder.commands.naming import one

    if typed == "me":
        return end.worker
    rows = [row for row in await end.team.workers() if row.role != "kit"]
    return one("colleague", typed, lambda r: r.worker, lambda r: (r.address or "",), rows).worker


async def colleague_names(end: End) -> dict[bytes, str]:
    """Sign-in names by worker, of those the hub lists; for reading only."""
    rows = await end.team.workers()
    return {row.worker: showing.line(row.address, 40) for row in rows if row.address}
