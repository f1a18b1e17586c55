"""Letters: sealed referrals and requests wait for an organisation, and go out after a statement that names
them."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import Any

from crypto.accreditation import OrganisationKind
from crypto.letters import LetterHeader, LetterKind, sign_letter
from crypto.statements import Act, Object, ObjectKind
from tests.hub.build import End, HubWorld, Team, b64, build_world, raw, statement_json
from tests.hub.running import Answer, RunningHub


def written(
    team: Team, now: int, sender: End | None = None, body: bytes | None = None, **changed: Any
) -> dict[str, Any]:
    """A letter as it is posted; ``changed`` header fields are signed as they are."""
    generation = team.house.chain.generation
    box, sealed = os.urandom(1168), body or os.urandom(600)
    words: dict[str, Any] = {
        "version": 1,
        "letter": os.urandom(16),
        "kind": LetterKind.REFERRAL,
        "receiver": team.id,
        "generation": generation.number,
        "key_hash": generation.key_hash,
        "in_reply_to": b"",
        "worker": sender.id if sender else b"",
        "organisation": sender.house.id if sender else b"",
        "organisation_head": sender.house.chain.head if sender else b"",
        "sent_at": now,
        "reply_key": b"",
        "box_hash": hashlib.sha256(box).digest(),
        "sealed_hash": hashlib.sha256(sealed).digest(),
    }
    letter = sign_letter(LetterHeader(**(words | changed)), sender.signing if sender else None)
    return {"header": letter.header, "signature": letter.signature, "box": box, "body": sealed}


async def send(hub: RunningHub, letter: dict[str, Any], **changed: Any) -> Answer:
    return await hub.ask("POST", "/v1/letters", letter | changed)


async def fetch(reader: End, letter: bytes, said: bytes | None = None) -> Answer:
    looked = Object(ObjectKind.LETTER, said or letter, 0, 0)
    statement = statement_json(reader.statement(Act.FETCHED, b"", [looked]))
    return await reader.ask("POST", f"/v1/letters/{letter.hex()}/fetch", {"statement": statement})


async def test_a_referral_reaches_its_unit_and_nobody_else(hub: RunningHub) -> None:
    world = await build_world(hub)
    now, reader = hub.clock.now, world.vcu.worker
    signed = written(world.vcu, now, world.police.worker)
    answer = await send(hub, signed)
    assert answer.status == 201, answer.body
    unsigned = written(world.vcu, now)
    assert (await send(hub, unsigned)).status == 201
    lines = (await reader.good("GET", "/v1/letters"))["items"]
    senders = {raw(line["letter"]): line["sender_organisation"] for line in lines}
    letter = raw(answer.body["letter"])
    assert senders[letter] == b64(world.police.id)
    assert sorted(sender is None for sender in senders.values()) == [False, True]
    got = await fetch(reader, letter)
    assert got.status == 200, got.body
    assert {name: raw(got.body[name]) for name in signed} == signed
    lines = (await reader.good("GET", "/v1/letters"))["items"]
    assert {raw(line["letter"]): line["fetched"] for line in lines}[letter]
    assert (await world.charity.worker.good("GET", "/v1/letters"))["items"] == []
    assert (await fetch(world.charity.worker, letter)).status == 404
    assert (await fetch(world.police.worker, letter)).status == 404
    assert (await fetch(reader, letter, said=os.urandom(16))).body["code"] == "other-statement"
    log = await world.vcu.manager.good("GET", "/v1/log/statements")
    assert len(log["items"]) == 1


async def test_the_same_letter_is_kept_once_also_when_two_arrive_at_once(hub: RunningHub) -> None:
    world = await build_world(hub)
    letter = written(world.vcu, hub.clock.now, world.partner.worker)
    answers = await asyncio.gather(*(send(hub, letter) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 201]
    assert len({str(answer.body) for answer in answers}) == 1
    taken = raw(answers[0].body["letter"])
    other = written(world.vcu, hub.clock.now, world.partner.worker, letter=taken)
    assert (await send(hub, other)).status == 409
    assert len((await world.vcu.worker.good("GET", "/v1/letters"))["items"]) == 1


async def test_without_an_account_only_a_small_referral_to_a_victim_care_unit(small_hub: RunningHub) -> None:
    world, now = await build_world(small_hub), small_hub.clock.now
    for letter, status in (
        (written(world.partner, now), 404),
        (written(world.vcu, now, kind=LetterKind.INFORMATION_REQUEST), 403),
        (written(world.vcu, now, body=bytes(128 * 1024 + 1)), 413),
        (written(world.vcu, now, receiver=os.urandom(16)), 404),
        (written(world.vcu, now, sent_at=now + 10**7), 403),
    ):
        assert (await send(small_hub, letter)).status == status
    assert (await send(small_hub, written(world.vcu, now, body=bytes(128 * 1024)))).status == 201
    long = await send(small_hub, written(world.vcu, now, world.police.worker, body=bytes(200 * 1024)))
    assert long.status == 201


async def test_unsigned_letters_are_counted_by_address(small_hub: RunningHub) -> None:
    world, now = await build_world(small_hub), small_hub.clock.now
    answers = [await send(small_hub, written(world.vcu, now)) for _ in range(21)]
    assert [answer.status for answer in answers] == [201] * 20 + [429]
    assert (await send(small_hub, written(world.vcu, now, world.police.worker))).status == 201


async def test_what_was_changed_or_signed_by_another_is_refused(small_hub: RunningHub) -> None:
    world, now = await build_world(small_hub), small_hub.clock.now
    letter = written(world.vcu, now, world.police.worker)
    for changed, status in (
        ({"body": b"x"}, 400),
        ({"box": b"x"}, 400),
        ({"signature": bytes(64)}, 400),
        ({"signature": b""}, 400),
        ({"header": letter["header"] + b"\x00"}, 400),
        ({"header": os.urandom(300)}, 400),
    ):
        assert (await send(small_hub, letter, **changed)).status == status, changed.keys()
    pretending = written(world.vcu, now, world.police.worker, worker=world.partner.worker.id)
    assert (await send(small_hub, pretending)).status == 403
    unknown = written(world.vcu, now, world.police.worker, organisation=os.urandom(16))
    assert (await send(small_hub, unknown)).status == 404
    assert (await world.vcu.worker.good("GET", "/v1/letters"))["items"] == []


async def test_an_old_key_is_stale_and_a_removed_sender_is_refused(small_hub: RunningHub) -> None:
    world, now = await build_world(small_hub), small_hub.clock.now
    old = written(world.vcu, now)
    await world.vcu.manager.take(world.vcu.house.rotating(at=now))
    answer = await send(small_hub, old)
    assert (answer.status, answer.body["code"], answer.body["generation"]) == (409, "stale", 2)
    kept = written(world.vcu, now, world.police.worker)
    await world.police.manager.take(world.police.house.rotating([world.police.worker.person], at=now))
    assert (await send(small_hub, kept)).status == 403


async def test_an_organisation_that_is_not_accredited_writes_no_letters(small_hub: RunningHub) -> None:
    world, now = await build_world(small_hub), small_hub.clock.now
    unknown = await HubWorld(small_hub).found("Somebody", OrganisationKind.PARTNER)
    answer = await send(small_hub, written(world.vcu, now, unknown.manager))
    assert (answer.status, answer.body["reason"]) == (403, "not_accredited")
    assert (await send(small_hub, written(unknown, now, world.police.worker))).status == 404


async def test_the_list_of_letters_is_paged(small_hub: RunningHub) -> None:
    world, now = await build_world(small_hub), small_hub.clock.now
    for _ in range(5):
        assert (await send(small_hub, written(world.vcu, now, world.police.worker))).status == 201
    found, after = [], ""
    while True:
        page = await world.vcu.manager.good("GET", f"/v1/letters?limit=2{after}")
        found += [item["letter"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(found) == len(set(found)) == 5
