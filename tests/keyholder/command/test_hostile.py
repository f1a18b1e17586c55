"""Whatever somebody typed or named, nothing of it reaches a terminal or a file system raw."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from keyholder.command import Exit
from keyholder.commands.documents import _take_place
from tests.keyholder.command.driving import Network

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 2, 62, 1) + bytes(40)
HOSTILE = "Ro\x1b[2Jwan\x1b]0;owned\x07 \u202eexe.fdp [red]x[/red] :smile:"


async def test_titles_messages_and_names_are_shown_harmless_and_given_to_programs_whole(
    partners: Network,
) -> None:
    kith = partners.kith
    await kith("victoria", "sign-in", "--name", "Vic\x1b[31mtoria")
    circle = (await kith.ask("victoria", "open", HOSTILE, "--safe-contact", HOSTILE))["circle"]
    await kith("victoria", "post", circle, HOSTILE + "\nsecond\x1b[1A line")
    await kith("victoria", "invite", circle, "Harbour", HOSTILE, "--title", HOSTILE, "--with-history")
    shown = [await kith("sam", "invitation", circle)]
    await kith("sam", "accept", circle, "--text", HOSTILE)
    shown += [await kith("sam", command, circle) for command in ("read", "receipts", "people", "details")]
    shown.append(await kith("sam", "circles"))
    for said in shown:
        assert not any(letter in said.out + said.err for letter in "\x1b\x07\x9b\u202e")
    assert "[U+202E]exe.fdp [red]x[/red] :smile:" in shown[1].out
    items = (await kith.ask("sam", "read", circle))["items"]
    assert [item["body"]["title"] for item in items if item["kind"] == "open"] == [HOSTILE]


async def test_programs_and_disguised_files_are_refused_before_anything_is_sent(
    partners: Network, tmp_path: Path
) -> None:
    kith = partners.kith
    circle = (await kith.ask("victoria", "open", "Rowan"))["circle"]
    for name, data in (
        ("tool.exe", b"MZ" + bytes(200)),
        ("letter.pdf", ELF),
        ("run.sh", b"#!/bin/sh\n"),
        ("photo.png", PDF),
        ("page.html", b"<html><script>x</script></html>"),
        ("empty.txt", b""),
    ):
        (tmp_path / name).write_bytes(data)
        said = await kith("victoria", "attach", circle, str(tmp_path / name), code=Exit.REFUSED)
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
    assert (await kith.ask("victoria", "documents", circle))["documents"] == []
    await kith("victoria", "attach", circle, str(tmp_path / "absent.pdf"), code=Exit.USAGE)


async def test_a_hostile_file_name_is_made_harmless_and_stays_in_its_folder(
    partners: Network, tmp_path: Path
) -> None:
    kith = partners.kith
    circle = (await kith.ask("victoria", "open", "Rowan"))["circle"]
    hostile = tmp_path / "-rf ..\\..\x1b[31m\u202efdp.pdf"
    hostile.write_bytes(PDF)
    made = await kith.ask("victoria", "attach", circle, str(hostile))
    listed = await kith("victoria", "documents", circle)
    assert not any(letter in listed.out for letter in "\x1b\u202e\\")
    folder = tmp_path / "taken"
    saved = Path((await kith.ask("victoria", "fetch", circle, made["document"][:8], str(folder)))["saved"])
    assert saved.parent == folder.resolve()
    assert [each.name for each in folder.iterdir()] == [saved.name] == [made["name"]]


async def test_fetching_never_writes_over_a_file_unless_told_to(partners: Network, tmp_path: Path) -> None:
    kith = partners.kith
    circle = (await kith.ask("victoria", "open", "Rowan"))["circle"]
    (tmp_path / "letter.pdf").write_bytes(PDF)
    await kith("victoria", "attach", circle, str(tmp_path / "letter.pdf"))
    folder = tmp_path / "taken"
    folder.mkdir()
    (folder / "letter.pdf").write_text("mine")
    saved = Path((await kith.ask("victoria", "fetch", circle, "letter.pdf", str(folder)))["saved"])
    assert saved.name == "letter (2).pdf"
    assert (folder / "letter.pdf").read_text() == "mine"
    forced = Path((await kith.ask("victoria", "fetch", circle, "letter", str(folder), "--force"))["saved"])
    assert forced.name == "letter.pdf"
    assert forced.read_bytes() == PDF


def test_force_takes_the_place_of_a_link_and_never_writes_through_it(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("keep me")
    (tmp_path / "letter.pdf").symlink_to(elsewhere)
    (tmp_path / "letter (2).pdf").write_bytes(PDF)
    assert _take_place(tmp_path / "letter (2).pdf", "letter.pdf") == tmp_path / "letter.pdf"
    assert elsewhere.read_text() == "keep me"
    assert (tmp_path / "letter.pdf").read_bytes() == PDF


async def test_no_document_no_name_and_no_key_of_a_manifest_reaches_a_program(
    partners: Network, tmp_path: Path
) -> None:
    kith = partners.kith
    circle = (await kith.ask("victoria", "open", "Rowan"))["circle"]
    (tmp_path / "letter.pdf").write_bytes(PDF)
    await kith("victoria", "attach", circle, str(tmp_path / "letter.pdf"))
    said = await kith("victoria", "read", circle, "--json")
    [body] = [item["body"] for item in said.document["items"] if item["kind"] == "document"]
    assert body["name"] == "letter.pdf"
    assert not {"key", "segments", "plaintext_hash"} & set(body)


@pytest.mark.parametrize("name", ["refer.json", "refer.txt"])
async def test_a_referral_from_a_file_arrives_signed(partners: Network, tmp_path: Path, name: str) -> None:
    kith = partners.kith
    file = tmp_path / name
    file.write_text('{"title": "Rowan", "text": "Please help."}' if name.endswith("json") else "Please help.")
    sent = await kith.ask("sam", "refer", "Tidewater", str(file))
    waiting = (await kith.ask("victoria", "letters"))["letters"]
    assert [row["letter"] for row in waiting] == [sent["letter"]]
    opened = await kith("victoria", "letter", sent["letter"][:8])
    assert "Sam Example (Harbour Shelter)" in opened.out
    assert "Please help." in opened.out


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"{", b'{"text": "x", "worker": "y"}', b'{"title": "x"}']
)
async def test_a_file_that_is_no_letter_is_said_to_be_none(
    partners: Network, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "refer.json").write_bytes(content)
    said = await partners.kith("sam", "refer", "Tidewater", str(tmp_path / "refer.json"), code=Exit.USAGE)
    assert len(said.err.splitlines()) == 1
