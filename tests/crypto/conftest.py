"""Generated examples are the same in every run, and a busy machine makes none of them fail."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("kith", deadline=None, derandomize=True, database=None)
settings.load_profile("kith")
