"""`kith`: the end for people who live at the command line, and for programs.

Here options are read, commands gathered, and whatever goes wrong becomes a plain line and a code:

0 fine; 1 refused, or anything else; 2 wrong usage; 3 the hub cannot be reached; 4 not signed in, or not
allowed; 5 ALARM: somebody must be told; 6 this program needs an update; 7 it cannot be opened here;
8 a code has been sent to your mail: give it with --code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated

import typer

from keyholder.commands import (
    actions,
    authority,
    circles,
    directory,
    documents,
    joining,
    letters,
    people,
    signing,
    team,
    thread,
    webcheck,
)
from keyholder.commands.call import NotSignedIn, TryDifferently, make_call
from keyholder.console import Console
from keyholder.errors import (
    Away,
    CannotOpen,
    CodeNeeded,
    KeyholderError,
    Refused,
    UpdateNeeded,
    WrongWords,
)
from keyholder.profile import DEFAULT, is_name


class Exit(IntEnum):
    """What the exit code says."""

    FINE = 0
    REFUSED = 1
    USAGE = 2
    AWAY = 3
    NOT_ALLOWED = 4
    ALARM = 5
    UPDATE = 6
    CANNOT_OPEN = 7
    CODE_NEEDED = 8


FLAGS = frozenset({"--json", "--verbose", "-v", "--security", "--words-stdin"})
VALUED = frozenset({"--profile", "--code"})

cli = typer.Typer(
    name="kith",
    help="One place where the organisations that support a victim work together. Only they can read it.",
    epilog="--json, --verbose, --security and --profile may stand anywhere. "
    "Exit codes: 0 fine, 1 refused, 2 usage, 3 hub away, 4 not signed in or not allowed, 5 ALARM, "
    "6 update needed, 7 cannot be opened, 8 code needed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (circles, thread, documents, actions, people, letters, signing, joining, directory, webcheck):
    cli.add_typer(room.cli)
cli.add_typer(team.cli, name="team", rich_help_panel="Organisation and authority")
cli.add_typer(directory.log, name="log", rich_help_panel="Organisation and authority")
cli.add_typer(authority.cli, name="authority", rich_help_panel="Organisation and authority")


@cli.callback()
def outermost(
    ctx: typer.Context,
    profile: Annotated[
        str, typer.Option(envvar="KITH_PROFILE", help="Who you are, if you are several.")
    ] = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for programs.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Exact times.")] = False,
    security: Annotated[bool, typer.Option("--security", help="Security details, for the curious.")] = False,
    words_stdin: Annotated[
        bool, typer.Option("--words-stdin", help="Read your six words from standard input.")
    ] = False,
    code: Annotated[
        str, typer.Option("--code", help="The code from the mail, on a device that was not used before.")
    ] = "",
) -> None:
    """See `help` above: this only sets up what every command has at hand."""
    if not is_name(profile):
        raise typer.BadParameter("a profile's name is made of a-z, 0-9 and hyphens", param_hint="--profile")
    ctx.obj = make_call(
        profile,
        as_json=as_json,
        verbose=verbose,
        security=security,
        words_from_stdin=words_stdin,
        code=code,
    )


def main() -> None:
    """The entry point."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One run of the program. Gives the exit code; raises nothing."""
    ordered = hoist(arguments)
    try:
        cli(list(ordered), standalone_mode=True, prog_name="kith")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Exit.REFUSED
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _explain(ordered, error)
    return Exit.FINE


def hoist(arguments: Sequence[str]) -> list[str]:
    """Options of the program itself may stand anywhere before ``--``; the parser wants them in front."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for each in waiting:
        if each == "--":
            rest += [each, *waiting]
        elif each in FLAGS or (each.partition("=")[0] in VALUED and "=" in each):
            front.append(each)
        elif each in VALUED:
            front += [each, *(value for value in [next(waiting, None)] if value is not None)]
        else:
            rest.append(each)
    return front + rest


def exit_of(error: BaseException) -> Exit:
    """The code for what went wrong."""
    from keyholder.alarms import Alarm

    if isinstance(error, Refused):
        return Exit.NOT_ALLOWED if error.status in (401, 403) else Exit.REFUSED
    for kind, code in (
        (Alarm, Exit.ALARM),
        (UpdateNeeded, Exit.UPDATE),
        (CannotOpen, Exit.CANNOT_OPEN),
        (CodeNeeded, Exit.CODE_NEEDED),
        (Away, Exit.AWAY),
        ((WrongWords, NotSignedIn), Exit.NOT_ALLOWED),
        (TryDifferently, Exit.USAGE),
    ):
        if isinstance(error, kind):
            return code
    return Exit.REFUSED


def _explain(arguments: Sequence[str], error: Exception) -> int:
    """A plain line, or the alarm's box; never a traceback."""
    from keyholder.alarms import Alarm

    console = Console(json="--json" in arguments, security="--security" in arguments)
    code = exit_of(error)
    if isinstance(error, Alarm):
        console.alarm(error, code)
    elif isinstance(error, KeyholderError):
        console.fail(error.say, error.code, code)
    else:
        say = f"Something went wrong in this program ({type(error).__name__}). Nothing half-done was kept."
        console.fail(say, "error", code)
    return code


if __name__ == "__main__":
    main()
