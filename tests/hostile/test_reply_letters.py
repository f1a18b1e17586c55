"""Item 29: what adds to a letter or takes it back, and whoever had left before their letter arrived."""

from __future__ import annotations

import os
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import delete

from crypto.encoding import pack
from crypto.entries import body_hash
from crypto.letters import LetterHeader, LetterKind, header_id, sign_letter
from crypto.organisation import box_hash
from crypto.private import boxes, content
from crypto.private.bodies import Asked as Words
from crypto.signing import SigningKey
from hub.referrals import queries
from keyholder.errors import CannotSend
from storage.tables.referrals import letters as rows
from tests.hostile.conftest import alarmed
from tests.keyholder.world import Colleague, World


def written(world: World, kind: int, key: SigningKey | None, **changes: Any) -> dict[str, Any]:
    """A letter to the victim care unit as the hub stores it; ``changes`` are to its header."""
    generation = world.vcu.manager.desk.directory.organisation(world.vcu.id).generation
    secret, letter = os.urandom(32), changes.get("letter", os.urandom(16))
    worker = changes.get("worker", b"")
    info = boxes.letter_info(letter, world.vcu.id, generation.number, generation.key_hash, worker)
    box, now = boxes.seal(generation.box_key, secret, info), world.hub.clock()
    plain = LetterHeader(
        1, letter, kind, world.vcu.id, generation.number, generation.key_hash, b"", b"", b"", b"", now,
        b"", box_hash(box), b"",
    )  # fmt: skip
    header = replace(plain, **(changes | {"letter": letter}))
    padded = content.pad(pack(Words(1, "J.", "", "I take back my consent.")))
    sealed = content.seal(secret, content.letter_context(header_id(header)), padded)
    made = sign_letter(replace(header, sealed_hash=body_hash(sealed)), key)
    return {
        "hash": made.hash,
        "letter": letter,
        "receiver": world.vcu.id,
        "kind": kind,
        "sender": header.organisation or None,
        "received_at": now,
        "fetched_at": None,
        "header": made.header,
        "signature": made.signature,
        "box": box,
        "body": sealed,
    }


async def held(world: World, *letters: dict[str, Any], **changes: Any) -> bytes:
    """The hub holds these letters, though an honest one would have refused them; the id of the last one."""
    async with world.hub.database.write() as unit:
        for each in letters:
            await unit.run(delete(rows).where(rows.c.letter == each["letter"]))
            await unit.run(queries.ADD, **(each | changes))
    last: bytes = letters[-1]["letter"]
    return last


def referral(world: World, reply: SigningKey, **changes: Any) -> dict[str, Any]:
    """An unsigned referral with its reply key."""
    return written(world, LetterKind.REFERRAL, None, reply_key=reply.public, **changes)


def reply_key() -> SigningKey:
    return SigningKey(os.urandom(32))


async def test_a_withdrawal_by_whoever_wrote_the_letter_is_shown_with_the_letter_it_takes_back(
    world: World,
) -> None:
    reply = reply_key()
    first = referral(world, reply)
    after = written(world, LetterKind.WITHDRAWAL, reply, in_reply_to=first["letter"])

    view = await world.vcu.manager.open_letter(await held(world, first, after))

    assert (view.kind, view.verified, view.follows) == (LetterKind.WITHDRAWAL, False, first["hash"])


async def test_item_29_a_withdrawal_that_somebody_else_signed_is_refused(world: World) -> None:
    first = referral(world, reply_key())
    after = written(world, LetterKind.WITHDRAWAL, reply_key(), in_reply_to=first["letter"])

    with alarmed(29, "sender-forged"):
        await world.vcu.manager.open_letter(await held(world, first, after))


@pytest.mark.parametrize("kind", [LetterKind.ADDITION, LetterKind.WITHDRAWAL])
async def test_item_29_a_withdrawal_that_nobody_signed_is_refused(world: World, kind: LetterKind) -> None:
    first = referral(world, reply_key())
    after = written(world, kind, None, in_reply_to=first["letter"])

    with alarmed(29, "sender-forged"):
        await world.vcu.manager.open_letter(await held(world, first, after))


async def test_item_29_a_withdrawal_of_a_letter_the_hub_does_not_show_is_refused(world: World) -> None:
    after = written(world, LetterKind.WITHDRAWAL, reply_key(), in_reply_to=os.urandom(16))

    with alarmed(29, "sender-forged"):
        await world.vcu.manager.open_letter(await held(world, after))


async def test_item_29_a_letter_swapped_for_one_with_the_hubs_reply_key_is_refused(world: World) -> None:
    first, hubs = referral(world, reply_key()), reply_key()
    await world.vcu.manager.open_letter(await held(world, first))
    swapped = referral(world, hubs, letter=first["letter"])
    after = written(world, LetterKind.WITHDRAWAL, hubs, in_reply_to=first["letter"])

    again = await world.again(world.vcu)
    with alarmed(29, "sender-forged"):
        await again.open_letter(await held(world, swapped, after))


@pytest.mark.parametrize("kind", [LetterKind.INFORMATION_REQUEST, LetterKind.EXPLANATION, LetterKind.ANSWER])
async def test_item_29_without_an_account_only_a_referral_is_taken(world: World, kind: LetterKind) -> None:
    with alarmed(29, "sender-forged"):
        await world.vcu.manager.open_letter(await held(world, written(world, kind, None)))


@pytest.fixture
async def leaver(world: World) -> tuple[Colleague, dict[str, Any]]:
    """A worker of the shelter who has been removed, and how their letters were vouched for before."""
    bob = await world.colleague(world.shelter, "bob")
    head = bob.end.desk.directory.organisation(world.shelter.id).head
    vouched = {
        "worker": bob.worker,
        "organisation": world.shelter.id,
        "organisation_head": head,
        "sent_at": world.hub.clock(),
    }
    world.hub.clock.move(minutes=1)
    await world.shelter.manager.team.rotate([bob.worker])
    world.hub.clock.move(days=200)
    world.vcu.manager = await world.again(world.vcu)
    return bob, vouched


async def test_item_29_a_letter_that_arrived_long_after_its_writer_had_left_is_refused(
    world: World, leaver: tuple[Colleague, dict[str, Any]]
) -> None:
    bob, vouched = leaver
    late = written(world, LetterKind.REFERRAL, bob.end.desk.me.secret.signing, **vouched)

    with alarmed(29, "sender-forged"):
        await world.vcu.manager.open_letter(await held(world, late))


async def test_item_29_a_letter_the_hub_says_came_in_time_says_that_its_writer_has_left(
    world: World, leaver: tuple[Colleague, dict[str, Any]]
) -> None:
    bob, vouched = leaver
    late = written(world, LetterKind.REFERRAL, bob.end.desk.me.secret.signing, **vouched)

    view = await world.vcu.manager.open_letter(await held(world, late, received_at=vouched["sent_at"]))

    assert (view.verified, view.left) == (True, True)


async def test_item_29_a_worker_adds_to_nobodys_letter(world: World) -> None:
    desk = world.shelter.manager.desk
    head = desk.directory.organisation(world.shelter.id).head
    await world.vcu.manager.desk.directory.know([world.shelter.id])
    vouched = {"worker": desk.me.worker, "organisation": world.shelter.id, "organisation_head": head}
    first = referral(world, reply_key())
    after = written(
        world, LetterKind.WITHDRAWAL, desk.me.secret.signing, in_reply_to=first["letter"], **vouched
    )

    with alarmed(29, "sender-forged"):
        await world.vcu.manager.open_letter(await held(world, first, after))
    with pytest.raises(CannotSend):
        await world.shelter.manager.refer(world.vcu.id, "Taken back.", kind=LetterKind.WITHDRAWAL)


async def test_a_letter_from_the_future_is_refused(world: World) -> None:
    first = referral(world, reply_key())
    ahead = world.hub.clock() + 16 * 60 * 1000

    with alarmed(11, "time-moved"):
        await world.vcu.manager.open_letter(await held(world, first, received_at=ahead))


async def test_item_29_a_letter_sent_after_it_arrived_is_refused(world: World) -> None:
    first = referral(world, reply_key())
    before = world.hub.clock() - 16 * 60 * 1000

    with alarmed(29, "sender-forged"):
        await world.vcu.manager.open_letter(await held(world, first, received_at=before))
