"""Serving the app: its files as they were at the start, the page for every address of a person, and nothing
else."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import brotli
import pytest

from hub.config import SettingsError
from hub.web import site as sites
from hub.web.site import read_site
from tests.hub.conftest import small_settings
from tests.hub.running import Answer, RunningHub, running_hub
from tests.hub.web.conftest import FILES, INDEX, build_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = "assets/index-AbC_12-x.js"


async def plain(site: RunningHub, path: str, **headers: str) -> Answer:
    """Exactly these bytes, whatever a client would unpack by itself."""
    sent = {"Accept-Encoding": "identity"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    async with site.client.get(
        site.url + path, headers=sent, allow_redirects=False, auto_decompress=False
    ) as got:
        return Answer(got.status, await got.read(), got.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/today",
        "/enrol",
        "/circles/abc",
        "/circles/x/documents?tab=1",
        "/go/" + "a" * 64,
        "/v2/x",
        "/v1x",
    ],
)
async def test_every_address_of_a_person_gives_the_app(site: RunningHub, path: str) -> None:
    answer = await plain(site, path, **BROWSER)
    assert (answer.status, answer.body) == (200, INDEX)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/nothing", "/v1/circles/", "/healthz/x", "/assets/gone.js", "/tabs/ask/1"]
)
async def test_what_other_rooms_have_is_never_the_app(site: RunningHub, path: str) -> None:
    answer = await plain(site, path, **BROWSER)
    assert (answer.status, answer.body == INDEX) in {(404, False), (200, path == "/healthz/x")}


async def test_what_a_program_asks_for_and_is_not_there_is_missing(site: RunningHub) -> None:
    for path in ("/missing.js", "/today", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets", "//x"):
        answer = await plain(site, path, Accept="*/*")
        assert answer.status == 404, path
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_files_are_what_the_build_made(site: RunningHub) -> None:
    for name, content in FILES.items():
        answer = await plain(site, f"/{name}")
        assert (answer.status, answer.body) == (200, content), name
        assert int(answer.headers["Content-Length"]) == len(content)


async def test_other_methods_are_refused(site: RunningHub) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (await site.ask(method, "/today", b"x")).status in (404, 405)


async def test_head_says_the_same_and_sends_nothing(site: RunningHub) -> None:
    async with site.client.head(f"{site.url}/{SCRIPT}", headers={"Accept-Encoding": "identity"}) as answer:
        assert answer.status == 200
        assert int(answer.headers["Content-Length"]) == len(FILES[SCRIPT])
        assert await answer.read() == b""


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip", "gzip"),
        ("identity", None),
        ("", None),
        ("br;q=0, gzip;q=0.0", None),
        ("GZIP;q=0.5", "gzip"),
    ],
)
async def test_a_browser_gets_the_smallest_form_it_takes(
    site: RunningHub, asked: str, given: str | None
) -> None:
    answer = await plain(site, f"/{SCRIPT}", Accept_Encoding=asked)
    assert answer.headers.get("Content-Encoding") == given
    assert answer.headers["Vary"] == "Accept-Encoding"
    if given == "gzip":
        assert gzip.decompress(answer.body) == FILES[SCRIPT]
    if given == "br":
        assert brotli.decompress(answer.body) == FILES[SCRIPT]


async def test_small_files_have_one_form(site: RunningHub) -> None:
    answer = await plain(site, "/sw.js", Accept_Encoding="br, gzip")
    assert "Content-Encoding" not in answer.headers


async def test_twins_are_no_files_of_their_own(site: RunningHub) -> None:
    assert (await plain(site, f"/{SCRIPT}.gz")).status == 404


async def test_what_a_browser_has_is_not_sent_again(site: RunningHub) -> None:
    for name in ("index.html", SCRIPT):
        first = await plain(site, f"/{name}", Accept_Encoding="gzip")
        tag = first.headers["ETag"]
        again = await plain(site, f"/{name}", Accept_Encoding="gzip", If_None_Match=f'"x", {tag}')
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
        other = await plain(site, f"/{name}", Accept_Encoding="gzip", If_None_Match='"x"')
        assert other.status == 200


async def test_assets_keep_for_ever_and_the_rest_is_asked_for_again(site: RunningHub) -> None:
    for name in FILES:
        kept = (await plain(site, f"/{name}")).headers["Cache-Control"]
        forever = name.startswith("assets/")
        assert kept == ("public, max-age=31536000, immutable" if forever else "no-cache")


async def test_the_manifest_is_where_anybody_looks_for_it(site: RunningHub, tmp_path: Path) -> None:
    answer = await site.ask("GET", "/.well-known/kith-web-manifest.json")
    assert {each["path"]: each["size"] for each in answer.body} == {k: len(v) for k, v in FILES.items()}


async def test_a_file_that_came_later_is_not_served(site: RunningHub, tmp_path: Path) -> None:
    (tmp_path / "website" / "later.js").write_bytes(b"alert(1)")
    (tmp_path / "website" / "sw.js").write_bytes(b"alert(1)")
    assert (await plain(site, "/later.js")).status == 404
    assert (await plain(site, "/sw.js")).body == FILES["sw.js"]


def test_links_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    folder, outside = tmp_path / "website", tmp_path / "secret.txt"
    outside.write_text("secret")
    build_app(folder, FILES | {".env": b"x", ".git/config": b"x"})
    os.symlink(outside, folder / "linked.txt")
    os.symlink(tmp_path, folder / "all")
    found = read_site(folder)
    assert found.get("index.html") is not None
    for path in ("linked.txt", "all/secret.txt", ".env", ".git/config"):
        assert found.get(path) is None


def test_a_folder_of_other_things_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_app(tmp_path, FILES)
    monkeypatch.setattr(sites, "MOST_FILES", 3)
    with pytest.raises(SettingsError, match="more than a built app"):
        read_site(tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(sites, "MOST_BYTES", 100)
    with pytest.raises(SettingsError, match="more than a built app"):
        read_site(tmp_path)


async def test_a_hub_without_the_app_says_how_to_build_it(tmp_path: Path) -> None:
    async with running_hub(small_settings(tmp_path)) as running:
        answer = await plain(running, "/today", **BROWSER)
        assert answer.status == 404
        assert b"make web" in answer.body
        assert b"<script" not in answer.body
        assert b"http" not in answer.body
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert (await plain(running, "/go/" + "0" * 64)).body == answer.body
        assert (await running.ask("GET", "/.well-known/kith-web-manifest.json")).status == 404
        assert (await running.ask("GET", "/healthz")).status == 200
