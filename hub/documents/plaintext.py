"""Only sealed objects land here. Looking at the bytes is for the wording alone: random bytes can look like
anything."""

from __future__ import annotations

import magic

from crypto.segments import PREFIX
from hub.kernel.refusals import Refused

WORDS = {
    "application/pdf": "a PDF",
    "application/zip": "a zip archive",
    "text/plain": "plain text",
    "text/html": "a web page",
    "message/rfc822": "a mail",
}
FAMILIES = {"image": "a picture", "video": "a video", "audio": "a sound recording", "text": "text"}


class NotSealed(Refused):
    code, status, title = "not-sealed", 422, "This is not a sealed document"


def check_prefix(start: bytes) -> None:
    """Raise NotSealed unless the object starts as sealed ones do. ``start``: its first bytes, at least 8."""
    if not start.startswith(PREFIX):
        raise NotSealed(f"{_looks_like(start)}; documents are sealed before they leave your computer.")


def _looks_like(start: bytes) -> str:
    try:
        media = magic.from_buffer(start[:2048], mime=True)
    except magic.MagicException:
        media = ""
    if media.startswith("application/vnd.") or media in ("application/msword", "application/rtf"):
        return "This is an office document"
    words = WORDS.get(media) or FAMILIES.get(media.partition("/")[0])
    return f"This is {words}" if words else "This is not a sealed document"
