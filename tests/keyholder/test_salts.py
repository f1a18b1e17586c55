"""The salt of a sign-in name never changes, so it tells nobody which names exist."""

from __future__ import annotations

from keyholder.alarms import EvidenceKeeper
from keyholder.enrolment import join, name_salt, recover
from tests.keyholder.world import World


async def salt(world: World, name: str) -> bytes:
    """What the hub shows of a name."""
    return await name_salt(await world.connection(), world.trust, name, EvidenceKeeper(None))


async def test_it_stays_when_somebody_takes_the_name_and_when_they_change_their_words(world: World) -> None:
    before = await salt(world, "ann")
    assert before != await salt(world, "ben")
    invitation = await world.vcu.manager.team.invite("ann@harbour.example")
    joined = await join(
        await world.connection(), world.trust, world.link(invitation), "ann", world.device("ann")
    )
    assert await salt(world, "ann") == before
    await world.vcu.manager.team.admit(joined.spoken, "worker")
    end = await world.sign_in("ann", joined.words)
    await end.replace_words(joined.words)
    assert await salt(world, "ann") == before


async def test_it_stays_when_the_kit_brings_a_manager_back(world: World) -> None:
    before, founded = await salt(world, "second"), world.vcu.founded
    back = await recover(
        await world.connection(),
        world.trust,
        founded.organisation,
        founded.kit_words,
        "second",
        "second@harbour.example",
        world.hub.clock,
        world.device("second"),
    )
    assert await salt(world, "second") == before
    await world.sign_in("second", back.words)
