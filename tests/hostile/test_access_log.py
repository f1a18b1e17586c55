"""Item 5: content that is released without being written down, and a record with two continuations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from crypto.checkpoints import Checkpoint, sign
from keyholder import answers
from tests.hostile.conftest import alarmed
from tests.hostile.forging import b64
from tests.hostile.proxy import Asked as Request
from tests.hostile.proxy import Denied, Proxy
from tests.keyholder.world import World, looked_at


def forking(world: World) -> Any:
    """Answers carry a note of another log, signed by the hub's own key."""
    keys, name = world.hub.hub.keys, world.hub.settings.hub_name

    def fork(answer: Any, _: Request) -> Any:
        note = sign(Checkpoint(f"{name}/access-log", answer["size"], os.urandom(32)), name, keys.checkpoint)
        return answer | {"note": note}

    return fork


async def test_item_05_a_note_of_another_log_is_found_out_by_the_next_check(
    world: World, proxy: Proxy
) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    proxy.change("/fetch", forking(world))
    await theirs.read(receipt=False)
    proxy.honest()
    await ours.read()

    with alarmed(5, "access-log-changed"):
        await world.shelter.manager.log_check()


async def test_item_05_a_note_of_another_log_is_not_forgotten_for_a_later_true_one(
    world: World, proxy: Proxy
) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    proxy.change("/fetch", forking(world))
    await theirs.read(receipt=False)
    proxy.honest()
    await theirs.read()
    await ours.read()

    with alarmed(5, "access-log-changed"):
        await world.shelter.manager.log_check()


async def test_item_05_notes_that_were_true_are_proved_and_let_go(world: World) -> None:
    ours, theirs = await world.shared_circle()
    end = world.shelter.manager
    for text in ("one", "two", "three"):
        await ours.post(text)
        await theirs.read()

    first, again = await end.log_check(), await end.log_check()

    assert first.size == again.size
    assert end.desk.log.waiting == 0


LIES = {
    "no place": lambda answer: answer | {"logged": []},
    "two places": lambda answer: answer | {"logged": answer["logged"] * 2},
    "a place beyond the note": lambda answer: (
        answer | {"logged": [answer["logged"][0] | {"index": answer["size"]}]}
    ),
    "a place from before it was signed": lambda answer: (
        answer | {"logged": [answer["logged"][0] | {"index": 0}]}
    ),
}


@pytest.mark.parametrize("lie", LIES)
async def test_item_05_what_comes_without_its_place_in_the_record_is_not_opened(
    world: World, proxy: Proxy, lie: str
) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    await world.shelter.manager.log_check()
    proxy.change("/fetch", lambda answer, _: LIES[lie](answer))

    with alarmed(5, "statement-missing"):
        await theirs.read()


async def test_item_05_what_comes_with_an_old_note_is_not_opened(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    connection = world.shelter.manager.desk.connection
    note = (await connection.get("/v1/log/checkpoint", answers.CheckpointNote)).note
    proxy.change("/fetch", lambda answer, _: answer | {"note": note})

    with alarmed(5, "statement-missing"):
        await theirs.read()


async def test_item_05_an_answer_kept_from_before_is_found_out_by_the_next_check(
    world: World, proxy: Proxy
) -> None:
    """The hub serves it again, so that it need not write down that it was opened again."""
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    await theirs.read()
    kept = proxy.last("/fetch")
    proxy.change("/fetch", lambda *_: kept)
    again = await world.again(world.shelter)

    with alarmed(5, "statement-missing"):
        await again.circle(ours.id).read(receipt=False)
        await again.log_check()


@pytest.mark.parametrize("place", ["/names", "/statements", "/tickets"])
async def test_item_05_every_release_says_where_it_was_written_down(
    world: World, proxy: Proxy, tmp_path: Path, place: str
) -> None:
    ours, theirs = await world.shared_circle()
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.7\n" + os.urandom(500))
    sent = await ours.attach(path, inspect=looked_at)
    proxy.change(place, elsewhere)
    await theirs.read()
    await world.shelter.manager.circles()
    await theirs.fetch(sent.document, tmp_path / "in", inspect=looked_at)

    with alarmed(5, "statement-missing"):
        await world.shelter.manager.log_check()


def elsewhere(answer: Any, _: Request) -> Any:
    """The place of another statement."""
    return answer | {"logged": [answer["logged"][0] | {"salt": b64(os.urandom(32))}]}


async def test_item_05_a_statement_dropped_after_one_signed_out_is_missed_at_the_next_sign_in(
    world: World, proxy: Proxy
) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("Said.")
    reader = await world.again(world.shelter)
    await reader.circle(ours.id).read(receipt=False)
    assert reader.desk.log.waiting > 0
    await reader.sign_out()

    def drop(_: Any, __: Request) -> Any:
        raise Denied(404, "not-found")

    proxy.change("/v1/log/inclusion", drop)
    with alarmed(5, "statement-missing"):
        await world.again(world.shelter)


async def test_what_was_left_to_prove_is_proved_once_at_the_next_sign_in(world: World, proxy: Proxy) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("Said.")
    reader = await world.again(world.shelter)
    await reader.circle(ours.id).read(receipt=False)
    left = reader.desk.log.waiting
    await reader.sign_out()

    for expected in (left, 0):
        before = len(proxy.asked)
        reader = await world.again(world.shelter)
        asked = [path for _, path in proxy.asked[before:] if path == "/v1/log/inclusion"]
        assert len(asked) == expected
        assert reader.desk.log.waiting == 0
        await reader.sign_out()


async def test_item_05_two_logs_shown_before_signing_out_are_found_out_at_the_next_sign_in(
    world: World, proxy: Proxy
) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("Said.")
    reader = await world.again(world.shelter)
    proxy.change("/fetch", forking(world))
    await reader.circle(ours.id).read(receipt=False)
    proxy.honest()
    await reader.sign_out()

    with alarmed(5, "access-log-changed"):
        await world.again(world.shelter)
