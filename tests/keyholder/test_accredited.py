"""Who works for an organisation that the authority has not vouched for, or not for that one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.accounts import service as accounts
from keyholder.alarms import Alarm
from keyholder.end import End
from keyholder.enrolment import Founded, found
from keyholder.errors import KeyholderError
from tests.keyholder.world import World


@pytest.fixture
async def founded(world: World) -> Founded:
    """An organisation that waits for its accreditation."""
    async with world.hub.database.write() as unit:
        link = await accounts.invite_founder(unit, world.hub.hub, "m@steps.example", world.hub.clock())
    device = world.device("steps-manager")
    return await found(await world.connection(), world.trust, link, "steps-manager", world.hub.clock, device)


async def test_a_founder_signs_in_before_the_accreditation_and_sends_nothing(
    world: World, founded: Founded
) -> None:
    end = await world.sign_in(founded.address, founded.words)

    assert not end.accredited
    with pytest.raises(KeyholderError):
        await end.open_circle("Circle for J")
    with pytest.raises(KeyholderError):
        await end.refer(world.vcu.id, "Please see J.")


async def test_whoever_is_accredited_is_told_so(world: World) -> None:
    assert world.vcu.manager.accredited


async def test_a_device_that_knows_its_organisation_takes_no_other(world: World, tmp_path: Path) -> None:
    house = world.vcu.founded
    connection = await world.connection()

    with pytest.raises(Alarm) as caught:
        await End.sign_in(
            connection, world.trust, house.address, house.words, folder=tmp_path / "device",
            clock=world.hub.clock, expect=house.worker, of=os.urandom(16),
            device=world.device(house.address),
        )  # fmt: skip

    assert (caught.value.item, caught.value.code) == (1, "key-substituted")
