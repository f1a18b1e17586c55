"""What each case asks of the primitives: encoding, keys, words, boxes, content, the tree, documents."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import msgspec

from crypto import checkpoints, encoding, keys, merkle, signing
from crypto.private import bodies, boxes, content, documents, rewraps, secrets, unlocking, words
from tests.vectors.form import Case, Check, Shared, joined, pattern, unhex


def plain(value: Any) -> Any:
    """JSON for a decoded value: bytes become ``{"bytes": hex}``."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return unhex(value["bytes"])
    return [_value(item) for item in value] if isinstance(value, list) else value


def _decode(shared: Shared, case: Case) -> Any:
    value = encoding.decode(unhex(case["cbor"]))
    assert encoding.encode(value) == unhex(case["cbor"])
    return plain(value)


def _encode(shared: Shared, case: Case) -> Any:
    return encoding.encode(_value(case["value"])).hex()


def _hash(shared: Shared, case: Case) -> Any:
    return encoding.tagged_hash(case["label"], *map(unhex, case["parts"])).hex()


def _verify(shared: Shared, case: Case) -> Any:
    signing.verify(unhex(case["public"]), case["type"], unhex(case["payload"]), unhex(case["signature"]))
    return True


def _sign(shared: Shared, case: Case) -> Any:
    key = signing.SigningKey(unhex(case["seed"]))
    return {"public": key.public.hex(), "signature": key.sign(case["type"], unhex(case["payload"])).hex()}


def _signing_key(shared: Shared, case: Case) -> Any:
    keys.check_signing_key(unhex(case["public"]))
    return True


def _box_key(shared: Shared, case: Case) -> Any:
    keys.check_box_key(unhex(case["public"]))
    return True


def _word_list(shared: Shared, case: Case) -> Any:
    listed = words.word_list()
    return {"count": len(listed), "sha256": hashlib.sha256("\n".join(listed).encode()).hexdigest()}


def _normalise(shared: Shared, case: Case) -> Any:
    return words.normalise(case["typed"], case["count"])


def _spoken(shared: Shared, case: Case) -> Any:
    return words.spoken(unhex(case["digest"]))


def _sign_in(shared: Shared, case: Case) -> Any:
    made = secrets.SignInKeys.derive(case["words"], unhex(case["salt"]))
    return {"auth": made.auth.hex(), "wrap": made.wrap.hex()}


def _kit(shared: Shared, case: Case) -> Any:
    return secrets.kit_secret(case["words"], unhex(case["organisation"])).raw.hex()


def _introduction(shared: Shared, case: Case) -> Any:
    told = encoding.unpack(secrets.Introduction, unhex(case["cbor"]))
    digest = secrets.introduction_digest(told)
    return {"digest": digest.hex(), "spoken": words.spoken(digest)}


def _worker(shared: Shared, case: Case) -> Any:
    secret = secrets.WorkerSecret(unhex(case["secret"]))
    return {
        "signing": secret.signing.public.hex(),
        "box": secret.box.public.hex(),
        "pins": secret.pins.hex(),
    }


def _organisation_secret(shared: Shared, case: Case) -> Any:
    secret = secrets.OrganisationSecret(unhex(case["secret"]), case["generation"])
    return {"box_sha256": hashlib.sha256(secret.box.public).hexdigest(), "rewrap": secret.rewrap.hex()}


def _unlock(shared: Shared, case: Case) -> Any:
    return secrets.unlock(unhex(case["key"]), unhex(case["locked"]), unhex(case["associated"])).hex()


def _unwrap(shared: Shared, case: Case) -> Any:
    made = secrets.SignInKeys(b"", unhex(case["wrap_key"]), unhex(case["salt"]))
    wrapped, organisation, worker = (unhex(case[name]) for name in ("wrapped", "organisation", "worker"))
    opened = made.open(wrapped, case["hub"], organisation, worker, case["address"], case["version"])
    return opened.raw.hex()


def _archive(shared: Shared, case: Case) -> Any:
    secret = secrets.OrganisationSecret(unhex(case["secret"]), case["generation"])
    public = shared["publics"][case["public"]]
    opened = secret.open_archive(unhex(case["organisation"]), unhex(case["archive"]), unhex(public))
    return {"secret": opened.raw.hex(), "generation": opened.generation}


def _bound(case: Case) -> unlocking.Wrapped:
    organisation, worker = unhex(case["organisation"]), unhex(case["worker"])
    return unlocking.Wrapped(case["hub"], organisation, worker, case["address"], case["version"])


def _passkey(shared: Shared, case: Case) -> Any:
    keys = unlocking.PasskeyKeys.derive(unhex(case["output"]), case["hub"])
    asked = unlocking.passkey_input(case["hub"])
    return {"input": asked.hex(), "auth": keys.auth.hex(), "wrap": keys.wrap.hex()}


def _open_passkey(shared: Shared, case: Case) -> Any:
    keys = unlocking.PasskeyKeys.derive(unhex(case["output"]), case["hub"])
    return keys.open(unhex(case["locked"]), unhex(case["credential"]), _bound(case)).raw.hex()


@lru_cache
def _stretched(pin: str, device_half: str, worker: str) -> unlocking.PinKeys:
    return unlocking.PinKeys.derive(pin, unhex(device_half), unhex(worker))


def _pin_keys(case: Case) -> unlocking.PinKeys:
    """Many cases have the same PIN, and Argon2id is slow on purpose."""
    return _stretched(case["pin"], case["device_half"], case["worker"])


def _pin(shared: Shared, case: Case) -> Any:
    keys = _pin_keys(case)
    return {"check": keys.check.hex(), "wrap": keys.wrap_key(unhex(case["hub_half"])).hex()}


def _open_pin(shared: Shared, case: Case) -> Any:
    locked, half = unhex(case["locked"]), unhex(case["hub_half"])
    return _pin_keys(case).open(locked, half, _bound(case)).raw.hex()


def _open_rewrap(shared: Shared, case: Case) -> Any:
    secret = secrets.OrganisationSecret(unhex(case["secret"]), case["generation"])
    copies = rewraps.Rewraps(secret, unhex(case["organisation"]))
    circle, wrapped, committed = (unhex(case[name]) for name in ("circle", "wrapped", "commitment"))
    return copies.open(circle, case["epoch"], wrapped, committed).hex()


def _open_box(shared: Shared, case: Case) -> Any:
    secret = boxes.BoxSecret(unhex(case["seed"]))
    return secret.open(joined(shared["sealed"], case["box"]), unhex(case["info"])).hex()


def _seal_box(shared: Shared, case: Case) -> Any:
    return len(boxes.seal(unhex(case["public"]), b"k" * 32, b"info"))


def _public_of(shared: Shared, case: Case) -> Any:
    return boxes.BoxSecret(unhex(case["seed"])).public.hex()


def _info(shared: Shared, case: Case) -> Any:
    makers = {
        "epoch": boxes.epoch_info,
        "entry-key": boxes.entry_key_info,
        "body": boxes.body_info,
        "organisation": boxes.organisation_info,
        "letter": boxes.letter_info,
        "profile": boxes.profile_info,
        "reason": boxes.reason_info,
    }
    maker: Any = makers[case["label"]]
    return maker(*[unhex(value) if isinstance(value, str) else value for value in case["arguments"]]).hex()


def _open_content(shared: Shared, case: Case) -> Any:
    sealed = joined(shared["sealed"], case["parts"])
    opened = content.open_(unhex(case["key"]), unhex(case["context"]), sealed)
    streamed = b"".join(
        content.open_stream(unhex(case["key"]), unhex(case["context"]), [sealed[:70], sealed[70:]])
    )
    assert opened == streamed
    return {"length": len(opened), "is_pattern": opened == pattern(len(opened))}


def _pad(shared: Shared, case: Case) -> Any:
    return content.pad(unhex(case["plaintext"])).hex()


def _unpad(shared: Shared, case: Case) -> Any:
    return content.unpad(unhex(case["padded"])).hex()


def _sizes(shared: Shared, case: Case) -> Any:
    length = case["length"]
    return {
        "padme": content.padme(length),
        "sealed": content.sealed_size(length),
        "document_padded": documents.padded_size(length),
        "document_stored": documents.stored_size(length),
    }


def _entry_key(shared: Shared, case: Case) -> Any:
    return content.entry_key(unhex(case["epoch_key"]), unhex(case["header_id"])).hex()


def _commitment(shared: Shared, case: Case) -> Any:
    return content.commitment(unhex(case["circle"]), case["epoch"], unhex(case["epoch_key"])).hex()


def _contexts(shared: Shared, case: Case) -> Any:
    one, two = unhex(case["id"]), unhex(case["document"])
    return {
        "body": content.body_context(one).hex(),
        "document": content.document_context(one, two, case["version"]).hex(),
        "letter": content.letter_context(one).hex(),
    }


def _root_of(shared: Shared, case: Case) -> Any:
    return merkle.root_of([unhex(leaf) for leaf in case["leaves"]]).hex()


def _inclusion(shared: Shared, case: Case) -> Any:
    path = [unhex(node) for node in case["path"]]
    merkle.verify_inclusion(unhex(case["leaf"]), case["index"], case["size"], path, unhex(case["root"]))
    return True


def _consistency(shared: Shared, case: Case) -> Any:
    path = [unhex(node) for node in case["path"]]
    roots = unhex(case["old_root"]), unhex(case["new_root"])
    merkle.verify_consistency(case["old"], case["new"], *roots, path)
    return True


def _note(shared: Shared, case: Case) -> Any:
    checkpoint = checkpoints.verify(case["note"], case["signer"], unhex(case["public"]))
    return {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}


def _document(shared: Shared, case: Case) -> Any:
    values = {**shared["manifests"][case["manifest"]], **case.get("changes", {})}
    for field in ("document", "plaintext_hash", "segments", "key"):
        values[field] = unhex(values[field])
    manifest = msgspec.convert(list(values.values()), bodies.Manifest, builtin_types=(bytes,))
    stored = joined(shared["sealed"], case["parts"])
    opened = b"".join(
        documents.open_document(manifest, unhex(shared["circle"]), [stored[:100], stored[100:]])
    )
    return {"length": len(opened), "is_pattern": opened == pattern(len(opened))}


CHECKS: dict[str, Check] = {
    "decode": _decode,
    "encode": _encode,
    "tagged-hash": _hash,
    "verify": _verify,
    "sign": _sign,
    "signing-key": _signing_key,
    "box-key": _box_key,
    "word-list": _word_list,
    "normalise": _normalise,
    "spoken": _spoken,
    "sign-in": _sign_in,
    "kit": _kit,
    "introduction": _introduction,
    "worker-secret": _worker,
    "organisation-secret": _organisation_secret,
    "unlock": _unlock,
    "unwrap": _unwrap,
    "open-archive": _archive,
    "passkey": _passkey,
    "open-passkey": _open_passkey,
    "pin": _pin,
    "open-pin": _open_pin,
    "open-rewrap": _open_rewrap,
    "open-box": _open_box,
    "seal-box": _seal_box,
    "box-public": _public_of,
    "info": _info,
    "open-content": _open_content,
    "pad": _pad,
    "unpad": _unpad,
    "sizes": _sizes,
    "entry-key": _entry_key,
    "commitment": _commitment,
    "contexts": _contexts,
    "root": _root_of,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "note": _note,
    "open-document": _document,
}
