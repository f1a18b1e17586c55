"""Items 1 and 5: a withdrawal that was seen once stays seen, whatever the hub holds back later."""

from __future__ import annotations

from pathlib import Path

from keyholder.authority import AuthorityKeys, publish
from keyholder.connection import Connection
from tests.hostile.conftest import alarmed
from tests.hostile.proxy import Proxy
from tests.keyholder.world import World


async def seen_by_the_unit(world: World) -> None:
    """The authority withdraws the shelter, and the unit's manager sees it and signs out."""
    await world.withdraw(world.shelter)
    manager = world.vcu.manager
    await manager.desk.directory.know([world.shelter.id], 0)
    assert manager.desk.directory.standing(world.shelter.id, world.hub.clock()) is None
    await manager.sign_out()


async def test_item_01_a_withdrawal_seen_before_cannot_be_held_back_after_a_restart(
    world: World, proxy: Proxy
) -> None:
    await seen_by_the_unit(world)
    proxy.change("/chain", lambda answer, _: answer | {"withdrawals": []})

    again = await world.again(world.vcu)
    with alarmed(1, "withdrawal-withheld"):
        await again.desk.directory.know([world.shelter.id], 0)


async def test_item_01_nor_on_another_device_of_the_same_worker(
    world: World, proxy: Proxy, tmp_path: Path
) -> None:
    await seen_by_the_unit(world)
    proxy.change("/chain", lambda answer, _: answer | {"withdrawals": []})

    again = await world.again(world.vcu, tmp_path / "another device")
    with alarmed(1, "withdrawal-withheld"):
        await again.desk.directory.know([world.shelter.id], 0)


async def test_a_withdrawal_seen_before_counts_until_new_keys_of_the_authority_have_signed_it_too(
    world: World,
) -> None:
    await seen_by_the_unit(world)
    keys = AuthorityKeys.generate()
    packed = keys.succeed(world.packed_root, at=world.hub.clock(), old=[world.keys])
    async with Connection(world.hub.url) as connection:
        await publish(connection, "root", packed)
        for house in (world.vcu, world.shelter):
            await publish(connection, "accreditation", keys.sign_again(packed, house.accreditation))

    again = await world.again(world.vcu)
    await again.desk.directory.know([world.shelter.id], 0)

    assert again.desk.directory.standing(world.shelter.id, world.hub.clock()) is None
