"""Item 1, where nothing is pinned: a printed kit brings back its own organisation, and no other."""

from __future__ import annotations

import os
from typing import Any

import pytest

from crypto.encoding import pack
from crypto.organisation import Event, Genesis, Member, Role, WorkerBox, box_hash
from crypto.private.secrets import OrganisationSecret, WorkerSecret
from keyholder.alarms import Alarm
from keyholder.authority import AuthorityKeys, publish
from keyholder.connection import Connection
from keyholder.enrolment import Joined, recover, secret_box, sign_event
from tests.hostile.forging import b64
from tests.hostile.proxy import Asked, Proxy
from tests.hostile.test_keys import served
from tests.keyholder.world import World


async def brought_back(world: World) -> Joined:
    """The shelter's kit is used."""
    return await recover(
        await world.connection(),
        world.trust,
        world.shelter.id,
        world.shelter.founded.kit_words,
        "new-manager",
        "manager@shelter.example",
        world.hub.clock,
        world.device("new-manager"),
    )


async def test_a_kit_still_works_after_the_authority_has_new_keys(world: World) -> None:
    keys = AuthorityKeys.generate()
    packed = keys.succeed(world.packed_root, at=world.hub.clock(), old=[world.keys])
    async with Connection(world.hub.url) as connection:
        await publish(connection, "root", packed)
        for house in (world.vcu, world.shelter):
            await publish(connection, "accreditation", keys.sign_again(packed, house.accreditation))

    joined = await brought_back(world)

    end = await world.sign_in(joined.address, joined.words)
    assert (end.organisation, end.role) == (world.shelter.id, "manager")


async def test_item_01_a_kit_brings_nobody_into_a_chain_that_the_hub_made_up(
    world: World, proxy: Proxy
) -> None:
    organisation = world.shelter.id
    real = world.shelter.manager.desk.directory.organisation(organisation)
    kit = next(member for member in real.members.values() if member.role == Role.KIT)
    secret, founder = OrganisationSecret.generate(1), WorkerSecret.generate()
    first = Member(os.urandom(16), founder.signing.public, founder.box.public, Role.MANAGER)
    boxes = {each.worker: secret_box(secret, organisation, each) for each in (first, kit)}
    listed = tuple(WorkerBox(worker, box_hash(boxes[worker])) for worker in sorted(boxes))
    genesis = Genesis(1, organisation, 1, first, kit, secret.box.public, listed)
    event = sign_event(Event.GENESIS, pack(genesis), founder)

    def invented(answer: Any, _: Asked) -> Any:
        return served(answer, event) | {"accreditations": [], "withdrawals": []}

    proxy.change(f"{organisation.hex()}/chain", invented)
    keys = {"generation": 1, "box": b64(boxes[kit.worker]), "archives": []}
    proxy.change("/keys", lambda *_: keys)

    with pytest.raises(Alarm) as caught:
        await brought_back(world)

    assert (caught.value.item, caught.value.code) == (1, "not-accredited")
    assert not any(path.endswith(("/recovery/enrolments", "/events")) for _, path in proxy.asked[-4:])
