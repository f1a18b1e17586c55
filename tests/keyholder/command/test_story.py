"""The main job, end to end, by commands alone."""

from __future__ import annotations

from pathlib import Path

from tests.keyholder.command.driving import Network

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


async def test_two_organisations_help_one_person_by_commands_alone(partners: Network, tmp_path: Path) -> None:
    kith = partners.kith
    letter = tmp_path / "housing letter.pdf"
    letter.write_bytes(PDF)

    circle = (
        await kith.ask(
            "victoria", "open", "Rowan", "--reference", "TW-17", "--safe-contact", "Text first, after 6pm"
        )
    )["circle"]
    await kith("victoria", "post", circle[:8], "Welcome.")
    await kith("victoria", "invite", "Rowan", "Harbour", "Can you offer a room?", "--with-history")

    asked = await kith("sam", "invitation", circle[:6])
    assert "Can you offer a room?" in asked.out
    await kith("sam", "accept", circle[:6], "--text", "Yes, from Friday.")
    assert [row["title"] for row in (await kith.ask("sam", "circles"))["circles"]] == ["Rowan"]
    shown = await kith("sam", "read", "TW-17")
    assert "CONTACT SAFELY: Text first, after 6pm" in shown.out
    assert "Welcome." in shown.out

    await kith.ask("victoria", "propose", "Rowan", "Harbour", "Find a room")
    due = await kith("sam", "actions", "Rowan")
    assert "Find a room" in due.out
    assert "due " in due.out
    await kith("sam", "progress", "Find a room", "--circle", "Rowan", "--accept")
    sent = await kith("sam", "attach", "Rowan", str(letter), "--description", "The offer")
    assert sent.err == "", "progress is for terminals"
    await kith("sam", "complete", "Find a room", "--circle", "Rowan", "--text", "Room 4")

    folder = tmp_path / "taken"
    saved = await kith.ask("victoria", "fetch", "Rowan", "housing letter", str(folder))
    assert Path(saved["saved"]).read_bytes() == PDF
    await kith("victoria", "read", "Rowan")
    readers = (await kith.ask("sam", "receipts", "Rowan"))["readers"]
    assert "Tidewater Victim Care Unit" in {row["legal_name"] for row in readers}
    done = (await kith.ask("victoria", "actions", "Rowan", "--all"))["actions"]
    assert [(row["title"], row["state"]) for row in done] == [("Find a room", "done")]
    await kith("victoria", "log", "check")
