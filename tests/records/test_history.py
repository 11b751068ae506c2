"""The list of drills and the trend of their recovery times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qdrill.errors import UsageError
from qdrill.records import history
from qdrill.records.history import (
    RecordTable,
    find_record,
    list_records,
    record_rows,
    sparkline,
    trend,
    trend_of_rows,
)
from qdrill.records.model import DrillRecord, Origin
from qdrill.records.render_toml import load_record
from qdrill.records.save import open_drill, save_drill
from qdrill.results import Verdict
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


@pytest.mark.parametrize("rta", [float("nan"), float("inf"), -float("inf")])
def test_a_recovery_time_that_is_no_number_is_in_no_trend(rta: float) -> None:
    (found,) = trend([drill(1, 2.0), drill(2, rta), drill(3, 4.0)])
    assert [point.id for point in found.points] == ["day-1", "day-3"]
    assert found.sparkline == "▁█"
    assert trend([drill(2, rta)]) == []


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


def test_points_of_a_trend_know_the_objective_of_their_drill() -> None:
    without = drill(2, 3.0)
    without = replace(without, rto=replace(without.rto, objective_s=None))
    (found,) = trend([drill(1, 2.0), without])
    assert [point.rto_s for point in found.points] == [900.0, None]


def two_drills_and_two_damaged(drills: Path) -> None:
    """One that passed, a later one that lost rows, one with no record at all, one cut short."""
    for result in (samples.passed(), replace(samples.lossy(), started=samples.START + timedelta(hours=1))):
        save_drill(drills / result.id, result, who=samples.WHO)
    (drills / "20261231T000000Z-dead").mkdir()
    text = (drills / samples.passed().id / "drill.toml").read_bytes()
    (drills / "\x1b[31m").mkdir()
    (drills / "\x1b[31m/drill.toml").write_bytes(text[:500])


def test_rows_are_newest_first_and_a_damaged_record_is_one_of_them(tmp_path: Path) -> None:
    two_drills_and_two_damaged(tmp_path)
    gone, lost, passed, damaged = record_rows(tmp_path)
    assert (passed.id, passed.directory, passed.problem) == (samples.passed().id, tmp_path / samples.passed().id, None)
    assert (passed.verdict, passed.origin, passed.kind, passed.name) == ("pass", "real", "drill", "nightly")
    assert (passed.source, passed.target) == ("local/default_collection", "local/default_collection_restored")
    assert (passed.restored, passed.archive_mb, passed.rta_s, passed.rto_s) == (100_000, 504.000123, 3.6, 900.0)
    assert (lost.verdict, lost.restored, lost.rta_s) == ("fail", 22, None)
    assert (gone.id, gone.started) == ("20261231T000000Z-dead", datetime(2026, 12, 31, tzinfo=UTC))
    assert (damaged.started, damaged.verdict, damaged.restored) == (None, None, None)
    for row in (gone, damaged):
        assert row.problem is not None
        assert row.problem.startswith("cannot read the drill record")
        assert row.problem.isprintable()
    assert record_rows(tmp_path / "none") == []


def test_a_drill_under_way_has_a_row_without_an_end(tmp_path: Path) -> None:
    result = samples.passed()
    open_drill(
        tmp_path / result.id,
        name=result.name,
        source=result.source,
        target=result.target,
        method=result.method,
        objectives=result.objectives,
        started=result.started,
        who=samples.WHO,
    )
    (row,) = record_rows(tmp_path)
    assert (row.verdict, row.finished, row.restored, row.archive_mb) == ("interrupted", None, None, None)
    assert trend_of_rows([row]) == []


def test_a_table_reads_a_record_again_only_when_it_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two_drills_and_two_damaged(tmp_path)
    read: list[str] = []

    def noted(path: Path) -> DrillRecord:
        read.append(path.parent.name)
        return load_record(path)

    monkeypatch.setattr(history, "load_record", noted)
    table = RecordTable(tmp_path)
    before = table.rows()
    assert sorted(read) == sorted(row.id for row in before)
    read.clear()
    assert table.rows() == before
    assert read == []
    changed = tmp_path / samples.passed().id / "drill.toml"
    changed.write_bytes(changed.read_bytes().replace(b'name = "nightly"', b'name = "weekly!"'))
    (tmp_path / samples.lossy().id / "drill.toml").unlink()
    after = {row.id: row for row in table.rows()}
    assert sorted(read) == sorted([samples.passed().id, samples.lossy().id])
    assert after[samples.passed().id].name == "weekly!"
    assert after[samples.lossy().id].problem is not None


def test_rows_come_one_by_one_the_latest_id_first(tmp_path: Path) -> None:
    two_drills_and_two_damaged(tmp_path)
    ids = [row.id for row in RecordTable(tmp_path).each()]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 4


def test_rows_give_the_same_trend_as_records(tmp_path: Path) -> None:
    for day, rta in enumerate((2.0, 4.0, 3.0)):
        result = replace(samples.passed(), id=f"day-{day}", rta_seconds=rta, started=samples.START + timedelta(day))
        save_drill(tmp_path / result.id, result, who=samples.WHO)
    assert trend_of_rows(record_rows(tmp_path)) == trend(list_records(tmp_path)[0])


def test_a_usual_time_of_zero_gives_no_ratio() -> None:
    (found,) = trend([drill(1, 0.0), drill(2, 3.0)])
    assert (found.usual_s, found.change) == (0.0, None)


def test_the_sparkline_shows_the_last_twenty() -> None:
    (found,) = trend([drill(day, float(day)) for day in range(30)])
    assert len(found.points) == 30
    assert len(found.sparkline) == 20
    assert sparkline([]) == ""
    assert sparkline([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]) == "▁▂▃▄▅▆▇█"
