"""The answers of Prometheus put down as evidence, a JSON file each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qdrill.files import write_text
from qdrill.signals.model import QueryAnswer, Series
from qdrill.signals.prometheus_answer import json_number

_FOLDER = "evidence"


def write_answers(directory: Path, answers: Sequence[QueryAnswer]) -> tuple[str, ...]:
    """Write each answer under `directory`/evidence; its path relative to `directory`, in the order of the answers.

    Files are named by number alone, because the names of queries are anybody's. A value that JSON has no number for
    is one of the strings "NaN", "+Inf" and "-Inf".

    Raises:
        OutputError: one cannot be written.
    """
    paths = []
    for number, answer in enumerate(answers, start=1):
        path = f"{_FOLDER}/prometheus-{number:02d}.json"
        write_text(directory / path, json.dumps(_document(answer), ensure_ascii=False, allow_nan=False) + "\n")
        paths.append(path)
    return tuple(paths)


def _document(answer: QueryAnswer) -> dict[str, Any]:
    return {
        "name": answer.name,
        "promql": answer.promql,
        "kind": answer.kind,
        "state": answer.state,
        "note": answer.note,
        "start": answer.start,
        "end": answer.end,
        "step": answer.step,
        "series": [_series(series) for series in answer.series],
    }


def _series(series: Series) -> dict[str, Any]:
    points = [[json_number(at), json_number(value)] for at, value in series.points]
    return {"labels": dict(series.labels), "points": points}
