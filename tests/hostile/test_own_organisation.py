"""Items 1 and 2: the worker's own organisation, which nobody but its authority and its members names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crypto.accreditation import OrganisationKind
from crypto.encoding import pack
from crypto.organisation import Admit, Event, Member, Role, SignedEvent, box_hash
from keyholder.enrolment import secret_box, sign_event
from tests.hostile.conftest import alarmed
from tests.hostile.forging import b64
from tests.hostile.proxy import Asked, Proxy
from tests.hostile.test_keys import own_genesis, served
from tests.keyholder.world import Colleague, House, World


@pytest.fixture
async def victim(world: World) -> Colleague:
    """A worker of the victim care unit."""
    return await world.colleague(world.vcu, "ann")


async def taken_in(world: World, other: House, victim: Colleague) -> tuple[SignedEvent, bytes]:
    """Another organisation admits the victim's public id and keys to its own chain, and boxes its secret."""
    desk = other.manager.desk
    chain, secret = desk.directory.organisation(other.id), await desk.keys.current()
    listed = victim.end.desk.member
    member = Member(listed.worker, listed.signing_key, listed.box_key, Role.WORKER)
    box = secret_box(secret, other.id, member)
    event = Admit(
        1, other.id, chain.head, world.hub.clock(), desk.me.worker, member, secret.generation, box_hash(box)
    )
    return sign_event(Event.ADMIT, pack(event), desk.me.secret), box


@pytest.mark.parametrize("device", ["known", "new"])
async def test_item_01_nobody_is_signed_in_to_an_organisation_they_never_joined(
    world: World, proxy: Proxy, victim: Colleague, tmp_path: Path, device: str
) -> None:
    other = await world.found("Another", OrganisationKind.VCU)
    signed, box = await taken_in(world, other, victim)

    def longer(answer: Any, asked: Asked) -> Any:
        if int(asked.query.get("after", 0)) < 2:
            row = {"kind": signed.kind, "payload": b64(signed.payload), "signature": b64(signed.signature)}
            answer["events"].append(row)
        return answer | {"length": answer["length"] + 1, "head": b64(signed.head)}

    proxy.change("/sign-in/prove", lambda answer, _: answer | {"organisation": b64(other.id)})
    proxy.change(f"{other.id.hex()}/chain", longer)
    proxy.forced.add(f"/v1/organisations/{other.id.hex()}/keys")
    proxy.change("/keys", lambda *_: {"generation": 1, "box": b64(box), "archives": []})

    with alarmed(8, "sign-in-changed"):
        folder = world.folder if device == "known" else tmp_path / "another device"
        await world.sign_in(victim.address, victim.words, folder=folder)
    assert "/v1/sign-in/finish" not in [path for _, path in proxy.asked[-2:]]


async def test_item_01_an_organisation_that_was_accredited_never_loses_that(
    world: World, proxy: Proxy, victim: Colleague
) -> None:
    await victim.end.sign_out()
    proxy.change(
        f"{world.vcu.id.hex()}/chain", lambda answer, _: answer | {"accreditations": [], "withdrawals": []}
    )

    with alarmed(1, "not-accredited"):
        await world.sign_in(victim.address, victim.words)


async def test_item_01_a_chain_the_hub_made_up_for_ones_own_organisation_is_refused(
    world: World, proxy: Proxy, victim: Colleague, tmp_path: Path
) -> None:
    false, _, _ = own_genesis(world.vcu.id)
    proxy.change(f"{world.vcu.id.hex()}/chain", lambda answer, _: served(answer, false))

    with alarmed(1, "key-substituted"):
        await world.sign_in(victim.address, victim.words, folder=tmp_path / "another device")
