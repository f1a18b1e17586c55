"""The habits of the house that a machine can check: small files, plain names, nothing left for later."""

import ast
import re

import pytest

from tests.architecture.tree import EVERYTHING, PACKAGES, ROOT, calls, parsed, place, python_files, text_files

LINES = 400
VAGUE_FILES = {"util", "utils", "helper", "helpers", "common", "misc", "base"}
# The manager of an organisation is a person of the domain; a SomethingManager is a room for everything.
VAGUE_CLASSES = re.compile(r"\w(Manager|Helper|Helpers|Utils?)$")

# Where people are spoken to, or the time is read once and handed down. Everything else is told `now`.
COMMANDS = ("hub/__main__.py", "storage/migrate.py", "mailbox/python/keyholder/", "bench/", "tests/fuzz")
CLOCK_READERS = (
    "hub/running.py",
    "mailbox/python/keyholder/clock.py",
)
CLOCKS = {
    "time.time",
    "time.time_ns",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "date.today",
    "datetime.date.today",
}

# Spelt in two halves, so that this file may be searched as well.
LEFT_FOR_LATER = re.compile(
    r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|NotImplemented" r"Error|pragma: no" r" cover"
)
SKIPPING = re.compile(
    r"pytest\.(skip|mark\.skip|mark\.xfail|xfail|importorskip)" r"\b|mark\.(skip|xfail)" r"\b"
)
SILENCED = re.compile(r"# (?:no" r"qa|type: ig" r"nore)(?P<rest>.*)$")
SPECIFIC = re.compile(r"^(?:: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*|\[[a-z, -]+\])\s+(?:# )?\w+.{7,}")


def found(offences: list[str]) -> str:
    return "\n".join(["", *offences])


def test_every_file_is_short_enough_to_hold_one_idea() -> None:
    long = [
        f"{place(path)} has {length} lines"
        for path in python_files(*EVERYTHING)
        if (length := len(path.read_text("utf-8").splitlines())) > LINES
    ]
    assert not long, found(long)


def test_no_file_and_no_class_has_a_vague_name() -> None:
    vague = [place(path) for path in python_files(*EVERYTHING) if path.stem.strip("_") in VAGUE_FILES]
    vague += [
        place(path, node.lineno)
        for path in python_files(*PACKAGES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and VAGUE_CLASSES.search(node.name)
    ]
    assert not vague, found(vague)


def test_every_module_says_what_its_room_is_for() -> None:
    silent = [
        place(path)
        for path in python_files(*EVERYTHING)
        if path.read_text("utf-8").strip() and not ast.get_docstring(parsed(path))
    ]
    assert not silent, found(silent)


def test_only_commands_speak_to_the_terminal() -> None:
    speaking = [
        place(path, line)
        for path in python_files(*PACKAGES)
        if not place(path).startswith(COMMANDS)
        for name, line in calls(parsed(path))
        if name in {"print", "input", "sys.stdout.write", "sys.stderr.write"}
    ]
    assert not speaking, found(speaking)


def test_only_the_outermost_rooms_read_a_clock() -> None:
    reading = [
        f"{place(path, line)} calls {name}"
        for path in python_files(*PACKAGES)
        if not place(path).startswith(CLOCK_READERS)
        for name, line in calls(parsed(path))
        if name in CLOCKS
    ]
    assert not reading, found(reading)


def test_nothing_is_left_for_later_and_no_test_is_skipped() -> None:
    left = [
        f"{place(path, number)} {line.strip()}"
        for path in python_files(*EVERYTHING)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if LEFT_FOR_LATER.search(line) or (SKIPPING.search(line) and "tests/" in place(path))
    ]
    assert not left, found(left)


def test_a_silenced_warning_names_itself_and_says_why() -> None:
    bare = [
        f"{place(path, number)} {line.strip()}"
        for path in python_files(*EVERYTHING)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (silenced := SILENCED.search(line)) and not SPECIFIC.match(silenced["rest"])
    ]
    assert not bare, found(bare)


def test_functions_stay_small() -> None:
    """About 12 lines is the aim; past 60 a function is several. A migration only lists what it makes."""
    long = [
        f"{place(path, node.lineno)} {node.name} spans {node.end_lineno - node.lineno + 1} lines"
        for path in python_files(*PACKAGES)
        if path.parent != ROOT / "storage" / "migrations" / "versions"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= 60
    ]
    assert not long, found(long)


def test_mailbox_is_a_folder_and_not_a_package() -> None:
    assert not (ROOT / "mailbox" / "__init__.py").exists()
    assert not (ROOT / "mailbox" / "python" / "__init__.py").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("pypi", ".org"),
        ("files.python", "hosted"),
        ("registry.np", "mjs"),
        ("deb.debian", ".org"),
        ("--extra-index", "-url"),
        ("--index", "-url"),
        ("/wo", "rk/"),
        ("/ro", "ot/"),
    ],
    ids="".join,
)
def test_no_file_names_a_registry_or_a_place_on_one_machine(words: tuple[str, ...]) -> None:
    naming = [place(path) for path, content in text_files() if "".join(words) in content]
    assert not naming, found(naming)
