"""Vectors for organisations' chains and the authority's documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from crypto import accreditation as authority
from crypto.accreditation import Accreditation, Signed, Withdrawal
from crypto.encoding import decode, encode, pack
from crypto.organisation import Event, Genesis, Role, Rotate, SignedEvent, WorkerBox
from crypto.signing import SigningKey
from tests.crypto.build import DAY, MINUTE, START, House, Person, World, seed, sign_event, some_id
from tests.vectors.form import Case, Keep, Shared, case


def event(made: SignedEvent) -> list[Any]:
    """[kind, payload, signature]."""
    return [made.kind, made.payload.hex(), made.signature.hex()]


def signed(made: Signed) -> list[Any]:
    """[payload, [[key, signature], ...]]."""
    return [made.payload.hex(), [[entry.key.hex(), entry.signature.hex()] for entry in made.signatures]]


def organisations(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Chains that hold, and one wrong event after a chain that holds."""
    house = House("Refuge")
    ann, bob, cat = Person("Ann"), Person("Bob"), Person("Cat")
    pool: dict[str, SignedEvent] = {"genesis": house.events[0]}
    cases: list[Case] = []

    def keeps(name: str, made: SignedEvent) -> None:
        pool[name] = made
        house.take(made)
        house.secrets.extend([house._secret(house.chain.generation.number)] * (made.kind == Event.ROTATE))

    def refused(name: str, code: str, made: SignedEvent) -> None:
        before = [key for key in pool if not key.startswith("bad-")]
        pool[f"bad-{name}"] = made
        cases.append(case(name, "chain", code, events=[*before, f"bad-{name}"]))

    _bad_geneses(house, refused, pool)
    keeps("admit-ann", house.admitting(ann))
    _bad_admissions(house, ann, bob, refused)
    keeps("admit-bob", house.admitting(bob, Role.MANAGER))
    keeps("ann-reviews", house.changing_role(ann, Role.REVIEWER))
    _bad_roles(house, ann, bob, refused)
    keeps("remove-ann", house.rotating([ann]))
    _bad_rotations(house, ann, bob, refused)
    keeps("kit-brings-cat", house.admitting(cat, Role.MANAGER, house.kit))
    keeps("new-words-for-bob", house.admitting(bob.renewed(), Role.MANAGER))
    good = [name for name in pool if not name.startswith("bad-")]
    cases += [case(f"chain-of-{n}", "chain", events=good[:n]) for n in range(1, len(good) + 1)]
    cases += [
        case("nothing", "chain", "malformed", events=[]),
        case("no-genesis", "chain", "malformed", events=good[1:]),
        case("two-geneses", "chain", "malformed", events=["genesis", "genesis"]),
        case("dropped-event", "chain", "forged", events=[good[0], *good[2:]]),
        case("reordered", "chain", "forged", events=[good[0], good[2], good[1]]),
        case("repeated", "chain", "stale", events=[*good[:2], good[1]]),
    ]
    removal = house.chain.tenures[ann.id][-1].until_at or 0
    asked: list[tuple[str, str | None, str, Person, int | None]] = [
        ("stood-when-signed", None, "admit-ann", ann, None),
        ("received-in-time", None, "admit-ann", ann, START + 4 * MINUTE),
        ("received-too-late", "not-allowed", "admit-ann", ann, removal + 16 * MINUTE),
        ("not-yet-admitted", "not-allowed", "genesis", ann, None),
        ("removed", "not-allowed", "remove-ann", ann, None),
        ("a-manager-stays", None, "remove-ann", house.manager, START + DAY),
        ("old-keys-after-new-words", "not-allowed", "remove-ann", bob, START + DAY),
    ]
    for name, code, at, person, received in asked:
        more = {} if received is None else {"received_at": received}
        cases.append(case(name, "member-at", code, events=good, at=at, worker=person.id.hex(), **more))
    cases += [
        case("time-about-now", "event-time", event="genesis", now=START + 10 * MINUTE),
        case("time-too-old", "event-time", "not-allowed", event="genesis", now=START + 10 * MINUTE + 1),
        case("time-ahead", "event-time", "not-allowed", event="genesis", now=START - 10 * MINUTE - 1),
    ]
    shared = {"events": {name: event(made) for name, made in pool.items()}}
    return "SPEC 8: organisations; each case replays its events in order", shared, cases


def _bad_geneses(house: House, refused: Any, pool: dict[str, SignedEvent]) -> None:
    good = msgspec.convert(decode(house.events[0].payload), Genesis, builtin_types=(bytes,))
    held = pool.pop("genesis")

    def bad(name: str, code: str, by: Person | None = None, **changes: Any) -> None:
        made = sign_event(Event.GENESIS, msgspec.structs.replace(good, **changes), by or house.manager)
        refused(f"genesis-{name}", code, made)

    small = msgspec.structs.replace(good.kit, signing_key=b"\x01" + bytes(31))
    bad("by-kit", "forged", house.kit)
    bad("founder-no-manager", "not-allowed", founder=msgspec.structs.replace(good.founder, role=Role.WORKER))
    bad("no-kit", "not-allowed", kit=msgspec.structs.replace(good.kit, role=Role.WORKER))
    bad("shared-key", "not-allowed", kit=msgspec.structs.replace(good.kit, box_key=good.founder.box_key))
    bad("missing-box", "malformed", boxes=good.boxes[:1])
    bad("box-for-another", "not-allowed", boxes=(good.boxes[0], WorkerBox(b"\xff" * 16, seed("x"))))
    bad("boxes-out-of-order", "not-allowed", boxes=good.boxes[::-1])
    bad("small-order-key", "malformed", kit=small)
    bad("unusable-box-key", "malformed", box_key=b"\xff" * 1216)
    bad("newer-version", "update-needed", version=2)
    bad("version-zero", "malformed", version=0)
    payload = held.payload + b"\x00"
    signature = house.manager.secret.signing.sign("organisation/genesis", payload)
    refused("genesis-trailing-byte", "malformed", SignedEvent(1, payload, signature))
    short = encode([*decode(held.payload)[:-1]])
    refused(
        "genesis-missing-field", "malformed",
        SignedEvent(1, short, house.manager.secret.signing.sign("organisation/genesis", short)),
    )  # fmt: skip
    refused("genesis-as-another-kind", "malformed", SignedEvent(2, held.payload, held.signature))
    pool["genesis"] = held


def _bad_admissions(house: House, ann: Person, bob: Person, refused: Any) -> None:
    def bad(name: str, code: str, person: Person = bob, role: int = Role.WORKER, **more: Any) -> None:
        refused(f"admit-{name}", code, house.admitting(person, role, **more))

    bad("by-worker", "not-allowed", by=ann)
    bad("by-stranger", "not-allowed", by=bob)
    bad("earlier-head", "stale", previous=house.events[0].head)
    bad("unknown-head", "forged", previous=seed("x"))
    bad("other-organisation", "forged", organisation=some_id("x"))
    bad("other-generation", "stale", generation=2)
    bad("time-backwards", "not-allowed", at=house.chain.at - 1)
    bad("by-kit-no-manager", "not-allowed", by=house.kit)
    bad("role-unknown", "not-allowed", role=5)
    bad("same-keys-again", "not-allowed", member=ann.member(Role.WORKER))
    bad("kit-becomes-worker", "not-allowed", house.kit.renewed())
    bad("worker-becomes-kit", "not-allowed", ann.renewed(), Role.KIT)
    bad("last-manager-becomes-worker", "not-allowed", house.manager.renewed())
    small = msgspec.structs.replace(bob.member(Role.WORKER), signing_key=bytes(32))
    bad("small-order-key", "malformed", member=small)
    good = house.admitting(bob)
    refused(
        "admit-signed-by-another",
        "forged",
        SignedEvent(2, good.payload, ann.secret.signing.sign("organisation/admit", good.payload)),
    )
    refused("admit-as-another-kind", "malformed", SignedEvent(3, good.payload, good.signature))
    refused("admit-kind-unknown", "malformed", SignedEvent(5, good.payload, good.signature))


def _bad_roles(house: House, ann: Person, bob: Person, refused: Any) -> None:
    refused("role-by-kit", "not-allowed", house.changing_role(ann, Role.WORKER, house.kit))
    refused("role-of-kit", "not-allowed", house.changing_role(house.kit, Role.WORKER))
    refused("role-of-stranger", "not-allowed", house.changing_role(Person("Zed"), Role.WORKER))
    refused("role-kit", "malformed", house.changing_role(ann, Role.KIT))
    refused("role-by-reviewer", "not-allowed", house.changing_role(bob, Role.WORKER, ann))


def _bad_rotations(house: House, ann: Person, bob: Person, refused: Any) -> None:
    chain = house.chain

    def bad(name: str, code: str, removed: Sequence[Person] = (), **changes: Any) -> None:
        refused(f"rotate-{name}", code, house.rotating(removed, **changes))

    bad("skips-generation", "not-allowed", generation=chain.generation.number + 2)
    bad("same-key", "not-allowed", box_key=chain.generations[0].box_key)
    bad("removes-stranger", "not-allowed", removed=[ann])
    bad("removes-author", "not-allowed", removed=[house.manager])
    bad("removes-all-managers", "not-allowed", removed=[house.manager, bob], by=house.kit)
    removed = sorted([bob.id, house.kit.id], reverse=True)
    two = msgspec.convert(decode(house.rotating([bob, house.kit]).payload), Rotate, builtin_types=(bytes,))
    refused(
        "rotate-removal-out-of-order", "not-allowed",
        sign_event(Event.ROTATE, msgspec.structs.replace(two, removed=tuple(removed)), house.manager),
    )  # fmt: skip
    refused(
        "rotate-removal-stripped", "not-allowed",
        sign_event(Event.ROTATE, msgspec.structs.replace(two, removed=()), house.manager),
    )  # fmt: skip
    bad("box-withheld", "not-allowed", boxes=two.boxes)
    bad("unusable-box-key", "malformed", box_key=b"\xff" * 1216)


def authority_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Roots, their succession, accreditations and withdrawals."""
    world, house = World(), House("Refuge")
    fourth = SigningKey(seed("authority 3"))
    first = world.signed_root
    documents: dict[str, Signed] = {"first": first}
    cases = [case("root", "roots", roots=["first"])]

    def root(name: str, code: str | None, keys: Sequence[SigningKey] | None = None, **changes: Any) -> None:
        documents[name] = authority.sign("root", world.new_root(**changes), keys or world.keys)
        cases.append(case(name, "roots", code, roots=[name]))

    root("root-two-of-three", None, world.keys[:2])
    root("root-one-of-three", "forged", world.keys[:1])
    root("root-same-key-signs-twice", "forged", [world.keys[0], world.keys[0]])
    root("root-by-strangers", "forged", [fourth, SigningKey(seed("x"))])
    root("root-repeated-key", "not-allowed", keys=None, threshold=2, witnesses=(world.keys[0].public,))
    root("root-threshold-too-high", "not-allowed", threshold=4)
    root("root-receipt-key-is-checkpoint-key", "not-allowed", checkpoint_keys=(world.receipt.public,))
    root("root-number-zero", "not-allowed", number=0)
    root("root-number-two-without-previous", "not-allowed", number=2)
    root("root-small-order-witness", "malformed", witnesses=(bytes(32),))
    root("root-newer-version", "update-needed", version=2)
    both = [*world.keys, fourth]
    base: dict[str, Any] = {
        "number": 2, "previous": authority.digest(first), "at": START + DAY, "threshold": 1,
        "keys": (fourth.public,),
    }  # fmt: skip

    def next_root(name: str, code: str | None, keys: Sequence[SigningKey], **changes: Any) -> None:
        documents[name] = authority.sign("root", world.new_root(**{**base, **changes}), keys)
        cases.append(case(name, "roots", code, roots=["first", name]))

    next_root("succession", None, both)
    next_root("succession-not-by-old", "forged", [fourth])
    next_root("succession-not-by-new", "forged", world.keys)
    next_root("succession-skips", "stale", both, number=3)
    next_root("succession-of-another", "stale", both, previous=seed("x"))
    next_root("succession-other-hub", "not-allowed", both, hub="other.example")
    next_root("succession-time-backwards", "not-allowed", both, at=START - 1)
    cases.append(case("succession-backwards", "roots", "stale", roots=["succession", "first"]))
    return _accreditations(world, house, documents, cases, fourth)


def _accreditations(
    world: World, house: House, documents: dict[str, Signed], cases: list[Case], fourth: SigningKey
) -> tuple[str, Shared, list[Case]]:
    good = Accreditation(
        1, house.id, "Refuge", "refuge.example", 1, house.chain.genesis, START, START + DAY, 1
    )
    two = world.keys[:2]
    moments = [START - 1, START, START + 1000, START + DAY - 1, START + DAY]

    def document(
        name: str, code: str | None, keys: Sequence[SigningKey] = two, root: str = "first", **changes: Any
    ) -> None:
        documents[name] = authority.sign("accreditation", msgspec.structs.replace(good, **changes), keys)
        cases.append(case(name, "accreditation", code, root=root, document=name, moments=moments))

    document("accreditation", None)
    document("accreditation-one-signature", "forged", world.keys[:1])
    document("accreditation-kind-unknown", "malformed", kind=5)
    document("accreditation-dates-reversed", "not-allowed", valid_to=START)
    document("accreditation-by-dropped-keys", "forged", root="succession")
    document("accreditation-signed-again", None, [fourth], root="succession")
    documents["later"] = authority.sign("accreditation", msgspec.structs.replace(good, root=2), two)
    cases.append(
        case(
            "accreditation-of-a-later-root",
            "accreditation",
            "not-allowed",
            root="first",
            document="later",
            moments=[],
        )
    )
    for name, gone in {
        "withdrawn": Withdrawal(1, house.id, authority.digest(documents["accreditation"]), START + 1000, 1),
        "another-withdrawn": Withdrawal(1, house.id, seed("x"), START + 1000, 1),
    }.items():
        documents[name] = authority.sign("withdrawal", gone, two)
        inputs: dict[str, Any] = {
            "root": "first",
            "document": "accreditation",
            "withdrawals": [name],
            "moments": moments,
        }
        cases.append(case(name, "accreditation", **inputs))
    gone = Withdrawal(1, house.id, authority.digest(documents["accreditation"]), START + 1000, 1)
    payload = pack(gone)
    wrong = tuple(authority.KeySignature(key.public, key.sign("accreditation", payload)) for key in two)
    documents["withdrawal-wrong-type"] = Signed(payload, wrong)
    cases.append(
        case(
            "withdrawal-signed-as-another-type",
            "withdrawal",
            "forged",
            root="first",
            document="withdrawal-wrong-type",
        )
    )
    shared = {"documents": {name: signed(made) for name, made in documents.items()}}
    return "SPEC 9: the authority", shared, cases


MAKERS = {"organisations": organisations, "authority": authority_cases}
