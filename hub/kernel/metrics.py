"""Counters for an operator, in a registry of their own: labels are routes and statuses, never people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kernel.live import Live
from hub.kernel.routes import METHODS

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)


class Metrics:
    """What /metrics shows."""

    def __init__(self, live: Live) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram  # late: mostly off

        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("kith_requests", "Requests answered", labels, registry=self._registry)
        self._seconds = Histogram(
            "kith_request_seconds", "Time to answer", ("route",), buckets=SECONDS, registry=self._registry
        )
        listeners = Gauge("kith_listeners", "Open live streams", registry=self._registry)
        listeners.set_function(lambda: len(live))

        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        key = (method if method in METHODS else "other", route, status // 100)
        if key not in self._known:
            count = self._requests.labels(key[0], route, f"{key[2]}xx")
            self._known[key] = count, self._seconds.labels(route)
        count, duration = self._known[key]
        count.inc()
        duration.observe(seconds)

    def text(self) -> bytes:
        """The Prometheus exposition."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)
