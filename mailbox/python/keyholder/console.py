"""What the command says: plain words for people, one JSON document for programs, errors on the other stream.

With ``--json`` standard output holds one document and nothing else. Whatever came from outside goes through
``showing`` first, and never through Rich's markup.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from keyholder import showing
from keyholder.clock import now as clock_now

if TYPE_CHECKING:
    from rich.console import Console as Screen

    from keyholder.alarms import Alarm
    from policies.calendar import Calendar

Progress = Callable[[int, int], None]
PIPED_WIDTH = 160


def document_of(value: Any) -> Any:
    """``value`` as JSON can say it: bytes in hex, everything else by its parts."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): document_of(part) for key, part in value.items()}
    if isinstance(value, Iterable):
        return [document_of(part) for part in value]
    return str(value)


def json_text(value: Any) -> str:
    """One document, in ASCII alone: nothing in it can reach a terminal raw."""
    return json.dumps(document_of(value), indent=2, ensure_ascii=True).replace("\x7f", "\\u007f")


@dataclass
class Console:
    """Both output streams and the keyboard. ``verbose`` adds exact times, ``security`` the machinery."""

    json: bool = False
    verbose: bool = False
    security: bool = False
    clock: Callable[[], int] = clock_now
    _given: bool = False
    _screens: dict[bool, Screen] = field(default_factory=dict)

    # For programs

    def gives(self, document: Any) -> bool:
        """True, and the document is out, when a program asked; False when a person did."""
        if self.json and not self._given:
            self._given = True
            sys.stdout.write(json_text(document) + "\n")
            sys.stdout.flush()
        return self.json

    # For people

    def say(self, text: str = "") -> None:
        """A line or several. Not shown to programs."""
        if not self.json:
            self._print(showing.lines(text))

    def note(self, text: str) -> None:
        """Something beside the result, on the error stream."""
        self._print(showing.lines(text), err=True)

    def heading(self, text: str) -> None:
        """A title over what follows."""
        if not self.json:
            self._print(showing.line(text), style="bold")

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and values under each other; empty values are left out."""
        shown = [(name, showing.lines(value)) for name, value in rows if value]
        self.table(("", ""), shown, headed=False)

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str = "", headed: bool = True
    ) -> None:
        """A table; ``empty`` says why there is nothing in it."""
        if self.json:
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, show_header=headed, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for name in columns:
            table.add_column(Text(name), overflow="fold")
        for row in rows:
            table.add_row(*(Text(showing.lines(cell)) for cell in row))
        if table.row_count:
            self._screen().print(table)
        elif empty:
            self._print(empty)

    def message(self, head: str, text: str) -> None:
        """What somebody wrote, under a line that says who and when."""
        if self.json:
            return
        self._print(showing.line(head), style="bold")
        for row in showing.lines(text).split("\n"):
            self._print("  " + row)
        self._print("")

    # Time

    def now(self) -> int:
        """UTC milliseconds."""
        return self.clock()

    @property
    def calendar(self) -> Calendar:
        """The shipped calendar."""
        from policies.calendar import calendar

        return calendar()

    def due(self, moment: int | None) -> str:
        """A due time, with the exact time when asked for."""
        return "" if moment is None else self._timed(showing.due(moment, self.now(), self.calendar), moment)

    def when(self, moment: int | None) -> str:
        """A past time, with the exact time when asked for."""
        return "" if moment is None else self._timed(showing.when(moment, self.now(), self.calendar), moment)

    def _timed(self, said: str, moment: int) -> str:
        return f"{said} ({showing.exact(moment, self.calendar)})" if self.verbose else said

    # When something is wrong

    def fail(self, say: str, code: str, status: int, **more: Any) -> None:
        """One plain line on the error stream; for programs a document as well."""
        self.gives({"error": {"code": code, "say": showing.line(say, 1000), "exit": status, **more}})
        self._print(showing.line(say, 1000), err=True)

    def alarm(self, alarm: Alarm, status: int) -> None:
        """What happened, what is safe, whom to tell, where the evidence is."""
        parts = {"what": alarm.what, "safe": alarm.safe, "tell": alarm.tell}
        evidence = str(alarm.evidence) if alarm.evidence else None
        found = {"code": alarm.code, "item": alarm.item, **parts, "evidence": evidence, "exit": status}
        self.gives({"alarm": found})
        from rich.panel import Panel
        from rich.text import Text

        kept = f"Kept for them to look at: {evidence}" if evidence else "No copy of it could be kept here."
        rows = [alarm.what, "", f"What is safe: {alarm.safe}", f"Whom to tell: {alarm.tell}"]
        if self.security:
            rows.append(f"Security details: {alarm.code}, number {alarm.item} of what an end must refuse.")
        text = Text("\n".join(showing.lines(row) for row in rows))
        self._screen(err=True).print(Panel(text, title="ALARM", border_style="bold red", width=78))
        self._print(showing.line(kept, 1000), err=True)

    # Asking

    def interactive(self) -> bool:
        """Is there a person at a keyboard, and are we talking to them?"""
        return not self.json and sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, question: str) -> str:
        """A line from the keyboard or from the pipe. EOFError when there is none."""
        sys.stderr.write(question + " ")
        sys.stderr.flush()
        answer = sys.stdin.readline(2000)
        if not answer:
            raise EOFError
        return answer.strip()

    def hidden(self, question: str) -> str:
        """The same, without showing what is typed."""
        if not sys.stdin.isatty():
            return self.ask(question)
        import getpass

        return getpass.getpass(question + " ").strip()

    def agrees(self, question: str) -> bool:
        """A plain yes."""
        try:
            return self.ask(f"{question} [y/N]").lower() in {"y", "yes"}
        except EOFError:
            return False

    def once(self, text: str, question: str) -> None:
        """Show something that must not stay on the screen: on a terminal it goes when Enter is pressed."""
        if self.interactive() and sys.stdout.isatty():
            with self._screen().screen():
                self._print(text)
                self.ask("\n" + question)
        else:
            self.say(text)

    # Long work

    @contextmanager
    def progress(self, label: str) -> Iterator[Progress | None]:
        """A bar with a rate on the error stream while something moves; nothing when nobody looks."""
        if self.json or not sys.stderr.isatty():
            yield None
            return
        from rich import progress

        columns = (
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.DownloadColumn(),
            progress.TransferSpeedColumn(),
            progress.TimeRemainingColumn(),
        )
        with progress.Progress(*columns, console=self._screen(err=True)) as bars:
            task = bars.add_task(showing.line(label, 40), total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total)

    def _print(self, text: str, *, err: bool = False, style: str | None = None) -> None:
        self._screen(err=err).print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    def _screen(self, *, err: bool = False) -> Screen:
        if err not in self._screens:
            from rich.console import Console as Screen

            stream: TextIO = sys.stderr if err else sys.stdout
            width = None if stream.isatty() else PIPED_WIDTH
            self._screens[err] = Screen(file=stream, width=width, highlight=False, markup=False, emoji=False)
        return self._screens[err]
