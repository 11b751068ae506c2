"""The list of drills and the trend of their recovery times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from qdrill.drill.results import Verdict
from qdrill.errors import UsageError
from qdrill.records.history import find_record, list_records, sparkline, trend
from qdrill.records.model import DrillRecord, Origin
from qdrill.records.save import save_drill
from tests.records import samples


def drill(day: int, rta: float | None, verdict: Verdict = "pass", origin: Origin = "real") -> DrillRecord:
    """A record of a drill on a day, with its recovery time."""
    result = replace(
        samples.passed(),
        id=f"day-{day}",
        verdict=verdict,
        rta_seconds=rta,
        started=samples.START + timedelta(days=day),
        finished=samples.START + timedelta(days=day, seconds=9),
    )
    return samples.record_of(result, origin=origin)


def test_records_are_listed_newest_first_and_damaged_ones_warned_of(tmp_path: Path) -> None:
    for result in (samples.passed(), replace(samples.lossy(), started=samples.START + timedelta(hours=1))):
        save_drill(tmp_path / result.id, result, who=samples.WHO)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/drill.toml").write_text("schema = 5")
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("not a drill")
    records, warnings = list_records(tmp_path)
    assert [record.id for record in records] == [samples.lossy().id, samples.passed().id]
    assert len(warnings) == 2
    assert "broken" in warnings[0]
    assert "empty" in warnings[1]


def test_no_directory_has_no_records(tmp_path: Path) -> None:
    assert list_records(tmp_path / "none") == ([], [])


def test_a_drill_is_found_by_the_start_of_its_id(tmp_path: Path) -> None:
    for name in ("20261122T1-aaaa", "20261122T1-aaaab", "20261123T1-bbbb"):
        (tmp_path / name).mkdir()
    assert find_record(tmp_path, "20261123") == tmp_path / "20261123T1-bbbb"
    assert find_record(tmp_path, "20261122T1-aaaa") == tmp_path / "20261122T1-aaaa"
    for wrong, said in (
        ("20261122", "2 drills named"),
        ("x", "no drill named"),
        ("", "no drill named"),
        ("..", "no"),
    ):
        with pytest.raises(UsageError, match=said):
            find_record(tmp_path, wrong)


def test_the_trend_compares_the_last_with_the_median_of_passed_drills_before() -> None:
    records = [drill(4, 6.0), drill(1, 2.0), drill(2, 4.0), drill(3, 90.0, "fail")]
    (found,) = trend(records)
    assert [point.id for point in found.points] == ["day-1", "day-2", "day-3", "day-4"]
    assert (found.usual_s, found.change) == (3.0, 1.0)
    assert found.sparkline == "▁▁█▁"
    assert found.source == "local/default_collection"


def test_only_real_finished_drills_that_recovered_count() -> None:
    unfinished = drill(5, 5.0)
    unfinished = replace(unfinished, time=replace(unfinished.time, finished=None))
    others = [
        drill(1, None),
        drill(2, 3.0, "interrupted"),
        drill(3, 3.0, "inconclusive"),
        drill(4, 3.0, origin="simulated"),
        replace(drill(6, 3.0), kind="restore"),
        unfinished,
    ]
    assert trend(others) == []
    (found,) = trend([*others, drill(9, 3.0)])
    assert len(found.points) == 1
    assert (found.usual_s, found.change, found.sparkline) == (None, None, "▄")


def test_targets_have_trends_of_their_own() -> None:
    other = drill(2, 3.0)
    other = replace(other, target=replace(other.target, address="local/else"))
    assert [found.target for found in trend([drill(1, 2.0), other])] == [
        "local/default_collection_restored",
        "local/else",
    ]


def test_a_usual_time_of_zero_gives_no_ratio() -> None:
    (found,) = trend([drill(1, 0.0), drill(2, 3.0)])
    assert (found.usual_s, found.change) == (0.0, None)


def test_the_sparkline_shows_the_last_twenty() -> None:
    (found,) = trend([drill(day, float(day)) for day in range(30)])
    assert len(found.points) == 30
    assert len(found.sparkline) == 20
    assert sparkline([]) == ""
    assert sparkline([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]) == "▁▂▃▄▅▆▇█"
