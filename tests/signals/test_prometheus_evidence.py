"""Answers of Prometheus as files."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from qdrill.signals.model import QueryAnswer, Series
from qdrill.signals.prometheus_evidence import write_answers


def test_answers_are_written(tmp_path: Path) -> None:
    series = Series((("a", '"中\n'),), ((1.0, math.nan), (2.0, math.inf), (3.0, -math.inf), (4.5, 0.1)))
    good = QueryAnswer("../../etc", 'up{a="中"}', "range", "answered", 1, 5, "a note", (series,), 1.5)
    bad = QueryAnswer("\udc80", "up", "instant", "failed", 5, 5, "why")
    paths = write_answers(tmp_path, [good, bad])
    assert paths == ("evidence/prometheus-01.json", "evidence/prometheus-02.json")
    assert sorted(path.name for path in (tmp_path / "evidence").iterdir()) == [Path(path).name for path in paths]
    first, second = (json.loads((tmp_path / path).read_text(), parse_constant=pytest.fail) for path in paths)
    assert first == {
        "name": "../../etc",
        "promql": 'up{a="中"}',
        "kind": "range",
        "state": "answered",
        "note": "a note",
        "start": 1,
        "end": 5,
        "step": 1.5,
        "series": [{"labels": {"a": '"中\n'}, "points": [[1.0, "NaN"], [2.0, "+Inf"], [3.0, "-Inf"], [4.5, 0.1]]}],
    }
    assert (second["name"], second["state"], second["series"], second["step"]) == ("\udc80", "failed", [], None)


def test_no_answers_are_no_files(tmp_path: Path) -> None:
    assert write_answers(tmp_path, []) == ()
    assert list(tmp_path.iterdir()) == []
