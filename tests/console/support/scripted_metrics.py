"""The metrics of the scripted engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qdrill.signals.board_model import KEYS, Board, Chart, Span, Tile, Unit
from qdrill.signals.model import QueryAnswer, Series

AT = 1_795_362_700.0
UNITS: dict[str, Unit] = {
    "import_rows": "rows",
    "import_batches": "batches",
    "import_skipped": "rows",
    "import_p95": "seconds",
    "qdrant_memory": "bytes",
    "qdrant_points": "points",
    "qdrant_optimizing": "count",
    "qdrant_queue": "count",
}
VALUES = {
    "import_rows": (100_000.0, 100_000.0),
    "import_batches": (200.0, 200.0),
    "import_skipped": (0.0, 0.0),
    "import_p95": (0.042, None),
    "qdrant_memory": (512.4e6, 61.0e6),
    "qdrant_points": (100_000.0, 100_000.0),
    "qdrant_optimizing": (1.0, None),
    "qdrant_queue": (0.0, 0.0),
}
SPANS = (
    Span("preflight", AT - 30, AT - 29),
    Span("backup", AT - 29, AT - 20),
    Span("restore", AT - 20, AT - 10),
    Span("validate", AT - 10, AT - 6),
    Span("record", AT - 6, AT - 5),
)


def points(key: str, minutes: float = 5) -> tuple[tuple[float, float], ...]:
    """A minute and more of one tile, a value each 5 seconds."""
    value = VALUES[key][0]
    count = int(minutes * 12)
    return tuple((AT - 5.0 * (count - at), value * at / count) for at in range(count + 1))


def tile(key: str, **changes: Any) -> Tile:
    """A tile as an endpoint gives it."""
    value, change = VALUES[key]
    source = "endpoint rag" if key.startswith("import") else "endpoint qdrant"
    return replace(Tile(key, UNITS[key], value, change, source, 0.4, points(key)), **changes)


def board(**changes: Any) -> Board:
    """A board with everything on it."""
    made = Board(
        at=AT,
        tiles=tuple(tile(key) for key in KEYS),
        spans=SPANS,
        drill="20261122T151107Z-7f3a",
        endpoints=("rag", "qdrant"),
        prometheus="http://localhost:9090",
        problems=(),
        configured=True,
    )
    return replace(made, **changes)


class ScriptedMetrics:
    """What `ScriptedEngine` says of metrics.

    Attributes:
        board: answer of `metrics`; the spans of a running drill take the place of its own.
        charts: answers of `metrics_chart` by key; one is made for those that are not in it.
        answer: answer of `promql`; None is a series of its own.
    """

    def __init__(self) -> None:
        self.board = board()
        self.charts: dict[str, Chart] = {}
        self.answer: QueryAnswer | None = None

    def _enter(self, method: str, **given: Any) -> None:
        """Note the call; wait or raise as a test wishes."""
        raise NotImplementedError

    def metrics(self, drill: str | None, running: tuple[Span, ...] = ()) -> Board:
        """The board."""
        self._enter("metrics", drill=drill, running=running)
        return replace(self.board, spans=running) if running else self.board

    def metrics_chart(self, key: str, minutes: int, running: tuple[Span, ...] = ()) -> Chart:
        """A chart."""
        self._enter("metrics_chart", key=key, minutes=minutes, running=running)
        if key in self.charts:
            return self.charts[key]
        series = (Series((), points(key, minutes)),)
        return Chart(key, UNITS[key], series, AT - 60.0 * minutes, AT, running or self.board.spans, "Prometheus")

    def promql(self, expression: str, minutes: int) -> QueryAnswer:
        """What Prometheus says."""
        self._enter("promql", expression=expression, minutes=minutes)
        if self.answer is not None:
            return replace(self.answer, promql=expression)
        found = (Series((("instance", "localhost:9755"),), points("import_rows", minutes)),)
        start = AT - 60.0 * minutes
        return QueryAnswer("expression", expression, "range", "answered", start, AT, "", found, 5.0)
