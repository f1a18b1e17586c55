"""Strict deterministic CBOR (RFC 8949 section 4.2) of fixed-length arrays.

Only arrays, unsigned integers up to 2^53-1, byte strings, NFC text, booleans and null exist.
A reader decodes, encodes again and requires the same bytes, so one value has one encoding in
every language. Structs are msgspec ``array_like`` types: the annotation is the validation.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Annotated, Any, TypeVar

import cbor2
import msgspec
from msgspec import Meta

from crypto.errors import Malformed, UpdateNeeded

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 8
MAX_ENCODED = 16 * 1024 * 1024
VERSION = 1

Version = Annotated[int, Meta(ge=1, le=255)]
Uint = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
Time = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
Code = Annotated[int, Meta(ge=0, le=65535)]
Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Key32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
BoxKey = Annotated[bytes, Meta(min_length=1216, max_length=1216)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
LongText = Annotated[str, Meta(max_length=32_000)]


class Struct(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """A fixed-length CBOR array with named, bounded fields."""


S = TypeVar("S")


def encode(value: Any) -> bytes:
    """The one encoding of ``value`` (nested lists/tuples of the allowed types).

    Raises:
        Malformed: if it holds anything SPEC does not allow.
    """
    _check(value, MAX_DEPTH)
    return cbor2.dumps(value)


def decode(data: bytes, *, limit: int = MAX_ENCODED) -> Any:
    """Decode strictly: the same value must encode to the same bytes.

    Raises:
        Malformed: on anything else, including trailing bytes, long integers and floats.
    """
    if len(data) > limit:
        raise Malformed(f"longer than {limit} bytes")
    try:
        value = cbor2.loads(data, max_depth=MAX_DEPTH + 1, allow_indefinite=False)
    except (cbor2.CBORError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise Malformed("not CBOR") from error
    _check(value, MAX_DEPTH)
    if cbor2.dumps(value) != data:
        raise Malformed("not the canonical encoding")
    return value


def pack(struct: Struct) -> bytes:
    """Encode one struct."""
    return encode(to_array(struct))


def to_array(struct: Any) -> Any:
    """The nested lists that stand for a struct (or for a list of them)."""
    return msgspec.to_builtins(struct, builtin_types=(bytes,))


def unpack(kind: type[S], data: bytes, *, limit: int = MAX_ENCODED) -> S:
    """Decode ``data`` strictly as ``kind``.

    Raises:
        UpdateNeeded: when it starts with a version this program does not know.
        Malformed: when the shape, a length or a bound is not what the struct declares.
    """
    return from_array(kind, decode(data, limit=limit))


def from_array(kind: type[S], value: Any) -> S:
    """Validate nested lists as ``kind``; see ``unpack``."""
    fields = getattr(kind, "__struct_fields__", ())
    if fields and fields[0] == "version":
        _check_version(value)
    try:
        return msgspec.convert(value, kind, strict=True, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from error


def tagged_hash(label: str, *parts: bytes) -> bytes:
    """SHA-256("kith/1/" || label || 0x00 || parts): one hash, one purpose. 32 bytes."""
    digest = hashlib.sha256(b"kith/1/" + label.encode() + b"\x00")
    for part in parts:
        digest.update(part)
    return digest.digest()


def _check_version(value: Any) -> None:
    if isinstance(value, list) and value and type(value[0]) is int and value[0] > VERSION:
        raise UpdateNeeded


def _check(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is bytes or kind is bool or value is None:
        return
    if kind is int:
        if not 0 <= value <= MAX_INTEGER:
            raise Malformed("integer out of range")
    elif kind is str:
        if not unicodedata.is_normalized("NFC", value):
            raise Malformed("text is not in NFC")
    elif kind is list or kind is tuple:
        if depth == 0:
            raise Malformed("nested too deeply")
        for item in value:
            _check(item, depth - 1)
    else:
        raise Malformed(f"{kind.__name__} is not allowed")
