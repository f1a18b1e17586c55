"""Sixty-four writers at once, and a hub that is killed under them: what was promised is kept, nothing happens
twice."""

from pathlib import Path

import pytest

from tests.solid.kills import run
from tests.solid.process import Place
from tests.solid.writers import chance


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A hub's place on each database."""
    if request.param == "sqlite":
        return Place(tmp_path / "hub")
    return Place(tmp_path / "hub", request.getfixturevalue("postgresql_url"))


async def test_writers_all_get_through_and_every_receipt_survives_sudden_death(place: Place) -> None:
    outcome = await run(place, kills=3, writers=64, random=chance(20261121))
    assert outcome.kept.receipts > 64 * 4
    assert outcome.again > 0, "nobody was waiting for an answer when the hub died"
