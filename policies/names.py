"""File names that cannot hurt: for sealing, for saving, for showing.

Source: PROTOCOL, "What each end must refuse", item 22. A name from outside may try to leave its folder,
hide its ending by turning the text direction, name a Windows device, pass for an option, or be too long for
a file system.
"""

import unicodedata

NAME_CHARACTERS = 180
NAME_BYTES = 240
LONGEST_ENDING = 16
NAMELESS = "document"

FORBIDDEN = frozenset('/\\:*?"<>|')
# Control, format (bidi overrides, zero width), surrogate, private and unassigned characters; line separators.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{device}{digit}" for device in ("COM", "LPT") for digit in "0123456789¹²³"}
)


def ending(name: str) -> str:
    """What follows the last dot, in lower case; empty if there is nothing that could be an ending."""
    stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if stem and dot else ""


def safe_name(name: str, longest: int = NAME_CHARACTERS) -> str:
    """The nearest harmless name: never empty, in NFC, without folders, at most `longest` characters and 240
    bytes.

    A name that is safe comes back unchanged. The ending survives shortening.
    """
    clean = "".join(_harmless(letter) for letter in unicodedata.normalize("NFC", name)).strip(" .")
    if clean.startswith("-"):
        clean = "_" + clean[1:]
    if clean.partition(".")[0].rstrip(" ").upper() in DEVICES:
        clean = "_" + clean
    return _shorten(clean or NAMELESS, longest)


def _harmless(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter in FORBIDDEN or category in HIDDEN:
        return "_"
    return " " if category == "Zs" else letter


def _shorten(name: str, longest: int) -> str:
    if _fits(name, longest):
        return name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > LONGEST_ENDING:
        stem, dot, suffix = name, "", ""
    while not _fits(stem + dot + suffix, longest):
        stem = stem[:-1]
    return stem.rstrip(" .") + dot + suffix


def _fits(name: str, longest: int) -> bool:
    return len(name) <= longest and len(name.encode()) <= NAME_BYTES
