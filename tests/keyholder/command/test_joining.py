"""Becoming somebody: what is shown once, what is compared by telephone, what is never written over."""

from __future__ import annotations

from pathlib import Path

from hub.accounts import service as accounts
from keyholder.command import Exit
from keyholder.profile import Place
from tests.keyholder.command.driving import Network


async def test_an_authority_is_trusted_only_after_its_words_were_compared(network: Network) -> None:
    kith = network.kith
    said = await kith("ann", "trust", str(network.root), "--hub", network.hub.url, code=Exit.REFUSED)
    assert "Its five words: " in said.out
    assert "Compare the words" in said.err
    await kith("ann", "whoami", words="x", code=Exit.REFUSED)
    await kith("ann", "trust", str(network.root), "--hub", "http://hub.example", "--yes", code=Exit.AWAY)
    await kith("ann", "trust", str(network.home / "authority.key"), "--yes", code=Exit.REFUSED)
    await network.trust("ann")


async def test_a_profile_takes_no_other_organisation_than_its_own(partners: Network) -> None:
    place = Place(partners.kith.home / "profiles" / "sam")
    before = place.read().organisation
    place.change(organisation="00" * 16)
    said = await partners.kith("sam", "whoami", code=Exit.ALARM)
    assert "named a different person or organisation" in said.err
    place.change(organisation=before)
    said = await partners.kith("sam", "whoami")
    assert "not accredited" not in said.err


async def test_another_authority_is_never_put_in_the_place_of_the_first(network: Network) -> None:
    kith, other = network.kith, network.home / "other.root"
    keys = network.hub.hub.keys
    await network.trust("ann")
    await kith(
        "authority",
        *("authority", "root", "--key", str(network.home / "authority.key"), "--out", str(other)),
        *("--hub", "another.example", "--receipt-key", keys.receipt_public.hex()),
        *("--checkpoint-key", keys.checkpoint_public.hex()),
    )
    said = await kith("ann", "trust", str(other), "--yes", code=Exit.REFUSED)
    assert said.err.startswith("Another authority is trusted here already.")


async def test_a_founder_gets_words_a_kit_and_what_the_commissioner_needs(
    network: Network, tmp_path: Path
) -> None:
    kith = network.kith
    await network.trust("ann")
    async with network.hub.database.write() as unit:
        link = await accounts.invite_founder(unit, network.hub.hub, "ann@mail.example", network.hub.clock())
    files = {name: tmp_path / name for name in ("card", "kit", "request")}
    options = [part for name, file in files.items() for part in (f"--{name}", str(file))]
    token = "#" + link.partition("#")[2]
    said = await kith("ann", "found", token, "--address", "ann", "--name", "Ann Example", *options, "--yes")
    card, kit = files["card"].read_text(), files["kit"].read_text()
    words = card.partition("Six words     ")[2].partition("\n")[0]
    assert words in said.out
    assert kit.partition("Eight words   ")[2].partition("\n")[0] in said.out
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files.values())
    said = await kith("ann", "whoami", words=words)
    assert "Your organisation is not accredited yet" in said.err
    again = await kith(
        "ann",
        "found",
        token,
        "--address",
        "ann",
        "--name",
        "A",
        "--card",
        str(files["card"]),
        "--yes",
        code=None,
    )
    assert again.code == Exit.USAGE
    assert files["card"].read_text() == card


async def test_a_link_of_another_hub_is_refused_before_anything_is_sent(network: Network) -> None:
    await network.trust("ann")
    said = await network.kith(
        "ann",
        *("enrol", "https://evil.example/enrol#" + "A" * 43, "--address", "ann", "--name", "Ann", "--yes"),
        code=Exit.REFUSED,
    )
    assert said.err.startswith("This link is of another hub")


async def test_the_printed_kit_brings_an_organisation_back(network: Network, tmp_path: Path) -> None:
    kith = network.kith
    await network.trust("ann")
    async with network.hub.database.write() as unit:
        link = await accounts.invite_founder(unit, network.hub.hub, "ann@mail.example", network.hub.clock())
    token = "#" + link.partition("#")[2]
    request = tmp_path / "ann.request"
    told = ("--address", "ann", "--name", "Ann Example", "--request", str(request), "--yes")
    made = await kith.ask("ann", "found", token, *told)
    await network.trust("ben")
    arguments = (
        "recover",
        "--organisation",
        made["organisation"],
        "--address",
        "ben",
        "--mail",
        "ben@mail.example",
        "--name",
        "Ben Example",
        "--yes",
    )
    await kith("ben", *arguments, "--words-stdin", stdin="not the words\n", code=Exit.NOT_ALLOWED)
    typed = made["kit_words"] + "\n"
    await kith("ben", *arguments, "--words-stdin", stdin=typed, code=Exit.ALARM)
    await network.accredit(request, "Harbour Shelter", "partner")
    said = await kith("ben", *arguments, "--words-stdin", "--json", stdin=typed)
    kith.words["ben"] = said.document["words"]
    assert (await kith.ask("ben", "whoami"))["role"] == "manager"


async def test_new_words_open_and_old_ones_no_longer_do(partners: Network) -> None:
    kith = partners.kith
    old = kith.words["sam"]
    kith.words["sam"] = (await kith.ask("sam", "replace-words"))["words"]
    await kith("sam", "whoami")
    await kith("sam", "whoami", words=old, code=Exit.NOT_ALLOWED)


async def test_a_manager_admits_by_spoken_words_alone_and_a_leaver_is_out_at_once(partners: Network) -> None:
    kith = partners.kith
    await partners.joins("wren", "sam", "worker")
    assert {row["address"] for row in (await kith.ask("sam", "team", "workers"))["workers"]} >= {
        "sam",
        "wren",
    }
    await kith("sam", "team", "role", "wren", "reviewer")
    assert (await kith.ask("wren", "whoami"))["role"] == "reviewer"
    await kith("sam", "team", "admit", "zoom", "zoom", "zoom", "zoom", "zoom", code=Exit.ALARM)
    await kith("sam", "team", "admit", "only", "two", code=Exit.NOT_ALLOWED)
    assert "Nobody waits." in (await kith("sam", "team", "waiting")).out
    await kith("sam", "team", "remove", "wren", code=Exit.REFUSED)
    await kith("sam", "team", "remove", "wren", "--yes")
    said = await kith("wren", "whoami", code=None)
    assert said.code in (Exit.NOT_ALLOWED, Exit.REFUSED)
    await kith("sam", "team", "rotate")


async def test_the_directory_names_only_the_accredited_and_a_withdrawal_takes_one_out(
    partners: Network, tmp_path: Path
) -> None:
    kith = partners.kith
    found = (await kith.ask("sam", "directory"))["organisations"]
    assert {(row["legal_name"], row["kind"]) for row in found} == {
        ("Tidewater Victim Care Unit", "vcu"),
        ("Harbour Shelter", "partner"),
    }
    signed = tmp_path / "withdrawal"
    key = ("--key", str(partners.home / "authority.key"), "--root", str(partners.root))
    accreditation = str(partners.home / "sam.accreditation")
    reason = ("--reason", "accreditation-ended")
    await kith("authority", "authority", "withdraw", accreditation, *key, "--out", str(signed), *reason)
    said = await kith(
        "authority", "authority", "withdraw", accreditation, *key, "--out", str(signed), *reason, code=1
    )
    assert "nothing is written over" in said.err
    await kith("victoria", "authority", "publish", "withdrawal", str(signed))
    left = (await kith.ask("victoria", "directory"))["organisations"]
    assert [row["legal_name"] for row in left] == ["Tidewater Victim Care Unit"]


async def test_nothing_is_accredited_before_its_words_were_compared(network: Network, tmp_path: Path) -> None:
    said = await network.kith(
        "authority",
        *("authority", "accredit", "--key", str(network.home / "authority.key"), "--root", str(network.root)),
        *("--out", str(tmp_path / "x"), "--name", "Harbour", "--domain", "h.example", "--kind", "partner"),
        *("--until", "2027-12-31", "--organisation", "00" * 16, "--genesis", "11" * 32),
        code=Exit.REFUSED,
    )
    assert "Nothing was signed." in said.err
    assert not (tmp_path / "x").exists()
