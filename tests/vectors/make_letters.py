"""Vectors for letters and statements."""

from __future__ import annotations

from typing import Any

import msgspec

from crypto import letters, statements
from crypto.encoding import pack
from crypto.letters import LetterHeader, LetterKind
from crypto.organisation import box_hash, key_hash
from crypto.signing import SigningKey
from tests.crypto.build import HUB, MINUTE, START, House, Person, seed, some_id
from tests.vectors.form import Case, Keep, Shared, case
from tests.vectors.make_chains import event

BOX, BODY = b"box", b"body"


def letter_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Letters by a worker, by nobody, and by a reply key."""
    police, unit = House("Police"), House("Unit")
    ann = police.admit(Person("Ann"))
    kit_head = police.chain.head
    police.rotate([ann])
    removed_at = police.chain.at
    reply = SigningKey(seed("reply key"))
    base = LetterHeader(
        1, some_id("letter"), LetterKind.REFERRAL, unit.id, 1, key_hash(unit.secret.box.public), b"",
        ann.id, police.id, kit_head, START + MINUTE, b"", box_hash(BOX), box_hash(BODY),
    )  # fmt: skip
    nobody: dict[str, Any] = {"worker": b"", "organisation": b"", "organisation_head": b""}
    first = msgspec.structs.replace(base, **nobody, reply_key=reply.public)
    follow = msgspec.structs.replace(
        base, **nobody, letter=some_id("second"), kind=LetterKind.WITHDRAWAL, in_reply_to=base.letter
    )
    cases: list[Case] = []

    def letter(
        name: str,
        code: str | None,
        header: LetterHeader,
        key: SigningKey | None,
        more: Any = (),
        **changes: Any,
    ) -> None:
        made = letters.sign_letter(msgspec.structs.replace(header, **changes), key)
        inputs = {"header": made.header.hex(), "signature": made.signature.hex(), **dict(more)}
        cases.append(case(name, "letter", code, **inputs))

    by = ann.secret.signing
    sender = {"sender": "police"}
    letter("signed", None, base, by, sender)
    letter("signed-by-another", "forged", base, police.manager.secret.signing, sender)
    letter("signed-for-another-organisation", "forged", base, by, {"sender": "unit"})
    letter("removed-worker", "not-allowed", base, by, {**sender, "received_at": removed_at + 16 * MINUTE})
    letter("backdated-by-a-removed-worker", "not-allowed", base, by, sender, sent_at=removed_at + 16 * MINUTE)
    letter("by-the-kit", "not-allowed", base, police.kit.secret.signing, sender, worker=police.kit.id)
    letter("unknown-head", "stale", base, by, sender, organisation_head=seed("x"))
    letter("unsigned", None, first, None)
    letter("unsigned-is-not-verified", "forged", first, None, sender)
    letter("half-signed", "malformed", base, None)
    letter("half-named", "malformed", base, by, organisation=b"")
    letter("odd-reply-key", "malformed", base, by, reply_key=b"x")
    letter("odd-in-reply-to", "malformed", base, by, in_reply_to=b"x")
    letter("no-body", "malformed", base, by, sealed_hash=b"")
    letter("other-body", "forged", base, by, sealed_hash=seed("x"))
    letter("other-box", "forged", base, by, box_hash=seed("x"))
    letter("newer-version", "update-needed", base, by, version=2)
    after = {"first": pack(first).hex()}
    letter("withdrawal", None, follow, reply, after)
    letter("withdrawal-by-another", "forged", follow, by, after)
    letter("withdrawal-of-another-letter", "forged", follow, reply, after, in_reply_to=some_id("x"))
    letter("withdrawal-to-another-receiver", "forged", follow, reply, after, receiver=police.id)
    letter("withdrawal-unsigned", "forged", follow, None, after)
    letter("reply-key-without-letter", "malformed", follow, reply, in_reply_to=b"")
    letter("withdrawal-in-a-workers-name", "forged", base, by, sender, kind=LetterKind.WITHDRAWAL)
    letter("referral-by-a-reply-key", "forged", follow, reply, after, kind=LetterKind.REFERRAL)
    letter("withdrawal-by-a-worker", "forged", base, by, after, in_reply_to=base.letter)
    shared = {
        "chains": {"police": [event(e) for e in police.events], "unit": [event(e) for e in unit.events]},
        "box": BOX.hex(),
        "body": BODY.hex(),
    }
    return "SPEC 12: letters", shared, cases


def statement_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Statements, reasons and sign-ins."""
    ann = Person("Ann").secret.signing
    other = Person("Bob").secret.signing
    entries = statements.Object(statements.ObjectKind.ENTRIES, seed("circle"), 3, 9)
    base = statements.Statement(
        1, statements.Act.FETCHED, some_id("Ann"), some_id("Refuge"), seed("circle"), (entries,), 1, b"",
        100, seed("log root"), START, some_id("nonce"),
    )  # fmt: skip
    cases: list[Case] = []

    def statement(name: str, code: str | None, key: SigningKey = ann, **changes: Any) -> None:
        made = statements.sign_statement(msgspec.structs.replace(base, **changes), key)
        inputs: dict[str, Any] = {
            "payload": made.payload.hex(),
            "signature": made.signature.hex(),
            "public": ann.public.hex(),
        }
        cases.append(case(name, "statement", code, **inputs))

    def thing(**changes: Any) -> dict[str, Any]:
        return {"objects": (msgspec.structs.replace(entries, **changes),)}

    statement("fetched", None)
    statement("outside-a-circle", None, circle=b"", objects=(statements.Object(5, some_id("letter"), 0, 1),))
    statement("with-a-reason", None, reason_commitment=seed("reason"))
    statement("signed-by-another", "forged", other)
    statement("odd-circle", "malformed", circle=b"x")
    statement("odd-reason", "malformed", reason_commitment=b"x")
    statement("no-objects", "malformed", objects=())
    statement("range-reversed", "malformed", **thing(start=9, stop=3))
    statement("odd-object-id", "malformed", **thing(id=b"x" * 20))
    statement("newer-version", "update-needed", version=2)
    session = {"hub": HUB, "session": some_id("session").hex(), "nonce": seed("nonce").hex()}
    signature = statements.sign_session(HUB, some_id("session"), seed("nonce"), ann).hex()
    inputs = {**session, "public": ann.public.hex(), "signature": signature}
    cases += [
        case("session", "session", **inputs),
        case("session-other-hub", "session", "forged", **{**inputs, "hub": "other.example"}),
        case("session-other-nonce", "session", "forged", **{**inputs, "nonce": seed("x").hex()}),
        case("session-other-session", "session", "forged", **{**inputs, "session": some_id("x").hex()}),
        case("reason", "reason", salt=seed("salt").hex(), reason="A colleague is ill"),
        case("reason-salt-short", "reason", "malformed", salt="00", reason="A colleague is ill"),
    ]
    return "SPEC 13: statements", {"salt": seed("leaf salt").hex()}, cases


MAKERS = {"letters": letter_cases, "statements": statement_cases}
