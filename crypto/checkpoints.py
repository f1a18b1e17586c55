"""Signed notes: the C2SP tlog-checkpoint over the access log, signed by the hub's checkpoint key.

A checkpoint is three lines (origin, size, base64 root), an empty line, and signature lines
"— name base64(key id || signature)" (c2sp.org/signed-note). Origins never start with "kith/1/",
so that a note can never pass for a typed signature. Lines by other signers (witnesses) may have
another form; they are carried and ignored.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

import nacl.bindings as sodium
from nacl.exceptions import CryptoError

from crypto.encoding import MAX_INTEGER
from crypto.errors import Forged, Malformed
from crypto.signing import check_lengths

MAX_NOTE = 4096
_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+]{1,200}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says: the log named ``origin`` had ``size`` leaves under ``root`` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The signed text, ending in a newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def sign(checkpoint: Checkpoint, name: str, seed: bytes) -> str:
    """The whole note, signed by the Ed25519 ``seed`` under ``name``."""
    _check_origin(checkpoint.origin)
    if not _NAME.fullmatch(name):
        raise Malformed("a signer's name has no space and no plus")
    public, secret = sodium.crypto_sign_seed_keypair(seed)
    body = checkpoint.body()
    signature = sodium.crypto_sign(body.encode(), secret)[:64]
    line = base64.b64encode(key_id(name, public) + signature).decode()
    return f"{body}\n\N{EM DASH} {name} {line}\n"


def verify(note: str, name: str, public: bytes) -> Checkpoint:
    """Read a note and require a valid signature by ``public`` under ``name``.

    Raises:
        Malformed: if it is not a checkpoint note.
        Forged: if that signature is missing or wrong.
    """
    checkpoint, signatures = _parse(note)
    wanted = key_id(name, public)
    for line_name, raw in signatures:
        if line_name == name and raw[:4] == wanted:
            _verify_note(checkpoint, raw[4:], public)
            return checkpoint
    raise Forged("the checkpoint is not signed by this hub")


def _verify_note(checkpoint: Checkpoint, signature: bytes, public: bytes) -> None:
    check_lengths(public, signature)
    try:
        sodium.crypto_sign_open(signature + checkpoint.body().encode(), public)
    except CryptoError as error:
        raise Forged("the checkpoint's signature does not hold") from error


def _parse(note: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    if len(note) > MAX_NOTE or not note.endswith("\n"):
        raise Malformed("not a checkpoint note")
    head, separator, tail = note.partition("\n\n")
    lines = head.split("\n")
    if not separator or len(lines) != 3:
        raise Malformed("a checkpoint has three lines before its signatures")
    origin, size, root = lines
    _check_origin(origin)
    number = _number(size)
    signatures = [_signature_line(line) for line in tail[:-1].split("\n")]
    return Checkpoint(origin, number, _root(root)), signatures


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 16:
        raise Malformed("the size is not a plain number")
    number = int(text)
    if str(number) != text or number > MAX_INTEGER:
        raise Malformed("the size is not a plain number")
    return number


def _signature_line(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\N{EM DASH}" or not parts[1]:
        raise Malformed("not a signature line")
    return parts[1], _base64(parts[2])


def _root(line: str) -> bytes:
    root = _base64(line)
    if len(root) != 32:
        raise Malformed("a root is 32 bytes")
    return root


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise Malformed("not the one base64 of those bytes")
    return raw


def _check_origin(origin: str) -> None:
    if not origin or origin.startswith("kith/1/") or "\n" in origin or not origin.isprintable():
        raise Malformed("not a checkpoint origin")
