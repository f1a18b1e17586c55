"""What a real browser makes of the rules: the app's own scripts run, and nothing else does."""

from __future__ import annotations

import json
from pathlib import Path

from tests.browser.screens import chromium
from tests.hub.conftest import small_settings
from tests.hub.running import running_hub
from tests.hub.web.conftest import build_app

WASM = "new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))"
TRIES = """
const outcome = {};
const attempt = (name, work) => { try { work(); outcome[name] = true; } catch { outcome[name] = false; } };
"""
PAGE = (
    TRIES
    + f"""
const policy = trustedTypes.createPolicy("kith", {{ createScriptURL: (text) => text }});
attempt("webassembly", () => {WASM});
attempt("evaluating text", () => (0, eval)("1"));
attempt("a function of text", () => new Function("1"));
attempt("markup of text", () => document.body.insertAdjacentHTML("beforeend", "<b>x</b>"));
attempt("a worker by any text", () => new Worker("/assets/vault.worker-1.js"));
attempt("another policy", () => trustedTypes.createPolicy("other", {{}}));
attempt("the policy again", () => trustedTypes.createPolicy("kith", {{}}));
const worker = new Worker(policy.createScriptURL("/assets/vault.worker-1.js"), {{ type: "module" }});
worker.onmessage = async ({{ data }}) => {{
  await fetch("https://elsewhere.example/").then(
    () => (outcome["elsewhere"] = true), () => (outcome["elsewhere"] = false));
  const found = {{ page: outcome, vault: data, inline: globalThis.inline === true }};
  document.documentElement.dataset.found = JSON.stringify(found);
}};
"""
)
VAULT = (
    TRIES
    + f"""
attempt("webassembly", () => {WASM});
attempt("evaluating text", () => (0, eval)("1"));
const policy = trustedTypes.createPolicy("kith", {{ createScriptURL: (text) => text }});
attempt("a worker by any text", () => new Worker("/assets/hash.worker-1.js"));
const hash = new Worker(policy.createScriptURL("/assets/hash.worker-1.js"), {{ type: "module" }});
hash.onmessage = async ({{ data }}) => {{
  outcome["the hub"] = (await fetch("/healthz")).ok;
  postMessage({{ ...outcome, hash: data }});
}};
"""
)
HASH = f"try {{ {WASM}; postMessage(true); }} catch {{ postMessage(false); }}"
INDEX = (
    "<!doctype html><html lang='en'><head><title>Kith</title><script>globalThis.inline = true</script>"
    "<script type='module' src='/assets/index-1.js'></script></head><body></body></html>"
)


async def test_scripts_of_the_app_run_and_nothing_else_does(tmp_path: Path) -> None:
    files = {
        "index.html": INDEX,
        "assets/index-1.js": PAGE,
        "assets/vault.worker-1.js": VAULT,
        "assets/hash.worker-1.js": HASH,
    }
    build_app(tmp_path / "website", {name: text.encode() for name, text in files.items()})
    async with running_hub(small_settings(tmp_path)) as hub, chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"{hub.url}/today")
        await page.wait_for_selector("html[data-found]")
        found = json.loads(await page.get_attribute("html", "data-found") or "")
        await page.close()
    assert not any(found["page"].values()), found["page"]
    assert len(found["page"]) == 8
    assert not found["inline"]
    assert found["vault"] == {
        "webassembly": True,
        "evaluating text": False,
        "a worker by any text": False,
        "the hub": True,
        "hash": True,
    }
