"""Imports run one way. The contracts in pyproject.toml hold here, and each of them can fail."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, imports, parsed, place, python_files

FEATURE = re.compile(r"hub/(?P<feature>[a-z]+)/(?P<file>[a-z_]+)\.py")
INNER = {"queries", "routes", "jobs"}
SQL = re.compile(
    r"\s*(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|pragma\s)",
    re.IGNORECASE | re.DOTALL,
)
# Wakes other processes by PostgreSQL's NOTIFY: it touches no table.
SQL_ELSEWHERE = {"hub/kernel/bridge.py"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(folder), str(folder / "mailbox" / "python")])
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("policies/planted.py", "import sqlalchemy"),
        ("crypto/planted.py", "import storage.database"),
        ("storage/planted.py", "from aiohttp import web"),
        ("hub/kernel/planted.py", "from crypto.private import boxes"),
        ("hub/kernel/planted.py", "import keyholder"),
        ("hub/kernel/planted.py", "import hub.audit"),
        ("hub/reports/service.py", "from aiohttp import web"),
        ("hub/reports/service.py", "import sqlalchemy"),
        ("hub/undeclared/service.py", "import hub.kernel"),
        ("mailbox/python/keyholder/planted.py", "import storage.database"),
        ("mailbox/python/keyholder/planted.py", "import aiohttp"),
    ],
)
def test_a_planted_import_the_wrong_way_is_caught(tmp_path: Path, file: str, line: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / file
    planted.parent.mkdir(exist_ok=True)
    (planted.parent / "__init__.py").touch()
    planted.write_text(f'"""Planted."""\n\n{line}\n', "utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


def test_a_feature_calls_another_features_service_and_nothing_further_in() -> None:
    reaching = [
        f"{place(path, line)} imports {name}"
        for path in python_files("hub")
        if (own := FEATURE.fullmatch(place(path)))
        for name, line in imports(parsed(path))
        if (parts := name.split("."))[0] == "hub"
        and len(parts) > 2
        and parts[1] not in {own["feature"], "kernel"}
        and parts[2] in INNER
    ]
    assert not reaching, "\n".join(["", *reaching])


def test_sql_is_written_in_queries_and_storage_alone() -> None:
    written = [
        place(path, node.lineno)
        for path in python_files("crypto", "policies", "hub", "mailbox/python/keyholder")
        if path.name != "queries.py" and place(path) not in SQL_ELSEWHERE
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert not written, "\n".join(["", *written])
