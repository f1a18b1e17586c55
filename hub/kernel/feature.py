"""What a feature hands to the app: its routes, its jobs, and what it keeps in memory while the hub runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from hub.kernel.context import Hub
from hub.kernel.jobs import Job
from hub.kernel.routes import Route

Start = Callable[[Hub], AbstractAsyncContextManager[object]]


@dataclass(frozen=True, slots=True)
class Feature:
    """``start`` is entered once per process, in the order of features; it yields ``hub.part(type)``."""

    name: str
    routes: tuple[Route, ...] = ()
    jobs: tuple[Job, ...] = ()
    start: Start | None = None
