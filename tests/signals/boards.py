"""What the tests of the board read: an endpoint that can be changed, drills on record, and readers of both."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from qdrill.config_model import Config, DrillConfig, StoreConfig
from qdrill.config_services import MetricsConfig, PrometheusConfig
from qdrill.control import JobControl
from qdrill.records.model import RECORD_NAME, DrillRecord
from qdrill.records.model_metrics import Metrics, MetricsEndpoint
from qdrill.records.render_toml import render_toml
from qdrill.results import StageTime
from qdrill.signals.board import BoardReader
from qdrill.signals.board_model import Board, Tile
from qdrill.signals.model import ImportChange
from tests.records.samples import passed, record_of
from tests.support.odd_service import Behaviour, Talk, reply

TARGET = "docs_restored"
OTHER = "other"


@dataclass
class Exposed:
    """Metrics of a RAG API and a Qdrant, as they stand; None is absent."""

    rows: float | None = None
    skipped: float | None = None
    started: float | None = 1_000.0
    points: float | None = None
    memory: float | None = None
    durations: tuple[float, ...] = ()
    extra: str = ""
    collection: str = TARGET

    @property
    def text(self) -> str:
        """The exposition."""
        mine = f'collection="{self.collection}"'
        known: Mapping[str, float | None] = {
            f"import_rows_total{{{mine}}}": self.rows,
            f"import_batches_total{{{mine}}}": None if self.rows is None else 1.0,
            f'import_skipped_total{{{mine},reason="error"}}': self.skipped,
            "process_start_time_seconds": self.started,
            f'collection_points{{id="{self.collection}"}}': self.points,
            f'collection_points{{id="{OTHER}"}}': 77.0 if self.memory is not None else None,
            "memory_resident_bytes": self.memory,
            'app_info{name="qdrant",version="1.19.0"}': 1.0 if self.memory is not None else None,
        }
        lines = [f"{name} {value}" for name, value in known.items() if value is not None]
        return "\n".join([*lines, *self._histogram(mine), self.extra, ""])

    def _histogram(self, mine: str) -> list[str]:
        if not self.durations:
            return []
        bounds = (0.1, 1.0, 10.0, float("inf"))
        counts = [(bound, sum(one <= bound for one in self.durations)) for bound in bounds]
        names = {float("inf"): "+Inf"}
        buckets = [
            f'import_duration_seconds_bucket{{{mine},le="{names.get(bound, bound)}"}} {count}'
            for bound, count in counts
        ]
        return [
            *buckets,
            f"import_duration_seconds_count{{{mine}}} {len(self.durations)}",
            f"import_duration_seconds_sum{{{mine}}} {sum(self.durations)}",
        ]

    def answer(self) -> Behaviour:
        """A service that tells what stands now."""

        def behave(talk: Talk) -> None:
            reply(self.text.encode(), headers={"Content-Type": "text/plain; version=0.0.4"})(talk)

        return behave


def config(
    tmp_path: Path,
    endpoints: Mapping[str, str],
    prometheus: str | None = None,
    *,
    timeout: float = 5.0,
    target: str = TARGET,
) -> Config:
    """A drill `nightly` into `target`, these endpoints, and this Prometheus."""
    return Config(
        artifacts=tmp_path / "artifacts",
        stores={"local": StoreConfig("local", url="http://127.0.0.1:6333")},
        metrics={name: MetricsConfig(name, url, timeout_seconds=timeout) for name, url in endpoints.items()},
        prometheus=prometheus_config(prometheus, timeout) if prometheus else None,
        drills=(DrillConfig("nightly", "local/docs", f"local/{target}"),),
    )


def prometheus_config(url: str, timeout: float = 5.0) -> PrometheusConfig:
    """One that scrapes each second."""
    return PrometheusConfig(url, timeout_seconds=timeout, scrape_interval_seconds=1.0)


def reader(made: Config, control: JobControl | None = None) -> BoardReader:
    """A reader of `made`."""
    return BoardReader(made, {}, control or JobControl(), made.artifacts / "drills")


def tile(board: Board, key: str) -> Tile:
    """One tile of the board."""
    return next(one for one in board.tiles if one.key == key)


def write_record(made: Config, *, start: float | None = None, name: str = "nightly", **changes: object) -> DrillRecord:
    """A drill of 10 s on record, started at `start` (10 minutes ago): 1 s, 2 s, 3 s and 4 s of stages."""
    begun = time.time() - 600 if start is None else start
    stages = zip(("preflight", "backup", "restore", "validate"), (1.0, 2.0, 3.0, 4.0), strict=True)
    sample = record_of(
        replace(
            passed(),
            id=f"{datetime.fromtimestamp(begun, UTC):%Y%m%dT%H%M%SZ}-7f3a",
            name=name,
            started=datetime.fromtimestamp(begun, UTC),
            finished=datetime.fromtimestamp(begun + 10, UTC),
            stages=tuple(StageTime(stage, seconds, True) for stage, seconds in stages),  # type: ignore[arg-type]
        )
    )
    target = replace(sample.target, address=f"local/{TARGET}", store="local", collection=TARGET)
    record = replace(sample, target=target, **changes)  # type: ignore[arg-type]
    directory = made.artifacts / "drills" / record.id
    directory.mkdir(parents=True)
    (directory / RECORD_NAME).write_text(render_toml(record), encoding="utf-8")
    return record


def metrics(endpoint: str = "rag", collection: str = TARGET, **change: object) -> Metrics:
    """A record's metrics with one endpoint that was read before and after."""
    made = ImportChange(collection, **change)  # type: ignore[arg-type]
    return Metrics(state="pass", reason="", endpoint=(MetricsEndpoint(endpoint, "http://x", "known", change=(made,)),))
