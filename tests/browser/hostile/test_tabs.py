"""A program that runs in a page of the mailbox, and a hub that plays the service worker: neither is handed a
session. A real second tab is, each time, so that there was something to take.

The page's own rules (content policy, Trusted Types) are off here: what holds is the hand-over alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from crypto.errors import NotForMe
from crypto.private.boxes import BoxSecret
from tests.browser.hostile.stage import Stage
from tests.browser.people import sign_in
from tests.browser.screens import Device
from tests.browser.test_documents_refused import BLOCKED
from tests.browser.vaults import LINE, Troubled, Vault

TODAY, SIGN_IN = re.compile("^Today"), re.compile("^(Sign in|Unlock)")
OWN_QUESTION = "5a" * 16
OTHER_FILE, OTHER_VAULT = "/assets/other.worker-1.js", "/assets/vault.worker-other.js"
REFUSED = {403, 405, 0}
"""By the service worker; by the hub, which a frame of a page asks; by the browser, which has nothing kept."""
SECRET = BoxSecret(bytes(range(32)))
KEY = b64encode(SECRET.public).decode()
"""The thief's own, to which everything would have to be sealed."""
THIEF = """
(() => {
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const ask = async (path, body, cache) => {
    try {
      const mode = cache ? "same-origin" : "cors";
      const answer = await fetch(self.origin + path, { method: "POST", body, cache, mode });
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
PLAIN = "(question) => fetch('/tabs/key/' + question, { method: 'POST' }).then((answer) => answer.status)"
WORKER = f"onmessage = async ({{ data }}) => postMessage(await ({THIEF})(...data));"
_IN_WORKER = """
([key, question, address]) => new Promise((resolve) => {
  const worker = new Worker(address);
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = () => resolve([[0, "it did not start"]]);
  worker.postMessage([key, question]);
})
"""
WAYS = {
    "a page": f"([key, question]) => ({THIEF})(key, question)",
    "a frame": f"""
([key, question]) => {{
  const frame = document.body.appendChild(document.createElement("iframe"));
  const framed = new frame.contentWindow.Function("return " + {json.dumps(THIEF.strip())})();
  return framed(key, question);
}}
""",
    "a worker of text": f"""
([key, question]) => {{
  const blob = new Blob([{json.dumps(WORKER)}], {{ type: "text/javascript" }});
  return ({_IN_WORKER})([key, question, URL.createObjectURL(blob)]);
}}
""",
    "a worker of another file": f"([key, question]) => ({_IN_WORKER})([key, question, '{OTHER_FILE}'])",
}
"""Where the thief can run: functions of [public key, question]."""
LISTEN = """
([key, own]) => {
  const raw = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
  const channel = new BroadcastChannel("kith");
  window.heard = [];
  window.asked = new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      window.heard.push(data);
      if (data.type === "asked") resolve(data.question);
    };
  });
  channel.postMessage({ type: "ask", question: own, key: raw });
  channel.postMessage({ type: "asked", question: own, key: raw });
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => window.heard.push(data);
  navigator.serviceWorker.addEventListener("message", ({ data }) => window.heard.push(data));
  navigator.serviceWorker.controller.postMessage({ type: "ask", question: own, key: raw }, [port2]);
}
"""
"""Asks on the channel as vaults once did, and the service worker by message; hears all that is said."""
ON_ANOTHERS = f"([key]) => window.asked.then((question) => ({THIEF})(key, question))"
"""Everything is tried on the question of a tab that truly asks."""


@dataclass(frozen=True)
class Scene:
    """One person, signed in on a device on which anything may run."""

    device: Device
    page: Page


@pytest_asyncio.fixture(loop_scope="session")
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    device = await stage.screens.device(rules=False)
    device.may_be_offline = True  # a frame's requests find nothing kept, and the browser says so
    page = await somebody_new(stage, device)
    yield Scene(device, page)
    await device.context.close()


async def somebody_new(stage: Stage, device: Device) -> Page:
    """Signed in there: a person keeps few sessions, and the stage's own are not to be pushed out."""
    person = await stage.world.colleague(stage.world.vcu, os.urandom(4).hex())
    page = await device.open("/sign-in")
    await sign_in(page, stage.world, person.address, person.words)
    return page


def opened(outcome: Any, question: str) -> list[bytes]:
    """Whatever among all that was taken opens with the thief's key."""
    found = []
    for _, said in outcome:
        try:
            found.append(SECRET.open(b64decode(said), b"kith/1/tab\0" + question.encode()))
        except (NotForMe, ValueError):
            continue
    return found


@pytest.mark.parametrize("way", WAYS)
async def test_a_program_in_a_page_is_refused_wherever_it_runs(stage: Stage, scene: Scene, way: str) -> None:
    stage.proxy.played[OTHER_FILE] = WORKER.encode()
    intruder = await scene.device.open("/nowhere")
    answers = await intruder.evaluate(WAYS[way], [KEY, OWN_QUESTION])
    assert len(answers) == 6
    assert REFUSED.issuperset(status for status, _ in answers)
    assert opened(answers, OWN_QUESTION) == []


async def test_a_program_in_a_page_is_handed_nothing_while_a_second_tab_is(scene: Scene) -> None:
    intruder = await scene.device.open("/nowhere")
    await intruder.evaluate(LISTEN, [KEY, OWN_QUESTION])
    taking = asyncio.create_task(intruder.evaluate(ON_ANOTHERS, [KEY]))

    second = await scene.device.open("/today")

    await expect(second).to_have_title(TODAY)
    taken = await taking
    assert REFUSED.issuperset(status for status, _ in taken)
    heard = await intruder.evaluate("() => window.heard")
    assert {tuple(sorted(one)) for one in heard} <= {("question", "type"), ("news", "type"), ("type",)}


async def test_what_is_refused_to_others_would_have_opened_for_them(stage: Stage, scene: Scene) -> None:
    """The same program where only the built vault stands, which is the hub's to serve: it gets all."""
    stage.proxy.played[OTHER_VAULT] = WORKER.encode()
    taken = await scene.page.evaluate(_IN_WORKER, [KEY, OWN_QUESTION, OTHER_VAULT])
    [session] = opened(taken, OWN_QUESTION)
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
    stage: Stage, carriers: Literal["allow", "block"]
) -> None:
    """It would answer each question with a key of its own, and keep what it is handed."""
    since = len(stage.proxy.asked)
    stage.proxy.played["/tabs/"] = SECRET.public
    device = await stage.screens.device(service_workers=carriers, rules=False)
    device.may_be_offline = True
    page = await somebody_new(stage, device)
    await page.evaluate(PLAIN, OWN_QUESTION)  # whatever the browser keeps of it
    before = played(stage, since)

    other = TODAY if carriers == "allow" else SIGN_IN
    second = await device.open("/today")
    await expect(second).to_have_title(other)
    await second.evaluate(
        "(question) => new BroadcastChannel('kith').postMessage({ type: 'asked', question })", OWN_QUESTION
    )
    third = await device.open("/today")
    await expect(third).to_have_title(other)

    assert played(stage, since) == before
    assert before == (0 if carriers == "allow" else 1), "without a service worker it was there to be asked"
    await expect(page).to_have_title(TODAY)
    device.complaints[:] = [each for each in device.complaints if not each.startswith(BLOCKED)]


def played(stage: Stage, since: int) -> int:
    """How often the hub was asked what only a service worker may answer, since that many requests."""
    return sum(path.startswith("/tabs/") for _, path in stage.proxy.asked[since:])
