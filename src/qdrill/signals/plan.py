"""Which evidence from outside a drill collects, decided before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qdrill.config_model import Config, DrillConfig, Method
from qdrill.config_services import (
    ExpectConfig,
    ExporterConfig,
    GrafanaConfig,
    MetricsConfig,
    PrometheusConfig,
    QueryConfig,
)


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """The services that a drill asks; without any, a drill draws a chart of its own pace alone.

    Attributes:
        queries: asked of Prometheus beside the default ones.
        method: of the drill; tells which metrics its restore moves.
        environ: where the services' keys are looked up.
    """

    endpoints: tuple[MetricsConfig, ...] = ()
    prometheus: PrometheusConfig | None = None
    grafana: GrafanaConfig | None = None
    exporter: ExporterConfig = field(default_factory=ExporterConfig)
    queries: tuple[QueryConfig, ...] = ()
    expects: tuple[ExpectConfig, ...] = ()
    method: Method = "rows"
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def asks(self) -> bool:
        """Whether it asks anybody for metrics."""
        return bool(self.endpoints) or self.prometheus is not None


def signal_plan(config: Config, environ: Mapping[str, str], drill: DrillConfig) -> SignalPlan:
    """The plan for `drill`: everything that is configured."""
    return SignalPlan(
        endpoints=tuple(config.metrics.values()),
        prometheus=config.prometheus,
        grafana=config.grafana,
        exporter=config.exporter,
        queries=drill.queries,
        expects=drill.expects,
        method=drill.method,
        environ=environ,
    )
