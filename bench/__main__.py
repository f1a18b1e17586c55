"""Run every bench, one after another: `python -m bench [--only NAME ...]`, or one alone with its own options.

Each prints a table and a line of JSON. Figures are ratios to a raw limit measured in the same run, because
machines and their neighbours differ.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

BENCHES = ("units", "posting", "reading", "listing", "reminders", "moving", "sealing",
           "browser_documents", "browser_screens", "browser_circles")  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(prog="bench", description=__doc__)
    words.add_argument("--only", nargs="+", choices=BENCHES, default=BENCHES)
    failed = []
    for name in words.parse_args().only:
        print(f"\n== {name} ==", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
