"""Signing in and out, and who one is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from keyholder.commands.call import Call, TryDifferently, call_of

if TYPE_CHECKING:
    from keyholder.authority import Trust
    from keyholder.connection import Connection
    from keyholder.end import End

PANEL = "Signing in"
cli = typer.Typer()
LONGEST_SECONDS = 12 * 60 * 60
_SPAN = re.compile(r"([1-9][0-9]{0,4})([smh])")


@cli.command("sign-in", rich_help_panel=PANEL)
def sign_in(
    ctx: typer.Context,
    keep: Annotated[
        str, typer.Option("--keep", help="Remember it until unused for so long: 30m, 2h. In memory alone.")
    ] = "",
    address: Annotated[
        str, typer.Option(help="Your sign-in name, if this profile does not know it yet.")
    ] = "",
    name: Annotated[str, typer.Option(help="What others read beside what you write.")] = "",
) -> None:
    """Check your six words; with --keep, remember them opened for a while.

    They are asked for without being shown, or come from standard input or from KITH_WORDS.
    """
    from keyholder.commands.agent import can_keep

    call, idle = call_of(ctx), _seconds(keep) if keep else 0
    if idle and not can_keep():
        raise TryDifferently("This system cannot remember a sign-in safely. Give your words each time.")
    if address and call.profile().address not in ("", address):
        raise TryDifferently("This profile is somebody else's. Choose another with --profile.")
    changes = {key: value for key, value in (("address", address), ("name", name)) if value}
    if changes:
        call.place.change(**changes)
    call.words_from_stdin = call.words_from_stdin or _piped(call)

    async def work(connection: Connection, trust: Trust) -> None:
        from keyholder.commands.entering import remember, save, with_words

        end = await with_words(call, connection, trust)
        document = {"worker": end.worker, "organisation": end.organisation, "role": end.role, "kept": idle}
        said = (
            f"You are {end.address}, {end.role} of {end.legal_name or 'an organisation not accredited yet'}."
        )
        if not idle:
            await end.sign_out()
        else:
            await save(end)
            remember(call, end, idle)
            said += f" Remembered until it was unused for {keep}, or: kith sign-out."
        if not call.console.gives(document):
            call.console.say(said)

    call.run(work)


@cli.command("sign-out", rich_help_panel=PANEL)
def sign_out(
    ctx: typer.Context,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="On all your devices.")] = False,
) -> None:
    """Forget what is remembered; with --everywhere, end every session of yours."""
    from keyholder.commands.entering import forget, remembered
    from keyholder.session import end_session

    call = call_of(ctx)
    kept = remembered(call)

    async def end_it(connection: Connection, _: Trust) -> None:
        assert kept is not None
        connection.use(kept.token)
        await end_session(connection)

    async def end_all(end: End) -> None:
        await end.desk.connection.delete("/v1/sessions")

    try:
        if everywhere:
            call.signed_in(end_all)
        elif kept is not None:
            call.run(end_it)
    finally:
        forget(call)
    if not call.console.gives({"signed_out": True, "everywhere": everywhere}):
        call.console.say("You are signed out everywhere." if everywhere else "You are signed out.")


@cli.command(rich_help_panel=PANEL)
def whoami(ctx: typer.Context) -> None:
    """Who you are here, and whether a sign-in is remembered."""
    from keyholder.commands.entering import remembered

    call = call_of(ctx)
    is_kept = remembered(call) is not None

    async def work(end: End) -> None:
        hub = call.profile().hub
        document = {
            "address": end.address,
            "name": end.desk.me.name,
            "role": end.role,
            "organisation": end.organisation,
            "legal_name": end.legal_name,
            "worker": end.worker,
            "hub": hub,
            "remembered": is_kept,
        }
        if call.console.gives(document):
            return
        rows = [
            ("Sign-in name", end.address),
            ("Name", end.desk.me.name),
            ("Role", end.role),
            ("Organisation", end.legal_name or "not accredited yet"),
            ("Hub", hub),
            ("Remembered", "yes" if is_kept else "no: each command asks for your words"),
        ]
        if call.console.security:
            rows += [("Worker", end.worker.hex()), ("Organisation id", end.organisation.hex())]
        call.console.pairs(rows)

    call.signed_in(work)


def _seconds(span: str) -> int:
    found = _SPAN.fullmatch(span)
    if found is None:
        raise TryDifferently("Say how long as 90s, 30m or 2h.")
    seconds = int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]
    if seconds > LONGEST_SECONDS:
        raise TryDifferently("A sign-in is remembered for at most 12h.")
    return seconds


def _piped(call: Call) -> bool:
    """Words on standard input: only when nothing else gives them and nobody is at a keyboard."""
    import sys

    return "KITH_WORDS" not in call.environment and not sys.stdin.isatty()
