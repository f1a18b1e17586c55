"""The source tree as the architecture tests see it: its files, parsed."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crypto", "policies", "storage", "hub", "mailbox/python/keyholder", "demo")
EVERYTHING = (*PACKAGES, "tests", "bench")


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Every Python file below `folders` (from the root), sorted."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def place(path: Path, line: int | None = None) -> str:
    """How a failure names a file: from the root, with a line."""
    name = path.relative_to(ROOT).as_posix()
    return name if line is None else f"{name}:{line}"


def calls(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every call in a file as its dotted name and line: `time.time`, `datetime.now`, `print`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node.lineno


def dotted(node: ast.expr) -> str:
    """The dotted name of an expression, as far as it has one."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every module or name that a file imports, as `package.module.name`, and the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


@cache
def text_files() -> tuple[tuple[Path, str], ...]:
    """Every text file that git tracks or would track, with its content."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                found.append((path, content.decode("utf-8", "replace")))
    return tuple(found)
