"""Every parser that meets bytes from outside, with good inputs to start from.

A target takes bytes and either refuses with ``CryptoError`` or returns what they must be equal to:
its own encoding of what it read. For what is sealed or signed, ``only`` the good inputs may pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crypto import accreditation as authority
from crypto import checkpoints, entries, letters, statements
from crypto import circle as control
from crypto import organisation as chains
from crypto.encoding import Struct, decode, encode, from_array, pack, to_array, unpack
from crypto.entries import Entry, Kind
from crypto.errors import Malformed
from crypto.facts import FACTS
from crypto.private import bodies, boxes, content, documents, secrets, words
from crypto.private.boxes import BoxSecret
from crypto.signing import SigningKey, verify
from tests.crypto.build import Ring, default_body, placed, seed, small_world
from tests.vectors.form import load, unhex

Parse = Callable[[bytes], bytes | None]


@dataclass(frozen=True)
class Target:
    """One parser. ``only``: nothing but a seed itself may be accepted."""

    name: str
    parse: Parse
    seeds: Sequence[bytes]
    only: bool = False


def _struct(kind: type[Struct], limit: int = 2**20) -> Parse:
    def parse(data: bytes) -> bytes:
        return pack(unpack(kind, data, limit=limit))

    return parse


def _accepted(name: str, check: str, field: str) -> list[bytes]:
    return [
        unhex(case[field]) for case in load(name)["cases"] if case["check"] == check and "refused" not in case
    ]


def targets() -> dict[str, Target]:
    """All of them, by name."""
    every = [*_basic(), *_chains(), *_circles(), *_sealed()]
    return {target.name: target for target in every}


def _basic() -> list[Target]:
    key = SigningKey(seed("fuzz"))
    signature = key.sign("entry", b"payload")

    def signed(data: bytes) -> bytes:
        verify(key.public, "entry", b"payload", data)
        return data

    def note(data: bytes) -> bytes | None:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise Malformed from None
        case = load_note
        read = checkpoints.verify(text, case["signer"], unhex(case["public"]))
        return data if text.startswith(read.body()) else b""

    def typed(data: bytes) -> None:
        words.normalise(data.decode(errors="replace"), 6)

    load_note = next(case for case in load("checkpoints")["cases"] if case["name"] == "note-with-witness")
    six = words.spoken(seed("words"), 6).encode()
    return [
        Target("encoding", lambda data: encode(decode(data)), _accepted("encoding", "decode", "cbor")),
        Target("signature", signed, [signature], only=True),
        Target("checkpoint", note, [load_note["note"].encode()]),
        Target("words", typed, [six, six.upper(), six.replace(b" ", b"-")]),
    ]


def _chains() -> list[Target]:
    stored = load("organisations")["shared"]["events"]
    good = {name: unhex(event[1]) for name, event in stored.items() if not name.startswith("bad-")}
    events = [unhex(event[1]) for event in stored.values() if len(event[1]) < 20_000]
    genesis = chains.SignedEvent(1, good["genesis"], unhex(stored["genesis"][2]))
    chain = chains.begin(genesis)
    first = chains.SignedEvent(2, good["admit-ann"], unhex(stored["admit-ann"][2]))

    def extended(data: bytes) -> bytes:
        event = unpack(chains.SignedEvent, data)
        longer = chain.extend(event)
        assert longer.head == event.head
        return pack(event)

    documents_ = [unhex(document[0]) for document in load("authority")["shared"]["documents"].values()]
    root = authority.verify_root(_root())

    def accreditation(data: bytes) -> bytes:
        signed = unpack(authority.Signed, data)
        authority.verify_accreditation(root, signed)
        return pack(signed)

    return [
        *[
            Target(f"event-{kind.__name__.lower()}", _struct(kind, chains.MAX_EVENT), events)
            for kind in (chains.Genesis, chains.Admit, chains.RoleChange, chains.Rotate)
        ],
        Target("chain", extended, [pack(first)], only=True),
        Target("root", _struct(authority.Root), documents_),
        Target("accreditation", _struct(authority.Accreditation), documents_),
        Target("withdrawal", _struct(authority.Withdrawal), documents_),
        Target("accreditation-signed", accreditation, [pack(_signed("accreditation"))]),
    ]


def _signed(name: str) -> authority.Signed:
    payload, signatures = load("authority")["shared"]["documents"][name]
    made = (authority.KeySignature(unhex(key), unhex(signature)) for key, signature in signatures)
    return authority.Signed(unhex(payload), tuple(made))


def _root() -> authority.Signed:
    return _signed("first")


def _circles() -> list[Target]:
    world, ring, partner, _ = small_world()
    ring.say()
    entry = ring.entry(Kind.MESSAGE, entries.Message(None), partner)
    stories = load("circles")["shared"]["entries"].values()
    headers = [*(unhex(header) for header, _ in stories), *_accepted("entries", "header", "header")]

    def header(data: bytes) -> bytes:
        read = entries.read_header(Entry(data, bytes(64)))
        entries.read_facts(read)
        entries.header_id(read)
        return pack(read)

    def log(data: bytes) -> bytes:
        read = unpack(Entry, data)
        copy = ring.log.copy()
        copy.extend(read, ring.now + 1000, world)
        return pack(read)

    def letter(data: bytes) -> bytes:
        return pack(letters.read_header(letters.Letter(data, bytes(64) if len(data) % 2 else b"")))

    payloads = _accepted("statements", "statement", "payload")
    key = SigningKey(seed("fuzz"))

    def statement(data: bytes) -> bytes:
        signed = statements.SignedStatement(data, key.sign("statement", data))
        return pack(statements.read_statement(signed, key.public))

    return [
        Target("header", header, headers),
        *[_facts(kind, headers) for kind in Kind],
        Target("log", log, [pack(entry)], only=True),
        Target("control", _control(ring, world), _next_control(ring)),
        Target("receipt", _struct(entries.Receipt), _accepted("entries", "receipt", "receipt")),
        Target("letter", letter, _accepted("letters", "letter", "header")),
        Target("statement", statement, payloads),
    ]


def _facts(kind: Kind, headers: Sequence[bytes]) -> Target:
    def parse(data: bytes) -> bytes:
        return encode(to_array(from_array(FACTS[kind], decode(data))))

    own = [encode(fields[12]) for fields in map(decode, headers) if fields[1] == kind]
    return Target(f"facts-{kind.name.lower().replace('_', '-')}", parse, own or [encode([bytes(32), 1])])


def _next_control(ring: Ring) -> list[bytes]:
    """Headers that hold now."""
    partner = next(ring.world.houses[org] for org in ring.circle.members if org != ring.owner.id)
    other = next(house for house in ring.world.houses.values() if not ring.circle.listing(house.id))
    said: list[tuple[Kind, Any]] = [
        (Kind.INVITE, ring.invitation(other)),
        (Kind.REKEY, ring.new_epoch()),
        (Kind.REKEY, ring.new_epoch([partner])),
        (Kind.HANDOVER, entries.Handover(partner.id)),
        (Kind.HOLD, entries.Hold(bytes(16), True, 1)),
        (Kind.CLOSE, entries.Close(1)),
        (Kind.ERASE, entries.Erase(seed("entry"), 1)),
    ]
    return [ring.entry(kind, facts).header for kind, facts in said]


def _control(ring: Ring, world: Any) -> Parse:
    """The rules alone, as if every header were properly signed."""

    def parse(data: bytes) -> bytes:
        header = entries.read_header(Entry(data, bytes(64)))
        facts = entries.read_facts(header)
        control.check_author(ring.circle, header)
        state = control.apply(ring.circle, header, facts, placed(), world)
        assert state.owner in state.members
        return data

    return parse


def _sealed() -> list[Target]:
    _, ring, _, _ = small_world()
    key, secret = seed("fuzz key"), BoxSecret(seed("fuzz box"))
    sealed = content.seal(key, b"context", bytes(20_000))
    small = content.seal(key, b"context", b"text")
    box = _box(secret)
    locked = secrets.lock(key, b"secret", b"context")
    manifest, stored = _document()
    header = ring.header(Kind.MESSAGE, ring.owner, ring.owner.manager, entries.Message(None))
    texts = [pack(default_body(kind)) for kind in Kind] + [pack(manifest)]
    plain = [content.pad(pack(default_body(kind))) for kind in (Kind.MESSAGE, Kind.PLAN, Kind.OPEN)]

    def body(data: bytes) -> bytes:
        sealed_body = content.seal(key, content.body_context(entries.header_id(header)), data)
        return content.pad(pack(bodies.open_body(key, header, sealed_body)))

    def opened(data: bytes) -> bytes:
        content.open_(key, b"context", data)
        return data

    def unboxed(data: bytes) -> bytes:
        secret.open(data, b"info")
        return data

    def unlocked(data: bytes) -> bytes:
        secrets.unlock(key, data, b"context")
        return data

    def document(data: bytes) -> bytes:
        b"".join(documents.open_document(manifest, bytes(32), [data[:50], data[50:]]))
        return data

    return [
        Target("box", unboxed, [box], only=True),
        Target("content", opened, [sealed, small], only=True),
        Target("wrap", unlocked, [locked], only=True),
        Target("document", document, [stored], only=True),
        Target("padding", lambda data: content.pad(content.unpad(data)), plain),
        Target("body", body, plain),
        Target("introduction", _struct(secrets.Introduction), _accepted("words", "introduction", "cbor")),
        *[
            Target(f"body-{kind.__name__.lower()}", _struct(kind), texts)
            for kind in (bodies.Said, bodies.About, bodies.CarePlan, bodies.Asked, bodies.Manifest)
        ],
    ]


def _box(secret: BoxSecret) -> bytes:
    return boxes.seal(secret.public, b"k" * 32, b"info")


def _document() -> tuple[bodies.Manifest, bytes]:
    key = seed("fuzz document")
    maker = documents.DocumentSealer(key, bytes(32), bytes(16), 1, 500)
    stored = b"".join(maker.seal([bytes(500)]))
    found = maker.sealed
    assert found is not None
    return bodies.Manifest(
        1, "Ann", bytes(16), 1, "a", "text/plain", found.size, found.padded, found.stored,
        found.plaintext_hash, found.segments, key, 0, "",
    ), stored  # fmt: skip
