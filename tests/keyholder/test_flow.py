"""The whole way once: found, accredit, sign in, open, invite, accept, post, read."""

from __future__ import annotations

from crypto.entries import Kind
from keyholder.opening import Shown
from tests.keyholder.world import World


async def test_what_one_organisation_says_the_other_reads(world: World) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("A safe place is needed by Friday.")
    await theirs.post("We have a room.")

    said = [item.body.text for item in await ours.read() if item.kind == Kind.MESSAGE]

    assert said == ["A safe place is needed by Friday.", "We have a room."]
    assert [i.state for i in await theirs.read()] == [Shown.OPEN] * 5
