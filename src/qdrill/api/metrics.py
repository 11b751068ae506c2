"""What the service tells Prometheus: the four import metrics, its requests, and the process."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_OTHER = "other"


class Metrics:
    """A registry of the service's own, so that several services in one process do not share numbers.

    A metric with labels has no series before its first import: absent, not 0. Collections appear as labels only
    where rows were written to them or refused for them, so only those that exist.
    """

    def __init__(self, paths: frozenset[str]) -> None:
        self._paths = paths
        self._registry = registry = CollectorRegistry()
        GCCollector(registry=registry)
        PlatformCollector(registry=registry)
        ProcessCollector(registry=registry)
        labels = ("method", "path", "status")
        self._requests = Counter("http_requests_total", "Requests answered", labels, registry=registry)
        self._seconds = Histogram("http_request_duration_seconds", "Seconds until answered", labels, registry=registry)
        by_name = ("collection",)
        self._imports = Histogram("import_duration_seconds", "Seconds that an import took", by_name, registry=registry)
        self._rows = Counter("import_rows_total", "Rows imported", by_name, registry=registry)
        self._batches = Counter("import_batches_total", "Batches of rows written", by_name, registry=registry)
        self._skipped = Counter(
            "import_skipped_total", "Rows not imported", ("collection", "reason"), registry=registry
        )

    def exposition(self) -> bytes:
        """Everything, in the text format that `CONTENT_TYPE_LATEST` names."""
        return generate_latest(self._registry)

    def answered(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request; whatever anybody may ask for, there is a bounded number of series."""
        labels = (
            method if method in _METHODS else _OTHER,
            path if path in self._paths else _OTHER,
            str(status),
        )
        self._requests.labels(*labels).inc()
        self._seconds.labels(*labels).observe(seconds)

    def wrote(self, collection: str, rows: int, batches: int = 1) -> None:
        """Count rows that are in the store."""
        self._batches.labels(collection).inc(batches)
        self._rows.labels(collection).inc(rows)

    def imported(self, collection: str, seconds: float, errors: int, conflicts: int) -> None:
        """Count an import that came to its end; its rows were counted when they were written."""
        self.wrote(collection, 0, batches=0)
        self._imports.labels(collection).observe(seconds)
        for reason, number in (("error", errors), ("conflict", conflicts)):
            if number:
                self._skipped.labels(collection, reason).inc(number)
