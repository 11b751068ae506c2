"""What exposition endpoints said before and after a restore, put down as evidence: a JSON file each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from qdrill.files import write_text
from qdrill.signals.model import Exposition
from qdrill.signals.prometheus_answer import json_number

MOST_SERIES = 5_000
# What a restore moves, and what tells whose process it is; the rest of a service's metrics is not about the drill.
_ABOUT_DRILLS = ("import_", "export_", "qdrill_", "collection", "memory_", "process_", "app_info", "snapshot_", "rest_")


def write_readings(
    directory: Path,
    names: Sequence[str],
    before: Mapping[str, Exposition | Exception],
    after: Mapping[str, Exposition | Exception],
) -> tuple[str, ...]:
    """Write what each endpoint of `names` said under `directory`/evidence; its path relative to `directory`.

    Files are named by number alone. At most 5,000 series of a reading are kept, those about collections, imports,
    snapshots, requests and the process; a reading that failed has its error instead.

    Raises:
        OutputError: one cannot be written.
    """
    paths = []
    for number, name in enumerate(names, start=1):
        path = f"evidence/metrics-{number:02d}.json"
        document = {"endpoint": name, "before": _document(before.get(name)), "after": _document(after.get(name))}
        write_text(directory / path, json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n")
        paths.append(path)
    return tuple(paths)


def _document(reading: Exposition | Exception | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    if isinstance(reading, Exception):
        return {"error": str(reading)}
    samples = list(islice(_samples(reading), MOST_SERIES))
    return {"at": reading.at.isoformat(), "series": reading.series, "started": reading.started, "samples": samples}


def _samples(reading: Exposition) -> Iterator[dict[str, Any]]:
    for name in sorted(reading.samples):
        if _is_about_drills(name):
            for labels, value in sorted(reading.samples[name].items()):
                yield {"name": name, "labels": dict(labels), "value": json_number(value)}


def _is_about_drills(name: str) -> bool:
    """Also behind a prefix, as Qdrant's `metrics_prefix` puts before its own."""
    return name.startswith(_ABOUT_DRILLS) or any(f"_{part}" in name for part in ("import_", "collection_", "memory_"))
