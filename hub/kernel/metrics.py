"""Counters for an operator, in a registry of their own: labels are routes and statuses, never people."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from hub.kernel.live import Live

SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class Metrics:
    """What /metrics shows."""

    def __init__(self, live: Live) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("kith_requests", "Requests answered", labels, registry=self._registry)
        self._seconds = Histogram(
            "kith_request_seconds", "Time to answer", ("route",), buckets=SECONDS, registry=self._registry
        )
        listeners = Gauge("kith_listeners", "Open live streams", registry=self._registry)
        listeners.set_function(lambda: len(live))

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method if method in METHODS else "other", route, f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """The Prometheus exposition."""
        return generate_latest(self._registry)
