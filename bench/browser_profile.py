"""How busy the vault's worker is, by Chromium's own profiler: nothing is put into the app for it."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import CDPSession, Page

_IDLE = ("(idle)", "(program)", "(root)")
_EVERY_US = 250


@dataclass
class Profile:
    """What the worker did inside the block, in milliseconds. ``native``: in WebAssembly, which is libsodium;
    ``by``: each function by itself, by name and place."""

    page: Page
    busy: float = 0.0
    native: float = 0.0
    by: Counter[str] = field(default_factory=Counter)
    _line: CDPSession | None = field(default=None, repr=False)
    _session: str = ""
    _answers: dict[int, asyncio.Future[Any]] = field(default_factory=dict, repr=False)

    async def __aenter__(self) -> Profile:
        self._line = line = await self.page.context.new_cdp_session(self.page)
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def attached(event: Any) -> None:
            if "vault.worker" in event["targetInfo"]["url"] and not found.done():
                found.set_result(event["sessionId"])

        line.on("Target.attachedToTarget", attached)
        line.on("Target.receivedMessageFromTarget", self._heard)
        await line.send(
            "Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        )
        self._session = await asyncio.wait_for(found, 10)
        await self._ask("Profiler.enable")
        await self._ask("Profiler.setSamplingInterval", interval=_EVERY_US)
        await self._ask("Profiler.start")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._count((await self._ask("Profiler.stop"))["profile"])
        await self._ask("Profiler.disable")
        if self._line is not None:
            await self._line.detach()

    def _heard(self, event: Any) -> None:
        told = json.loads(event["message"])
        waiting = self._answers.pop(told.get("id", 0), None)
        if waiting is not None:
            waiting.set_result(told.get("result"))

    async def _ask(self, method: str, **words: Any) -> Any:
        assert self._line is not None
        number = len(self._answers) + id(method) % 1_000_000
        waiting = self._answers[number] = asyncio.get_running_loop().create_future()
        message = json.dumps({"id": number, "method": method, "params": words})
        sent = {"message": message, "sessionId": self._session}
        await self._line.send("Target.sendMessageToTarget", sent)
        return await asyncio.wait_for(waiting, 60)

    def _count(self, profile: Any) -> None:
        places = {node["id"]: node["callFrame"] for node in profile["nodes"]}
        for node, spent in zip(profile["samples"], profile["timeDeltas"], strict=True):
            frame = places[node]
            if frame["functionName"] in _IDLE:
                continue
            self.busy += spent / 1000
            self.native += spent / 1000 if frame["url"].startswith("wasm:") else 0
            place = f"{frame['functionName']} {frame['url'].rpartition('/')[2]}:{frame['lineNumber']}"
            self.by[place] += spent / 1000
