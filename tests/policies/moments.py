"""Moments as people write them, for tables: `at("2026-11-23 10:00")` is UTC milliseconds of London time."""

from datetime import datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def at(words: str) -> int:
    """UTC milliseconds of a London wall-clock time."""
    return int(datetime.fromisoformat(words).replace(tzinfo=LONDON).timestamp()) * 1000


def words(moment: int) -> str:
    """The London wall-clock time of a moment."""
    return datetime.fromtimestamp(moment // 1000, LONDON).strftime("%Y-%m-%d %H:%M")
