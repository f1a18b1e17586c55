"""`make demo`: set the stage, play the story, say where to look, keep running."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo.cast import Memory
from demo.stage import Stage, stage
from demo.story import CHAPTERS, Play, WrongTurn
from demo.troupe import Troupe, make_root
from keyholder.authority import AuthorityKeys, Trust
from keyholder.connection import Connection
from keyholder.errors import KeyholderError

BEGIN_DAYS_AGO = 24
screen = Console(highlight=False)
cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@cli.command()
def play(
    home: Annotated[Path, typer.Option(help="Where everything is kept")] = Path("demo-data"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw an earlier demo away and begin anew")] = False,
    carry_on: Annotated[
        bool, typer.Option("--continue", help="Go on with an earlier demo (what happens anyway)")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop when the story has been told")] = False,
    port: Annotated[int, typer.Option(help="The hub's port")] = 8420,
    mail_port: Annotated[int, typer.Option(help="The caught mails' port")] = 8425,
) -> None:
    """Play an invented story through a running hub, then keep it running."""
    if fresh and carry_on:
        raise typer.BadParameter("--fresh or --continue, not both")
    if fresh:
        _throw_away(home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        asyncio.run(_perform(home.absolute(), once=once, port=port, mail_port=mail_port))
    except WrongTurn as error:
        _fail(f"The story went wrong: {error}.")
    except KeyholderError as error:
        _fail(f"The story went wrong: {error.say} ({error.code})")
    except OSError as error:
        _fail(
            f"The demo cannot start: {error.strerror or error}. "
            "Is another one running? Try --port and --mail-port."
        )


def _throw_away(home: Path) -> None:
    """Only a folder that a demo made is ever deleted."""
    if home.exists() and any(home.iterdir()) and not (home / "demo.json").is_file():
        _fail(f"{home} holds something else than a demo; it is left alone.")
    shutil.rmtree(home, ignore_errors=True)


def _fail(text: str) -> None:
    screen.print(f"[red]{text}[/red]")
    sys.exit(1)


async def _perform(home: Path, *, once: bool, port: int, mail_port: int) -> None:
    memory = _remember(home)
    begin_days_ago = 0 if memory.finished else BEGIN_DAYS_AGO
    async with stage(home, hub_port=port, mail_port=mail_port, begin_days_ago=begin_days_ago) as where:
        if not memory.finished:
            await _tell(where, memory)
        _where_to_look(where, memory)
        if not once:
            await _until_stopped()


def _remember(home: Path) -> Memory:
    kept = home / "demo.json"
    if kept.is_file():
        memory = Memory.read(kept)
        if memory.finished:
            return memory
        _throw_away(home)
        home.mkdir(mode=0o700)
    memory = Memory()
    memory.write(kept)
    return memory


async def _tell(where: Stage, memory: Memory) -> None:
    where.clock.to_service_hours()
    authority = AuthorityKeys.generate()
    authority.write(where.home / "authority.key")
    root = await make_root(where, authority)
    (where.home / "root.kith").write_bytes(root)
    async with Connection(where.url) as connection:
        troupe = Troupe(where, connection, memory, Trust.read(root))
        try:
            await _act(Play(troupe, authority, root))
        finally:
            await troupe.close()
    where.clock.catch_up()
    memory.root = root.hex()
    memory.finished = True
    memory.write(where.home / "demo.json")


async def _act(told: Play) -> None:
    with _progress() as bar:
        told.say = lambda line: bar.console.print(f"  {line}")
        task = bar.add_task("", total=len(CHAPTERS))
        for title, chapter in CHAPTERS:
            bar.update(task, description=title)
            bar.console.print(f"[bold]{title}[/bold]")
            await chapter(told)
            bar.advance(task)


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=screen, transient=True)


def _where_to_look(where: Stage, memory: Memory) -> None:
    screen.print()
    screen.print(f"[bold]The hub runs at {where.url}[/bold], and {where.mail_count()} mails were caught:")
    screen.print(f"  {where.mail_url}  (read them in a browser: a link or a code, and nothing else)")
    screen.print("[bold]Who can sign in[/bold] (everybody is invented), with which six words:")
    for organisation in dict.fromkeys(held.organisation for held in memory.people):
        screen.print(f"  {organisation}")
        for held in memory.people:
            if held.organisation == organisation and held.role != "left":
                _print_plain(f"    {held.name}, {held.role}: {held.address}  {held.words}")
    person = memory.person("robin")
    screen.print(
        f"[bold]Be one of them[/bold]: open {where.url} in a browser. A new device is asked for a code, "
        "which is among the caught mails."
    )
    screen.print("Or in another terminal:")
    kith = ".venv/bin/kith --profile robin"
    _print_plain(f"  {kith} trust {where.home / 'root.kith'} --hub {where.url} --yes")
    _print_plain(f"  KITH_WORDS='{person.words}' {kith} sign-in --address {person.address} --keep 30m")
    _print_plain(f"  {kith} circles; {kith} read Rowan")
    screen.print(f"What the hub keeps, none of it readable: {where.home / 'hub'}")


def _print_plain(text: str) -> None:
    screen.print(text, soft_wrap=True, markup=False)


async def _until_stopped() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    screen.print(
        "It keeps running. Press Ctrl+C to stop; run it again to go on, or with --fresh to begin anew."
    )
    await stop.wait()


def main() -> None:
    """The command."""
    cli()


if __name__ == "__main__":
    main()
