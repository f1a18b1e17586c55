"""One call of the command: which profile, how to speak, and the way in to the hub."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from keyholder.console import Console
from keyholder.errors import CodeNeeded, KeyholderError, NotReady
from keyholder.profile import Place, Profile, profiles_folder

if TYPE_CHECKING:
    from keyholder.authority import Trust
    from keyholder.connection import Connection
    from keyholder.end import End

T = TypeVar("T")
HOW = "Then run the same again with --code."

CircleName = Annotated[
    str, typer.Argument(metavar="CIRCLE", help="The beginning of its id, its reference or its title.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class NotSignedIn(KeyholderError):
    """You are not signed in. Run: kith sign-in --keep 30m, or give your six words in KITH_WORDS."""

    code = "not-signed-in"


class TryDifferently(KeyholderError):
    """The command cannot be understood."""

    code = "usage"


@dataclass
class Call:
    """What every command has at hand."""

    console: Console
    place: Place
    words_from_stdin: bool = False
    code: str = ""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def profile(self) -> Profile:
        """What this profile knows."""
        return self.place.read()

    def connect(self, hub: str = "") -> Connection:
        """The hub of this profile, or the one named."""
        from keyholder.connection import Connection

        profile = self.profile()
        url = hub or profile.hub
        if not url:
            raise NotReady("No hub is known here yet. Run: kith trust ROOTFILE --hub https://...")
        return Connection(url, Path(profile.ca) if profile.ca else None)

    def run(self, work: Callable[[Connection, Trust], Awaitable[None]], hub: str = "") -> None:
        """Do something with the hub that needs no sign-in."""

        import asyncio

        async def inside() -> None:
            trust = self.place.trusted()
            async with self.connect(hub) as connection:
                await work(connection, trust)

        asyncio.run(inside())

    def signed_in(self, work: Callable[[End], Awaitable[None]]) -> None:
        """Do something as the worker of this profile."""
        from keyholder.commands.entering import entered

        async def inside(connection: Connection, trust: Trust) -> None:
            async with entered(self, connection, trust) as end:
                await work(end)

        self.run(inside)

    def device(self, name: str) -> bytes | None:
        """By what the hub knows this device again, for a sign-in name."""
        from keyholder.devices import token
        from keyholder.enrolment import sign_in_name

        return token(self.place.folder, self.place.trusted().hub, sign_in_name(name))

    async def with_code(self, attempt: Callable[[str | None], Awaitable[T]]) -> T:
        """Try; when the hub wants the code from the mail, ask whoever is at the keyboard and try again.
        Raises CodeNeeded when nobody is, or none is typed."""
        code = self.code or None
        while True:
            try:
                return await attempt(code)
            except CodeNeeded as needed:
                if not self.console.interactive():
                    raise type(needed)(f"{needed.say} {HOW}") from None
                self.console.note(needed.say)
                code = self._typed_code() or None
                if code is None:
                    raise

    def _typed_code(self) -> str:
        try:
            return self.console.ask("The code from the mail:")
        except EOFError:
            return ""

    def sure(self, question: str, yes: bool) -> None:
        """Go on only when the person is sure: by --yes, or by answering."""
        if not yes and not (self.console.interactive() and self.console.agrees(question)):
            raise NotReady("Nothing was done. Give --yes if you are sure.")

    def words(self, question: str = "Your six words:", variable: str = "KITH_WORDS") -> str:
        """Words from the environment, from standard input, or typed unseen; never from the command line."""
        if given := self.environment.get(variable):
            return given
        if not self.words_from_stdin and not self.console.interactive():
            raise NotSignedIn("" if variable == "KITH_WORDS" else f"Give the words in {variable}.")
        try:
            return self.console.hidden(question) if not self.words_from_stdin else self.console.ask("")
        except EOFError:
            raise NotSignedIn from None


def call_of(ctx: typer.Context) -> Call:
    """The call that the outermost command made."""
    made = ctx.obj
    assert isinstance(made, Call), "the command sets this before any other runs"
    return made


def make_call(
    name: str, *, as_json: bool, verbose: bool, security: bool, words_from_stdin: bool, code: str
) -> Call:
    """For one run of the program."""
    console = Console(json=as_json, verbose=verbose, security=security)
    return Call(console, Place(profiles_folder(os.environ) / name), words_from_stdin, code)


def typed_time(call: Call, typed: str) -> int:
    """A day, or a day and a time, as a moment."""
    from keyholder.showing import typed_moment

    try:
        return typed_moment(typed, call.console.calendar)
    except ValueError as error:
        raise TryDifferently(f"“{typed}” is no time this command understands: {error}.") from None


def text_of(call: Call, given: str) -> str:
    """A text from the command line, or from standard input when it is a hyphen. Bounded."""
    longest = 64 * 1024
    if given == "-" and call.words_from_stdin:
        raise TryDifferently(
            "Give the words in KITH_WORDS, or: kith sign-in --keep. The pipe holds the text."
        )
    text = sys.stdin.read(longest + 1) if given == "-" else given
    if len(text) > longest:
        raise TryDifferently("This text is too long. Attach it as a document.")
    if not text.strip():
        raise TryDifferently("There is no text.")
    return text.strip("\n")
