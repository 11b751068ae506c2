"""Which of the configured endpoints is qdrill's own exporter."""

from __future__ import annotations

from qdrill.config_services import ExporterConfig, MetricsConfig
from qdrill.urls import BadUrl, server_key

NOT_THIS_DRILL = (
    "this drill's own metrics are not served there, and what another qdrill tells proves nothing about it; set "
    "[exporter] during_drills = true, and let nothing else use its port"
)
ONLY_DURING_DRILLS = "qdrill's own metrics are served while a drill runs, and by `qdrill export-metrics`"


def is_own(endpoint: MetricsConfig, exporter: ExporterConfig) -> bool:
    """Whether `endpoint` is where `[exporter]` listens. Asks no DNS."""
    try:
        return server_key(endpoint.url) == server_key(f"http://{exporter.listen}")
    except BadUrl:
        return False
