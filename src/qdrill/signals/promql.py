"""PromQL put together from names of others: every value quoted, and the queries that each drill asks by default.

Escapes are those of PromQL's double-quoted strings, which are Go's (prometheus.io/docs, "Querying basics").
"""

from __future__ import annotations

import re
import unicodedata

from qdrill.config_model import quoted
from qdrill.config_services import QueryConfig
from qdrill.errors import UsageError

_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHORT = {"\\": r"\\", '"': r"\"", "\n": r"\n"}
_P95_OVER = "5m"
_REPLACEMENT = "\ufffd"


def label_value(text: str) -> str:
    """`text` as a string of PromQL, in double quotes. What is no Unicode becomes U+FFFD, as no label can hold it."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    category = unicodedata.category(char)
    if category == "Cs":
        char = _REPLACEMENT
    # A bare U+FFFD is an error to PromQL's lexer; invisible characters would hide in a record's text.
    if char == _REPLACEMENT or category in {"Cc", "Cf", "Zl", "Zp"}:
        return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
    return char


def selector(metric: str, /, **labels: str) -> str:
    """The series of `metric` whose labels have exactly these values, such as `up{job="qdrant"}`.

    Raises:
        UsageError: a name is not one that Prometheus takes.
    """
    if not _METRIC.fullmatch(metric):
        raise UsageError(f"{quoted(metric)} is no name of a metric; use letters, digits, _ and :")
    for name in labels:
        if not _LABEL.fullmatch(name):
            raise UsageError(f"{quoted(name)} is no name of a label; use letters, digits and _")
    matchers = ",".join(f"{name}={label_value(value)}" for name, value in labels.items())
    return f"{metric}{{{matchers}}}" if matchers else metric


def default_queries(target_collection: str) -> tuple[QueryConfig, ...]:
    """What every drill asks: the import metrics of its target, then Qdrant's own.

    The names are those of the Metrics screen's tiles. Names and labels are those of the
    runbook's import metrics, and of Qdrant 1.19's `/metrics`, where the label with the collection is `id`.
    """
    imported = {"collection": target_collection}
    skipped = selector("import_skipped_total", **imported)
    held = {"id": target_collection}
    return (
        QueryConfig("import_rows", selector("import_rows_total", **imported)),
        QueryConfig("import_batches", selector("import_batches_total", **imported)),
        QueryConfig("import_skipped", f"sum by (job, instance, reason) ({skipped})"),
        QueryConfig("import_p95", _p95(selector("import_duration_seconds_bucket", **imported))),
        QueryConfig("qdrant_memory", selector("memory_resident_bytes")),
        QueryConfig("qdrant_points", selector("collection_points", **held)),
        QueryConfig("qdrant_optimizing", selector("collection_running_optimizations", **held)),
        QueryConfig("qdrant_queue", selector("collection_update_queue_length", **held)),
    )


def _p95(buckets: str) -> str:
    """The quantile of what was counted lately.

    Not by `rate`: a histogram appears with its first import already counted, and `rate` never sees that one.
    """
    before = f"({buckets} offset {_P95_OVER} or 0 * {buckets})"
    return f"histogram_quantile(0.95, sum by (job, instance, le) ({buckets} - {before}))"
