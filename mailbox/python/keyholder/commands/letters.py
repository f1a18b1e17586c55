"""Letters: what is said to an organisation outside any circle, a referral above all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from keyholder import showing
from keyholder.commands.call import Call, TryDifferently, call_of, text_of

if TYPE_CHECKING:
    from keyholder.answers import LetterRow
    from keyholder.end import End

PANEL = "Letters and referrals"
cli = typer.Typer()
LARGEST = 128 * 1024
MOST = 2000
KINDS = {
    1: "referral",
    2: "information request",
    3: "explanation",
    4: "answer",
    5: "addition",
    6: "withdrawal",
}
LEFT = "THE SENDER HAS LEFT SINCE: telephone their organisation before you rely on this."
UNKNOWN_SENDER = "SENDER NOT VERIFIED: anybody may have written this."


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A letter in a JSON file."""

    text: str
    title: str = ""


@cli.command(rich_help_panel=PANEL)
def refer(
    ctx: typer.Context,
    organisation: Annotated[
        str, typer.Argument(help="To whom: the beginning of its id, its name or domain.")
    ],
    file: Annotated[
        Path | None, typer.Argument(help='A text file, or a JSON file {"title": ..., "text": ...}.')
    ] = None,
    text: Annotated[
        str, typer.Option("--text", help="The letter itself, instead of a file. Hyphen: the pipe.")
    ] = "",
    title: Annotated[str, typer.Option(help="A heading.")] = "",
) -> None:
    """Send a referral: signed by you, sealed to the organisation it is for."""
    call = call_of(ctx)
    if (file is None) == (not text):
        raise TryDifferently("Give a file, or --text.")
    letter = _from_file(call, file) if file else Written(text_of(call, text), title)

    async def work(end: End) -> None:
        from keyholder.commands.naming import organisation_named

        to = await organisation_named(end, organisation)
        made = await end.refer(to, letter.text, title or letter.title)
        if not call.console.gives({"letter": made, "organisation": to}):
            name = showing.line(end.legal_name_of(to))
            call.console.say(f"Sent to {name}. Keep this reference: {showing.short(made)}.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def letters(ctx: typer.Context) -> None:
    """Letters to your organisation."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        rows = await _every_letter(end)
        found = [
            {
                "letter": row.letter,
                "kind": row.kind,
                "sender_organisation": row.sender_organisation,
                "received_at": row.received_at,
                "fetched": row.fetched,
            }
            for row in rows
        ]
        if call.console.gives({"letters": found}):
            return
        cells = [
            (
                showing.short(row.letter),
                _kind(row.kind),
                call.console.when(row.received_at),
                "" if row.fetched else "not opened yet",
            )
            for row in rows
        ]
        call.console.table(("letter", "", "came", ""), cells, empty="No letters.")

    call.signed_in(work)


@cli.command(rich_help_panel=PANEL)
def letter(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="LETTER", help="The beginning of its id.")],
) -> None:
    """Open one letter. That you did is on record."""
    call = call_of(ctx)

    async def work(end: End) -> None:
        from keyholder.commands.naming import one

        row = one("letter", name, lambda r: r.letter, lambda _: (), await _every_letter(end))
        view = await end.open_letter(row.letter)
        found = {
            "letter": view.letter,
            "kind": _kind(view.kind),
            "verified": view.verified,
            "sender": view.sender,
            "sender_name": view.sender_name,
            "author": view.author,
            "title": view.title,
            "text": view.text,
            "sent_at": view.sent_at,
            "received_at": view.received_at,
            "left": view.left,
            "follows": view.follows,
        }
        if call.console.gives(found):
            return
        if view.left:
            call.console.note(LEFT)
        sender = f"{view.author} ({view.sender_name})" if view.verified else UNKNOWN_SENDER
        call.console.heading(view.title or _kind(view.kind).capitalize())
        call.console.message(f"{sender} {call.console.when(view.sent_at)}", view.text)

    call.signed_in(work)


async def _every_letter(end: End) -> list[LetterRow]:
    from keyholder.commands.pages import every

    return await every(end, end.letters, MOST)


def _kind(kind: int | str) -> str:
    return (
        KINDS.get(kind, f"kind {kind}") if isinstance(kind, int) else showing.line(kind.replace("_", " "), 40)
    )


def _from_file(call: Call, file: Path) -> Written:
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise TryDifferently(f"The file {showing.line(str(file))} cannot be read as text.") from None
    if len(raw) > LARGEST:
        raise TryDifferently("This letter is too long.")
    if file.suffix.lower() != ".json":
        return Written(text_of(call, text))
    try:
        return msgspec.json.decode(text, type=Written)
    except msgspec.DecodeError:
        raise TryDifferently('The file must hold {"title": "...", "text": "..."} and nothing else.') from None
