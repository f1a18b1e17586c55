"""The rooms of the web mailbox: who may hold keys, who may speak to the hub, and what no page may ever do."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, place

WEB = ROOT / "mailbox" / "web"
SOURCE = WEB / "src"
LINES = 400
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc", "base"}
IMPORT = re.compile(
    r"""(?:^\s*(?:import|export)\b[^"';]*?from\s*|^\s*import\s*|\bimport\(\s*)["']([^"']+)["']""",
    re.MULTILINE,
)
TYPES_ONLY = re.compile(r"""^\s*(?:import|export)\s+type\b[^;]*?from\s*["'][^"']+["'];""", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)


@cache
def sources() -> tuple[Path, ...]:
    """Every source file of the mailbox, sorted."""
    return tuple(sorted([*SOURCE.rglob("*.ts"), *SOURCE.rglob("*.tsx")]))


def inside(path: Path) -> str:
    """A file's place below `src`, without its ending."""
    return path.relative_to(SOURCE).with_suffix("").as_posix()


def code(path: Path) -> str:
    """What a file does: without comments."""
    return COMMENT.sub("", path.read_text("utf-8"))


def imported(path: Path) -> Iterator[str]:
    """What a file needs when it runs, as places below `src` where they are ours. The list of words and
    other files that Python has too stand outside."""
    for name in IMPORT.findall(TYPES_ONLY.sub("", code(path))):
        if name.startswith("@/"):
            yield name.removeprefix("@/")
        elif name.startswith("."):
            target = (path.parent / name).resolve()
            if target.is_relative_to(WEB.resolve()):
                yield target.relative_to(WEB.resolve()).as_posix().removeprefix("src/")
        else:
            yield name


def offenders(pattern: str, allowed: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{place(path)}: {found.group()}"
        for path in sources()
        if not inside(path).startswith(allowed or ("\0",))
        for found in re.finditer(pattern, code(path))
    ]


def importers(room: str, allowed: tuple[str, ...]) -> list[str]:
    return [
        f"{place(path)} imports {name}"
        for path in sources()
        if not inside(path).startswith(allowed)
        for name in imported(path)
        if name.startswith(room)
    ]


def told(offences: list[str]) -> str:
    return "\n".join(["", *offences])


def test_there_is_a_mailbox_to_look_at() -> None:
    assert len(sources()) > 50


def test_only_the_vault_opens_secrets() -> None:
    found = importers("protocol/private", ("protocol/private/", "end/"))
    assert not found, told(found)


def test_only_the_vault_holds_an_end() -> None:
    found = importers("end/", ("end/", "hub/", "vault.worker"))
    assert not found, told(found)


def test_only_one_room_speaks_to_the_hub() -> None:
    found = offenders(
        r"\bfetch\(|\bXMLHttpRequest\b|\bnew WebSocket\b|\bEventSource\b|\bsendBeacon\b", ("hub/",)
    )
    found += importers("hub/", ("hub/", "end/", "vault.worker"))
    assert not found, told(found)


def test_the_protocol_knows_no_browser() -> None:
    found = [
        f"{place(path)} imports {name}"
        for path in sources()
        if inside(path).startswith(("protocol/", "policies/"))
        for name in imported(path)
        if name.startswith(("end/", "hub/", "vault", "pages/", "components/", "app/", "preact"))
    ]
    assert not found, told(found)


def test_dumb_parts_know_no_vault() -> None:
    found = [
        f"{place(path)} imports {name}"
        for path in sources()
        if inside(path).startswith("components/")
        for name in imported(path)
        if name.startswith(("vault/client", "pages/", "end/", "hub/"))
    ]
    assert not found, told(found)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\binnerHTML\b",
        r"\bouterHTML\b",
        r"\bdangerouslySetInnerHTML\b",
        r"\binsertAdjacentHTML\b",
        r"\bdocument\.write\b",
        r"\beval\(",
        r"\bnew Function\(",
        r"\bsrcdoc\b",
        r"\blocalStorage\b",
        r"\bdocument\.cookie\b",
        r"\bMath\.random\(",
        r"\bconsole\.",
        r"\bdebugger\b",
        r"@ts-ignore|@ts-nocheck",
    ],
)
def test_no_file_does_what_is_never_safe(pattern: str) -> None:
    found = offenders(pattern)
    assert not found, told(found)


def test_no_value_is_of_any_type_and_nothing_is_a_default() -> None:
    found = offenders(r":\s*any\b|\bas any\b|<any>") + offenders(r"\bexport default\b", ("toml.d",))
    assert not found, told(found)


def test_every_file_says_its_rule_first_and_holds_one_idea() -> None:
    found = []
    for path in sources():
        text = path.read_text("utf-8")
        if not text.startswith(("/**", "/*!", "///")):
            found.append(f"{place(path)} does not say what it is for")
        if len(text.splitlines()) > LINES:
            found.append(f"{place(path)} has {len(text.splitlines())} lines")
        if path.stem.lower() in VAGUE:
            found.append(f"{place(path)} has a vague name")
    assert not found, told(found)


def test_nothing_is_left_for_later_and_no_test_is_skipped() -> None:
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|\.(skip|only|todo)\(")
    found = [
        f"{place(path)}:{number} {line.strip()}"
        for path in [*sources(), *WEB.glob("tests/**/*.ts")]
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if later.search(line)
    ]
    assert not found, told(found)


LONG_FIELD = re.compile(r"<(LongText|TextArea|textarea)\b")
KEEPS = re.compile(r"\buse(Kept|Draft)\b")
PARTS = {"pages/circle/LongText.tsx"}
"""Fields themselves, which whoever uses them keeps."""


def test_every_long_text_a_person_writes_is_kept_as_a_draft() -> None:
    pages = {path.relative_to(SOURCE).as_posix(): code(path) for path in (SOURCE / "pages").rglob("*.tsx")}
    unkept = {name for name, text in pages.items() if LONG_FIELD.search(text) and not KEEPS.search(text)}
    for name in unkept - PARTS:
        users = [text for text in pages.values() if f'"@/{name.removesuffix(".tsx")}"' in text]
        forms = [text for text in users if "Fields" in text]
        assert forms, f"{name} asks for long words and keeps none"
        assert all(KEEPS.search(text) for text in forms), f"whoever uses {name} must keep what is written"


def test_no_class_is_drawn_by_two_stylesheets_that_are_loaded_at_different_times() -> None:
    """What is fetched with a circle's pages stays: it would change the look of pages drawn before."""
    styles = SOURCE / "styles"
    drawn = {path.name: set(re.findall(r"^\.(kith-[\w-]+)(?= \{)", path.read_text(), re.MULTILINE))
             for path in styles.glob("_*.scss")}  # fmt: skip
    later = set().union(*(found for name, found in drawn.items() if name.startswith("_circle-")))
    first = set().union(*(found for name, found in drawn.items() if not name.startswith("_circle-")))
    assert later & first == set()
