"""The browser's end by itself: the built worker inside Chromium, spoken to over its own line, without pages.

Nothing of the app is opened up for this: a page of the hub's origin starts the same worker file that the app
starts, and asks it the questions of ``VaultApi``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

LINE = """
async (file) => {
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  await navigator.serviceWorker.ready; // before the vault, as the app does
  const worker = new Worker(file, { type: "module" });
  const waiting = new Map();
  let last = 0;
  window.events = [];
  worker.addEventListener("message", ({ data }) => {
    if (data.event) window.events.push(data.event);
    if (!data.answer) return;
    waiting.get(data.answer.id)(data.answer);
    waiting.delete(data.answer.id);
  });
  window.ask = (method, args) =>
    new Promise((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      worker.postMessage({ question: { id, method, args } });
    });
  window.timed = async (method, args) => {
    const start = performance.now();
    const answer = await window.ask(method, args);
    return { answer, ms: performance.now() - start };
  };
  return new Promise((resolve) => worker.addEventListener("message", resolve, { once: true })).then(() => 1);
}
"""


class Troubled(Exception):
    """The vault answered with a Trouble."""

    def __init__(self, trouble: Mapping[str, Any]) -> None:
        super().__init__(f"{trouble['code']}: {trouble['say']}")
        self.trouble = trouble
        self.code = trouble["code"]


@dataclass
class Vault:
    """One vault in one page of one browser context (a device)."""

    page: Page

    async def ask(self, method: str, *args: Any) -> Any:
        """Ask a question of ``VaultApi``. Raises Troubled."""
        answer = await self.page.evaluate(
            "([method, args]) => window.ask(method, args)", [method, list(args)]
        )
        return _value(answer)

    async def timed(self, method: str, *args: Any) -> tuple[Any, float]:
        """The same, and how many milliseconds it took inside the browser."""
        found = await self.page.evaluate(
            "([method, args]) => window.timed(method, args)", [method, list(args)]
        )
        return _value(found["answer"]), float(found["ms"])

    async def events(self) -> list[Any]:
        """Everything that the vault has told so far."""
        return list(await self.page.evaluate("() => window.events"))


def _value(answer: Mapping[str, Any]) -> Any:
    if "trouble" in answer:
        raise Troubled(answer["trouble"])
    return answer.get("value")


async def open_vault(browser: Browser, url: str, built: Path, page: Page | None = None) -> Vault:
    """A vault on a device of its own, or once more on the device of ``page``'s context (another tab)."""
    if page is None:
        context = await browser.new_context(bypass_csp=True)
    else:
        context = page.context
    page = await context.new_page()
    await page.goto(f"{url}/healthz")
    [worker] = (built / "assets").glob("vault.worker-*.js")
    await page.evaluate(LINE, f"/assets/{worker.name}")
    return Vault(page)
