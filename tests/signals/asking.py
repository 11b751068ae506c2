"""What the tests of Prometheus share: how one is opened, and what it answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from qdrill.config_services import PrometheusConfig
from qdrill.control import JobControl
from qdrill.signals.prometheus import Prometheus

# Some moment that is surely over.
NOW = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
AT = NOW.timestamp()
LONG = 60.0


def opened(url: str, seconds: float = LONG, control: JobControl | None = None) -> Prometheus:
    return Prometheus(PrometheusConfig(url, timeout_seconds=seconds), {}, control or JobControl())


def success(kind: str, result: Any, **more: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


def refused(kind: str, text: str) -> dict[str, Any]:
    return {"status": "error", "errorType": kind, "error": text}
