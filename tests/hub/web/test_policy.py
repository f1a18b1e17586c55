"""What a browser may do with what is served: nothing inline, nothing from elsewhere, WebAssembly in one
worker alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub
from tests.hub.web.conftest import FILES, build_app

EVERYTHING = [*FILES, "", "go/" + "a" * 64, ".well-known/kith-web-manifest.json"]


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {part[0]: part[1:] for part in parts}


@pytest.mark.parametrize("name", EVERYTHING)
async def test_every_file_comes_with_the_rules(site: RunningHub, name: str) -> None:
    headers = (await site.ask("GET", f"/{name}")).headers
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert policy["trusted-types"] == ["kith"]
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in headers["Content-Security-Policy"].split()
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Server"] == "kith"


async def test_webassembly_is_for_three_workers_alone(site: RunningHub) -> None:
    compiling = {
        "assets/vault.worker-Zz9_-a.js",
        "assets/hash.worker-0a.js",
        "assets/pdf.worker.min-0a.mjs",
    }
    for name in EVERYTHING:
        policy = directives((await site.ask("GET", f"/{name}")).headers["Content-Security-Policy"])
        assert ("'wasm-unsafe-eval'" in policy["script-src"]) == (name in compiling), name


async def test_the_worker_that_unpacks_pages_reaches_nothing(site: RunningHub) -> None:
    """It meets hostile files: whoever took it over could call nobody, load nothing and start nothing."""
    headers = (await site.ask("GET", "/assets/pdf.worker.min-0a.mjs")).headers
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'wasm-unsafe-eval'"]
    assert not {name for name in policy if name.endswith("-src")} - {"default-src", "script-src"}


async def test_the_page_may_show_what_was_opened_and_connect_to_this_hub_alone(site: RunningHub) -> None:
    policy = directives((await site.ask("GET", "/")).headers["Content-Security-Policy"])
    assert policy["connect-src"] == policy["script-src"] == policy["style-src"] == policy["font-src"]
    assert policy["connect-src"] == policy["worker-src"] == ["'self'"]
    assert policy["img-src"] == policy["media-src"] == ["'self'", "blob:"]


async def test_the_service_worker_may_serve_the_whole_app(site: RunningHub) -> None:
    assert (await site.ask("GET", "/sw.js")).headers["Service-Worker-Allowed"] == "/"
    assert "Service-Worker-Allowed" not in (await site.ask("GET", "/")).headers


async def test_over_https_the_browser_never_goes_back(tmp_path: Path) -> None:
    build_app(tmp_path / "website", FILES)
    settings = small_settings(tmp_path, public_url="https://hub.example")
    async with running_hub(settings) as running:
        for path in ("/", "/sw.js", "/v1/nothing", "/healthz"):
            assert "max-age=31536000" in (await running.ask("GET", path)).headers["Strict-Transport-Security"]


async def test_answers_of_the_hub_itself_are_kept_by_nobody(site: RunningHub) -> None:
    for path in ("/v1/nothing", "/healthz", "/v1/me"):
        headers = (await site.ask("GET", path)).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
