"""Strict deterministic CBOR (RFC 8949 section 4.2) of fixed-length arrays.

Only arrays, unsigned integers up to 2^53-1, byte strings, NFC text, booleans and null exist.
The reader knows nothing else: no tag, map, float or long integer is ever even looked at, and
what it accepts encodes to the same bytes again, so one value has one encoding in every language.
Structs are msgspec ``array_like`` types: the annotation is the validation.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Annotated, Any, Final, TypeVar

import cbor2
import msgspec
from msgspec import Meta

from crypto.errors import Malformed, UpdateNeeded

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 8
MAX_ENCODED = 1024 * 1024
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

_UNSIGNED: Final = 0
_BYTES: Final = 2
_TEXT: Final = 3
_ARRAY: Final = 4
_SIMPLE: Final = 7
_SIMPLES: Final = {0xF4: False, 0xF5: True, 0xF6: None}
_ARGUMENT_BYTES: Final = {25: 2, 26: 4, 27: 8}
_SMALLEST: Final = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}
_BUFFERS: Final = (bytes, bytearray, memoryview)
"""Kept as they are, so that anything but ``bytes`` is refused instead of becoming text."""


def encode(value: Any) -> bytes:
    """The one encoding of ``value`` (nested lists/tuples of the allowed types).

    Raises:
        Malformed: if it holds anything SPEC does not allow.
    """
    _check(value, MAX_DEPTH)
    return cbor2.dumps(value)


def decode(data: bytes, *, limit: int = MAX_ENCODED) -> Any:
    """Decode strictly, in one pass; only what ``encode`` would have made is accepted.

    Raises:
        Malformed: on anything else, including trailing bytes, long integers, tags and floats.
    """
    if len(data) > limit:
        raise Malformed(f"longer than {limit} bytes")
    try:
        value, end = _item(data, 0, MAX_DEPTH)
    except IndexError:
        raise Malformed("cut short") from None
    if end != len(data):
        raise Malformed("bytes follow the end")
    return value


def pack(struct: Struct) -> bytes:
    """Encode one struct."""
    return encode(to_array(struct))


def to_array(struct: Any) -> Any:
    """The nested lists that stand for a struct (or for a list of them)."""
    return msgspec.to_builtins(struct, builtin_types=_BUFFERS)


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
    """SHA-256("kith/1/" || label || 0x00 || parts): one hash, one purpose. 32 bytes.

    Parts are joined without lengths: every part but the last has a fixed length.
    """
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
        _check_integer(value)
    elif kind is str:
        _check_text(value)
    elif kind is list or kind is tuple:
        if depth == 0:
            raise Malformed("nested too deeply")
        for item in value:
            _check(item, depth - 1)
    else:
        raise Malformed(f"{kind.__name__} is not allowed")


def _check_integer(value: int) -> None:
    if not 0 <= value <= MAX_INTEGER:
        raise Malformed("integer out of range")


def _check_text(value: str) -> None:
    if not value.isascii() and not unicodedata.is_normalized("NFC", value):
        raise Malformed("text is not in NFC")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Malformed("half a character")


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """The item that starts at ``at`` and where it ends. IndexError when it is cut short."""
    first = data[at]
    major, argument = first >> 5, first & 0x1F
    if major == _SIMPLE:
        return _simple(first), at + 1
    at += 1
    if argument >= 24:
        argument, at = _argument(data, at, argument)
    if major in (_BYTES, _TEXT):
        end = at + argument
        if end > len(data):
            raise IndexError
        return (data[at:end] if major == _BYTES else _text(data[at:end])), end
    if major == _UNSIGNED:
        _check_integer(argument)
        return argument, at
    if major == _ARRAY:
        return _array(data, at, argument, depth)
    raise Malformed("only arrays, unsigned integers, bytes, text, booleans and null exist")


def _argument(data: bytes, at: int, short: int) -> tuple[int, int]:
    if short == 24:
        argument, end = data[at], at + 1
    else:
        length = _ARGUMENT_BYTES.get(short)
        if length is None:
            raise Malformed("indefinite or reserved length")
        end = at + length
        if end > len(data):
            raise IndexError
        argument = int.from_bytes(data[at:end], "big")
    if argument < _SMALLEST[short]:
        raise Malformed("a length or integer is written too long")
    return argument, end


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[list[Any], int]:
    if depth == 0:
        raise Malformed("nested too deeply")
    if count > len(data) - at:
        raise IndexError
    items = []
    for _ in range(count):
        item, at = _item(data, at, depth - 1)
        items.append(item)
    return items, at


def _simple(first: int) -> bool | None:
    if first not in _SIMPLES:
        raise Malformed("no such simple value")
    return _SIMPLES[first]


def _text(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed("text is not UTF-8") from error
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise Malformed("text is not in NFC")
    return text
