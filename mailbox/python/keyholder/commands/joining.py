"""Becoming somebody here: trusting an authority, enrolling, founding, recovering, new words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from keyholder.commands.call import Call, TryDifferently, Yes, call_of
from keyholder.errors import LocalTrouble, NotReady

if TYPE_CHECKING:
    from keyholder.authority import Trust
    from keyholder.connection import Connection
    from keyholder.end import End
    from keyholder.signinanswers import Looked

PANEL = "Joining"
cli = typer.Typer()
LARGEST_ROOT = 256 * 1024

Link = Annotated[str, typer.Argument(help="The link from the mail. A hyphen reads it from the pipe.")]
Address = Annotated[
    str, typer.Option(help="Your sign-in name: you choose it, and it need not be a mail address.")
]
Name = Annotated[str, typer.Option(help="What others read beside what you write.")]
Card = Annotated[Path | None, typer.Option(help="Write a sign-in card to print into this new file.")]


@cli.command(rich_help_panel=PANEL)
def trust(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="ROOTFILE", help="The commissioner's root file.")],
    hub: Annotated[str, typer.Option(help="The address of the hub, https://...")] = "",
    ca: Annotated[Path | None, typer.Option(help="Certificates to trust instead of the system's.")] = None,
    yes: Yes = False,
) -> None:
    """Trust an authority: the file that came with your invitation to the network, never from the hub."""
    from crypto.errors import CryptoError
    from keyholder.authority import Trust as Authority
    from keyholder.connection import Connection

    call = call_of(ctx)
    if hub:
        Connection(hub)
    try:
        packed = file.read_bytes()[: LARGEST_ROOT + 1]
        read = Authority.read(packed)
    except OSError:
        raise LocalTrouble("That file cannot be read.") from None
    except CryptoError:
        raise NotReady("That file is not an authority's root.") from None
    _not_another(call, packed)
    call.console.say(f"It speaks of the hub “{read.hub}”. Its five words: {read.fingerprint}.")
    question = "Has the commissioner's office told you the same five words, on a number you know?"
    if not yes and not (call.console.interactive() and call.console.agrees(question)):
        raise NotReady("Nothing is trusted yet. Compare the words, then run this again with --yes.")
    call.place.trust(packed)
    changes = {"hub": hub.rstrip("/")} if hub else {}
    call.place.change(**changes, **({"ca": str(ca.resolve())} if ca else {}))
    if not call.console.gives({"hub": read.hub, "words": read.fingerprint, "number": read.root.number}):
        call.console.say("It is trusted. Next: kith enrol, with the link from your mail.")


@cli.command(rich_help_panel=PANEL)
def enrol(
    ctx: typer.Context, link: Link, address: Address, name: Name, card: Card = None, yes: Yes = False
) -> None:
    """Join your organisation with the link from your mail. Shows your six words, once."""
    call = call_of(ctx)
    token, hub = _read_link(call, link)
    _card_is_new(card)

    async def work(connection: Connection, root: Trust) -> None:
        from keyholder.enrolment import join, look

        looked = await look(connection, root, token)
        _agree(call, looked, yes)
        _not_enrolled(call, looked)
        joined = await join(connection, root, token, address, call.device(address))
        call.place.change(
            hub=connection.url,
            address=joined.address,
            name=name,
            worker=joined.worker.hex(),
            organisation=joined.organisation.hex(),
        )
        _write_card(call, card, connection.url, joined.address, joined.words)
        document = {
            "words": joined.words,
            "spoken": joined.spoken,
            "worker": joined.worker,
            "organisation": joined.organisation,
            "address": joined.address,
            "state": joined.state,
        }
        if call.console.gives(document):
            return
        _show_words(call, joined.words, yes)
        call.console.say("Now tell your manager these five words, by telephone or in person:\n")
        call.console.say(f"    {joined.spoken}\n")
        call.console.say("They type them, and then you can sign in.")

    call.run(work, hub)


@cli.command(rich_help_panel=PANEL)
def found(
    ctx: typer.Context,
    link: Link,
    address: Address,
    name: Name,
    card: Card = None,
    kit: Annotated[
        Path | None, typer.Option(help="Write the organisation's kit to print into this new file.")
    ] = None,
    request: Annotated[
        Path | None,
        typer.Option(help="Write what the commissioner needs to accredit you into this new file."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Found your organisation here with the link from the commissioner, as its first manager."""
    call = call_of(ctx)
    token, hub = _read_link(call, link)
    for file in (card, kit, request):
        _card_is_new(file)

    async def work(connection: Connection, root: Trust) -> None:
        from keyholder.enrolment import found as make

        if call.profile().worker:
            raise NotReady("This profile is somebody's already. Choose another with --profile.")
        made = await make(connection, root, token, address, call.console.clock, call.device(address))
        call.place.change(
            hub=connection.url,
            address=made.address,
            name=name,
            worker=made.worker.hex(),
            organisation=made.organisation.hex(),
        )
        _write_card(call, card, connection.url, made.address, made.words)
        _write_kit(call, kit, made.organisation.hex(), made.kit_words)
        asked = {"organisation": made.organisation, "genesis": made.genesis}
        _write_request(call, request, asked)
        document = {
            "words": made.words,
            "kit_words": made.kit_words,
            "worker": made.worker,
            "address": made.address,
            "fingerprint": made.fingerprint,
            **asked,
        }
        if call.console.gives(document):
            return
        _show_words(call, made.words, yes)
        call.console.once(
            _kit_text(made.organisation.hex(), made.kit_words), "Press Enter once it is written down."
        )
        call.console.say("The commissioner's office will ask for these five words, on a number you know:\n")
        call.console.say(f"    {made.fingerprint}\n")
        call.console.say(f"Your organisation's id: {made.organisation.hex()}")
        call.console.say(f"Its beginning: {made.genesis.hex()}")

    call.run(work, hub)


@cli.command(rich_help_panel=PANEL)
def recover(
    ctx: typer.Context,
    organisation: Annotated[str, typer.Option(help="The organisation's id, as printed on its kit.")],
    address: Address,
    mail: Annotated[str, typer.Option(help="Where your mail goes.")],
    name: Name,
    card: Card = None,
    yes: Yes = False,
) -> None:
    """With the printed kit (or KITH_KIT_WORDS), come back as a manager when nobody else can."""
    call = call_of(ctx)
    _card_is_new(card)
    kit_words = call.words("The eight words of the kit:", "KITH_KIT_WORDS")

    async def work(connection: Connection, root: Trust) -> None:
        from crypto.errors import Malformed
        from keyholder.enrolment import recover as bring_back
        from keyholder.errors import WrongWords

        if call.profile().worker:
            raise NotReady("This profile is somebody's already. Choose another with --profile.")
        try:
            joined = await bring_back(
                connection,
                root,
                _id(organisation),
                kit_words,
                address,
                mail,
                call.console.clock,
                call.device(address),
            )
        except Malformed as error:
            raise WrongWords(str(error)) from None
        call.place.change(
            hub=connection.url,
            address=joined.address,
            name=name,
            worker=joined.worker.hex(),
            organisation=joined.organisation.hex(),
        )
        _write_card(call, card, connection.url, joined.address, joined.words)
        document = {"words": joined.words, "worker": joined.worker, "address": joined.address}
        if call.console.gives(document):
            return
        _show_words(call, joined.words, yes)
        call.console.say(
            "You are a manager again. Next: kith team rotate, if the old keys may be known to others."
        )

    call.run(work)


@cli.command("replace-words", rich_help_panel=PANEL)
def replace_words(ctx: typer.Context, card: Card = None, yes: Yes = False) -> None:
    """Six new words for the same keys. The old ones open nothing any more."""
    call = call_of(ctx)
    _card_is_new(card)

    async def work(end: End) -> None:
        old = call.words("Your present six words:")
        words = await call.with_code(lambda code: end.replace_words(old, code))
        _write_card(call, card, call.profile().hub, end.address, words)
        if not call.console.gives({"words": words}):
            _show_words(call, words, yes)

    call.signed_in(work)


def _read_link(call: Call, link: str) -> tuple[str, str]:
    """The token, and the hub: the link's, unless the profile knows one, which must then be the same."""
    text = call.console.ask("The link from the mail:") if link == "-" else link.strip()
    known = call.profile().hub
    if not text.startswith(("http:", "https:")):
        return text, known
    parts = urlsplit(text)
    hub = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/enrol')}".rstrip("/")
    if known and hub != known:
        raise NotReady(f"This link is of another hub than the one this profile knows, {known}.")
    return text, known or hub


def _agree(call: Call, looked: Looked, yes: bool) -> None:
    """The person says whether this is their organisation, before anything is made."""
    known = looked.legal_name or "an organisation that is not accredited yet"
    call.console.say(f"This link makes you a {looked.role} of {known}.")
    if not yes and call.console.interactive() and not call.console.agrees("Is that right?"):
        raise NotReady("Nothing was done. Ask your manager for another link.")


def _not_enrolled(call: Call, looked: Looked) -> None:
    known = call.profile().worker
    if known and (looked.replaces is None or looked.replaces.hex() != known):
        raise NotReady("This profile is somebody's already. Choose another with --profile.")


def _not_another(call: Call, packed: bytes) -> None:
    try:
        before = call.place.trusted().packed
    except NotReady:
        return
    if before != packed:
        raise NotReady("Another authority is trusted here already. Choose another profile with --profile.")


def _show_words(call: Call, words: str, yes: bool) -> None:
    """Once; then they are typed back, unless somebody said that is not needed."""
    text = f"Your six words. Nobody else must see them, and nobody can tell you them again.\n\n    {words}\n"
    while True:
        call.console.once(text, "Press Enter once they are written down.")
        if yes or not call.console.interactive() or _typed_back(call, words):
            return
        call.console.say("That was not it. Look again.")


def _typed_back(call: Call, words: str) -> bool:
    from crypto.errors import Malformed
    from crypto.private.words import SIGN_IN_WORDS, normalise

    try:
        return normalise(call.console.ask("Type the six words:"), SIGN_IN_WORDS) == words
    except (Malformed, EOFError):
        return False


def _card_is_new(file: Path | None) -> None:
    if file is not None and file.exists():
        raise TryDifferently(f"There is a file {file} already; nothing is written over.")


def _write_card(call: Call, file: Path | None, hub: str, address: str, words: str) -> None:
    text = (
        "SIGN-IN CARD\n\n"
        f"Hub           {hub}\nSign-in name  {address}\nSix words     {words}\n\n"
        "Keep it where you keep your bank card. Print it, then delete the file.\n"
        "Lost or seen by somebody? Tell your manager at once.\n"
    )
    _write(call, file, text)


def _kit_text(organisation: str, words: str) -> str:
    return (
        "ORGANISATION KIT\n\n"
        f"Organisation  {organisation}\nEight words   {words}\n\n"
        "It brings the organisation back when no manager can sign in. Keep it in a safe, apart from every\n"
        "sign-in card, where two people know of it. Whoever holds it can become a manager.\n"
    )


def _write_kit(call: Call, file: Path | None, organisation: str, words: str) -> None:
    _write(call, file, _kit_text(organisation, words))


def _write_request(call: Call, file: Path | None, asked: dict[str, Any]) -> None:
    from keyholder.console import json_text

    _write(call, file, json_text(asked) + "\n")


def _write(call: Call, file: Path | None, text: str) -> None:
    """Into a new file for its owner alone. A failure is only said: the words must still be shown."""
    if file is None:
        return
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
    except OSError:
        call.console.note(f"The file {file} cannot be written. Copy what it was to hold from here.")


def _id(typed: str) -> bytes:
    try:
        value = bytes.fromhex(typed)
    except ValueError:
        value = b""
    if len(value) != 16:
        raise TryDifferently("An organisation's id is 32 of the characters 0-9 and a-f.")
    return value
