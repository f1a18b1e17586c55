"""`kith authority`: the commissioner's signing, with key files on a machine that need not be online.

Only ``publish`` speaks to the hub, and what it sends is signed already.
"""

from __future__ import annotations

import os
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from keyholder.commands.call import TryDifferently, Yes, call_of
from keyholder.errors import LocalTrouble, NotReady

if TYPE_CHECKING:
    from keyholder.authority import AuthorityKeys

cli = typer.Typer(help="For the commissioner's office: sign offline, publish.", no_args_is_help=True)
LARGEST = 256 * 1024
DAY = 24 * 60 * 60 * 1000


class Sort(StrEnum):
    """What an organisation is accredited as."""

    PARTNER = "partner"
    VCU = "vcu"
    POLICE = "police"
    OVERSIGHT = "oversight"


class Document(StrEnum):
    """What may be published."""

    ROOT = "root"
    ACCREDITATION = "accreditation"
    WITHDRAWAL = "withdrawal"


Keys = Annotated[list[Path], typer.Option("--key", help="A key file of the authority. May be given again.")]
Out = Annotated[Path, typer.Option("--out", help="The new file to write.")]
RootFile = Annotated[Path, typer.Option("--root", help="The authority's newest root.")]
Known = Annotated[list[str] | None, typer.Option(help="A public key of the hub, in hex. May be given again.")]


@cli.command("new-key")
def new_key(ctx: typer.Context, out: Annotated[Path, typer.Argument(help="The new key file.")]) -> None:
    """Make a signing key. It never leaves this file: keep the file offline, and a copy in a safe."""
    from keyholder.authority import AuthorityKeys

    call, made = call_of(ctx), AuthorityKeys.generate()
    made.write(out)
    if not call.console.gives({"file": out, "public": made.key.public}):
        call.console.say(f"The key is in {out}. Nobody else may ever have it.")


@cli.command()
def root(
    ctx: typer.Context,
    key: Keys,
    out: Out,
    hub: Annotated[str, typer.Option(help="The hub's name, as it says it itself.")] = "",
    receipt_key: Known = None,
    checkpoint_key: Known = None,
    after: Annotated[Path | None, typer.Option(help="It follows this older root.")] = None,
    old_key: Annotated[
        list[Path] | None, typer.Option(help="A key of the older root. May be given again.")
    ] = None,
    threshold: Annotated[int, typer.Option(min=1, max=16, help="How many keys must sign.")] = 1,
) -> None:
    """Sign a root: which keys speak for the authority, and which for the hub."""
    call, keys = call_of(ctx), _keys(key)
    receipt, checkpoint = (
        [_hex(each, 32) for each in receipt_key or ()],
        [_hex(each, 32) for each in checkpoint_key or ()],
    )
    at = call.console.now()
    if after is not None:
        packed = keys[0].succeed(
            _read(after),
            at=at,
            old=_keys(old_key or []),
            receipt_keys=receipt or None,
            checkpoint_keys=checkpoint or None,
            threshold=threshold,
            others=keys[1:],
        )
    elif hub and receipt and checkpoint:
        packed = keys[0].root(hub, receipt, checkpoint, at=at, threshold=threshold, others=keys[1:])
    else:
        raise TryDifferently("A first root needs --hub, --receipt-key and --checkpoint-key.")
    _write(out, packed)
    from keyholder.authority import Trust

    words = Trust.read(packed).fingerprint
    if not call.console.gives({"file": out, "words": words}):
        call.console.say(f"Signed: {out}. Its five words, for everyone who asks by telephone: {words}.")


@cli.command()
def accredit(
    ctx: typer.Context,
    key: Keys,
    root: RootFile,
    out: Out,
    name: Annotated[str, typer.Option(help="Its legal name.")],
    domain: Annotated[str, typer.Option(help="Its internet domain.")],
    kind: Annotated[Sort, typer.Option(help="What it is.")],
    until: Annotated[str, typer.Option(help="The last day, as 2027-11-21.")],
    request: Annotated[Path | None, typer.Option(help="The file that kith found --request wrote.")] = None,
    organisation: Annotated[str, typer.Option(help="Its id, instead of --request.")] = "",
    genesis: Annotated[str, typer.Option(help="Its beginning, instead of --request.")] = "",
    yes: Yes = False,
) -> None:
    """Vouch for an organisation, after comparing five words on a telephone number you know."""
    from crypto.accreditation import OrganisationKind
    from crypto.private.words import spoken

    call, keys = call_of(ctx), _keys(key)
    asked = _request(request) if request else Request(organisation, genesis)
    beginning = _hex(asked.genesis, 32)
    words = spoken(beginning)
    call.console.say(f"Ring {name} on a number you know. They must tell you these five words: {words}")
    if not yes and not (call.console.interactive() and call.console.agrees("Were they the same?")):
        raise NotReady("Nothing was signed. Compare the words, then run this again with --yes.")
    packed = keys[0].accredit(
        _read(root),
        _hex(asked.organisation, 16),
        name,
        domain,
        OrganisationKind[kind.name],
        beginning,
        call.console.now(),
        _end_of(call.console, until),
        others=keys[1:],
    )
    _write(out, packed)
    if not call.console.gives({"file": out, "words": words}):
        call.console.say(f"Signed: {out}. Next: kith authority publish accreditation {out}")


@cli.command()
def withdraw(
    ctx: typer.Context,
    key: Keys,
    root: RootFile,
    out: Out,
    accreditation: Annotated[Path, typer.Argument(help="The accreditation to end.")],
    reason: Annotated[str, typer.Option(help="Why: leave out to see the list.")] = "",
) -> None:
    """End an accreditation early."""
    from keyholder.commands.naming import code_named
    from policies.codes import reasons

    call, keys = call_of(ctx), _keys(key)
    code = code_named(reasons().removal, reason).code
    at = call.console.now()
    _write(out, keys[0].withdraw(_read(root), _read(accreditation), at=at, reason=code, others=keys[1:]))
    if not call.console.gives({"file": out}):
        call.console.say(f"Signed: {out}. Next: kith authority publish withdrawal {out}")


@cli.command()
def publish(
    ctx: typer.Context,
    kind: Document,
    file: Annotated[Path, typer.Argument(help="What was signed.")],
    hub: Annotated[str, typer.Option(help="The address of the hub, if this profile knows none.")] = "",
) -> None:
    """Hand a signed document to the hub, which checks it and shows it to everyone."""
    import asyncio

    from keyholder.authority import publish as hand_over

    call, packed = call_of(ctx), _read(file)

    async def work() -> None:
        async with call.connect(hub) as connection:
            await hand_over(connection, kind.value, packed)

    asyncio.run(work())
    if not call.console.gives({"published": kind.value}):
        call.console.say("Published.")


class Request(msgspec.Struct, frozen=True):
    """What a founding organisation hands to the commissioner, in hex."""

    organisation: str
    genesis: str


def _request(file: Path) -> Request:
    try:
        return msgspec.json.decode(_read(file), type=Request)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise TryDifferently("That is not what kith found --request writes.") from None


def _keys(files: list[Path]) -> list[AuthorityKeys]:
    from keyholder.authority import AuthorityKeys

    if not files:
        raise TryDifferently("Give --key with a key file of the authority.")
    return [AuthorityKeys.read(file) for file in files]


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError:
        raise LocalTrouble(f"The file {file} cannot be read.") from None
    if len(raw) > LARGEST:
        raise LocalTrouble(f"The file {file} is too long to be one of these.")
    return raw


def _write(file: Path, data: bytes) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
    except FileExistsError:
        raise LocalTrouble(f"There is a file {file} already; nothing is written over.") from None
    except OSError:
        raise LocalTrouble(f"The file {file} cannot be written.") from None


def _hex(text: str, length: int) -> bytes:
    try:
        value = bytes.fromhex(text.strip())
    except ValueError:
        value = b""
    if len(value) != length:
        raise TryDifferently(f"Here belong {length * 2} of the characters 0-9 and a-f.")
    return value


def _end_of(console: Any, day: str) -> int:
    from datetime import time

    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise TryDifferently("Write the last day as 2027-11-21.") from None
    return int(console.calendar.moment(found, time(0))) + DAY
