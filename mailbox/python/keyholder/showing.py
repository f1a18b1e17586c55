"""How things are said on a screen: text from outside made harmless, times and sizes as people say them.

Everything a circle holds was typed by somebody else. None of it may move the cursor, change a colour, set a
window's title, ring a bell or turn the direction of text: what is shown is what is there.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policies.calendar import Calendar

LONGEST_LINE = 300
LONGEST_TEXT = 100_000
SHORT_ID = 8

# Escape sequences as terminals read them: CSI; strings (OSC, DCS, SOS, PM, APC) to their end; the rest.
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINING = frozenset("\u200c\u200d\u200e\u200f\u061c\u00ad")  # needed to write some languages, and emoji
_UNKNOWN = "\ufffd"


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """``text`` on one line: a name, a title, a file name."""
    return _shortened(" ".join(_harmless(text[: longest * 4]).split()), longest)


def lines(text: str, longest: int = LONGEST_TEXT) -> str:
    """``text`` with its line breaks: a message."""
    rows = [row.rstrip() for row in _harmless(text[: longest + 1]).split("\n")]
    return _shortened("\n".join(rows).strip("\n"), longest)


def short(value: bytes) -> str:
    """The beginning of an id, enough to name it by."""
    return value.hex()[:SHORT_ID]


def size(count: int) -> str:
    """Bytes as people say them."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 100 else f"{amount:.1f} {unit}"


def due(moment: int, now: int, calendar: Calendar) -> str:
    """A due time: "due tomorrow, 6pm"."""
    from policies.calendar import OffCalendar
    from policies.clocks import say_due

    try:
        return say_due(moment, now, calendar)
    except OffCalendar:
        return "due at an impossible time"


def when(moment: int, now: int, calendar: Calendar) -> str:
    """A moment that is past: "today, 3:05pm", "Friday, 6pm", "3 November, 9am"."""
    said = due(min(moment, now), now, calendar)
    for start in ("overdue since ", "due at ", "due "):
        if said.startswith(start):
            return said[len(start) :]
    return said


def exact(moment: int, calendar: Calendar) -> str:
    """Date, time and zone, to the second."""
    from policies.calendar import OffCalendar

    try:
        return f"{calendar.local(moment):%Y-%m-%d %H:%M:%S %Z}"
    except OffCalendar:
        return "an impossible time"


def typed_moment(text: str, calendar: Calendar) -> int:
    """What a person typed as a time: "2026-11-24" (close of service) or "2026-11-24 15:30" on the wall clock.

    Raises:
        ValueError: anything else.
    """
    for shape in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"):
        try:
            found = datetime.strptime(text.strip(), shape)  # noqa: DTZ007 # the calendar's zone is added below
        except ValueError:
            continue
        if shape == "%Y-%m-%d":
            return calendar.closing(found.date())
        return calendar.moment(found.date(), found.time())
    raise ValueError("write a day as 2026-11-24, or a day and a time as '2026-11-24 15:30'")


def _harmless(text: str) -> str:
    plain = _SEQUENCES.sub("", text.replace("\r\n", "\n"))
    return "".join(_letter(letter) for letter in plain)


def _letter(letter: str) -> str:
    if letter == "\n" or letter in _JOINING:
        return letter
    if letter in _TURNING:
        return f"[U+{ord(letter):04X}]"
    category = unicodedata.category(letter)
    if letter == "\t" or category == "Zs":
        return " "
    if category in {"Zl", "Zp"}:
        return "\n"
    if category in {"Cc", "Cf"}:
        return ""
    return _UNKNOWN if category in {"Cs", "Co", "Cn"} else letter


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
