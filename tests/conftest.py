"""Real servers for every test that asks: they start once, when first wanted, and stop at the end.

Rooms whose files take long come first: what begins last then ends soon, and no process waits for another.
"""

from pathlib import Path

import pytest

pytest_plugins = ["tests.real.fixtures", "tests.real.smtp"]
LONG = "journeys", "solid", "browser", "web", "storage", "keyholder", "hostile", "hub"
HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long rooms first, the others after them; within a room the order stays."""
    items.sort(key=rank)


def rank(item: pytest.Item) -> int:
    """How early a test's room comes."""
    room = item.path.relative_to(HERE).parts[0]
    return LONG.index(room) if room in LONG else len(LONG)
