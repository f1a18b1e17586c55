"""Vectors for entries: headers, facts, hashes and receipts."""

from __future__ import annotations

from typing import Any

import msgspec

from crypto import entries, facts
from crypto.accreditation import OrganisationKind
from crypto.encoding import decode, encode, pack
from crypto.entries import Entry, Kind
from tests.crypto.build import START, House, Ring, World, seed, some_id
from tests.vectors.form import Case, Keep, Shared, case


def entry_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Headers and facts by themselves."""
    world = World()
    ring = Ring(world, world.house("Unit", OrganisationKind.VCU))
    own = facts.Restricted(some_id("restricted"), (seed("box"),))
    said: dict[str, tuple[Kind, Any]] = {
        "message": (Kind.MESSAGE, facts.Message(None)),
        "message-restricted": (Kind.MESSAGE, facts.Message(own)),
        "document": (Kind.DOCUMENT, facts.Document(None, some_id("document"), 1, 1160)),
        "plan": (Kind.PLAN, facts.Plan(None)),
        "action": (Kind.ACTION, facts.Action(None, some_id("action"), some_id("org"), START, 1)),
        "action-change": (
            Kind.ACTION_CHANGE,
            facts.ActionChange(None, some_id("action"), 3, None, None, None, 0),
        ),
        "details": (Kind.DETAILS, facts.Details(None)),
        "release": (Kind.RELEASE, a_release(world, world.house("Police", OrganisationKind.POLICE))),
        "hold": (Kind.HOLD, facts.Hold(some_id("hold"), True, 1)),
        "grant": (
            Kind.GRANT,
            facts.Grant(some_id("org"), 1, seed("k"), (facts.KeyedHash(1, seed("b")),), ()),
        ),
    }
    headers = {name: ring.entry(kind, fact).header for name, (kind, fact) in said.items()}
    headers["open"] = ring.taken[0][0].header
    cases = [case(f"header-{name}", "header", header=header.hex()) for name, header in headers.items()]
    fields = decode(headers["message"])

    def bad(name: str, code: str, **changes: Any) -> None:
        places = {field: place for place, field in enumerate(entries.Header.__struct_fields__)}
        changed = list(fields)
        for field, value in changes.items():
            changed[places[field]] = value
        cases.append(case(name, "header", code, header=encode(changed).hex()))

    bad("newer-version", "update-needed", version=2)
    bad("kind-unknown", "update-needed", kind=99)
    bad("control-kind-unknown", "update-needed", kind=20)
    bad("kind-as-boolean", "malformed", kind=True)
    bad("circle-short", "malformed", circle=bytes(31))
    bad("worker-as-text", "malformed", worker="x" * 16)
    bad("no-sealed-hash", "malformed", sealed_hash=b"")
    bad("facts-of-another-kind", "malformed", kind=int(Kind.DOCUMENT))
    bad("facts-too-many", "malformed", facts=[None, None])
    bad("facts-too-few", "malformed", facts=[])
    bad("number-as-boolean", "malformed", epoch=False)
    opening = entries.read_header(ring.taken[0][0])
    first = ring.taken[0][0]
    by = ring.owner.manager.secret.signing
    receipt = entries.Receipt(1, ring.id, 1, first.hash, ring.log.head, ring.now)
    receipted: dict[str, Any] = {
        "receipt": pack(receipt).hex(),
        "signature": entries.sign_receipt(receipt, world.receipt).hex(),
        "keys": [seed("x").hex(), world.receipt.public.hex()],
    }
    other = pack(msgspec.structs.replace(receipt, seq=2)).hex()
    cases += [
        case("header-missing-field", "header", "malformed", header=encode(fields[:-1]).hex()),
        case("header-extra-field", "header", "malformed", header=encode([*fields, 0]).hex()),
        case("circle-id", "circle-id", header=first.header.hex(), nonce=opening.facts[0].hex()),
        case(
            "next-head",
            "next-head",
            head=seed("h").hex(),
            entry_hash=seed("e").hex(),
            seq=3,
            received_at=START,
        ),
        case("entry-signature", "entry-signature", entry=stored(first), public=by.public.hex()),
        case(
            "entry-signature-other-worker",
            "entry-signature",
            "forged",
            entry=stored(first),
            public=seed("x").hex(),
        ),
        case("body", "body", header=first.header.hex(), sealed=ring.bodies[first.hash].hex()),
        case("body-changed", "body", "forged", header=first.header.hex(), sealed="00"),
        case("receipt", "receipt", **receipted),
        case("receipt-changed", "receipt", "forged", **{**receipted, "receipt": other}),
        case("receipt-other-key", "receipt", "forged", **{**receipted, "keys": [seed("x").hex()]}),
    ]
    return "SPEC 10: entries", {}, cases


def stored(entry: Entry) -> list[str]:
    """[header, signature]."""
    return [entry.header.hex(), entry.signature.hex()]


def a_release(world: World, police: House, **changes: Any) -> facts.Release:
    """The facts of a release to the police."""
    generation = police.chain.generation
    given = facts.Release(
        seed("request"), police.id, police.chain.head, generation.number, generation.key_hash,
        world.listed[police.id], (facts.EntryBox(seed("entry"), seed("box")),),
    )  # fmt: skip
    return msgspec.structs.replace(given, **changes)


MAKERS = {"entries": entry_cases}
