"""Which documents may be attached, and opened again: what the name and the bytes say must agree.

Source: PROTOCOL, "Documents" (media type found by looking at the bytes; a reader re-detects the type) and
"What each end must refuse", items 11 and 22. The hub sees ciphertext alone, so these rules are run by the
ends: callers look at the bytes with libmagic and hand in what it said.

This is no virus scan, and none is possible at the hub. It refuses what can act by itself.
"""

from functools import cache

from msgspec import Struct

from policies.decisions import ALLOWED, Decision, Denied
from policies.limits import Limits
from policies.names import ending, safe_name
from policies.tables import Table, read, unique


class AcceptedType(Table, frozen=True):
    """One accepted type: its media type, the endings it may have, what its bytes may look like."""

    media: str
    label: str
    extensions: tuple[str, ...]
    detected: tuple[str, ...]
    inside: str | None = None


class RefusedType(Table, frozen=True):
    """One sort of file that is refused, and what to say."""

    code: str
    say: str
    extensions: tuple[str, ...]
    detected: tuple[str, ...]


class Containers(Table, frozen=True):
    """What may not be inside an office container."""

    macros: tuple[str, ...]
    entries_max: int


class DocumentRules(Table, frozen=True):
    """The whole table. An ending belongs to one row alone."""

    accepted: tuple[AcceptedType, ...]
    refused: tuple[RefusedType, ...]
    containers: Containers

    def __post_init__(self) -> None:
        endings = [word for row in self.accepted for word in row.extensions]
        unique("endings", endings + [word for row in self.refused for word in row.extensions])
        unique("media types", [row.media for row in self.accepted])
        seen = {word for row in self.accepted for word in row.detected}
        if any(word in seen for row in self.refused for word in row.detected):
            raise ValueError("what is refused by its bytes may not be accepted as well")


class Found(Struct, frozen=True):
    """A file somebody wants to attach: its name, its size in bytes, and the media type its bytes look like.

    `inside` lists the names in a container (a zip by its bytes); None if the caller did not or could not
    look.
    """

    name: str
    size: int
    detected: str
    inside: tuple[str, ...] | None = None


EMPTY = Denied("empty_document", "This file is empty. Choose another.")
UNSAFE_NAME = Denied(
    "unsafe_name",
    "The name holds characters that are not safe, or is too long. Rename the file and try again.",
)
UNKNOWN_TYPE = Denied("unknown_type", "Files of this kind are not accepted. Save it as PDF and attach that.")
DISGUISED = Denied(
    "disguised_type", "The file is not what its name says. Save it again from the program that made it."
)
NOT_LOOKED_INTO = Denied(
    "unreadable_container", "This office file cannot be looked into. Save it as PDF instead."
)


@cache
def rules() -> DocumentRules:
    """The table, read once."""
    return read("documents", DocumentRules)


def may_attach(found: Found, limits: Limits) -> Decision:
    """May this file be sealed and sent?"""
    for decision in (_size(found.size, limits), _name(found.name, limits), _type(found)):
        if isinstance(decision, Denied):
            return decision
    return ALLOWED


def type_of(name: str) -> AcceptedType | None:
    """The accepted type a name's ending stands for."""
    suffix = ending(name)
    return next((row for row in rules().accepted if suffix in row.extensions), None)


def may_open(name: str, media: str, detected: str) -> Decision:
    """A reader's own look: do the manifest's name and media type agree with the bytes that came out?"""
    row = type_of(name)
    if row is None or row.media != media or detected not in row.detected:
        return DISGUISED
    return ALLOWED


def _size(size: int, limits: Limits) -> Decision:
    if size < 1:
        return EMPTY
    if size > limits.documents.size_max:
        largest = limits.documents.size_max >> 30
        return Denied("document_too_large", f"The largest document is {largest} GiB. Split it into parts.")
    return ALLOWED


def _name(name: str, limits: Limits) -> Decision:
    if safe_name(name, limits.documents.name_max_characters) != name:
        return UNSAFE_NAME
    return ALLOWED


def _type(found: Found) -> Decision:
    """What the bytes look like speaks first: a program called letter.pdf is a program."""
    suffix = ending(found.name)
    for row in rules().refused:
        if found.detected in row.detected or suffix in row.extensions:
            return Denied(row.code, row.say)
    kind = type_of(found.name)
    if kind is None:
        return UNKNOWN_TYPE
    if found.detected not in kind.detected:
        return DISGUISED
    return ALLOWED if kind.inside is None else _container(found.inside, kind.inside)


def _container(names: tuple[str, ...] | None, needed: str) -> Decision:
    held = rules().containers
    if names is None or len(names) > held.entries_max:
        return NOT_LOOKED_INTO
    if needed not in names:
        return DISGUISED
    if any(part in "/" + name.lower() for name in names for part in held.macros):
        return _refused("macros")
    return ALLOWED


def _refused(code: str) -> Denied:
    return next(Denied(row.code, row.say) for row in rules().refused if row.code == code)
