"""The thread of a circle: saying something, reading it, and who has read how far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from keyholder import showing
from keyholder.commands.call import Call, CircleName, TryDifferently, call_of, text_of
from keyholder.errors import NotReady

if TYPE_CHECKING:
    from crypto.private.bodies import About
    from keyholder.circle import CircleView
    from keyholder.desk import BreakGlass
    from keyholder.end import End
    from keyholder.opening import Item
    from keyholder.readers import Reader

PANEL = "Thread"
cli = typer.Typer()
PAGE = 100
MOST = 5000


@cli.command(rich_help_panel=PANEL)
def post(
    ctx: typer.Context,
    circle: CircleName,
    text: Annotated[str, typer.Argument(help="What to say. A hyphen reads it from the pipe.")],
    only: Annotated[
        list[str] | None, typer.Option(help="Keep it to this organisation (and yours). May be given again.")
    ] = None,
    document: Annotated[
        list[str] | None, typer.Option(help="It is about this document of the circle. May be given again.")
    ] = None,
) -> None:
    """Say something to the circle, or to some of its members only."""
    call = call_of(ctx)
    said = text_of(call, text)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named, document_named, member_named

        view = await circle_named(end, circle)
        people = await view.people()
        chosen = [await member_named(end, people, each) for each in only or ()]
        known = await view.documents() if document else []
        about = [document_named(known, each).document for each in document or ()]
        receipt = await view.post(said, only=chosen or None, documents=about)
        answer = {
            "circle": view.id,
            "seq": receipt.seq,
            "entry": receipt.entry_hash,
            "head": receipt.head,
            "received_at": receipt.received_at,
        }
        if not call.console.gives(answer):
            call.console.say(f"Posted as #{receipt.seq}. The hub has signed that it holds it.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def read(
    ctx: typer.Context,
    circle: CircleName,
    after: Annotated[int | None, typer.Option(min=0, help="Only what came after this number.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 50,
    reason: Annotated[
        str, typer.Option("--reason", help="Why you open what you are not assigned to. Your manager is told.")
    ] = "",
    because: Annotated[str, typer.Option("--because", help="The reason in your own words. Sealed.")] = "",
    rest: Annotated[
        bool, typer.Option("--rest", help="When one entry does not hold, show the others all the same.")
    ] = False,
    no_receipt: Annotated[
        bool, typer.Option("--no-receipt", help="Do not tell others how far you read.")
    ] = False,
) -> None:
    """Read a circle: the latest entries, or those after a number. Others see how far you have read."""
    call, why = call_of(ctx), _why(reason, because)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named
        from keyholder.errors import UpdateNeeded
        from keyholder.opening import Shown

        view = await circle_named(end, circle)
        log = await view.sync()
        start = max(0, log.seq - limit) if after is None else after
        items = await _pages(view, start, min(limit, max(0, log.seq - start)), why)
        alarms = [item.alarm for item in items if item.alarm is not None]
        if alarms and not rest:
            raise alarms[0]
        await _show(call, end, view, items, start, why)
        if items and not alarms and not no_receipt:
            await view.thread.say_read(items[-1].seq)
        if alarms:
            raise alarms[0]
        if any(item.state == Shown.NEWER for item in items):
            raise UpdateNeeded

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def receipts(ctx: typer.Context, circle: CircleName) -> None:
    """Who has read how far, each by their own signature."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named
        from keyholder.commands.telling import author_names

        view = await circle_named(end, circle)
        readers = await view.readers()
        log = await view.sync()
        names = {} if call.console.json else await author_names(view)
        found = [
            {
                "organisation": each.organisation,
                "legal_name": end.legal_name_of(each.organisation),
                "worker": each.worker,
                "seq": each.seq,
                "at": each.at,
                "alarm": each.alarm.code if each.alarm else None,
            }
            for each in readers
        ]
        if call.console.gives({"circle": view.id, "entries": log.seq, "readers": found}):
            return
        rows = [
            (
                end.legal_name_of(each.organisation) or showing.short(each.organisation),
                names.get((each.organisation, each.worker)) or f"worker {showing.short(each.worker)}",
                _how_far(each, log.seq),
                call.console.when(each.at) if each.alarm is None else "",
            )
            for each in sorted(readers, key=lambda each: -each.seq)
        ]
        call.console.table(("organisation", "who", "has read", "when"), rows, empty="Nobody has read it yet.")
        for each in readers:
            if each.alarm is not None:
                raise each.alarm

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def live(
    ctx: typer.Context,
    count: Annotated[int, typer.Option(min=0, help="Stop after so many; 0 goes on until Ctrl-C.")] = 0,
) -> None:
    """Say when something is new, as it happens. With --json one line for each."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        import json
        import sys

        seen = 0
        async for wake in end.live():
            topic = wake.topic.hex()
            if call.console.json:
                sys.stdout.write(json.dumps({"kind": wake.kind, "topic": topic, "seq": wake.seq}) + "\n")
                sys.stdout.flush()
            else:
                place = f" in {topic[: showing.SHORT_ID]}" if topic else ""
                number = f", #{wake.seq}" if wake.seq else ""
                call.console.say(
                    f"{call.console.when(call.console.now())}: {showing.line(wake.kind, 40)}{place}{number}"
                )
            seen += 1
            if seen == count:
                return

    call.signed_in(work)


async def _pages(view: CircleView, start: int, limit: int, why: BreakGlass | None) -> list[Item]:
    """Page by page; the receipt comes once everything was shown."""
    items: list[Item] = []
    while len(items) < limit:
        page = await view.read(
            after=start + len(items), limit=min(PAGE, limit - len(items)), reason=why, receipt=False
        )
        if not page:
            break
        items += page
    return items


async def _show(
    call: Call, end: End, view: CircleView, items: list[Item], start: int, why: BreakGlass | None
) -> None:
    from keyholder.commands.telling import document_of_item, tell

    console = call.console
    if console.gives(
        {"circle": view.id, "after": start, "items": [document_of_item(item) for item in items]}
    ):
        return
    about = await _about(view, why)
    console.heading(about.title if about else "A circle whose name was not shared with you")
    if about and about.safe_contact:
        console.say(f"CONTACT SAFELY: {showing.line(about.safe_contact, 1000)}")
    console.say()

    def name_of(organisation: bytes) -> str:
        return showing.line(end.legal_name_of(organisation)) or showing.short(organisation)

    for item in items:
        tell(console, item, name_of)
    if start and items:
        console.say(
            f"There is more before #{items[0].seq}: kith read ... --after 0 --limit {items[0].seq - 1}"
        )


async def _about(view: CircleView, why: BreakGlass | None) -> About | None:
    """The newest description: the safe-contact warning is always in sight, and never an old one."""
    try:
        return await view.thread.about(why)
    except NotReady:
        return None


def _how_far(reader: Reader, seq: int) -> str:
    if reader.alarm is not None:
        return "(see the alarm)"
    return "everything" if reader.seq == seq else f"up to #{reader.seq}"


def _why(reason: str, because: str) -> BreakGlass | None:
    if not reason and not because:
        return None
    from keyholder.commands.naming import code_named
    from keyholder.desk import BreakGlass
    from policies.codes import reasons

    code = code_named(reasons().break_glass, reason)
    if code.needs_text and not because.strip():
        raise TryDifferently("Add --because with the reason in your own words.")
    return BreakGlass(code.code, because)
