"""Whatever a hub serves instead of the published app is noticed, however it is asked."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from keyholder.connection import Connection
from keyholder.errors import LocalTrouble
from keyholder.webcheck import PLAIN, Manifest, Report, compare, packaged, peoples, read_manifest
from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub
from tests.hub.web.conftest import FILES, build_app

SCRIPT = "assets/index-AbC_12-x.js"
EVIL = FILES[SCRIPT].replace(b"hello", b"HELLO")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The built app that the hub will serve."""
    build_app(tmp_path / "website", FILES)
    return tmp_path / "website"


@pytest.fixture
def published(folder: Path) -> Manifest:
    return read_manifest((folder / "manifest.json").read_bytes())


async def checked(folder: Path, published: Manifest) -> Report:
    """What is found of a hub that serves the folder as it is now."""
    async with (
        running_hub(small_settings(folder.parent)) as running,
        Connection(running.url) as connection,
    ):
        return await compare(connection, published, https=False)


async def test_a_hub_that_serves_what_was_published_is_good(folder: Path, published: Manifest) -> None:
    report = await checked(folder, published)
    assert (report, report.good) == (Report(files=len(FILES)), True)


@pytest.mark.parametrize(
    ("ending", "pack", "noticed"),
    [
        ("", bytes, "identity"),
        (".gz", gzip.compress, "gzip"),
        (".br", brotli.compress, "gzip, deflate, br"),
        (".br", lambda _: b"no brotli at all", "gzip, deflate, br"),
    ],
)
async def test_another_script_is_noticed_in_whatever_form_it_comes(
    folder: Path, published: Manifest, ending: str, pack: Callable[[bytes], bytes], noticed: str
) -> None:
    (folder / (SCRIPT + ending)).write_bytes(pack(EVIL))
    report = await checked(folder, published)
    assert report.differs == [f"{SCRIPT} ({noticed})"]
    assert not report.good


async def test_a_script_that_a_page_names_and_nobody_published_is_noticed(
    folder: Path, published: Manifest
) -> None:
    page = (
        FILES["index.html"]
        .replace(
            b"</head>",
            b"<script src='/assets/x.js'></script><script>1</script>"
            b"<script src='//cdn.example/y.js'></script>"
            b"<link rel=stylesheet href=/z.css></head>",
        )
        .replace(b"<body>", b"<body onload='x()'>")
    )
    build_app(folder, FILES | {"index.html": page, "assets/x.js": b"1"})
    report = await checked(folder, published)
    assert report.extra == ["assets/x.js"]
    assert {"/", "/today"} <= set(report.differs)
    assert set(report.strange) == {
        "assets/x.js", "inline script", "//cdn.example/y.js", "z.css", "<body onload>",
    }  # fmt: skip


async def test_what_is_missing_is_noticed(folder: Path, published: Manifest) -> None:
    (folder / "sw.js").unlink()
    report = await checked(folder, published)
    assert report.missing == ["sw.js"]


async def test_a_hub_without_the_app_or_the_manifest_is_not_good(
    tmp_path: Path, folder: Path, published: Manifest
) -> None:
    (folder / "manifest.json").unlink()
    report = await checked(folder, published)
    assert report.missing == ["/.well-known/kith-web-manifest.json"]
    async with (
        running_hub(small_settings(tmp_path, web=tmp_path / "nothing")) as running,
        Connection(running.url) as connection,
    ):
        report = await compare(connection, published, https=False)
    assert "index.html" in report.missing
    assert not report.good


async def test_a_manifest_that_says_what_was_published_hides_nothing(
    folder: Path, published: Manifest
) -> None:
    """The hub's own manifest counts for nothing: the files do."""
    (folder / SCRIPT).write_bytes(EVIL)
    report = await checked(folder, published)
    assert report.differs


async def through_a_proxy(
    running: RunningHub, published: Manifest, change: Callable[[web.Response], None]
) -> Report:
    """What is found behind something that changes headers on the way, as a proxy that means well does."""

    async def pass_on(request: web.Request) -> web.Response:
        url = running.url + str(request.rel_url)
        headers = {name: request.headers[name] for name in ("Accept", "Accept-Encoding")}
        async with running.client.get(url, headers=headers, auto_decompress=False) as answer:
            made = web.Response(status=answer.status, body=await answer.read(), headers=answer.headers)
            change(made)
            return made

    app = web.Application()
    app.router.add_get("/{path:.*}", pass_on)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with Connection(f"http://127.0.0.1:{runner.addresses[0][1]}") as connection:
            return await compare(connection, published, https=False)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("Content-Security-Policy", None, "content-security-policy default-src"),
        ("Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'", "script-src"),
        ("Content-Security-Policy", "default-src 'self'; default-src 'none'", "default-src"),
        ("Content-Security-Policy", "default-src 'none'; connect-src https:", "connect-src"),
        ("X-Frame-Options", None, "x-frame-options"),
        ("Cross-Origin-Opener-Policy", "unsafe-none", "cross-origin-opener-policy"),
        ("Referrer-Policy", "origin", "referrer-policy"),
        ("Set-Cookie", "id=1", "set-cookie"),
    ],
)
async def test_rules_for_browsers_that_were_weakened_are_noticed(
    folder: Path, published: Manifest, name: str, value: str | None, found: str
) -> None:
    def change(answer: web.Response) -> None:
        answer.headers.popall(name, None)
        if value is not None:
            answer.headers[name] = value

    async with running_hub(small_settings(folder.parent)) as running:
        report = await through_a_proxy(running, published, change)
    assert not report.differs
    assert any(line.startswith("/: ") and line.endswith(found) for line in report.headers), report.headers


async def test_webassembly_is_for_the_vault_alone(folder: Path, published: Manifest) -> None:
    def change(answer: web.Response) -> None:
        policy = answer.headers["Content-Security-Policy"]
        wider = policy.replace("script-src 'self';", "script-src 'self' 'wasm-unsafe-eval';")
        answer.headers["Content-Security-Policy"] = wider

    async with running_hub(small_settings(folder.parent)) as running:
        report = await through_a_proxy(running, published, change)
    assert "/: content-security-policy script-src" in report.headers
    assert not any("vault.worker" in line or "hash.worker" in line for line in report.headers)


async def test_over_https_the_browser_must_be_told_to_stay_there(folder: Path, published: Manifest) -> None:
    async with running_hub(small_settings(folder.parent)) as running, Connection(running.url) as connection:
        report = await compare(connection, published, https=True)
    assert "/: strict-transport-security" in report.headers


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b'[{"path":"/etc/passwd","size":1,"sha256":"' + b"0" * 64 + b'"}]',
        json.dumps([{"path": "index.html", "size": 1, "sha256": "0" * 64}] * 2).encode(),
        json.dumps([{"path": "index.html", "size": 1, "sha256": "x"}]).encode(),
        json.dumps([{"path": p, "size": 1, "sha256": "0" * 64} for p in ("index.html", "a/../b")]).encode(),
    ],
)
def test_what_is_no_manifest_is_refused(raw: bytes) -> None:
    with pytest.raises(LocalTrouble):
        read_manifest(raw)


def test_the_manifest_of_this_program_is_the_one_of_its_own_build() -> None:
    assert packaged().as_posix().endswith(("hub/website/manifest.json", "mailbox/web/dist/manifest.json"))


async def lying(
    folder: Path, published: Manifest, rule: Callable[[web.Request, web.Response], None]
) -> Report:
    """What is found of a hub whose answers are changed on the way."""

    async def pass_on(request: web.Request) -> web.Response:
        headers = {"Accept": request.headers["Accept"], "Accept-Encoding": "identity"}
        async with running.client.get(running.url + request.raw_path, headers=headers) as found:
            kept = {name: value for name, value in found.headers.items() if name not in _BETWEEN}
            answer = web.Response(status=found.status, body=await found.read(), headers=kept)
        rule(request, answer)
        return answer

    app = web.Application()
    app.router.add_get("/{path:.*}", pass_on)
    async with running_hub(small_settings(folder.parent)) as running:
        server = TestServer(app)
        await server.start_server()
        try:
            async with Connection(str(server.make_url("/")).rstrip("/")) as connection:
                return await compare(connection, published, https=False)
        finally:
            await server.close()


_BETWEEN = {"Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Date", "Server"}


@pytest.mark.parametrize("place", ["/sign-in", "/settings", "/circles/", "/unlock", "/organisation/"])
async def test_another_page_at_one_kind_of_address_is_noticed(
    folder: Path, published: Manifest, place: str
) -> None:
    def steal(request: web.Request, answer: web.Response) -> None:
        if request.path.startswith(place):
            answer.body = b"<script>steal()</script>"

    report = await lying(folder, published, steal)
    assert report.differs
    assert all(each.startswith(place) for each in report.differs)


@pytest.mark.parametrize("header", ["Refresh", "Link", "Clear-Site-Data", "Service-Worker-Allowed"])
async def test_a_header_that_leads_elsewhere_is_noticed(
    folder: Path, published: Manifest, header: str
) -> None:
    def lead_away(request: web.Request, answer: web.Response) -> None:
        if request.path == "/today":
            answer.headers[header] = "0;url=/steal"

    report = await lying(folder, published, lead_away)
    assert report.headers == [f"/today: {header.lower()}"]


def test_every_address_asked_for_is_new_each_time() -> None:
    one, other = set(peoples()), set(peoples())
    assert one & other == set(PLAIN)
