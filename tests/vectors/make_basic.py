"""Vectors for encoding, signing, the tree and checkpoints."""

from __future__ import annotations

import base64
from typing import Any

from crypto import checkpoints, merkle
from crypto.private.boxes import BoxSecret
from crypto.signing import SigningKey
from tests.crypto.build import seed
from tests.vectors.form import Case, Keep, Shared, case

ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL_ORDER = {
    "zero": "00" * 32,
    "identity": "01" + "00" * 31,
    "order-2": "ec" + "ff" * 30 + "7f",
    "order-8-a": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order-8-b": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "not-reduced": "ed" + "ff" * 30 + "7f",
    "not-reduced-identity": "ee" + "ff" * 30 + "7f",
    "negative-zero": "00" * 31 + "80",
}
SMALL_X25519 = {
    "zero": "00" * 32,
    "one": "01" + "00" * 31,
    "order-8-a": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "order-8-b": "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "minus-one": "ec" + "ff" * 30 + "7f",
    "zero-not-reduced": "ed" + "ff" * 30 + "7f",
    "one-with-top-bit": "01" + "00" * 30 + "80",
}
ACCEPTED = {
    "zero": "00",
    "twenty-three": "17",
    "twenty-four": "1818",
    "byte-full": "18ff",
    "two-bytes": "190100",
    "four-bytes": "1a00010000",
    "eight-bytes": "1b0000000100000000",
    "largest-integer": "1b001fffffffffffff",
    "false": "f4",
    "true": "f5",
    "null": "f6",
    "empty-bytes": "40",
    "bytes": "4401020304",
    "bytes-24": "5818" + "ab" * 24,
    "bytes-256": "590100" + "cd" * 256,
    "empty-text": "60",
    "text": "644b697468",
    "text-composed": "62c3a9",
    "text-beyond-16-bits": "64f09f9299",
    "text-nul": "6100",
    "empty-array": "80",
    "array": "8301420203f6",
    "array-24": "9818" + "00" * 24,
    "eight-deep": "81" * 7 + "80",
}
REFUSED = {
    "nothing": "",
    "trailing-byte": "0000",
    "cut-short-integer": "19ff",
    "cut-short-bytes": "4401",
    "cut-short-text": "6461",
    "cut-short-array": "8201",
    "array-longer-than-input": "9b7fffffffffffffff",
    "bytes-longer-than-input": "5b7fffffffffffffff",
    "long-integer-1": "1817",
    "long-integer-2": "1900ff",
    "long-integer-4": "1a0000ffff",
    "long-integer-8": "1b00000000ffffffff",
    "long-length": "580100",
    "long-array": "980100",
    "integer-too-large": "1b0020000000000000",
    "negative": "20",
    "indefinite-bytes": "5f4100ff",
    "indefinite-text": "7f6161ff",
    "indefinite-array": "9f00ff",
    "break-alone": "ff",
    "reserved-length": "1c",
    "map": "a10001",
    "empty-map": "a0",
    "tag-date": "c11a514b67b0",
    "tag-bignum": "c249010000000000000000",
    "tag-shared": "d81c81d81d00",
    "tag-set": "d9010280",
    "tag-embedded": "d8184100",
    "half-float": "f93c00",
    "float": "fb3ff0000000000000",
    "undefined": "f7",
    "simple-value": "e0",
    "simple-value-long": "f820",
    "false-written-long": "f814",
    "text-decomposed": "6365cc81",
    "text-not-utf8": "61ff",
    "text-overlong": "62c080",
    "text-surrogate": "63eda080",
    "nine-deep": "81" * 8 + "80",
}


def encoding(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Deterministic CBOR."""
    cases = [case(name, "decode", cbor=cbor) for name, cbor in ACCEPTED.items()]
    cases += [case(name, "decode", "malformed", cbor=cbor) for name, cbor in REFUSED.items()]
    cases += [
        case("encode-mixed", "encode", value=[1, {"bytes": "00ff"}, "é", None, True, [24, [65536]]]),
        case("encode-negative", "encode", "malformed", value=-1),
        case("encode-too-large", "encode", "malformed", value=2**53),
        case("encode-decomposed", "encode", "malformed", value="e\u0301"),
        case("encode-float", "encode", "malformed", value=1.5),
        case("encode-nine-deep", "encode", "malformed", value=[[[[[[[[[]]]]]]]]]),
        case("tagged-hash", "tagged-hash", label="head", parts=["00" * 32]),
        case("tagged-hash-parts", "tagged-hash", label="reason", parts=["11" * 32, "e29c93"]),
    ]
    return "SPEC 2: the one encoding of each value", {}, cases


def signing(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Ed25519 with typed contexts, and which public keys may enter a chain."""
    key = SigningKey(seed("signing vectors"))
    payload = b"payload"
    good = key.sign("entry", payload)
    s = int.from_bytes(good[32:], "little")
    public = key.public.hex()

    def verify(name: str, refused: str | None, **changes: str) -> Case:
        inputs = {"public": public, "type": "entry", "payload": payload.hex(), "signature": good.hex()}
        return case(name, "verify", refused, **{**inputs, **changes})

    cases = [
        case("sign", "sign", seed=seed("signing vectors").hex(), type="entry", payload=payload.hex()),
        case("sign-empty", "sign", seed="00" * 32, type="organisation/genesis", payload=""),
        verify("verify", None),
        verify("other-type", "forged", type="receipt"),
        verify("type-and-payload-shifted", "forged", type="entr", payload=b"y\x00payload".hex()),
        verify("type-with-nul", "malformed", type="entry\x00"),
        verify("other-payload", "forged", payload=b"payloae".hex()),
        verify("other-key", "forged", public=SigningKey(seed("another")).public.hex()),
        verify("malleable-s", "forged", signature=(good[:32] + (s + ORDER).to_bytes(32, "little")).hex()),
        verify("signature-short", "forged", signature=good[:63].hex()),
        verify("signature-empty", "forged", signature=""),
        verify("key-short", "forged", public=public[:62]),
        _moved(key),
    ]
    for name, small in SMALL_ORDER.items():
        for_any = ("01" + "00" * 31) + "00" * 32
        cases.append(verify(f"small-order-{name}", "forged", public=small, signature=for_any))
        cases.append(case(f"chain-key-{name}", "signing-key", "malformed", public=small))
    cases.append(case("chain-key-good", "signing-key", public=public))
    cases.append(case("chain-key-not-a-point", "signing-key", "malformed", public="02" + "00" * 31))
    return "SPEC 3: typed signatures and the keys that may enter a chain", {}, cases + _box_keys()


def _moved(key: SigningKey) -> Case:
    """A longer signature that takes the start of what was signed along with it."""
    inner = b"kith/1/receipt\x00forged"
    whole = key.sign("entry", b"free text " + inner)
    longer = whole + b"kith/1/entry\x00free text "
    return case(
        "signature-with-moved-bytes", "verify", "forged",
        public=key.public.hex(), type="receipt", payload=b"forged".hex(), signature=longer.hex(),
    )  # fmt: skip


def _box_keys() -> list[Case]:
    good = BoxSecret(seed("box key vectors")).public
    cases = [
        case("box-key-good", "box-key", public=good.hex()),
        case("box-key-short", "box-key", "malformed", public=good[:-1].hex()),
        case("box-key-coefficient-low", "box-key", "malformed", public=(b"\x01\x0d" + good[2:]).hex()),
        case(
            "box-key-coefficient-high", "box-key", "malformed",
            public=(good[:1150] + b"\xff\xff" + good[1152:]).hex(),
        ),
    ]  # fmt: skip
    for name, small in SMALL_X25519.items():
        public = good[:1184].hex() + small
        cases.append(case(f"box-key-small-{name}", "box-key", "malformed", public=public))
    return cases


def _tree(size: int) -> tuple[list[bytes], merkle.Node]:
    leaves = [bytes([number]) * (number % 3) for number in range(size)]
    nodes: dict[tuple[int, int], bytes] = {}
    frontier = merkle.Frontier()
    for leaf in leaves:
        for level, index, node in frontier.append(merkle.leaf_hash(leaf)):
            nodes[level, index] = node
    return leaves, lambda level, index: nodes[level, index]


def tree(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """RFC 6962 roots and RFC 9162 proofs."""
    cases = [
        case(f"root-of-{size}", "root", leaves=[leaf.hex() for leaf in _tree(size)[0]])
        for size in (0, 1, 2, 3, 7, 8)
    ]
    for index, size in ((0, 1), (0, 8), (5, 8), (6, 7), (2, 5), (12, 13)):
        cases.append(_inclusion(f"inclusion-{index}-of-{size}", None, index, size))
    cases += [
        _inclusion("inclusion-other-index", "forged", 5, 8, index=4),
        _inclusion("inclusion-other-size", "forged", 6, 7, size=8),
        _inclusion("inclusion-outside", "forged", 5, 8, index=8),
        _inclusion("inclusion-too-long", "forged", 5, 8, more=["00" * 32]),
        _inclusion("inclusion-short-hash", "forged", 5, 8, more=["00" * 31]),
        _inclusion("inclusion-cut", "forged", 5, 8, cut=1),
    ]
    for old, new in ((1, 1), (1, 8), (3, 7), (4, 7), (6, 8), (7, 13), (8, 13)):
        cases.append(_consistency(f"consistency-{old}-{new}", None, old, new))
    cases += [
        case(
            "consistency-from-nothing", "consistency",
            old=0, new=7, old_root=merkle.EMPTY_ROOT.hex(), new_root=_root(7), path=[],
        ),
        _consistency("consistency-shrinks", "forged", 7, 7, new=6),
        _consistency("consistency-rewritten", "forged", 3, 7, old_root=_root(4)),
        _consistency("consistency-other-new", "forged", 3, 7, new_root=_root(8)),
        _consistency("consistency-path-for-same", "forged", 7, 7, path=["00" * 32]),
        _consistency("consistency-no-path", "forged", 3, 7, path=[]),
        _consistency("consistency-too-long", "forged", 1, 2, more=["00" * 32]),
        _consistency("consistency-long-hash", "forged", 3, 7, more=["00" * 64]),
    ]  # fmt: skip
    return "SPEC 14: roots, inclusion and consistency", {}, cases


def _root(size: int) -> str:
    return merkle.root_of(_tree(size)[0]).hex()


def _inclusion(
    name: str,
    refused: str | None,
    at: int,
    of: int,
    more: list[str] | None = None,
    cut: int = 0,
    **changes: int,
) -> Case:
    leaves, node = _tree(of)
    steps = [step.hex() for step in merkle.inclusion_path(at, of, node)]
    inputs: dict[str, Any] = {
        "leaf": merkle.leaf_hash(leaves[at]).hex(),
        "index": at,
        "size": of,
        "path": steps[: len(steps) - cut] + (more or []),
        "root": _root(of),
    }
    return case(name, "inclusion", refused, **{**inputs, **changes})


def _consistency(
    name: str, refused: str | None, from_: int, to: int, more: list[str] | None = None, **changes: object
) -> Case:
    node = _tree(to)[1]
    inputs: dict[str, Any] = {
        "old": from_,
        "new": to,
        "old_root": _root(from_),
        "new_root": _root(to),
        "path": [step.hex() for step in merkle.consistency_path(from_, to, node)] + (more or []),
    }
    return case(name, "consistency", refused, **{**inputs, **changes})


def notes(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Signed checkpoints."""
    name, key_seed = "hub.example/log", seed("checkpoint vectors")
    public = SigningKey(key_seed).public.hex()
    checkpoint = checkpoints.Checkpoint("hub.example/log", 12, seed("a root"))
    good = checkpoints.sign(checkpoint, name, key_seed)
    body, line = good.split("\n\n")
    witness = "— witness.example " + base64.b64encode(b"wit1" + bytes(72)).decode()

    def note(case_name: str, refused: str | None, text: str, **changes: str) -> Case:
        return case(case_name, "note", refused, **{"note": text, "signer": name, "public": public, **changes})

    sized = body.replace("\n12\n", "\n{}\n") + "\n\n" + line
    cases = [
        note("note", None, good),
        note("note-with-witness", None, good + witness + "\n"),
        note("note-witness-first", None, body + "\n\n" + witness + "\n" + line),
        note("other-signer", "forged", good, signer="other"),
        note("other-key", "forged", good, public=SigningKey(seed("another")).public.hex()),
        note("size-changed", "forged", sized.format(13)),
        note("size-leading-zero", "malformed", sized.format("012")),
        note("size-signed", "malformed", sized.format("+12")),
        note("size-other-digits", "malformed", sized.format("١٢")),
        note("size-too-large", "malformed", sized.format(2**53)),
        note("size-absurd", "malformed", sized.format("9" * 17)),
        note("no-newline", "malformed", good[:-1]),
        note("no-signature", "malformed", body + "\n"),
        note("extra-line", "malformed", body + "\nmore\n\n" + line),
        note("typed-origin", "malformed", good.replace("hub.example/log\n", "kith/1/entry\n", 1)),
        note("root-not-base64", "malformed", body[:-2] + "!=" + "\n\n" + line),
        note("root-short", "malformed", body.rsplit("\n", 1)[0] + "\nAAAA\n\n" + line),
        note("root-other-base64", "malformed", body[:-2] + chr(ord(body[-2]) + 1) + "=\n\n" + line),
        note("line-without-dash", "malformed", body + "\n\n" + line[2:]),
        note("line-without-name", "malformed", body + "\n\n—  " + line.split(" ")[2]),
        note("signature-cut", "forged", body + "\n\n" + _cut(line)),
        note("too-long", "malformed", good + witness * 60 + "\n"),
    ]
    return "SPEC 15: C2SP checkpoints", {}, cases


def _cut(line: str) -> str:
    dash, name, text = line.strip().split(" ")
    return f"{dash} {name} {base64.b64encode(base64.b64decode(text)[:-1]).decode()}\n"


MAKERS = {"encoding": encoding, "signing": signing, "merkle": tree, "checkpoints": notes}
