"""Raw limits inside a page: libsodium and WebCrypto in bare loops, beside the app and on the same data.

The page must let scripts of the bench in (`bare_device`): the app's own content policy would not.
"""

from __future__ import annotations

import base64
import statistics
from collections.abc import Sequence
from typing import Any, Literal

from playwright.async_api import Page

from bench.browser import Stage
from crypto.log import Verified
from crypto.signing import message
from tests.browser.moving import WATCHED
from tests.browser.screens import PATIENCE_MS, SIZES, Device
from tests.browser.website import WEB

_SODIUM = WEB / "node_modules"
_FILES = ("libsodium-sumo/dist/modules-sumo/libsodium-sumo.js",
          "libsodium-wrappers-sumo/dist/modules-sumo/libsodium-wrappers.js")  # fmt: skip
_ROUNDS = 3

_VERIFIED = """
async ([key, signed]) => {
  await sodium.ready;
  const from = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const known = from(key);
  const all = signed.map(([message, signature]) => [from(message), from(signature)]);
  const began = performance.now();
  for (const [message, signature] of all)
    if (!sodium.crypto_sign_verify_detached(signature, message, known)) throw new Error("not signed");
  return performance.now() - began;
}
"""
_BOXES = """
async (count) => {
  await sodium.ready;
  const pair = sodium.crypto_kem_xwing_keypair();
  const { ciphertext } = sodium.crypto_kem_xwing_enc(pair.publicKey);
  const began = performance.now();
  for (let left = count; left > 0; left -= 1) sodium.crypto_kem_xwing_dec(ciphertext, pair.privateKey);
  return performance.now() - began;
}
"""
_STRETCHED = """
async () => {
  await sodium.ready;
  const salt = new Uint8Array(16);
  const began = performance.now();
  sodium.crypto_pwhash(32, "six words", salt, 3, 64 * 1024 * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13);
  return performance.now() - began;
}
"""
_KEPT = """
async ([count, size]) => {
  const done = (asked) => new Promise((yes, no) => {
    asked.onsuccess = () => yes(asked.result);
    asked.onerror = () => no(asked.error);
  });
  const opening = indexedDB.open("bench", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
  const store = await done(opening);
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt", "decrypt",
  ]);
  const how = { name: "AES-GCM", iv: new Uint8Array(12) };
  const rows = JSON.stringify(Array.from({ length: count / 16 }, () => "x".repeat(size)));
  const sealed = await crypto.subtle.encrypt(how, key, new TextEncoder().encode(rows));
  const pieces = Array.from({ length: 16 }, (_, at) => at);
  for (const at of pieces) {
    await done(store.transaction("kept", "readwrite").objectStore("kept").put(new Uint8Array(sealed), at));
  }
  const began = performance.now();
  await Promise.all(pieces.map(async (at) => {
    const found = await done(store.transaction("kept").objectStore("kept").get(at));
    JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, found)));
  }));
  const spent = performance.now() - began;
  store.close();
  return spent;
}
"""


async def bare_device(stage: Stage, size: Literal["desktop", "phone"] = "desktop") -> Device:
    """A new device whose pages also run the bench's scripts; its vault can be asked."""
    width, height = SIZES[size]
    context = await stage.browser.new_context(
        bypass_csp=True, viewport={"width": width, "height": height}, locale="en-GB", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS * 6)
    await context.add_init_script(WATCHED)
    return Device(context, stage.hub.url)


async def with_sodium(page: Page) -> Page:
    """The same page, in which raw limits can be measured."""
    if not await page.evaluate("() => 'sodium' in window"):
        for file in _FILES:
            await page.add_script_tag(path=_SODIUM / file)
    return page


async def verifying(page: Page, entries: Sequence[Verified], public: bytes) -> float:
    """Milliseconds that a bare loop takes to verify those entries' signatures."""
    signed = [[_text(message("entry", each.entry.header)), _text(each.entry.signature)] for each in entries]
    return await _median(page, _VERIFIED, [_text(public), signed])


async def opening_boxes(page: Page, count: int) -> float:
    """Milliseconds that a bare loop takes to open so many boxes' keys (X-Wing)."""
    return await _median(page, _BOXES, count)


async def stretching(page: Page) -> float:
    """Milliseconds of Argon2id as sign-in uses it, by itself."""
    return await _median(page, _STRETCHED)


async def reading_kept(page: Page, count: int, size: int) -> float:
    """Milliseconds to read, decrypt and parse sixteen pieces that hold ``count`` rows of ``size`` bytes."""
    return await _median(page, _KEPT, [count, size])


async def _median(page: Page, script: str, argument: Any = None) -> float:
    await with_sodium(page)
    return statistics.median([float(await page.evaluate(script, argument)) for _ in range(_ROUNDS)])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
