"""What stands inside a sealed body, one struct for each kind of entry.

``seal_body`` pads and seals; ``open_body`` opens, checks the padding and decodes strictly. Names,
titles and free text live here and nowhere else.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from crypto.encoding import (
    Hash,
    Id,
    Key32,
    LongText,
    ShortText,
    Struct,
    Time,
    Uint,
    Version,
    pack,
    unpack,
)
from crypto.entries import MAX_BODY, Document, Header, Kind, header_id, read_facts
from crypto.errors import Forged, Malformed, UpdateNeeded
from crypto.private import content

MAX_ITEMS = 100
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Optional = Annotated[str, Meta(max_length=4000)]


class Said(Struct, frozen=True):
    """A message. ``documents`` names document versions posted beside it."""

    version: Version
    author: Name
    text: LongText
    documents: Annotated[tuple[Id, ...], Meta(max_length=MAX_ITEMS)]


class About(Struct, frozen=True):
    """What the circle is called, and how to reach the victim safely. In ``open`` and ``details``."""

    version: Version
    author: Name
    title: ShortText
    reference: Annotated[str, Meta(max_length=100)]
    safe_contact: Optional
    contact_person: Annotated[str, Meta(max_length=200)]


class Need(Struct, frozen=True):
    """One need: ``category`` is a code of policies' needs list."""

    category: Uint
    text: Optional
    gap: bool


class CarePlan(Struct, frozen=True):
    """The whole care plan."""

    version: Version
    author: Name
    summary: LongText
    needs: Annotated[tuple[Need, ...], Meta(max_length=MAX_ITEMS)]


class Asked(Struct, frozen=True):
    """What an invitation or an action asks for, or the words that go with an answer or a change."""

    version: Version
    author: Name
    title: Annotated[str, Meta(max_length=200)]
    text: LongText


class Manifest(Struct, frozen=True):
    """Everything about one document version that its reader checks the stored object against.

    ``size`` is the true size, ``padded`` the size after Padmé, ``stored`` the object's with prefix
    and seal. ``plaintext_hash`` is SHA-256 of the file, as `sha256sum` of the original says it.
    ``segments`` is the RFC 6962 root over SHA-256 of the prefix with header, then of each 64 chunks:
    with ``stored`` it binds every byte of the object.
    """

    version: Version
    author: Name
    document: Id
    number: Uint
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    media_type: Annotated[str, Meta(min_length=3, max_length=127)]
    size: Uint
    padded: Uint
    stored: Uint
    plaintext_hash: Hash
    segments: Hash
    key: Key32
    modified_at: Time
    description: Optional


BODIES: dict[Kind, type[Struct]] = {
    Kind.OPEN: About,
    Kind.DETAILS: About,
    Kind.MESSAGE: Said,
    Kind.DOCUMENT: Manifest,
    Kind.PLAN: CarePlan,
}
"""Every other kind has ``Asked``."""


def body_type(kind: int) -> type[Struct]:
    """The struct inside bodies of ``kind``.

    Raises:
        UpdateNeeded: for a kind this program does not know.
    """
    try:
        return BODIES.get(Kind(kind), Asked)
    except ValueError:
        raise UpdateNeeded from None


def seal_body(key: bytes, header: Header, body: Struct) -> bytes:
    """Pad and seal ``body`` for ``header`` (whose sealed_hash may still be empty).

    Raises:
        Malformed: if it is too long once sealed.
    """
    sealed = content.seal(key, content.body_context(header_id(header)), content.pad(pack(body)))
    if len(sealed) > MAX_BODY:
        raise Malformed(f"too long: at most {MAX_BODY // 1024} KiB once sealed")
    return sealed


def open_body(key: bytes, header: Header, sealed: bytes) -> Any:
    """Open and decode a body that was checked against ``header.sealed_hash``.

    Raises:
        NotForMe, Malformed, UpdateNeeded.
    """
    padded = content.open_(key, content.body_context(header_id(header)), sealed)
    return unpack(body_type(header.kind), content.unpad(padded), limit=MAX_BODY)


def check_manifest(header: Header, manifest: Manifest) -> None:
    """Require that a manifest describes the document version which its entry's facts name, so that
    the hub's view and the readers' view are of the same object.

    Raises:
        Forged.
    """
    facts = read_facts(header)
    if not isinstance(facts, Document):
        raise Forged("that entry holds no document")
    if (facts.document, facts.number, facts.size) != (manifest.document, manifest.number, manifest.stored):
        raise Forged("the manifest is of another document than its entry")
