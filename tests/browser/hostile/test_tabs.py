"""A program that runs in a page of the mailbox, and a hub that plays the service worker: neither is handed a
session. A real second tab is, each time, so that there was something to take.

The page's own rules (content policy, Trusted Types) are off here: what holds is the hand-over alone.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page, Route, expect

from crypto.errors import NotForMe
from crypto.private.boxes import BoxSecret
from tests.browser.hostile.proxy import Between
from tests.browser.hostile.stage import Stage
from tests.browser.people import manager_at
from tests.browser.screens import Device
from tests.browser.vaults import LINE, Troubled, Vault

TODAY, SIGN_IN = re.compile("^Today"), re.compile("^(Sign in|Unlock)")
OWN_QUESTION = "5a" * 16
THIEF = """
(() => {
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const ask = async (path, body, cache) => {
    try {
      const mode = "same-origin";
      const answer = await fetch(path, { method: "POST", body, cache, ...(cache ? { mode } : {}) });
      return [answer.status, text(await answer.arrayBuffer())];
    } catch {
      return [0, ""];
    }
  };
  return async (key, question) => {
    const found = [];
    for (const cache of [undefined, "only-if-cached"]) {
      const taken = await ask("/tabs/key/" + question, undefined, cache);
      const put = await ask("/tabs/give/" + question, bytes(key), cache);
      const asked = await ask("/tabs/ask/" + question, bytes(key), cache);
      found.push(taken, put, asked);
    }
    return found;
  };
})()
"""
"""Of a public key and a question: every request of the hand-over, as a vault makes it and plainly."""
WORKER = f"onmessage = async ({{ data }}) => postMessage(await ({THIEF})(...data));"
EVERY_WAY = f"""
async ([key, own, app]) => {{
  const steal = {THIEF};
  const outcome = {{ heard: [], tries: {{}} }};
  const channel = new BroadcastChannel("kith");
  channel.onmessage = ({{ data }}) => outcome.heard.push(data);
  const raw = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
  channel.postMessage({{ type: "ask", question: own, key: raw }});
  channel.postMessage({{ type: "asked", question: own, key: raw }});

  const inWorker = (address, options) => new Promise((resolve) => {{
    const worker = new Worker(address, options);
    worker.onmessage = ({{ data }}) => resolve(data);
    worker.onerror = () => resolve([[0, "it does not start"]]);
    worker.postMessage([key, own]);
  }});
  const frame = document.body.appendChild(document.createElement("iframe"));
  const blob = URL.createObjectURL(new Blob([{WORKER!r}], {{ type: "text/javascript" }}));
  outcome.tries["a page"] = await steal(key, own);
  const framed = new frame.contentWindow.Function("return " + {THIEF.strip()!r})();
  outcome.tries["a frame"] = await framed(key, own);
  outcome.tries["a worker of text"] = await inWorker(blob);
  outcome.tries["a worker of another file"] = await inWorker(app);

  const {{ port1, port2 }} = new MessageChannel();
  port1.onmessage = ({{ data }}) => outcome.heard.push(data);
  const carrier = navigator.serviceWorker.controller;
  carrier.postMessage({{ type: "ask", question: own, key: raw }}, [port2]);
  carrier.postMessage({{ path: "/tabs/ask/" + own, body: raw }});
  navigator.serviceWorker.addEventListener("message", ({{ data }}) => outcome.heard.push(data));

  // While a true tab asks: its question is heard of, and everything is tried on it.
  const asked = new Promise((resolve) => channel.addEventListener("message", ({{ data }}) => {{
    if (data.type === "asked") resolve(data.question);
  }}));
  window.taking = asked.then(async (question) => {{
    outcome.tries["a page, on another's question"] = await steal(key, question);
    return outcome;
  }});
}}
"""


@dataclass(frozen=True)
class Scene:
    """One person, signed in on a device on which anything may run."""

    device: Device
    page: Page


@pytest_asyncio.fixture(loop_scope="session")
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    device = await stage.screens.device(rules=False)
    page = await manager_at(device, stage.world, stage.world.vcu.founded)
    yield Scene(device, page)
    await device.context.close()


async def another_script(scene: Scene, path: str) -> None:
    """The thief stands at that address."""

    async def serve(route: Route) -> None:
        rules = {"Cross-Origin-Embedder-Policy": "require-corp"}
        await route.fulfill(body=WORKER, content_type="text/javascript", headers=rules)

    await scene.device.context.route(f"**{path}", serve)


def opened(secret: BoxSecret, outcome: Any, question: str) -> list[bytes]:
    """Whatever among all that was taken opens with the thief's key."""
    found = []
    for _, said in outcome:
        try:
            found.append(secret.open(b64decode(said), b"kith/1/tab\0" + question.encode()))
        except (NotForMe, ValueError):
            continue
    return found


async def test_a_program_in_a_page_is_handed_nothing_and_a_second_tab_is(scene: Scene) -> None:
    secret = BoxSecret(bytes(range(32)))
    key = b64encode(secret.public).decode()
    await another_script(scene, "/assets/other.worker-1.js")
    intruder = await scene.device.open("/nowhere")
    await intruder.evaluate(EVERY_WAY, [key, OWN_QUESTION, "/assets/other.worker-1.js"])

    second = await scene.device.open("/today")
    await expect(second).to_have_title(TODAY)
    taken = await intruder.evaluate("() => window.taking")

    assert len(taken["tries"]) == 5
    for way, answers in taken["tries"].items():
        assert {status for status, _ in answers} == {403}, way
        assert {said for _, said in answers} == {""}, way
    assert {tuple(sorted(one)) for one in taken["heard"] if isinstance(one, dict)} <= {
        ("question", "type"),
        ("news", "type"),
        ("type",),
    }


async def test_what_is_refused_to_others_would_have_opened_for_them(scene: Scene) -> None:
    """The same program where only the built vault stands, which is the hub's to serve: it gets all."""
    secret = BoxSecret(bytes(range(32)))
    key = b64encode(secret.public).decode()
    await another_script(scene, "/assets/vault.worker-other.js")
    taken = await scene.page.evaluate(
        """([key, own]) => new Promise((resolve) => {
          const worker = new Worker("/assets/vault.worker-other.js");
          worker.onmessage = ({ data }) => resolve(data);
          worker.postMessage([key, own]);
        })""",
        [key, OWN_QUESTION],
    )
    [session] = opened(secret, taken, OWN_QUESTION)
    assert len(session) > 64


async def test_a_program_that_starts_a_vault_of_its_own_adds_no_way_in(scene: Scene, website: Path) -> None:
    """A true vault is handed the session and answers any page; no page gets at what a PIN would wrap."""
    [script] = (website / "assets").glob("vault.worker-*.js")
    intruder = await scene.device.open("/nowhere")
    await intruder.evaluate(LINE, f"/assets/{script.name}")
    vault = Vault(intruder)
    assert (await vault.ask("start"))["state"] == "open"
    for method, asked in (("setPin", ["4071"]), ("addPasskey", ["AAAA", list(range(32))])):
        with pytest.raises(Troubled) as refused:
            await vault.ask(method, *asked)
        assert refused.value.code == "confirm-first", method


@pytest.mark.parametrize("carriers", ["allow", "block"])
async def test_a_hub_that_plays_the_service_worker_is_asked_nothing_and_handed_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, carriers: Any
) -> None:
    """It would answer each question with a key of its own, and keep what it is handed."""
    key, heard = BoxSecret(bytes(range(32))).public, []
    honest = Between.handle

    async def play(proxy: Between, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/tabs/"):
            return await honest(proxy, request)
        heard.append((request.path, await request.read()))
        return web.Response(body=key, headers={"Cache-Control": "max-age=1000"})

    monkeypatch.setattr(Between, "handle", play)
    device = await stage.screens.device(service_workers=carriers, rules=False)
    device.may_be_offline = True
    page = await manager_at(device, stage.world, stage.world.vcu.founded)

    second = await device.open("/today")
    await expect(second).to_have_title(TODAY if carriers == "allow" else SIGN_IN)
    await second.evaluate(
        """(question) => {
          const channel = new BroadcastChannel("kith");
          channel.postMessage({ type: "asked", question });
          channel.postMessage({ type: "touched" });
        }""",
        OWN_QUESTION,
    )
    third = await device.open("/today")
    await expect(third).to_have_title(TODAY if carriers == "allow" else SIGN_IN)

    assert heard == []
    await expect(page).to_have_title(TODAY)
    if carriers == "block":
        status = await second.evaluate(
            "(path) => fetch(path, { method: 'POST' }).then((answer) => answer.status)",
            f"/tabs/key/{OWN_QUESTION}",
        )
        assert (status, len(heard)) == (200, 1), "it was there to be asked"
