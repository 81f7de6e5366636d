"""What Prometheus may know: how many requests and how long. No names of users, projects or tables, and few labels."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one studio."""

    def __init__(self, program_version: str) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "ombudsman_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "ombudsman_request_seconds",
            "Seconds from request to answer.",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        info = Gauge("ombudsman_info", "The program.", ["version"], registry=self.registry)
        info.labels(program_version).set(1)

    def request(self, method: str, route: str, status: int, elapsed_s: float) -> None:
        """Counts an answered request. `route` is the path's pattern, never the path."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(elapsed_s)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
