"""What Python seals the browser's code opens, and back: boxes, bodies, documents, wraps, signatures.

The browser's half is mailbox/web/tests/protocol/exchange.ts, run in Node. Both halves run the same
vectors as well; here each opens what the other one made at random a moment ago.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crypto.encoding import pack
from crypto.entries import Header, Kind
from crypto.private import bodies, boxes, documents
from crypto.private.content import commitment
from crypto.private.rewraps import Rewraps
from crypto.private.secrets import OrganisationSecret, SignInKeys, WorkerSecret
from crypto.private.unlocking import PasskeyKeys, PinKeys, Wrapped
from crypto.private.words import generate
from crypto.segments import SegmentTree
from crypto.signing import SigningKey, verify
from tests.crypto.build import HUB, default_body, seed, some_id
from tests.vectors.form import pattern

WEB = Path(__file__).parents[2] / "mailbox" / "web"
SIZE = 2_500_000
RANGE = (1_048_000, 1_050_000)
EPOCH = boxes.epoch_info(seed("circle"), 3, seed("head"), some_id("refuge"), 2, seed("key hash"))
WRAPPED = Wrapped(HUB, some_id("refuge"), some_id("worker"), "zoë@partner.example", 7)
SECRET = WorkerSecret(seed("worker secret"))
OLD, NEW = OrganisationSecret(seed("old"), 1), OrganisationSecret(seed("new"), 2)
COPIES = Rewraps(NEW, some_id("refuge"))
COMMITTED = commitment(seed("circle"), 3, seed("epoch key"))
WORDS = generate()
SIGN_IN = SignInKeys.derive(WORDS, some_id("salt"))
PASSKEY = PasskeyKeys.derive(seed("prf"), HUB)
PIN = PinKeys.derive("482915", seed("device half"), some_id("worker"))
CREDENTIAL = b"a passkey's id"


def header(kind: Kind) -> Header:
    """A header of that kind; its facts do not matter to its body."""
    return Header(
        1, kind, seed("circle"), 1, some_id("worker"), some_id("refuge"), seed("head"), seed("control"),
        0, seed("head 0"), bytes(32), 1_795_000_000_000, (None,), b"",
    )  # fmt: skip


def manifest(found: documents.Sealed) -> bodies.Manifest:
    """The manifest of a document that was just sealed."""
    return bodies.Manifest(
        1, "Zoë", some_id("document"), 3, "plan.pdf", "application/pdf", found.size, found.padded,
        found.stored, found.plaintext_hash, found.segments, seed("document key"), 0, "",
    )  # fmt: skip


def asked(folder: Path) -> dict[str, Any]:
    """Everything that Python seals for the other side; bytes are hex."""
    body = header(Kind.PLAN)
    return {
        "boxes": {
            "seed": seed("box").hex(),
            "info": EPOCH.hex(),
            "box": boxes.seal(boxes.BoxSecret(seed("box")).public, seed("epoch key"), EPOCH).hex(),
            "public": boxes.BoxSecret(seed("python's")).public.hex(),
        },
        "bodies": {
            "header": pack(body).hex(),
            "key": seed("key").hex(),
            "sealed": bodies.seal_body(seed("key"), body, default_body(Kind.PLAN)).hex(),
        },
        "documents": asked_documents(folder),
        "wraps": asked_wraps(),
        "organisation": {
            "secret": NEW.raw.hex(),
            "organisation": some_id("refuge").hex(),
            "archive": NEW.archive(some_id("refuge"), OLD).hex(),
            "old_public": OLD.box.public.hex(),
            "circle": seed("circle").hex(),
            "commitment": COMMITTED.hex(),
            "copy": COPIES.lock(seed("circle"), 3, seed("epoch key")).hex(),
        },
        "signatures": {
            "seed": seed("signer").hex(),
            "payload": b"payload".hex(),
            "public": SECRET.signing.public.hex(),
            "signature": SECRET.signing.sign("entry", b"payload").hex(),
        },
    }


def asked_documents(folder: Path) -> dict[str, Any]:
    """A document of three segments, its object in a file."""
    sealer = documents.DocumentSealer(seed("document key"), seed("circle"), some_id("document"), 3, SIZE)
    (folder / "stored").write_bytes(b"".join(sealer.seal([pattern(SIZE)])))
    assert sealer.sealed is not None
    entry = header(Kind.DOCUMENT)
    return {
        "header": pack(entry).hex(),
        "key": seed("key").hex(),
        "circle": seed("circle").hex(),
        "sealed": bodies.seal_body(seed("key"), entry, manifest(sealer.sealed)).hex(),
        "stored": str(folder / "stored"),
        "answer": str(folder / "answer"),
        "start": RANGE[0],
        "stop": RANGE[1],
    }


def asked_wraps() -> dict[str, Any]:
    """One worker secret, by words, by passkey and by PIN."""
    bound = (WRAPPED.hub, WRAPPED.organisation, WRAPPED.worker, WRAPPED.address, WRAPPED.version)
    return {
        "hub": WRAPPED.hub, "organisation": WRAPPED.organisation.hex(), "worker": WRAPPED.worker.hex(),
        "address": WRAPPED.address, "version": WRAPPED.version,
        "words": WORDS, "salt": some_id("salt").hex(), "output": seed("prf").hex(),
        "credential": CREDENTIAL.hex(), "pin": "482915", "device_half": seed("device half").hex(),
        "hub_half": seed("hub half").hex(), "by_words": SIGN_IN.lock(SECRET, *bound).hex(),
        "by_passkey": PASSKEY.lock(SECRET, CREDENTIAL, WRAPPED).hex(),
        "by_pin": PIN.lock(SECRET, seed("hub half"), WRAPPED).hex(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exchange")


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    """What the browser's code answered."""
    (folder / "asked.json").write_text(json.dumps(asked(folder)), encoding="utf-8")
    node = ["sh", str(WEB.parents[1] / "scripts" / "with-node"), sys.prefix, "node"]
    command = [*node, "tests/protocol/exchange.mjs", str(folder / "asked.json"), str(folder / "told.json")]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    answered: dict[str, Any] = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return answered


def test_boxes_open_in_both_directions(told: dict[str, Any]) -> None:
    assert told["boxes"]["opened"] == seed("epoch key").hex()
    opened = boxes.BoxSecret(seed("python's")).open(bytes.fromhex(told["boxes"]["box"]), EPOCH)
    assert opened == seed("epoch key")


def test_bodies_open_in_both_directions(told: dict[str, Any]) -> None:
    body = default_body(Kind.PLAN)
    assert told["bodies"]["opened"] == pack(body).hex()
    sealed = bytes.fromhex(told["bodies"]["sealed"])
    assert bodies.open_body(seed("key"), header(Kind.PLAN), sealed) == body


def test_documents_open_in_both_directions_whole_and_by_ranges(told: dict[str, Any], folder: Path) -> None:
    file = pattern(SIZE)
    assert told["documents"]["opened"] == hashlib.sha256(file).hexdigest()
    assert told["documents"]["range"] == file[slice(*RANGE)].hex()
    sealed = bytes.fromhex(told["documents"]["sealed"])
    described = bodies.open_body(seed("key"), header(Kind.DOCUMENT), sealed)
    stored = (folder / "answer").read_bytes()
    assert b"".join(documents.open_document(described, seed("circle"), [stored])) == file
    tree = SegmentTree()
    tree.update(stored)
    assert tree.root() == described.segments


def test_wraps_open_in_both_directions(told: dict[str, Any]) -> None:
    wraps = {name: bytes.fromhex(told["wraps"][name]) for name in ("by_words", "by_passkey", "by_pin")}
    assert set(told["wraps"]["opened"].split()) == {SECRET.raw.hex()}
    bound = (WRAPPED.hub, WRAPPED.organisation, WRAPPED.worker, WRAPPED.address, WRAPPED.version)
    assert SIGN_IN.open(wraps["by_words"], *bound).raw == SECRET.raw
    assert PASSKEY.open(wraps["by_passkey"], CREDENTIAL, WRAPPED).raw == SECRET.raw
    assert PIN.open(wraps["by_pin"], seed("hub half"), WRAPPED).raw == SECRET.raw


def test_an_organisations_archive_and_quick_copies_open_in_both_directions(told: dict[str, Any]) -> None:
    made = told["organisation"]
    assert made["opened"] == f"{OLD.raw.hex()} {seed('epoch key').hex()}"
    archive = bytes.fromhex(made["archive"])
    assert NEW.open_archive(some_id("refuge"), archive, OLD.box.public).raw == OLD.raw
    assert COPIES.open(seed("circle"), 3, bytes.fromhex(made["copy"]), COMMITTED) == seed("epoch key")


def test_signatures_hold_in_both_directions(told: dict[str, Any]) -> None:
    made = {name: bytes.fromhex(value) for name, value in told["signatures"].items()}
    verify(made["public"], "entry", b"payload", made["signature"])
    assert made["signature"] == SigningKey(seed("signer")).sign("entry", b"payload")
    assert made["worker"] == WorkerSecret(seed("signer")).signing.public
