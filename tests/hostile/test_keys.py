"""Items 1, 2, 6, 7, 8, 9 and 16: keys, people and organisations that are not who they seem."""

from __future__ import annotations

import os
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from crypto.accreditation import OrganisationKind
from crypto.encoding import pack
from crypto.entries import Kind
from crypto.organisation import Admit, Event, Genesis, Member, Role, SignedEvent, WorkerBox, box_hash
from crypto.private import boxes
from crypto.private.secrets import OrganisationSecret, WorkerSecret
from keyholder import rekeying
from keyholder.authority import AuthorityKeys
from keyholder.end import End
from keyholder.enrolment import join, secret_box, sign_event
from keyholder.errors import KeyholderError, WrongWords
from keyholder.opening import Shown
from tests.hostile.conftest import alarmed
from tests.hostile.forging import b64, flipped
from tests.hostile.proxy import Asked, Change, Denied, Proxy
from tests.keyholder.world import World


def served(answer: Any, *events: SignedEvent) -> Any:
    """A chain's page with these events alone."""
    rows = [{"kind": e.kind, "payload": b64(e.payload), "signature": b64(e.signature)} for e in events]
    return answer | {"events": rows, "length": len(rows), "head": b64(events[-1].head)}


def own_genesis(organisation: bytes) -> tuple[SignedEvent, WorkerSecret, bytes]:
    """An organisation that the hub founds for itself, under somebody else's id."""
    secret, founder, kit = OrganisationSecret.generate(1), WorkerSecret.generate(), WorkerSecret.generate()
    members = [
        Member(os.urandom(16), founder.signing.public, founder.box.public, Role.MANAGER),
        Member(os.urandom(16), kit.signing.public, kit.box.public, Role.KIT),
    ]
    given = {m.worker: box_hash(secret_box(secret, organisation, m)) for m in members}
    listed = tuple(WorkerBox(worker, given[worker]) for worker in sorted(given))
    genesis = Genesis(1, organisation, 1, members[0], members[1], secret.box.public, listed)
    return sign_event(Event.GENESIS, pack(genesis), founder), founder, members[0].worker


def events_of(proxy: Proxy, organisation: bytes) -> list[SignedEvent]:
    """The true events that were served last from the beginning on."""
    answers = [body for path, body in proxy.answered if path.endswith(f"{organisation.hex()}/chain")]
    longest = max(answers, key=lambda body: len(body["events"]))
    return [
        SignedEvent(row["kind"], b64decode(row["payload"]), b64decode(row["signature"]))
        for row in longest["events"]
    ]


async def test_item_01_an_organisation_the_hub_made_up_is_refused(world: World, proxy: Proxy) -> None:
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    ours = await world.vcu.manager.open_circle("Circle for J")
    false, _, _ = own_genesis(steps.id)
    proxy.change(f"{steps.id.hex()}/chain", lambda answer, _: served(answer, false))

    with alarmed(1, "key-substituted"):
        await ours.invite(steps.id, "Please help.")

    assert steps.id not in (await ours.people()).pending


async def test_item_01_an_authority_the_hub_made_up_is_refused(world: World, proxy: Proxy) -> None:
    other = AuthorityKeys.generate()
    keys = world.hub.hub.keys
    false = other.succeed(
        world.packed_root, at=world.hub.clock.now, old=[], receipt_keys=[keys.receipt_public]
    )
    proxy.change("/authority", lambda *_: {"roots": [b64(false)]})

    with alarmed(1, "authority-changed"):
        await world.again(world.vcu)


async def test_item_01_an_accreditation_by_somebody_else_is_refused(world: World, proxy: Proxy) -> None:
    def forge(answer: Any, _: Asked) -> Any:
        return answer | {"accreditations": [b64(flip_last(each)) for each in answer["accreditations"]]}

    proxy.change(f"{world.shelter.id.hex()}/chain", forge)
    with alarmed(1, "not-accredited"):
        await world.vcu.manager.directory()


def flip_last(text: str) -> bytes:
    return flipped(b64decode(text))


async def test_item_01_another_person_under_ones_own_sign_in_is_refused(world: World, proxy: Proxy) -> None:
    founded = world.vcu.founded
    connection = await world.connection()

    with alarmed(1, "key-substituted"):
        await End.sign_in(
            connection,
            world.trust,
            founded.address,
            founded.words,
            folder=world.folder,
            clock=world.hub.clock,
            expect=os.urandom(16),
            device=world.device(founded.address),
        )


async def test_item_02_signed_records_that_list_other_keys_are_refused(world: World, proxy: Proxy) -> None:
    """The manager was made to admit new keys for Ann; the hub still hands Ann her old ones."""
    ann = await world.colleague(world.vcu, "ann")
    start, proved = proxy.last("/sign-in/start"), proxy.last("/sign-in/prove")
    invitation = await world.vcu.manager.team.invite("ann@harbour.example", replaces=ann.worker)
    thief = await join(
        await world.connection(), world.trust, world.link(invitation), ann.address, world.device(ann.address)
    )
    await world.vcu.manager.team.admit(thief.spoken, "worker", replaces=ann.worker)
    await world.sign_in(thief.address, thief.words)
    token = proxy.last("/sign-in/finish")
    lies = {"start": start, "prove": proved, "finish": token}

    async def sign_in_with_old_words() -> None:
        for step, answer in lies.items():
            proxy.change(f"/sign-in/{step}", telling(answer))
        proxy.forced |= {f"/v1/sign-in/{step}" for step in lies}
        await world.sign_in(ann.address, ann.words)

    with alarmed(2, "own-keys-differ"):
        await sign_in_with_old_words()


def telling(answer: Any) -> Change:
    """A change that tells this, whatever was asked."""
    return lambda *_: answer


async def test_item_06_nothing_is_sealed_while_a_renewal_cannot_be_made_good(
    world: World, proxy: Proxy
) -> None:
    ours, theirs = await world.shared_circle()
    await world.shelter.manager.team.rotate()
    world.hub.clock.move(minutes=2)
    posted: list[int] = []

    def refuse(answer: Any, asked: Asked) -> Any:
        posted.append(1)
        raise Denied(403, "not-allowed")

    proxy.change("/entries", refuse, "POST")
    with pytest.raises(KeyholderError):
        await ours.post("Under the old key?")

    proxy.honest()
    kinds = [v.header.kind for v in (await theirs.sync(), theirs.book.entries)[1]]
    assert Kind.MESSAGE not in kinds
    assert len(posted) == 1


async def test_item_06_a_renewal_that_was_withheld_comes_out_with_the_next_entry(
    world: World, proxy: Proxy
) -> None:
    ours, theirs = await world.shared_circle()
    await ours.sync()
    before = events_of(proxy, world.shelter.id)
    await world.shelter.manager.team.rotate()
    world.hub.clock.move(minutes=2)
    await theirs.post("Under our new key.")
    proxy.change(f"{world.shelter.id.hex()}/chain", lambda answer, _: honest_page(answer, before))

    with alarmed(5, "chain-changed"):
        await ours.sync()


def honest_page(answer: Any, before: list[SignedEvent]) -> Any:
    """A page that hides what came after ``before``."""
    return answer | {"events": [], "length": len(before), "head": b64(before[-1].head)}


async def test_item_07_a_colleagues_box_is_no_box_of_ones_own(
    world: World, proxy: Proxy, tmp_path: Path
) -> None:
    await world.colleague(world.vcu, "ann")
    circle = await world.vcu.manager.open_circle("Circle for J")
    anns = await world.colleague(world.vcu, "bob")
    await anns.end.circle(circle.id).about()
    other = proxy.last("/keys")
    proxy.change("/keys", lambda answer, _: answer | {"box": other["box"]})

    again = await world.again(world.vcu, tmp_path / "another device")
    with alarmed(25, "box-withheld"):
        await again.circle(circle.id).about()


async def test_item_07_a_key_made_for_another_circle_opens_nothing_and_is_replaced(
    world: World, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hostile member boxes the new key for another circle; the others renew it before they speak."""
    ours, theirs = await world.shared_circle()
    real = boxes.epoch_info

    def elsewhere(circle: bytes, *rest: Any) -> bytes:
        return real(os.urandom(32), *rest)

    with monkeypatch.context() as patch:
        patch.setattr(boxes, "epoch_info", elsewhere)
        await theirs.rekey()
    bad = (await ours.people()).epoch.number

    await ours.post("Said under a sound key.")

    assert (await ours.people()).epoch.number == bad + 1
    items = [item for item in await ours.read() if item.kind == Kind.REKEY]
    assert [item.state for item in items] == [Shown.LOCKED, Shown.OPEN]


async def test_item_07_keys_that_differ_between_members_are_noticed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Item 14 too: one promise stands in the entry, and only the key that fits it counts."""
    ours, theirs = await world.shared_circle()
    real = rekeying.listed

    def another_key(
        desk: Any, circle: bytes, epoch: int, head: bytes, organisation: bytes, key: bytes
    ) -> Any:
        given = os.urandom(32) if organisation == world.vcu.id else key
        return real(desk, circle, epoch, head, organisation, given)

    with monkeypatch.context() as patch:
        patch.setattr(rekeying, "listed", another_key)
        await theirs.rekey()
    await theirs.post("Only I can read this.")

    items = [item for item in await ours.read() if item.kind == Kind.MESSAGE]

    assert [(item.state, item.body) for item in items] == [(Shown.LOCKED, None)]


@pytest.mark.parametrize("what", ["worker", "wrap_version", "wrapped"])
async def test_item_08_anything_changed_beside_the_wrapped_secret_is_refused(
    world: World, proxy: Proxy, what: str
) -> None:
    lies: dict[str, Any] = {
        "worker": lambda value: b64(os.urandom(16)),
        "wrap_version": lambda value: value + 1,
        "wrapped": lambda value: b64(flip_last(value)),
    }
    proxy.change("/sign-in/prove", lambda answer, _: answer | {what: lies[what](answer[what])})

    with alarmed(8, "sign-in-changed"):
        await world.again(world.vcu)
    assert "/v1/sign-in/finish" not in [path for _, path in proxy.asked[-2:]]


async def test_item_08_another_salt_proves_nothing_and_opens_nothing(world: World, proxy: Proxy) -> None:
    proxy.change("/sign-in/start", lambda answer, _: answer | {"salt": b64(os.urandom(16))})

    with pytest.raises(WrongWords):
        await world.again(world.vcu)


async def test_item_08_another_hubs_name_is_refused_before_the_words_are_used(
    world: World, proxy: Proxy
) -> None:
    proxy.change("/sign-in/start", lambda answer, _: answer | {"hub": "elsewhere.example"})

    with alarmed(8):
        await world.again(world.vcu)
    assert proxy.asked[-1][1] == "/v1/sign-in/start"


@pytest.mark.parametrize("lie", [{"suite": 0}, {"suite": 2}, {"salt": b64(b"short")}, {"salt": ""}])
async def test_item_09_weaker_protection_is_refused_before_the_words_are_used(
    world: World, proxy: Proxy, lie: dict[str, Any]
) -> None:
    proxy.change("/sign-in/start", lambda answer, _: answer | lie)

    with alarmed(9, "protection-lowered"):
        await world.again(world.vcu)
    assert proxy.asked[-1][1] == "/v1/sign-in/start"


async def test_item_09_a_box_without_its_post_quantum_part_is_refused(
    world: World, proxy: Proxy, tmp_path: Path
) -> None:
    circle = await world.vcu.manager.open_circle("Circle for J")

    def strip(answer: Any, _: Asked) -> Any:
        return answer | {"boxes": [b64(b64decode(box)[1088:]) for box in answer["boxes"]]}

    proxy.change("/fetch", strip)
    with alarmed(25):
        await (await world.again(world.vcu, tmp_path / "another device")).circle(circle.id).about()


@pytest.mark.parametrize("key", [bytes(32), b"\x01" + bytes(31)])
async def test_item_16_keys_that_sign_anything_are_refused(world: World, proxy: Proxy, key: bytes) -> None:
    """A hostile manager admits a worker whose key fits every signature."""
    manager = world.shelter.manager
    chain = manager.desk.directory.organisation(world.shelter.id)
    member = Member(os.urandom(16), key, WorkerSecret.generate().box.public, Role.WORKER)
    event = Admit(1, chain.id, chain.head, 1, manager.worker, member, 1, bytes(32))
    signed = sign_event(Event.ADMIT, pack(event), manager.desk.me.secret)
    await world.vcu.manager.directory()
    true = events_of(proxy, world.shelter.id)

    def admit(answer: Any, _: Asked) -> Any:
        rows = [{"kind": signed.kind, "payload": b64(signed.payload), "signature": b64(signed.signature)}]
        return answer | {"events": rows, "length": len(true) + 1, "head": b64(signed.head)}

    proxy.change(f"{world.shelter.id.hex()}/chain", admit)
    world.hub.clock.move(minutes=2)

    with alarmed(5, "chain-changed"):
        await world.vcu.manager.directory()
