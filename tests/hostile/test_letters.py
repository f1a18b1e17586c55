"""Item 29: referrals and requests by nobody, by somebody else, or with other content."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from msgspec.structs import replace

from crypto.accreditation import OrganisationKind
from crypto.encoding import pack, unpack
from crypto.letters import LetterHeader
from keyholder.authority import publish
from keyholder.connection import Connection
from keyholder.errors import CannotOpen
from tests.hostile.conftest import alarmed
from tests.hostile.forging import b64, flipped
from tests.hostile.proxy import Asked, Proxy
from tests.keyholder.world import World


@pytest.fixture
async def letter(world: World) -> bytes:
    """A referral from a police unit, waiting at the victim care unit."""
    police = await world.found("Police", OrganisationKind.POLICE)
    return await police.manager.refer(world.vcu.id, "Please see J.", title="Referral")


@pytest.mark.parametrize("what", ["signature", "header", "body", "box"])
async def test_item_29_a_referral_with_anything_changed_is_refused(
    world: World, proxy: Proxy, letter: bytes, what: str
) -> None:
    proxy.change("/fetch", lambda answer, _: answer | {what: b64(flipped(b64decode(answer[what])))})

    with alarmed(29, "sender-forged"):
        await world.vcu.manager.open_letter(letter)


async def test_item_29_a_referral_in_another_organisations_name_is_refused(
    world: World, proxy: Proxy, letter: bytes
) -> None:
    shelter = world.shelter.manager

    def rename(answer: Any, _: Asked) -> Any:
        header = unpack(LetterHeader, b64decode(answer["header"]))
        chain = shelter.desk.directory.organisation(world.shelter.id)
        told = replace(
            header,
            worker=shelter.worker,
            organisation=world.shelter.id,
            organisation_head=chain.head,
        )
        return answer | {"header": b64(pack(told))}

    proxy.change("/fetch", rename)
    with alarmed(29):
        await world.vcu.manager.open_letter(letter)


async def test_item_29_a_signature_taken_away_leaves_nothing_to_read(
    world: World, proxy: Proxy, letter: bytes
) -> None:
    """An unsigned letter may come from anybody; but this one was sealed by its signer."""

    def unsign(answer: Any, _: Asked) -> Any:
        header = unpack(LetterHeader, b64decode(answer["header"]))
        told = replace(header, worker=b"", organisation=b"", organisation_head=b"")
        return answer | {"header": b64(pack(told)), "signature": ""}

    proxy.change("/fetch", unsign)
    with pytest.raises(CannotOpen):
        await world.vcu.manager.open_letter(letter)


async def test_item_29_another_letter_in_its_place_is_refused(
    world: World, proxy: Proxy, letter: bytes
) -> None:
    other = await world.shelter.manager.refer(world.vcu.id, "Something else.")
    await world.vcu.manager.open_letter(other)
    answer = proxy.last(f"{other.hex()}/fetch")
    proxy.change(f"{letter.hex()}/fetch", lambda *_: answer)

    with alarmed(29):
        await world.vcu.manager.open_letter(letter)


async def test_item_29_a_sender_who_lost_their_accreditation_is_refused(world: World) -> None:
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    world.hub.clock.move(seconds=10)
    late = await steps.manager.refer(world.vcu.id, "One more thing.")
    withdrawn_at = world.hub.clock.now - 5_000
    signed = world.keys.withdraw(world.packed_root, steps.accreditation, at=withdrawn_at, reason=1)
    async with Connection(world.hub.url) as connection:
        await publish(connection, "withdrawal", signed)

    with alarmed(29):
        await world.vcu.manager.open_letter(late)
