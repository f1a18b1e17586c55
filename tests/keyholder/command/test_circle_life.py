"""What else people do with a circle: notes for some, history, leaving, colleagues, reading with a reason."""

from __future__ import annotations

from unittest.mock import patch

from keyholder.command import Exit
from keyholder.end import End
from keyholder.links import Followed, Place
from tests.keyholder.command.driving import Network


async def shared(partners: Network, *options: str) -> str:
    """A circle of both organisations, named Rowan."""
    circle = str((await partners.kith.ask("victoria", "open", "Rowan"))["circle"])
    await partners.kith("victoria", "invite", circle, "sam.example", "Can you help?", *options)
    await partners.kith("sam", "accept", circle)
    return circle


async def test_a_colleague_who_is_not_assigned_reads_with_a_reason_and_it_is_on_record(
    partners: Network,
) -> None:
    kith = partners.kith
    await partners.joins("wren", "sam")
    circle = await shared(partners)
    await kith("victoria", "post", circle, "Please ring after six.")
    assert (await kith("wren", "read", circle, code=None)).code in (Exit.REFUSED, Exit.NOT_ALLOWED)
    await kith("wren", "read", circle, "--reason", "colleague-absent", code=Exit.USAGE)
    reason = ("--reason", "colleague-absent", "--because", "Sam is ill today")
    said = await kith("wren", "read", circle, *reason)
    assert "Please ring after six." in said.out
    rows = (await kith.ask("sam", "log", "statements", "--colleague", "wren"))["statements"]
    assert any(row["alert"] == "break-glass" and row["with_reason"] for row in rows)
    assert "OPENED WITH A REASON" in (await kith("sam", "log", "statements")).out


async def test_an_assigned_colleague_reads_and_posts(partners: Network) -> None:
    kith = partners.kith
    await partners.joins("wren", "sam")
    circle = await shared(partners)
    await kith("sam", "assign", circle, "wren")
    await kith("wren", "post", "Rowan", "On my way.")
    worker = (await kith.ask("wren", "whoami"))["worker"]
    assert worker in (await kith.ask("sam", "people", circle))["colleagues"]
    await kith("sam", "assign", circle, "wren", "--off")
    assert (await kith("wren", "post", circle, "Still here?", code=None)).code != 0


async def test_a_note_for_some_stays_with_them(partners: Network) -> None:
    kith = partners.kith
    circle = await shared(partners)
    await kith("victoria", "post", circle, "Between us.", "--only", "Tidewater")
    said = await kith("sam", "read", circle)
    assert "Between us." not in said.out
    assert "A note that was kept to some members." in said.out
    assert "Between us." in (await kith("victoria", "read", circle)).out


async def test_history_is_given_on_purpose_or_not_at_all(partners: Network) -> None:
    kith = partners.kith
    circle = str((await kith.ask("victoria", "open", "Rowan"))["circle"])
    await kith("victoria", "post", circle, "Before anyone joined.")
    await kith("victoria", "invite", circle, "Harbour", "Can you help?")
    await kith("sam", "accept", circle)
    said = await kith("sam", "read", circle)
    assert "Before anyone joined." not in said.out
    assert "This is from a time your organisation was not given." in said.out
    await kith("victoria", "grant", circle, "Harbour", code=Exit.USAGE)
    await kith("victoria", "grant", circle, "Harbour", "--all")
    assert "Before anyone joined." in (await kith("sam", "read", circle)).out


async def test_who_is_taken_out_opens_nothing_that_is_said_afterwards(partners: Network) -> None:
    kith = partners.kith
    circle = await shared(partners)
    await kith("victoria", "remove", circle, "Harbour", "--reason", "work-complete", code=Exit.REFUSED)
    said = await kith("victoria", "remove", circle, "Harbour", "--reason", "no-such", code=Exit.REFUSED)
    assert "work-complete" in said.err
    await kith("victoria", "remove", circle, "Harbour", "--reason", "work-complete", "--yes")
    await kith("victoria", "post", circle, "Only us now.")
    after = await kith("sam", "read", circle, code=None)
    assert after.code != 0
    assert "Only us now." not in after.out


async def test_declining_leaving_closing_and_reopening_are_told_in_plain_words(partners: Network) -> None:
    kith = partners.kith
    circle = str((await kith.ask("victoria", "open", "Rowan"))["circle"])
    await kith("victoria", "invite", circle, "Harbour", "Can you help?")
    said = await kith("sam", "decline", circle, code=Exit.REFUSED)
    assert "no-capacity" in said.err
    await kith("sam", "decline", circle, "--reason", "no-capacity", "--text", "Full until May")
    other = await shared(partners)
    await kith("sam", "leave", other, "--reason", "own-wish", "--yes")
    await kith("victoria", "plan", circle, "New locks first.", "--gap", "A pet-friendly room")
    await kith("victoria", "rekey", circle)
    await kith("victoria", "close", circle, "--reason", "needs-met")
    await kith("victoria", "reopen", circle, "--text", "It began again")
    told = (await kith("victoria", "read", circle)).out
    for words in (
        "declined to join: No capacity",
        "wrote the care plan",
        "A pet-friendly room (nobody can meet this yet)",
        "renewed the circle's protection",
        "closed the circle: Needs met",
        "reopened the circle",
    ):
        assert words in told
    for word in ("epoch", "HPKE", "hash", "CBOR", "rekey"):
        assert word not in told
    assert "took out Harbour Shelter" in (await kith("victoria", "read", other)).out


async def test_what_is_erased_is_gone_for_good_and_says_so(partners: Network) -> None:
    kith = partners.kith
    circle = str((await kith.ask("victoria", "open", "Rowan"))["circle"])
    await kith("victoria", "post", circle, "Said in the wrong place.")
    await kith("victoria", "erase", circle, "2", "--reason", "wrong-circle", code=Exit.REFUSED)
    await kith("victoria", "erase", circle, "9", "--reason", "wrong-circle", "--yes", code=Exit.USAGE)
    await kith("victoria", "erase", circle, "2", "--reason", "wrong-circle", "--yes")
    told = (await kith("victoria", "read", circle)).out
    assert "Said in the wrong place." not in told
    assert "This was erased by the circle's owner." in told


async def test_a_mails_link_leads_to_the_command_to_type(partners: Network) -> None:
    said = await partners.kith("sam", "follow", "A" * 43, code=Exit.REFUSED)
    assert len(said.err.splitlines()) == 1
    with patch.object(End, "follow", return_value=Followed(place=Place(kind="circle", id=b"\xab" * 32))):
        assert "kith read abababab" in (await partners.kith("sam", "follow", "x")).out


async def test_a_circle_changes_hands_when_the_other_unit_accepts(partners: Network) -> None:
    await partners.found("olga", "Upriver Victim Care Unit", "vcu")
    kith = partners.kith
    circle = str((await kith.ask("victoria", "open", "Rowan"))["circle"])
    await kith("victoria", "invite", circle, "Upriver", "Take over?", "--with-history")
    await kith("olga", "accept", circle)
    await kith("victoria", "hand-over", circle, "Upriver", "--yes")
    assert "Offered to Upriver Victim Care Unit" in (await kith("olga", "people", circle)).out
    await kith("olga", "accept", circle)
    people = await kith.ask("olga", "people", circle)
    assert people["owner"]["legal_name"] == "Upriver Victim Care Unit"


async def test_details_change_and_show_the_machinery_only_when_asked(partners: Network) -> None:
    kith = partners.kith
    await kith("victoria", "open", "Rowan", "--reference", "TW-17")
    await kith("victoria", "details", "TW-17", "--safe-contact", "Never by post")
    said = await kith("victoria", "details", "Rowan")
    assert "Never by post" in said.out
    assert "TW-17" in said.out
    assert "control_head" not in said.out
    assert "control_head" in (await kith("victoria", "details", "Rowan", "--security")).out


async def test_two_circles_of_one_name_are_told_apart_by_more(partners: Network) -> None:
    kith = partners.kith
    await kith("victoria", "open", "Rowan", "--reference", "TW-1")
    await kith("victoria", "open", "Rowan", "--reference", "TW-2")
    said = await kith("victoria", "post", "Rowan", "Hello", code=Exit.REFUSED)
    assert said.err.startswith("More than one circle fits “Rowan”")
    await kith("victoria", "post", "TW-2", "Hello")


async def test_reading_is_by_pages_and_bounded(partners: Network) -> None:
    kith = partners.kith
    circle = str((await kith.ask("victoria", "open", "Rowan"))["circle"])
    for number in range(5):
        await kith("victoria", "post", circle, f"Number {number}")
    page = (await kith.ask("victoria", "read", circle, "--after", "2", "--limit", "2"))["items"]
    assert [item["seq"] for item in page] == [3, 4]
    latest = await kith("victoria", "read", circle, "--limit", "2")
    assert "There is more before #5" in latest.out
    await kith("victoria", "read", circle, "--limit", "100000", code=Exit.USAGE)
