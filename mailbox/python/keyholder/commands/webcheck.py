"""`kith verify-web`: is the web mailbox that a hub serves the one that was published?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keyholder import showing
from keyholder.commands.call import Call, call_of
from keyholder.errors import LocalTrouble

if TYPE_CHECKING:
    from keyholder.webcheck import Manifest, Report

cli = typer.Typer()
LARGEST = 1024 * 1024
DIFFERS = 5
SHOWN = 40


@cli.command("verify-web", rich_help_panel="Organisation and authority")
def verify_web(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="The address of the hub, as it stands in a browser.")],
    manifest: Annotated[
        Path | None, typer.Option(help="What was published. Otherwise: what came with this program.")
    ] = None,
    ca: Annotated[Path | None, typer.Option(help="Certificates to trust instead of the system's.")] = None,
) -> None:
    """Check that a hub serves the published web mailbox and nothing else. Exit code 5: it does not; tell your
    security contact."""
    call, published = call_of(ctx), _published(manifest)
    report = _compared(url, ca, published)
    if not call.console.gives(_document(url, report)):
        _say(call, report)
    if not report.good:
        raise typer.Exit(DIFFERS)


def _published(file: Path | None) -> Manifest:
    from keyholder.webcheck import packaged, read_manifest

    wanted = file or packaged()
    try:
        with wanted.open("rb") as opened:
            return read_manifest(opened.read(LARGEST))
    except OSError:
        hint = "" if file else " This program came without one: give --manifest with the published file."
        raise LocalTrouble(f"The manifest {wanted} cannot be read.{hint}") from None


def _compared(url: str, ca: Path | None, published: Manifest) -> Report:
    import asyncio

    from keyholder.connection import Connection
    from keyholder.webcheck import compare

    async def inside() -> Report:
        async with Connection(url, ca) as connection:
            return await compare(connection, published, https=url.startswith("https://"))

    return asyncio.run(inside())


def _document(url: str, report: Report) -> dict[str, object]:
    return {
        "hub": url,
        "good": report.good,
        "files": report.files,
        "differs": report.differs,
        "missing": report.missing,
        "extra": report.extra,
        "not_published": report.strange,
        "headers": report.headers,
    }


def _say(call: Call, report: Report) -> None:
    if report.good:
        call.console.say(f"All {report.files} files are as published, and the browser's rules are in force.")
        return
    call.console.say("This hub does NOT serve the web mailbox that was published.")
    for words, found in (
        ("Not as published", report.differs),
        ("Published, and not served", report.missing),
        ("Served, and not published", report.extra),
        ("Named by the page, and not published", report.strange),
        ("Rules for browsers that are missing or too wide", report.headers),
    ):
        for name in found[:SHOWN]:
            call.console.say(f"  {words}: {showing.line(name)}")
        if len(found) > SHOWN:
            call.console.say(f"  ... and {len(found) - SHOWN} more")
    call.console.say("Do not sign in there with a browser. Tell your security contact.")
