"""A tiny built app, and a hub that serves it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import pytest

from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub

INDEX = b"""<!doctype html>
<html lang="en"><head><title>Kith</title>
<script type="module" src="/assets/index-AbC_12-x.js"></script></head>
<body><noscript>Kith needs scripts.</noscript></body></html>
"""
FILES = {
    "index.html": INDEX,
    "unsupported.html": b"<!doctype html><title>Another browser, please</title>",
    "sw.js": b"self.addEventListener('fetch', () => {});",
    "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "assets/index-AbC_12-x.js": b"export const said = 'hello';\n" * 100,
    "assets/vault.worker-Zz9_-a.js": b"postMessage('here');\n",
    "assets/hash.worker-0a.js": b"postMessage('hash');\n",
    "assets/pdf.worker.min-0a.mjs": b"postMessage('page');\n",
    "assets/index-9f.css": b"body { color: black }\n" * 100,
}


def build_app(folder: Path, files: dict[str, bytes]) -> None:
    """What the build leaves: files, compressed twins of the longer ones, and the manifest."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if len(content) > 1000:
            Path(f"{path}.gz").write_bytes(gzip.compress(content, mtime=0))
            Path(f"{path}.br").write_bytes(brotli.compress(content))
    listed = [
        {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]
    (folder / "manifest.json").write_text(json.dumps(listed), "utf-8")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub with the tiny app."""
    build_app(tmp_path / "website", FILES)
    async with running_hub(small_settings(tmp_path)) as running:
        yield running
