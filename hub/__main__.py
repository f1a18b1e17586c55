"""The commands of the middle. Settings come from ``KITH_*``; options here win over them.

Heavy parts are imported by the command that needs them, so that each starts quickly. Errors are one
plain line and a code: 2 for a bad setting, 1 for anything else.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.config import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from hub.kernel.routes import Route

cli = typer.Typer(
    name="kith-hub",
    help="Runs the hub, which orders and stores what it cannot read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Home = Annotated[
    Path | None, typer.Option(help="Folder of the embedded defaults (KITH_HOME).", show_default=False)
]

Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Which = Annotated[str | None, typer.Argument(metavar="ID", help="As the list shows it.")]
Every = Annotated[bool, typer.Option("--all", help="All of them.")]
dead_letters = typer.Typer(help="Mails that could not be delivered.", no_args_is_help=True)
cli.add_typer(dead_letters, name="dead-letters")


@cli.command()
def serve(
    home: Home = None,
    listen: Annotated[str | None, typer.Option(help="address:port (KITH_LISTEN)")] = None,
    processes: Annotated[int | None, typer.Option(help="How many, on PostgreSQL (KITH_PROCESSES)")] = None,
    worker: Annotated[
        bool | None, typer.Option("--worker/--no-worker", help="Run jobs in here too (KITH_WORKER)")
    ] = None,
) -> None:
    """Answer requests until told to stop."""
    settings = _settings(home=home, listen=listen, processes=processes, worker=_yes_no(worker))
    from hub.running import serve_forever

    serve_forever(settings)


@cli.command()
def worker(home: Home = None) -> None:
    """Run the jobs alone: reminders, escalations, mail."""
    settings = _settings(home=home)
    from hub.running import work_forever

    work_forever(settings)


@cli.command()
def migrate(home: Home = None) -> None:
    """Bring the database's tables up to this version."""
    settings = _settings(home=home)
    from hub.kernel.opening import bring_up_to_date

    bring_up_to_date(settings)
    typer.echo("The database is up to date.")


@cli.command()
def keys(
    folder: Annotated[Path, typer.Argument(help="Where to put them; what is there already stays.")],
) -> None:
    """Make the hub's own keys. Keep a copy: with other keys it would be another hub to everyone."""
    from hub.kernel.keys import make_keys

    make_keys(folder)
    typer.echo(f"The keys are in {folder}.")


@cli.command()
def trust(
    root: Annotated[Path, typer.Argument(metavar="ROOTFILE", help="The authority's first root.")],
    home: Home = None,
) -> None:
    """Name this hub's authority: the root must vouch for the hub's name and for both of its keys."""
    settings = _settings(home=home)
    from hub.running import trust_root

    said = trust_root(settings, root.read_bytes())
    typer.echo(said)


@cli.command()
def invite_founder(
    mail: Annotated[str, typer.Argument(metavar="MAIL", help="Who is to found an organisation.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Mail somebody a link to found their organisation, and show the link."""
    settings = _settings(home=home)
    from hub import operator

    link = operator.invite_founder(settings, mail)
    _say({"mail": mail, "link": link}, link, as_json)


@cli.command()
def mail_test(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets the mail.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Send one mail now, and say whether the mail server took it."""
    settings = _settings(home=home)
    from hub import operator

    code = operator.try_mail(settings, address)
    taken = "The mail server took it." if code is None else f"The mail did not leave: {code}."
    _say({"taken": code is None, "code": code}, taken, as_json)
    if code is not None:
        sys.exit(1)


@dead_letters.command("list")
def list_dead_letters(home: Home = None, as_json: Json = False) -> None:
    """Mails that were given up: to whom, why, after how many tries. Never what they said."""
    settings = _settings(home=home)
    from hub import operator

    found = operator.list_dead_letters(settings)
    if as_json:
        rows = [each._asdict() | {"mail": each.mail.hex()} for each in found]
        typer.echo(json.dumps({"items": rows}))
        return
    operator.show_dead_letters(found)


@dead_letters.command("retry")
def retry_dead_letters(
    which: Which = None, every: Every = False, home: Home = None, as_json: Json = False
) -> None:
    """Try one again, or all."""
    _on_dead_letters("retry_dead_letters", which, every, home, as_json, "will be tried again")


@dead_letters.command("drop")
def drop_dead_letters(
    which: Which = None, every: Every = False, home: Home = None, as_json: Json = False
) -> None:
    """Forget one, or all."""
    _on_dead_letters("drop_dead_letters", which, every, home, as_json, "dropped")


@cli.command()
def routes() -> None:
    """Print method, path, who may call it, file and line of every route."""
    from hub.app import routes as declared

    for line in sorted(declared(), key=lambda route: (route.path, route.method)):
        typer.echo(_line(line))


def main() -> None:
    """The command line. Nobody sees a traceback."""
    try:
        cli()
    except SettingsError as error:
        _fail(str(error), 2)
    except KeyboardInterrupt:
        _fail("Stopped.", 130)
    except OSError as error:
        _fail(error.strerror or type(error).__name__, 1)
    except Exception as error:
        if type(error).__name__ != "Unavailable":
            _fail(
                f"Something unexpected happened ({type(error).__name__}). KITH_LOG_LEVEL=debug says where.",
                1,
                error,
            )
        _fail("The database or the blobs cannot be reached.", 1)


def _on_dead_letters(
    task: str, which: str | None, every: bool, home: Path | None, as_json: bool, done: str
) -> None:
    settings = _settings(home=home)
    if (which is None) != every:
        raise SettingsError("Say one ID from the list, or --all.")
    try:
        mail = None if which is None else bytes.fromhex(which)
    except ValueError:
        raise SettingsError("An ID is as the list shows it.") from None
    from hub import operator

    count = getattr(operator, task)(settings, mail)
    if not count and mail is not None:
        raise SettingsError("There is no dead letter of that ID.")
    _say({"count": count}, f"{count} {done}.", as_json)


def _say(facts: dict[str, object], words: str, as_json: bool) -> None:
    typer.echo(json.dumps(facts) if as_json else words)


def _settings(**overrides: object) -> Settings:
    return read_settings(os.environ, **overrides)


def _yes_no(choice: bool | None) -> str | None:
    return None if choice is None else ("yes" if choice else "no")


def _line(route: Route) -> str:
    place = os.path.relpath(route.place) if route.place.startswith(os.getcwd()) else route.place
    return f"{route.method:7} {route.path:64} {route.access!s:32} {place}"


def _fail(message: str, code: int, error: Exception | None = None) -> None:
    typer.echo(message, err=True)
    if error is not None and os.environ.get("KITH_LOG_LEVEL") == "debug":
        from hub.kernel.logs import where

        typer.echo("\n".join(where(error.__traceback__)), err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
