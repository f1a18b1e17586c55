"""Items 12, 13, 15, 17, 18, 19, 26 and 27: entries that are not where, when or by whom they say."""

from __future__ import annotations

import os

import pytest
from msgspec.structs import replace

from crypto.accreditation import OrganisationKind
from crypto.entries import Entry, Grant, KeyedHash, Kind, Message, Release
from crypto.facts import EntryBox
from crypto.private.bodies import Asked, Said
from keyholder.circle import CircleView
from keyholder.errors import CannotSend
from keyholder.writing import Writing
from tests.hostile.conftest import alarmed
from tests.hostile.forging import FalseLog, crafted, flipped, owners_words, signed_by
from tests.hostile.proxy import Proxy
from tests.keyholder.world import World

HEADERS = "/headers"


def message(text: str = "Forged.") -> Writing:
    return Writing(Kind.MESSAGE, Message(None), Said(1, "somebody", text, ()))


async def fresh_elsewhere(world: World, circle: bytes) -> CircleView:
    """A colleague's view, who has no pins yet."""
    bob = await world.colleague(world.vcu, "bob")
    return bob.end.circle(circle)


async def test_item_12_an_entry_of_another_circle_is_refused(world: World, proxy: Proxy) -> None:
    one, other = await world.vcu.manager.open_circle("One"), await world.vcu.manager.open_circle("Other")
    await other.post("Said in the other.")
    false = FalseLog.of(world, one)
    false.put(FalseLog.of(world, other).rows[-1][0])
    proxy.change(f"{one.id.hex()}/headers", false.serve)

    with alarmed(12, "replayed"):
        await one.read()


async def test_item_13_an_entry_in_a_colleagues_name_is_refused(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    ann = await world.colleague(world.vcu, "ann")
    await ours.sync()
    entry, _ = await crafted(ours, message(), worker=ann.worker, author_prev=bytes(32))
    false = FalseLog.of(world, ours)
    false.put(entry)
    proxy.change(HEADERS, false.serve)

    with alarmed(13, "forged"):
        await theirs.read()


@pytest.mark.parametrize("kind", [Kind.DETAILS, Kind.PLAN])
async def test_item_13_a_member_who_speaks_as_the_owner_does_is_refused(
    world: World, proxy: Proxy, kind: Kind
) -> None:
    ours, theirs = await world.shared_circle()
    for view in (ours, theirs):
        await view.sync()
    entry, _ = await crafted(theirs, owners_words(kind, "Ring the landline."))
    false = FalseLog.of(world, ours)
    false.put(entry)
    proxy.change(HEADERS, false.serve)

    with alarmed(13, "not-theirs-to-do"):
        await ours.read()


async def test_item_15_a_header_written_in_a_second_way_is_refused(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await ours.post("Said.")
    false = FalseLog.of(world, ours)
    entry, at = false.rows[-1]
    assert entry.header[1] == 1
    longer = entry.header[:1] + b"\x18\x01" + entry.header[2:]
    signature = world.vcu.manager.desk.me.secret.signing.sign("entry", longer)
    false.rows[-1] = (Entry(longer, signature), at)
    proxy.change(HEADERS, false.serve)

    with alarmed(15, "mangled"):
        await theirs.read()


async def test_item_17_an_entry_of_a_removed_worker_is_refused(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    ann = await world.colleague(world.vcu, "ann")
    view = ann.end.circle(ours.id)
    await view.sync()
    entry, _ = await crafted(view, message("Signed before I left, honestly."))
    await world.vcu.manager.team.rotate([ann.worker])
    world.hub.clock.move(minutes=20)
    false = FalseLog.of(world, view)
    false.put(entry)
    proxy.change(HEADERS, false.serve)

    with alarmed(17, "left-before"):
        await theirs.read()


async def test_item_18_a_release_that_nobody_asked_for_is_refused(world: World, proxy: Proxy) -> None:
    """The hub puts a release of everything into the owner's name."""
    ours, theirs = await world.shared_circle()
    receipt = await ours.post("Said.")
    police = await world.found("Police", OrganisationKind.POLICE)
    await ours.book.desk.directory.know([police.id])
    chain = ours.book.desk.directory.organisation(police.id)
    standing = ours.book.desk.directory.standing(police.id, world.hub.clock.now)
    assert standing is not None
    given = (EntryBox(receipt.entry_hash, os.urandom(32)),)
    generation = chain.generation
    facts = Release(
        os.urandom(32), police.id, chain.head, generation.number, generation.key_hash, standing[0], given
    )
    entry, _ = await crafted(ours, Writing(Kind.RELEASE, facts, Asked(1, "owner", "", "")))
    false = FalseLog.of(world, ours)
    false.put(signed_by(entry, os.urandom(32)))
    proxy.change(HEADERS, false.serve)

    with alarmed(3, "nobody-signed"):
        await theirs.sync()


async def test_item_19_history_for_one_who_has_not_accepted_is_refused(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    await ours.invite(steps.id, "Please help.")
    with pytest.raises(CannotSend):
        await ours.grant(steps.id, "all")
    await ours.sync()
    generation = ours.book.desk.directory.organisation(steps.id).generation
    facts = Grant(steps.id, generation.number, generation.key_hash, (KeyedHash(1, os.urandom(32)),), ())
    entry, _ = await crafted(ours, Writing(Kind.GRANT, facts, Asked(1, "owner", "", "")))
    false = FalseLog.of(world, ours)
    false.put(entry)
    proxy.change(HEADERS, false.serve)

    with alarmed(13, "not-theirs-to-do"):
        await theirs.sync()


async def test_item_19_one_who_is_not_accredited_is_not_even_invited(world: World) -> None:
    steps = await world.found("Steps", OrganisationKind.PARTNER)
    ours = await world.vcu.manager.open_circle("Circle for J")
    await world.withdraw(steps)

    with pytest.raises(CannotSend, match="accredited"):
        await ours.invite(steps.id, "Please help.")


async def test_item_26_an_entry_under_a_key_that_was_replaced_is_refused(world: World, proxy: Proxy) -> None:
    ours, theirs = await world.shared_circle()
    await theirs.sync()
    late, _ = await crafted(theirs, message("Under the old key."))
    await ours.rekey()
    await ours.sync()
    false = FalseLog.of(world, ours)
    false.put(late)
    proxy.change(HEADERS, false.serve)

    with alarmed(26, "old-key-used"):
        await (await fresh_elsewhere(world, ours.id)).read()


async def test_item_27_an_entry_without_its_authors_earlier_one_is_refused(
    world: World, proxy: Proxy
) -> None:
    ours, theirs = await world.shared_circle()
    await theirs.sync()
    withheld, _ = await crafted(theirs, message("Withheld for now."))
    later, _ = await crafted(theirs, message("Said afterwards."), author_prev=withheld.hash)
    false = FalseLog.of(world, theirs)
    false.put(later)
    proxy.change(HEADERS, false.serve)

    with alarmed(27, "withheld-entry"):
        await ours.sync()


async def test_item_13_a_statement_in_a_colleagues_name_is_noticed(world: World) -> None:
    ours, _ = await world.shared_circle()
    await ours.read()
    rows = (await world.vcu.manager.log_statements()).items

    with alarmed(13, "forged"):
        await world.vcu.manager.log_verify([replace(rows[0], signature=flipped(rows[0].signature))])
