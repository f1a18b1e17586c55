"""The exit code says what happened; an alarm prints nothing of what it is about."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from unittest.mock import patch

import pytest
from sqlalchemy import LargeBinary, bindparam, select, update

from crypto.errors import NotForMe
from crypto.statements import SignedStatement
from keyholder import errors
from keyholder.accesslog import AccessLog
from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.command import Exit, exit_of, hoist
from keyholder.commands.call import NotSignedIn, TryDifferently
from storage.tables.audit import log_statements as statements
from storage.tables.circles import boxes, entries
from tests.keyholder.command.driving import Network

SECRET = "the blue door in Quay Street"


async def said_to_sam(partners: Network) -> str:
    """A circle in which something was said that Sam's end has never fetched."""
    kith = partners.kith
    circle = str((await kith.ask("victoria", "open", "Rowan"))["circle"])
    await kith("victoria", "invite", circle[:8], "Harbour", "Can you help?")
    await kith("sam", "accept", circle[:8])
    await kith("victoria", "post", circle[:8], SECRET)
    shutil.rmtree(partners.kith.home / "profiles" / "sam" / "state", ignore_errors=True)
    return circle


@pytest.mark.parametrize("column", ["header", "signature", "body"])
async def test_a_flipped_byte_of_an_entry_raises_the_alarm_and_prints_nothing(
    partners: Network, column: str
) -> None:
    circle = await said_to_sam(partners)
    stored = entries.c[column]
    read = select(stored).where(entries.c.circle == bindparam("c", type_=LargeBinary), entries.c.kind == 32)
    write = (
        update(entries)
        .where(entries.c.circle == bindparam("c", type_=LargeBinary), entries.c.kind == 32)
        .values({column: bindparam("new", type_=LargeBinary)})
    )
    async with partners.hub.database.write() as unit:
        before = bytearray(await unit.value(read, c=bytes.fromhex(circle)) or b"")
        before[len(before) // 2] ^= 1
        assert await unit.run(write, c=bytes.fromhex(circle), new=bytes(before)) == 1
    await refuses_to_show(partners, circle)


async def test_a_flipped_byte_of_a_box_raises_the_alarm_and_prints_nothing(partners: Network) -> None:
    circle = await said_to_sam(partners)
    organisation = bytes.fromhex((await partners.kith.ask("sam", "whoami"))["organisation"])
    read = select(boxes.c.hash, boxes.c.box).where(
        boxes.c.organisation == bindparam("o", type_=LargeBinary), boxes.c.epoch.is_not(None)
    )
    write = (
        update(boxes)
        .where(boxes.c.hash == bindparam("h", type_=LargeBinary))
        .values(box=bindparam("new", type_=LargeBinary))
    )
    async with partners.hub.database.write() as unit:
        for row in await unit.all(read, o=organisation):
            await unit.run(write, h=row.hash, new=bytes([row.box[0] ^ 1]) + row.box[1:])
    await refuses_to_show(partners, circle)


async def refuses_to_show(partners: Network, circle: str) -> None:
    """For people and for programs: the alarm, its evidence, and not one word of the circle."""
    for_people = await partners.kith("sam", "read", circle, code=Exit.ALARM)
    for_programs = await partners.kith("sam", "read", circle, "--json", code=Exit.ALARM)
    for said in (for_people, for_programs):
        assert "ALARM" in said.err
        assert SECRET not in said.out + said.err
        assert "Rowan" not in said.out + said.err
    assert for_people.out == ""
    assert for_programs.document["alarm"]["exit"] == Exit.ALARM
    kept = list((partners.kith.home / "profiles" / "sam" / "state" / "evidence").iterdir())
    assert kept
    assert all(SECRET.encode() not in file.read_bytes() for file in kept)


async def test_when_one_entry_does_not_hold_the_others_can_be_read_and_it_is_still_an_alarm(
    partners: Network,
) -> None:
    circle = await said_to_sam(partners)
    await partners.kith("victoria", "post", circle, "and the garden gate")
    taken = (
        update(entries)
        .where(entries.c.kind == 32, entries.c.circle == bindparam("c", type_=LargeBinary))
        .values(body=bindparam("new", type_=LargeBinary))
    )
    first = taken.where(
        entries.c.seq == select(entries.c.seq).where(entries.c.kind == 32).limit(1).scalar_subquery()
    )
    async with partners.hub.database.write() as unit:
        await unit.run(first, c=bytes.fromhex(circle), new=None)
    said = await partners.kith("sam", "read", circle, "--rest", code=Exit.ALARM)
    assert "and the garden gate" in said.out
    assert SECRET not in said.out
    assert "nobody entitled has erased it" in said.err


async def test_wrong_words_and_no_words_are_not_allowed(partners: Network) -> None:
    kith = partners.kith
    other = " ".join(["zoom"] * 6)
    said = await kith("sam", "circles", words=other, code=Exit.NOT_ALLOWED)
    assert said.err == "These words do not open this sign-in. Check each word, and the sign-in name.\n"
    assert (await kith("sam", "circles", words="not six", code=Exit.NOT_ALLOWED)).out == ""
    said = await kith("sam", "circles", words="", code=Exit.NOT_ALLOWED)
    assert "kith sign-in --keep" in said.err


async def test_words_may_come_from_standard_input(partners: Network) -> None:
    words = partners.kith.words["sam"].upper().replace(" ", "-")
    await partners.kith("sam", "whoami", "--words-stdin", stdin=words + "\n", words="")
    await partners.kith("sam", "sign-in", stdin=words + "\n", words="")


async def test_what_policies_forbid_is_not_allowed_or_refused_and_never_a_traceback(
    partners: Network,
) -> None:
    said = await partners.kith("sam", "open", "Not ours to open", code=None)
    assert said.code in (Exit.NOT_ALLOWED, Exit.REFUSED)
    assert len(said.err.splitlines()) == 1
    said = await partners.kith("victoria", "close", "Nobody", "--reason", "needs-met", code=Exit.REFUSED)
    assert said.err == "No circle goes by “Nobody” here.\n"


async def test_a_hub_that_is_away_is_away(partners: Network) -> None:
    await partners.kith("stranger", "trust", str(partners.root), "--hub", "http://127.0.0.1:9", "--yes")
    said = await partners.kith(
        "stranger", "sign-in", "--address", "stranger", words="any six", code=Exit.NOT_ALLOWED
    )
    assert said.out == ""
    words = partners.kith.words["sam"]
    said = await partners.kith("stranger", "whoami", words=words, code=Exit.AWAY)
    assert "cannot be reached" in said.err
    assert "Traceback" not in said.err


async def test_wrong_usage_is_wrong_usage(partners: Network) -> None:
    kith = partners.kith
    for arguments in (
        ("no-such-command",),
        ("read",),
        ("circles", "--limit", "none"),
        ("--profile", "../up", "circles"),
        ("post", "x", " "),
        ("progress", "x"),
        ("reassign", "x"),
        ("refer", "x"),
        ("sign-in", "--keep", "forever"),
        ("authority", "root", "--key", "none", "--out", "none"),
    ):
        said = await kith("sam", *arguments, code=None)
        assert said.code in (Exit.USAGE, Exit.REFUSED), arguments
        assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EvidenceKeeper(None).alarm(Kind.GHOST), Exit.ALARM),
        (errors.UpdateNeeded(), Exit.UPDATE),
        (errors.CannotOpen(), Exit.CANNOT_OPEN),
        (errors.Away(), Exit.AWAY),
        (errors.BadAnswer(), Exit.AWAY),
        (errors.WrongWords(), Exit.NOT_ALLOWED),
        (NotSignedIn(), Exit.NOT_ALLOWED),
        (errors.Refused(401, "no-session", "", {}), Exit.NOT_ALLOWED),
        (errors.Refused(403, "not-allowed", "", {}), Exit.NOT_ALLOWED),
        (errors.Refused(409, "stale", "", {}), Exit.REFUSED),
        (TryDifferently(), Exit.USAGE),
        (errors.CannotSend("why"), Exit.REFUSED),
        (NotForMe("x"), Exit.REFUSED),
    ],
)
def test_every_kind_of_trouble_has_its_code(error: Exception, code: Exit) -> None:
    assert exit_of(error) is code


def test_options_of_the_program_may_stand_anywhere_before_two_hyphens() -> None:
    assert hoist(["read", "x", "--json", "--profile", "ann", "--after", "3"]) == [
        "--json",
        "--profile",
        "ann",
        "read",
        "x",
        "--after",
        "3",
    ]
    assert hoist(["post", "x", "--", "--json"]) == ["post", "x", "--", "--json"]
    assert hoist(["--profile=ann", "today", "--profile"]) == ["--profile=ann", "--profile", "today"]


async def test_a_look_that_is_missing_from_the_record_raises_the_alarm(partners: Network) -> None:
    """The end is told of a place in the record at which the hub has nothing of the kind."""
    circle = str((await partners.kith.ask("victoria", "open", "Rowan"))["circle"])

    def told_wrong(log: AccessLog, _: object, statements: Sequence[SignedStatement]) -> None:
        for signed in statements:
            log.expect(0, bytes(32), signed)

    with patch.object(AccessLog, "heard", told_wrong):
        said = await partners.kith("victoria", "read", circle, code=Exit.ALARM)
    assert "missing from the record of who looked at what" in " ".join(said.err.replace("│", " ").split())


async def test_a_forged_line_of_the_record_raises_the_alarm_and_is_not_shown(partners: Network) -> None:
    circle = str((await partners.kith.ask("victoria", "open", "Rowan"))["circle"])
    await partners.kith("victoria", "read", circle)
    assert (await partners.kith("victoria", "log", "statements")).out.count("victoria") > 1
    async with partners.hub.database.write() as unit:
        signature = bytearray(await unit.value(select(statements.c.signature).limit(1)) or b"")
        signature[0] ^= 1
        await unit.run(update(statements).values(signature=bytes(signature)))
    said = await partners.kith("victoria", "log", "statements", code=Exit.ALARM)
    assert said.out == ""
