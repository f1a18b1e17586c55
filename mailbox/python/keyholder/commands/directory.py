"""The directory of accredited organisations, and the record of who looked at what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyholder import showing
from keyholder.commands.call import call_of

if TYPE_CHECKING:
    from keyholder.answers import StatementRow
    from keyholder.console import Console
    from keyholder.end import End

cli = typer.Typer()
log = typer.Typer(help="The record of who looked at what.", no_args_is_help=True)
MOST = 2000


@cli.command(rich_help_panel="Circles")
def directory(
    ctx: typer.Context,
    words: Annotated[str, typer.Argument(help="Only those with this in their name or domain.")] = "",
) -> None:
    """Accredited organisations, each checked here before it is shown."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import every_partner

        wanted = words.casefold()
        found = [p for p in await every_partner(end) if wanted in f"{p.legal_name} {p.domain}".casefold()]
        document = [
            {
                "organisation": p.organisation,
                "legal_name": p.legal_name,
                "domain": p.domain,
                "kind": p.kind.name.lower(),
            }
            for p in found
        ]
        if not call.console.gives({"organisations": document}):
            rows = [
                (
                    showing.short(p.organisation),
                    showing.line(p.legal_name),
                    showing.line(p.domain),
                    p.kind.name.lower(),
                )
                for p in found
            ]
            call.console.table(("id", "name", "domain", "kind"), rows, empty="None is accredited yet.")

    call.signed_in(work)


@log.command()
def check(ctx: typer.Context) -> None:
    """Check that nothing was taken out of the record, and that what you looked at stands in it."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        report = await end.sync()
        found = {"size": report.size, "inclusions_checked": report.inclusions_checked}
        if not call.console.gives(found):
            own = report.inclusions_checked
            found_own = f" {own} of your own were looked up in it and found." if own else ""
            call.console.say(f"The record holds {report.size} entries, and it only grew.{found_own}")

    call.signed_in(work)


@log.command()
def statements(
    ctx: typer.Context,
    circle: Annotated[str, typer.Option(help="Only about this circle.")] = "",
    colleague: Annotated[str, typer.Option(help="Only by this colleague.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 100,
) -> None:
    """Who in your organisation looked at what, and why; each checked. For managers and reviewers."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named
        from keyholder.commands.pages import every
        from keyholder.commands.team import colleague_named, colleague_names

        place = (await circle_named(end, circle)).id if circle else None
        worker = await colleague_named(end, colleague) if colleague else None
        rows = await every(end, lambda after: end.log_statements(after, place, worker), limit)
        await end.log_verify(rows)
        found = [_statement(row) for row in rows]
        if not call.console.gives({"statements": found}):
            names = await colleague_names(end)
            cells = [_cells(call.console, each, names) for each in found]
            columns = ("when", "who", "did", "circle", "purpose", "")
            call.console.table(columns, cells, empty="Nobody has looked at anything yet.")

    call.signed_in(work)


def _statement(row: StatementRow) -> dict[str, Any]:
    """A statement for programs: what its writer signed."""
    from crypto.encoding import unpack
    from crypto.statements import Statement

    said = unpack(Statement, row.payload)
    return {
        "index": row.index,
        "act": said.act,
        "worker": said.worker,
        "organisation": said.organisation,
        "circle": said.circle,
        "purpose": said.purpose,
        "with_reason": bool(said.reason_commitment),
        "alert": row.alert,
        "at": said.at,
        "received_at": row.received_at,
    }


def _cells(console: Console, row: dict[str, Any], names: dict[bytes, str]) -> tuple[str, ...]:
    from crypto.statements import Act
    from policies.codes import purposes

    done = {Act.LISTED: "saw the names", Act.FETCHED: "fetched", Act.OPENED: "read"}
    purpose = purposes().by_code(row["purpose"])
    return (
        console.when(row["received_at"]),
        names.get(row["worker"]) or showing.short(row["worker"]),
        done.get(row["act"], str(row["act"])),
        showing.short(row["circle"]) if row["circle"] else "",
        purpose.label if purpose else str(row["purpose"]),
        "OPENED WITH A REASON, without being assigned" if row["alert"] else "",
    )
