"""``python -m tests.fuzz [--inputs N] [--seed S] [parser ...]``: hostile input for every parser.

Each parser gets N inputs. Nothing but ``CryptoError`` may come out, nothing may take long, and
whatever is accepted must be its own one encoding (or, where it is sealed or signed, the original).
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from random import Random

from crypto.errors import CryptoError
from tests.fuzz.mutate import mutated
from tests.fuzz.parsers import Target, targets

SLOW_SECONDS = 1.0


@dataclass
class Count:
    """What happened to one parser's inputs."""

    inputs: int = 0
    accepted: int = 0
    slowest: float = 0.0
    seconds: float = 0.0


class Broken(AssertionError):
    """A parser did with some input what it never may; the message holds the input."""


def fuzz(target: Target, inputs: int, seed: int) -> Count:
    """Feed one parser.

    Raises:
        Broken: at the first input that is not handled rightly.
    """
    random, count = Random(f"{seed} {target.name}"), Count()
    for good in target.seeds:
        _one(target, good, count)
    begun = time.perf_counter()
    while count.inputs < inputs:
        _one(target, mutated(random, target.seeds), count)
    count.seconds = time.perf_counter() - begun
    return count


def _one(target: Target, data: bytes, count: Count) -> None:
    begun = time.perf_counter()
    try:
        again = target.parse(data)
        count.accepted += 1
        wrong = (again is not None and again != data) or (target.only and data not in target.seeds)
    except CryptoError:
        wrong = False
    except Exception as error:
        raise Broken(f"{target.name} raised {error!r} on {data.hex()}") from error
    taken = time.perf_counter() - begun
    count.inputs += 1
    count.slowest = max(count.slowest, taken)
    if wrong:
        raise Broken(f"{target.name} accepted {data.hex()}")
    if taken > SLOW_SECONDS:
        raise Broken(f"{target.name} took {taken:.1f} s on {data.hex()}")


def main(arguments: list[str]) -> int:
    """Fuzz what is asked for and print a table."""
    known = targets()
    parser = argparse.ArgumentParser(prog="tests.fuzz", description="Hostile input for every parser.")
    parser.add_argument("parsers", nargs="*", metavar="parser", help=", ".join(known))
    parser.add_argument("--inputs", type=int, default=1_000_000, help="inputs for each parser")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same inputs")
    asked = parser.parse_args(arguments)
    unknown = set(asked.parsers) - set(known)
    if unknown:
        parser.error(f"no such parser: {', '.join(sorted(unknown))}")
    sys.stdout.write(f"{'parser':<22}{'inputs':>10}{'accepted':>10}{'slowest ms':>12}{'seconds':>9}\n")
    for name in asked.parsers or known:
        count = fuzz(known[name], asked.inputs, asked.seed)
        row = f"{name:<22}{count.inputs:>10}{count.accepted:>10}"
        row += f"{count.slowest * 1000:>12.2f}{count.seconds:>9.1f}\n"
        sys.stdout.write(row)
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
