"""Documents of a circle: attaching a file, listing, fetching. Progress shows on a terminal alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyholder import showing
from keyholder.commands.call import CircleName, TryDifferently, call_of

if TYPE_CHECKING:
    from keyholder.documents import DocumentView
    from keyholder.end import End

PANEL = "Documents"
cli = typer.Typer()


@cli.command(rich_help_panel=PANEL)
def attach(
    ctx: typer.Context,
    circle: CircleName,
    file: Annotated[
        Path, typer.Argument(help="The file to share. Programs and disguised files are refused.")
    ],
    description: Annotated[str, typer.Option(help="What it is. Sealed.")] = "",
    version_of: Annotated[str, typer.Option(help="It is the next version of this document.")] = "",
    only: Annotated[
        list[str] | None, typer.Option(help="Keep it to this organisation (and yours). May be given again.")
    ] = None,
) -> None:
    """Seal a file on this machine and share it with the circle."""
    call = call_of(ctx)
    if not file.is_file():
        raise TryDifferently(f"There is no file {showing.line(str(file))}.")

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named, document_named, member_named
        from keyholder.inspect import inspect

        view = await circle_named(end, circle)
        before = document_named(await view.documents(), version_of).document if version_of else None
        people = await view.people()
        chosen = [await member_named(end, people, each) for each in only or ()]
        with call.console.progress(f"Sealing and sending {file.name}") as progress:
            made = await view.attach(
                file,
                inspect=inspect,
                description=description,
                document=before,
                only=chosen or None,
                progress=progress,
            )
        if not call.console.gives({"circle": view.id, **document_of_view(made)}):
            call.console.say(
                f"Shared as #{made.seq}: {showing.line(made.name)} ({showing.size(made.size)}), "
                f"document {showing.short(made.document)}."
            )

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def documents(ctx: typer.Context, circle: CircleName) -> None:
    """The documents of a circle, every version."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named

        view = await circle_named(end, circle)
        found = await view.documents()
        if call.console.gives({"circle": view.id, "documents": [document_of_view(each) for each in found]}):
            return
        rows = [
            (
                showing.short(each.document),
                showing.line(each.name, 60) if each.alarm is None else "(see the alarm)",
                str(each.number) if each.number > 1 else "",
                showing.size(each.size),
                f"{showing.line(each.author, 40)} ({end.legal_name_of(each.organisation)})",
                call.console.when(each.received_at),
                showing.line(each.description, 60),
            )
            for each in found
        ]
        columns = ("document", "name", "version", "size", "from", "when", "")
        call.console.table(columns, rows, empty="Nothing is shared here yet: kith attach.")
        for each in found:
            if each.alarm is not None:
                raise each.alarm

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def fetch(
    ctx: typer.Context,
    circle: CircleName,
    document: Annotated[str, typer.Argument(help="The beginning of its id, or its name.")],
    folder: Annotated[Path, typer.Argument(help="Where to save it.")] = Path(),
    version: Annotated[int, typer.Option(min=0, help="Which version; 0 is the newest.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Write over a file of the same name.")] = False,
) -> None:
    """Fetch a document, check all of it, and save it. Never writes over a file unless told to."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import circle_named, document_named
        from keyholder.inspect import inspect

        view = await circle_named(end, circle)
        wanted = document_named(await view.documents(), document)
        with call.console.progress(f"Fetching {wanted.name}") as progress:
            saved = await view.fetch(
                wanted.document, folder, number=version or None, inspect=inspect, progress=progress
            )
        if force:
            saved = _take_place(saved, wanted.name)
        answer = {
            "circle": view.id,
            "document": wanted.document,
            "saved": saved.resolve(),
            "size": saved.stat().st_size,
        }
        if not call.console.gives(answer):
            call.console.say(f"Checked and saved: {showing.line(str(saved), 1000)}")

    call.signed_in(work)


def document_of_view(view: DocumentView) -> dict[str, Any]:
    """One version for programs."""
    names = (
        "document",
        "number",
        "seq",
        "name",
        "media_type",
        "size",
        "author",
        "organisation",
        "worker",
        "received_at",
        "modified_at",
        "description",
    )
    found = {name: getattr(view, name) for name in names}
    return found | {"alarm": view.alarm.code if view.alarm else None}


def _take_place(saved: Path, name: str) -> Path:
    """The library gave it the next free name; here it takes the name itself. Never a folder's, never a link's
    target: what stands there is replaced, not written into."""
    place = saved.with_name(name)
    if place != saved and not place.is_dir():
        os.replace(saved, place)
        return place
    return saved
