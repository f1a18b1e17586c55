"""Make the vector files: ``python -m tests.vectors.make [--check]``.

``--check`` writes nothing and fails if a file would change.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from tests.vectors import (
    make_basic,
    make_chains,
    make_circles,
    make_entries,
    make_letters,
    make_secret,
    make_unlocking,
)
from tests.vectors.checks_basic import CHECKS as BASIC
from tests.vectors.checks_chains import CHECKS as CHAINS
from tests.vectors.form import Case, Keep, Shared, load, outcome, path

Maker = Callable[[Keep], tuple[str, Shared, list[Case]]]
MAKERS: dict[str, Maker] = {
    **make_basic.MAKERS,
    **make_secret.MAKERS,
    **make_unlocking.MAKERS,
    **make_chains.MAKERS,
    **make_entries.MAKERS,
    **make_circles.MAKERS,
    **make_letters.MAKERS,
}
CHECKS = {**BASIC, **CHAINS}


def made(name: str) -> str:
    """The text of one vector file.

    Raises:
        AssertionError: if a case does not end as its maker said it would.
    """
    known = load(name)["shared"].get("sealed", {}) if path(name).exists() else {}
    keep = Keep(known)
    about, shared, cases = MAKERS[name](keep)
    if keep.used:
        shared["sealed"] = keep.used
    for case in cases:
        refused, result = outcome(CHECKS[case["check"]], shared, case)
        assert refused == case.get("refused"), (name, case["name"], refused, case.get("refused"))
        if not refused:
            case["result"] = result
    assert len({case["name"] for case in cases}) == len(cases), name
    return written({"about": about, "shared": shared, "cases": cases})


def written(file: dict[str, Any]) -> str:
    """One line for each shared thing and each case, so that a change reads well."""
    lines = [f' "about": {json.dumps(file["about"])},', ' "shared": {']
    shared = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(file["shared"].items())]
    lines += [",\n".join(shared), " },", ' "cases": [']
    lines += [",\n".join(f"  {json.dumps(case)}" for case in file["cases"]), " ]"]
    return "{\n" + "\n".join(line for line in lines if line) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Write or check every file."""
    changed = []
    for name in MAKERS:
        text = made(name)
        if not path(name).exists() or path(name).read_text(encoding="utf-8") != text:
            changed.append(name)
            if "--check" not in arguments:
                path(name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"changed: {', '.join(changed) or 'nothing'}\n")
    return int("--check" in arguments and bool(changed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
