"""The tables of drills.toml about services that are no store, as frozen values, and what a drill asks of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

QueryKind = Literal["instant", "range"]


@dataclass(frozen=True, slots=True)
class PrometheusConfig:
    """`[prometheus]`: the server that the range of a drill is read from.

    Attributes:
        timeout_seconds: of one request; the first that runs out is the last that a drill waits for.
        scrape_interval_seconds: how far apart its samples are; windows are widened by it.
        wait_seconds: longest wait for a scrape after a drill that fell between two; 0 never waits.
        ca_file: certificates to trust instead of the system's; so in every table below.
    """

    url: str
    api_key_env: str | None = None
    timeout_seconds: float = 5.0
    scrape_interval_seconds: float = 15.0
    wait_seconds: float = 20.0
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """`[metrics.NAME]`: an exposition endpoint, read before and after the restore of a drill."""

    name: str
    url: str
    api_key_env: str | None = None
    timeout_seconds: float = 5.0
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class RagApiConfig:
    """`[rag_api]`: the RAG service of the runbook. `tenant_id` goes out as `X-Tenant-Id`."""

    url: str
    api_key_env: str | None = None
    tenant_id: str | None = None
    timeout_seconds: float = 30.0
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class GrafanaConfig:
    """`[grafana]`: the dashboard (and panel) that a record links to and annotates.

    Attributes:
        slug: the dashboard's name in links.
        org_id: organization of the dashboard.
        annotate: write an annotation for each drill.
        render: ask for the panel as an image; needs `panel_id`.
    """

    url: str
    dashboard_uid: str
    panel_id: int | None = None
    api_key_env: str | None = None
    slug: str = "qdrill"
    org_id: int = 1
    annotate: bool = True
    render: bool = True
    timeout_seconds: float = 10.0
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class ExporterConfig:
    """`[exporter]`: qdrill's own metrics.

    Attributes:
        listen: `HOST:PORT` where `qdrill export-metrics` serves them.
        during_drills: serve them at `listen` while a drill runs, too.
        textfile: file for node_exporter's textfile collector, written at the end of each drill.
        pushgateway: URL of a Pushgateway that gets them at the end of each drill.
    """

    listen: str = "127.0.0.1:9755"
    during_drills: bool = False
    textfile: Path | None = None
    pushgateway: str | None = None


@dataclass(frozen=True, slots=True)
class QueryConfig:
    """`[[drill.query]]`: a PromQL expression asked over the drill's window."""

    name: str
    promql: str
    kind: QueryKind = "range"


@dataclass(frozen=True, slots=True)
class ExpectConfig:
    """`[[drill.expect]]`: what an endpoint's metric must have risen by during the restore, for the target's collection.

    Attributes:
        endpoint: of `[metrics.NAME]`.
        metric: `import_rows_total`, `import_batches_total` or `import_skipped_total`.
        equals: a number, or `points_expected`: the rows of the archive.
        required: whether the verdict depends on it.
    """

    endpoint: str
    metric: Literal["import_rows_total", "import_batches_total", "import_skipped_total"]
    equals: float | Literal["points_expected"]
    required: bool = True
