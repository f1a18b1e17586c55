"""`kith verify-web`: one plain answer, and a code that programs can act on."""

from __future__ import annotations

from pathlib import Path

from keyholder.command import Exit
from tests.hub.conftest import small_settings
from tests.hub.running import running_hub
from tests.hub.web.conftest import FILES, build_app
from tests.keyholder.command.driving import Kith


async def test_it_says_whether_the_hub_serves_what_was_published(tmp_path: Path) -> None:
    build_app(tmp_path / "website", FILES)
    manifest = str(tmp_path / "website" / "manifest.json")
    kith = Kith(tmp_path / "home")
    async with running_hub(small_settings(tmp_path)) as hub:
        said = await kith("ann", "verify-web", hub.url, "--manifest", manifest)
        assert f"All {len(FILES)} files are as published" in said.out
        told = await kith.ask("ann", "verify-web", hub.url, "--manifest", manifest)
        assert (told["good"], told["differs"]) == (True, [])
        other = tmp_path / "other"
        build_app(other, FILES | {"sw.js": b"else"})
        published = str(other / "manifest.json")
        said = await kith("ann", "verify-web", hub.url, "--manifest", published, code=Exit.ALARM)
        assert "does NOT serve" in said.out
        assert "Not as published: sw.js" in said.out
        said = await kith("ann", "verify-web", hub.url, "--manifest", published, "--json", code=Exit.ALARM)
        assert said.document["good"] is False
    await kith("ann", "verify-web", hub.url, "--manifest", manifest, code=Exit.AWAY)
    await kith("ann", "verify-web", "http://hub.example", "--manifest", manifest, code=Exit.AWAY)
    said = await kith("ann", "verify-web", hub.url, "--manifest", str(tmp_path / "no"), code=Exit.REFUSED)
    assert "cannot be read" in said.err
