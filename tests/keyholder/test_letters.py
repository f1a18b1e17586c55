"""Letters: referrals and requests outside any circle."""

from __future__ import annotations

import pytest

from crypto.accreditation import OrganisationKind
from keyholder.errors import CannotSend
from tests.keyholder.world import World


async def test_a_referral_arrives_with_its_verified_sender(world: World) -> None:
    police = await world.found("Police", OrganisationKind.POLICE)
    await police.manager.refer(world.vcu.id, "Please see J.", title="Referral of J")

    [row] = (await world.vcu.manager.letters()).items
    letter = await world.vcu.manager.open_letter(row.letter)

    assert (letter.title, letter.text, letter.author) == ("Referral of J", "Please see J.", "Police manager")
    assert letter.verified
    assert (letter.sender_name, letter.sender_kind) == ("Police", OrganisationKind.POLICE)


async def test_nobody_writes_to_an_organisation_that_is_not_accredited(world: World) -> None:
    await world.withdraw(world.shelter)

    with pytest.raises(CannotSend):
        await world.vcu.manager.refer(world.shelter.id, "Please see J.")
