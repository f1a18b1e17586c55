"""Runs `kith` as somebody: in this process, on another thread, with its streams caught."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hub.accounts import service as accounts
from hub.organisations import service as organisations
from keyholder.command import run
from tests.hub.running import Clock, RunningHub


class RealClock(Clock):
    """The command reads the real time, so its hub does too; tests may run ahead of it."""

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.now


@dataclass(frozen=True)
class Said:
    """What one run left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one document it must be."""
        return json.loads(self.out)


class Pipe(io.StringIO):
    """Standard input that may claim to be a terminal."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal


@dataclass
class Kith:
    """The command line of several people, each with a profile. ``words`` are what they have written down."""

    home: Path
    words: dict[str, str] = field(default_factory=dict)
    runtime: str = ""

    async def __call__(
        self, who: str, *arguments: str, stdin: str = "", code: int | None = 0, words: str | None = None
    ) -> Said:
        """One run. ``code`` is what it must exit with; None when any will do."""
        given = self.words.get(who, "") if words is None else words
        said = await asyncio.to_thread(self._run, who, arguments, stdin, given)
        if code is not None:
            assert said.code == code, f"kith {' '.join(arguments)}: {said}"
        return said

    async def ask(self, who: str, *arguments: str) -> Any:
        """One run for a program."""
        return (await self(who, *arguments, "--json")).document

    def environment(self, who: str, words: str | None = None) -> dict[str, str]:
        """What the person's shell holds."""
        found = {
            "KITH_PROFILES": str(self.home / "profiles"),
            "KITH_PROFILE": who,
            "XDG_RUNTIME_DIR": self.runtime or str(self.home / "run"),
            "COLUMNS": "160",
        }
        given = self.words.get(who) if words is None else words
        return found | ({"KITH_WORDS": given} if given else {})

    def _run(self, who: str, arguments: tuple[str, ...], stdin: str, words: str) -> Said:
        with caught(stdin) as (out, err), patch.dict(os.environ, self.environment(who, words)):
            if not words:
                os.environ.pop("KITH_WORDS", None)
            code = run(arguments)
        return Said(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def caught(stdin: str = "") -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Standard output and error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), patch("sys.stdin", Pipe(stdin)):
        yield out, err


@dataclass
class Network:
    """A hub, an authority, and people at their command lines."""

    hub: RunningHub
    kith: Kith
    home: Path

    async def begin(self) -> None:
        """The authority makes its key and its root; the hub's operator is given the root."""
        keys = self.hub.hub.keys
        await self.kith("authority", "authority", "new-key", str(self.home / "authority.key"))
        await self.kith(
            "authority",
            *("authority", "root", "--key", str(self.home / "authority.key"), "--out", str(self.root)),
            *("--hub", self.hub.settings.hub_name),
            *("--receipt-key", keys.receipt_public.hex(), "--checkpoint-key", keys.checkpoint_public.hex()),
        )
        async with self.hub.database.write() as unit:
            await organisations.trust(unit, self.hub.hub, self.root.read_bytes(), self.hub.clock())

    @property
    def root(self) -> Path:
        """The authority's root, as everyone is given it."""
        return self.home / "network.root"

    async def trust(self, who: str) -> None:
        """Somebody installs the command and trusts the authority."""
        await self.kith(who, "trust", str(self.root), "--hub", self.hub.url, "--yes")

    async def found(self, who: str, legal_name: str, kind: str) -> None:
        """An organisation begins, and is accredited. ``who`` is its first manager."""
        await self.trust(who)
        async with self.hub.database.write() as unit:
            link = await accounts.invite_founder(unit, self.hub.hub, f"{who}@mail.example", self.hub.clock())
        request = self.home / f"{who}.request"
        arguments = (
            "found",
            "#" + link.partition("#")[2],
            "--address",
            who,
            "--name",
            f"{who.title()} Example",
        )
        made = await self.kith.ask(who, *arguments, "--request", str(request), "--yes")
        self.kith.words[who] = made["words"]
        await self.accredit(request, legal_name, kind)

    async def accredit(self, request: Path, legal_name: str, kind: str) -> None:
        """The authority vouches for the organisation whose founder asks for it."""
        signed = request.with_suffix(".accreditation")
        await self.kith(
            "authority",
            *("authority", "accredit", "--key", str(self.home / "authority.key"), "--root", str(self.root)),
            *("--out", str(signed), "--name", legal_name, "--domain", f"{request.stem}.example"),
            *("--kind", kind),
            *("--until", "2027-12-31", "--request", str(request), "--yes"),
        )
        await self.kith(
            "authority", "authority", "publish", "accreditation", str(signed), "--hub", self.hub.url
        )

    async def joins(self, who: str, manager: str, role: str = "worker") -> None:
        """A colleague enrols by a mailed link and is admitted by the five words they say."""
        await self.trust(who)
        made = await self.kith.ask(manager, "team", "invite", f"{who}@mail.example", "--role", role)
        from hub.accounts.enrolment import link_of

        link = link_of(self.hub.hub, bytes.fromhex(made["invitation"]))
        arguments = (
            "enrol",
            "#" + link.partition("#")[2],
            "--address",
            who,
            "--name",
            f"{who.title()} Example",
        )
        joined = await self.kith.ask(who, *arguments, "--yes")
        self.kith.words[who] = joined["words"]
        await self.kith(manager, "team", "admit", *joined["spoken"].split(), "--role", role)
