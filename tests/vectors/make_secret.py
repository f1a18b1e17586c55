"""Vectors for words, wraps, boxes, sealed content and documents."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

import msgspec

from crypto.encoding import pack
from crypto.private import bodies, boxes, content, documents, secrets, words
from crypto.segments import SegmentTree
from tests.crypto.build import HUB, seed, some_id
from tests.vectors.form import Case, Keep, Shared, case, flip, pattern

SALT = some_id("sign-in salt")


def word_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """The list, what people type, and what words give."""
    listed = words.word_list()
    six = " ".join(listed[place] for place in (0, 7771, 100, 2000, 3000, 4000))
    eight = six + f" {listed[5000]} {listed[6000]}"
    first, last = listed[0], listed[7771]

    def typed(name: str, refused: str | None, text: str, count: int = 2) -> Case:
        return case(name, "normalise", refused, typed=text, count=count)

    told = secrets.Introduction(
        1, HUB, some_id("invitation"), some_id("organisation"), seed("genesis"), some_id("worker"),
        "ann@partner.example", seed("signing key"), b"b" * 1216,
    )  # fmt: skip
    cases = [
        case("word-list", "word-list"),
        typed("typed-plain", None, f"{first} {last}"),
        typed("typed-capitals-and-signs", None, f"  {first.upper()}-{last}. "),
        typed("typed-accent", None, f"{first}\n{last[0]}{last[1]}\u0301{last[2:]}"),
        typed("typed-unknown", "malformed", f"{first} xyzzy"),
        typed("typed-too-few", "malformed", first),
        typed("typed-too-many", "malformed", f"{first} {last} {last}"),
        typed("typed-too-long", "malformed", first + " " * 400),
        case("spoken", "spoken", digest=seed("digest").hex()),
        case("spoken-zero", "spoken", digest="00" * 32),
        case("sign-in", "sign-in", words=six, salt=SALT.hex()),
        case("sign-in-salt-length", "sign-in", "malformed", words=six, salt=SALT[:15].hex()),
        case("kit", "kit", words=eight, organisation=some_id("organisation").hex()),
        case("introduction", "introduction", cbor=pack(told).hex()),
    ]
    return "SPEC 6: words", {}, cases


def wraps(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Secrets, what follows from them, and what they are bound to."""
    worker = secrets.WorkerSecret(seed("worker secret"))
    old = secrets.OrganisationSecret(seed("organisation secret 1"), 1)
    new = secrets.OrganisationSecret(seed("organisation secret 2"), 2)
    organisation, person = some_id("organisation"), some_id("worker")
    made = secrets.SignInKeys(b"", seed("wrap key"), SALT)
    wrapped = keep("wrapped", lambda: made.lock(worker, HUB, organisation, person, "ann@partner.example", 1))
    archive = keep("archive", lambda: new.archive(organisation, old))
    locked = keep("locked", lambda: secrets.lock(seed("key"), b"secret", b"context"))
    base: dict[str, Any] = {
        "wrap_key": seed("wrap key").hex(), "wrapped": wrapped.hex(), "hub": HUB,
        "organisation": organisation.hex(), "worker": person.hex(), "address": "ann@partner.example",
        "salt": SALT.hex(), "version": 1,
    }  # fmt: skip
    changes: dict[str, dict[str, Any]] = {
        "other-words": {"wrap_key": seed("other").hex()},
        "other-hub": {"hub": "other.example"},
        "other-organisation": {"organisation": some_id("other").hex()},
        "other-worker": {"worker": some_id("other").hex()},
        "other-address": {"address": "bob@partner.example"},
        "other-salt": {"salt": some_id("other salt").hex()},
        "other-version": {"version": 2},
        "flipped": {"wrapped": flip(wrapped)},
        "cut": {"wrapped": wrapped[:11].hex()},
    }
    unlocking: dict[str, Any] = {
        "key": seed("key").hex(),
        "locked": locked.hex(),
        "associated": b"context".hex(),
    }
    opening: dict[str, Any] = {
        "secret": new.raw.hex(), "generation": 2, "organisation": organisation.hex(),
        "archive": archive.hex(), "public": "one",
    }  # fmt: skip
    cases = [
        case("worker-secret", "worker-secret", secret=worker.raw.hex()),
        case("worker-secret-short", "worker-secret", "malformed", secret=worker.raw[1:].hex()),
        case("organisation-secret", "organisation-secret", secret=old.raw.hex(), generation=1),
        case("organisation-secret-long", "organisation-secret", "malformed", secret="00" * 33, generation=1),
        case("unlock", "unlock", **unlocking),
        case("unlock-other-context", "unlock", "not-for-me", **{**unlocking, "associated": ""}),
        case("unwrap", "unwrap", **base),
        *[
            case(f"unwrap-{name}", "unwrap", "not-for-me", **{**base, **change})
            for name, change in changes.items()
        ],
        case("open-archive", "open-archive", **opening),
        case("open-archive-other-public", "open-archive", "not-for-me", **{**opening, "public": "two"}),
        case("open-archive-other-generation", "open-archive", "not-for-me", **{**opening, "generation": 3}),
        case(
            "open-archive-other-organisation", "open-archive", "not-for-me",
            **{**opening, "organisation": person.hex()},
        ),
    ]  # fmt: skip
    return (
        "SPEC 5: secrets and wraps",
        {"publics": {"one": old.box.public.hex(), "two": new.box.public.hex()}},
        cases,
    )


def box_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """HPKE with X-Wing, and every info."""
    secret = boxes.BoxSecret(seed("box seed"))
    info = boxes.epoch_info(seed("circle"), 3, seed("head"), some_id("org"), 2, seed("key hash"))
    box = keep("box", lambda: boxes.seal(secret.public, seed("epoch key"), info))
    base: dict[str, Any] = {"seed": seed("box seed").hex(), "box": [{"from": "box"}], "info": info.hex()}
    moved = {
        "circle": boxes.epoch_info(seed("other"), 3, seed("head"), some_id("org"), 2, seed("key hash")),
        "epoch": boxes.epoch_info(seed("circle"), 4, seed("head"), some_id("org"), 2, seed("key hash")),
        "head": boxes.epoch_info(seed("circle"), 3, seed("other"), some_id("org"), 2, seed("key hash")),
        "organisation": boxes.epoch_info(seed("circle"), 3, seed("head"), some_id("x"), 2, seed("key hash")),
        "generation": boxes.epoch_info(seed("circle"), 3, seed("head"), some_id("org"), 3, seed("key hash")),
        "label": boxes.entry_key_info(seed("circle"), seed("head"), some_id("org"), 2, seed("key hash")),
    }
    edits = {
        "mlkem-flipped": [{"hex": flip(box[:1], 0)}, {"from": "box", "start": 1}],
        "x25519-flipped": [
            {"from": "box", "stop": 1100},
            {"hex": flip(box[1100:1101])},
            {"from": "box", "start": 1101},
        ],
        "ciphertext-flipped": [{"from": "box", "stop": -1}, {"hex": flip(box[-1:])}],
        "cut": [{"from": "box", "stop": -1}],
        "extended": [{"from": "box"}, {"hex": "00"}],
        "without-post-quantum": [{"from": "box", "start": 1088}],
        "empty": [{"hex": ""}],
    }
    draft = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
    ids: list[object] = [seed("circle").hex(), seed("entry").hex(), some_id("org").hex()]
    tail: list[object] = [2, seed("key hash").hex()]
    arguments: dict[str, list[object]] = {
        "epoch": [ids[0], 3, ids[1], ids[2], *tail],
        "entry-key": [*ids, *tail],
        "body": [ids[0], some_id("nonce").hex(), some_id("author").hex(), ids[2], *tail],
        "organisation": [ids[2], 2, some_id("worker").hex(), tail[1]],
        "letter": [some_id("letter").hex(), ids[2], *tail, some_id("worker").hex()],
        "profile": [some_id("invitation").hex(), ids[2], *tail],
        "reason": [some_id("worker").hex(), ids[2], *tail, seed("commitment").hex()],
    }
    cases = [
        case("open", "open-box", **base),
        *[
            case(f"moved-{name}", "open-box", "not-for-me", **{**base, "info": other.hex()})
            for name, other in moved.items()
        ],
        *[
            case(f"box-{name}", "open-box", "not-for-me", **{**base, "box": parts})
            for name, parts in edits.items()
        ],
        case("other-recipient", "open-box", "not-for-me", **{**base, "seed": seed("other").hex()}),
        case("seed-short", "open-box", "malformed", **{**base, "seed": "00"}),
        case("public-from-the-x-wing-draft", "box-public", seed=draft),
        case("seal-short-key", "seal-box", "malformed", public=secret.public[:-1].hex()),
        case("seal-small-order", "seal-box", "malformed", public=secret.public[:1184].hex() + "00" * 32),
        case("seal-not-reduced", "seal-box", "malformed", public="ff" * 1184 + secret.public[1184:].hex()),
        *[case(f"info-{label}", "info", label=label, arguments=given) for label, given in arguments.items()],
    ]
    return "SPEC 4: boxes", {}, cases


def content_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Cobblestone-256, padding, and what keys and contexts follow."""
    key, context = seed("content key"), content.body_context(seed("H"))
    keep("empty", lambda: content.seal(key, context, b""))
    keep("short", lambda: content.seal(key, context, pattern(100)))
    keep("one-chunk", lambda: content.seal(key, context, pattern(content.CHUNK)))
    long = keep("long", lambda: content.seal(key, context, pattern(2 * content.CHUNK + 10)))
    keep("other", lambda: content.seal(key, context, pattern(2 * content.CHUNK + 10)))
    one, two, three = 56, 56 + 16400, 56 + 2 * 16400
    base: dict[str, Any] = {"key": key.hex(), "context": context.hex()}

    def opened(name: str, refused: str | None, *parts: dict[str, Any], **changes: str) -> Case:
        return case(name, "open-content", refused, **{**base, **changes, "parts": list(parts)})

    def cut(start: int, stop: int | None = None, source: str = "long") -> dict[str, Any]:
        return {"from": source, "start": start, "stop": stop}

    no = "not-for-me"
    cases = [
        *[opened(f"open-{name}", None, {"from": name}) for name in ("empty", "short", "one-chunk", "long")],
        opened("truncated-byte", no, cut(0, -1)),
        opened("truncated-chunk", no, cut(0, three)),
        opened("truncated-to-first-chunk", no, cut(0, two)),
        opened("truncated-to-header", no, cut(0, one)),
        opened("nothing", no, {"hex": ""}),
        opened("extended", no, cut(0), {"hex": "00" * 17}),
        opened("extended-by-own-chunk", no, cut(0), cut(two, three)),
        opened("reordered", no, cut(0, one), cut(two, three), cut(one, two), cut(three)),
        opened("repeated", no, cut(0, two), cut(one, two), cut(three)),
        opened("spliced", no, cut(0, two), cut(two, None, "other")),
        opened("other-header", no, cut(0, one, "other"), cut(one)),
        opened("flipped-salt", no, {"hex": flip(long[:1])}, cut(1)),
        opened("flipped-commitment", no, cut(0, 55), {"hex": flip(long[55:56])}, cut(56)),
        opened("flipped-chunk", no, cut(0, 100), {"hex": flip(long[100:101])}, cut(101)),
        opened("second-key", no, {"from": "short"}, key=seed("second").hex()),
        opened("other-context", no, {"from": "short"}, context=content.body_context(seed("X")).hex()),
        *[case(f"pad-{size}", "pad", plaintext=pattern(size).hex()) for size in (0, 255, 256, 300)],
        case("unpad", "unpad", padded=content.pad(b"text").hex()),
        case("unpad-plaintext-ends-like-padding", "unpad", padded=content.pad(b"text\x80\x00").hex()),
        case("unpad-not-zero", "unpad", "malformed", padded=(content.pad(b"text")[:-1] + b"\x01").hex()),
        case("unpad-other-length", "unpad", "malformed", padded=(content.pad(b"text") + b"\x00").hex()),
        case("unpad-no-end", "unpad", "malformed", padded="00" * 256),
        case("unpad-nothing", "unpad", "malformed", padded=""),
        *[
            case(f"sizes-{length}", "sizes", length=length)
            for length in (0, 1, 2, 1023, 1024, 16383, 16384, 65537, 10**6, 2**40 + 1)
        ],
        case("entry-key", "entry-key", epoch_key=seed("E").hex(), header_id=seed("H").hex()),
        case("commitment", "commitment", circle=seed("circle").hex(), epoch=7, epoch_key=seed("E").hex()),
        case("contexts", "contexts", id=seed("H").hex(), document=some_id("document").hex(), version=258),
    ]  # fmt: skip
    return "SPEC 7: sealed content", {}, cases


def document_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Stored objects and the manifests that describe them."""
    circle, manifests = seed("circle"), {}
    for name, size in (("small", 10), ("empty", 0), ("two-chunks", 20_000)):
        key = seed(f"document key {name}")
        maker = documents.DocumentSealer(key, circle, some_id(name), 1, size)
        fresh = b"".join(maker.seal([pattern(size)]))
        stored = keep(name, partial(bytes, fresh))
        manifests[name] = _manifest(name, key, size, stored)
    other = seed("other").hex()
    small: dict[str, Any] = {"from": "small"}
    two = "two-chunks"

    def opened(name: str, refused: str | None, of: str, *parts: dict[str, Any], **changes: object) -> Case:
        return case(
            name, "open-document", refused, manifest=of, parts=list(parts) or [{"from": of}], changes=changes
        )

    forged, no = "forged", "not-for-me"
    cases = [
        *[opened(f"open-{name}", None, name) for name in manifests],
        opened("other-plaintext-hash", forged, "small", plaintext_hash=other),
        opened("other-segments", forged, "small", segments=other),
        opened("other-key", no, "small", key=other),
        opened("other-document", no, "small", document=some_id("x").hex()),
        opened("other-number", no, "small", number=2),
        opened("smaller-size", forged, "small", size=9),
        opened("larger-size", forged, "small", size=11),
        opened("sizes-that-do-not-fit", forged, "small", padded=2048),
        opened("other-prefix", forged, "small", {"hex": "00"}, {**small, "start": 1}),
        opened("plaintext", forged, "small", {"hex": "25504446" + "00" * 1092}),
        opened("cut", forged, "small", {**small, "stop": -1}),
        opened("cut-to-prefix", forged, "small", {**small, "stop": 4}),
        opened("extended", forged, "small", small, {"hex": "00"}),
        opened("flipped", no, "small", {**small, "stop": 100}, {"hex": "00"}, {**small, "start": 101}),
        opened(
            "reordered", no, two,
            {"from": two, "stop": 64}, {"from": two, "start": 8000}, {"from": two, "start": 64, "stop": 8000},
        ),
    ]  # fmt: skip
    return "SPEC 11: documents", {"manifests": manifests, "circle": circle.hex()}, cases


def _manifest(name: str, key: bytes, size: int, stored: bytes) -> dict[str, Any]:

    tree = SegmentTree()
    tree.update(stored)
    manifest = bodies.Manifest(
        1, "Ann", some_id(name), 1, f"{name}.bin", "application/octet-stream", size,
        documents.padded_size(size), documents.stored_size(size), hashlib.sha256(pattern(size)).digest(),
        tree.root(), key, 0, "",
    )  # fmt: skip
    fields = msgspec.structs.asdict(manifest)
    return {field: value.hex() if isinstance(value, bytes) else value for field, value in fields.items()}


MAKERS = {
    "words": word_cases,
    "wraps": wraps,
    "boxes": box_cases,
    "content": content_cases,
    "documents": document_cases,
}
