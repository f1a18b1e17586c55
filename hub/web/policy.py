"""What a browser may do with what the hub serves: the strictest rules under which the app works.

Nothing inline, nothing from elsewhere, no text ever becomes code. The worker that holds the keys, the one
that hashes for it, and the one that unpacks pages of a PDF compile WebAssembly, and nothing else does: a
worker's rules come with its own file. The last of them meets hostile files: it may compile and reach nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

POLICY_NAME = "kith"
"""The one Trusted Types policy, by which the app names the scripts of its workers."""
_TYPES = f"require-trusted-types-for 'script'; trusted-types {POLICY_NAME}"
_NOWHERE = "frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    f"{_NOWHERE}; {_TYPES}"
)
WORKER = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; "
    f"{_NOWHERE}; {_TYPES}"
)
DRAWING = f"default-src 'none'; script-src 'wasm-unsafe-eval'; {_NOWHERE}; {_TYPES}"
_COMPILING = re.compile(r"assets/(?:vault|hash)\.worker-[\w-]+\.js")
_DRAWING = re.compile(r"assets/pdf\.worker\.min-[\w-]+\.mjs")

OFF = (
    "accelerometer", "autoplay", "browsing-topics", "clipboard-read", "clipboard-write",
    "cross-origin-isolated", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation",
    "gyroscope", "hid", "idle-detection", "keyboard-map", "local-fonts", "magnetometer", "microphone", "midi",
    "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial", "storage-access",
    "sync-xhr", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
OWN = ("camera", "publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS = ", ".join([*(f"{name}=(self)" for name in OWN), *(f"{name}=()" for name in OFF)])

ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }
)
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def headers(path: str) -> dict[str, str]:
    """Those of one file of the app."""
    found = dict(ALWAYS)
    found["Content-Security-Policy"] = _rules(path)
    found["Cache-Control"] = FOREVER if path.startswith("assets/") else ASK_AGAIN
    if path == "sw.js":
        found["Service-Worker-Allowed"] = "/"
    return found


def _rules(path: str) -> str:
    if _DRAWING.fullmatch(path):
        return DRAWING
    return WORKER if _COMPILING.fullmatch(path) else PAGE
