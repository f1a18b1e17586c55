"""Actions by commands: asked, seen today, moved on, given to somebody else."""

from __future__ import annotations

from keyholder.command import Exit
from tests.keyholder.command.driving import Network


async def asked(partners: Network, *options: str) -> tuple[str, str]:
    """A circle of both, and one action asked of the shelter."""
    kith = partners.kith
    circle = str((await kith.ask("victoria", "open", "Rowan"))["circle"])
    await kith("victoria", "invite", circle, "Harbour", "Can you help?", "--with-history")
    await kith("sam", "accept", circle)
    arguments = ("propose", circle, "Harbour", "Find a room", "--text", "Ground floor", *options)
    made = await kith.ask("victoria", *arguments)
    return circle, str(made["action"])


async def test_an_action_is_named_by_the_beginning_of_its_id_in_whatever_circle_it_is(
    partners: Network,
) -> None:
    kith = partners.kith
    circle, action = await asked(partners)
    await kith("sam", "progress", action[:8], "--accept")
    await kith("sam", "progress", action[:8], "--start", "--text", "Rang two landlords")
    await kith("sam", "progress", action[:8], "--text", "Third one tomorrow")
    [row] = (await kith.ask("sam", "actions", "--organisation"))["actions"]
    assert (row["action"], row["state"], row["circle"]) == (action, "in_progress", circle)
    await kith("sam", "complete", action[:8])
    assert "Nothing waits here." in (await kith("sam", "actions", "--organisation")).out
    assert "completed an action" in (await kith("victoria", "read", circle)).out
    said = await kith("sam", "complete", action[:8], code=Exit.REFUSED)
    assert len(said.err.splitlines()) == 1


async def test_today_says_what_waits_and_what_nobody_has_picked_up(partners: Network) -> None:
    kith = partners.kith
    _, action = await asked(partners)
    said = await kith("sam", "today")
    assert "Nobody in your organisation has picked these up" in said.out
    assert action[:8] in said.out
    await kith("sam", "reassign", action, "--colleague", "me")
    found = await kith.ask("sam", "today")
    assert [row["action"] for row in found["actions"]] == [action]
    assert found["unassigned"] == []


async def test_due_times_are_typed_and_said_as_people_do(partners: Network) -> None:
    kith = partners.kith
    circle, action = await asked(partners, "--due", "2027-01-15 15:30")
    assert "due 15 January 2027, 3:30pm" in (await kith("sam", "actions", circle)).out
    assert "2027-01-15 15:30:00 GMT" in (await kith("sam", "actions", circle, "--verbose")).out
    await kith("victoria", "reassign", action, "--due", "2027-01-18", "--circle", circle)
    assert "due 18 January 2027, 6pm" in (await kith("sam", "actions", circle)).out
    await kith("victoria", "propose", circle, "Harbour", "More", "--due", "soon", code=Exit.USAGE)
    await kith("victoria", "propose", circle, "Harbour", "More", "--due", "2020-01-01", code=Exit.USAGE)


async def test_declining_and_taking_back_need_a_reason_from_the_list(partners: Network) -> None:
    kith = partners.kith
    circle, action = await asked(partners)
    said = await kith("sam", "decline-action", action, code=Exit.REFUSED)
    assert said.err.startswith("Choose a reason: no-capacity, ")
    await kith("sam", "decline-action", action, "--reason", "no-capacity", "--text", "Full")
    await kith("victoria", "cancel", action, "--reason", "replaced")
    [row] = (await kith.ask("victoria", "actions", circle, "--all"))["actions"]
    assert row["state"] == "cancelled"
    said = await kith("sam", "cancel", action, "--reason", "mistake", code=Exit.REFUSED)
    assert said.out == ""
