"""The record: built from a result, written as TOML, read back."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.errors import ArchiveError
from qdrill.records.model import DrillRecord, SearchRecord, TimeSpan
from qdrill.records.render_toml import load_record, parse_record, render_toml
from qdrill.results import Check, Drift, DrillResult, Moments, StageTime
from tests.records import samples

DATA = Path(__file__).parent / "data"
RESULTS = (samples.passed(), samples.lossy(), samples.cut_off())
encodable = st.text(st.characters(exclude_categories=["Cs"]))
seconds = st.none() | st.floats(allow_nan=False)
offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1000, 1, 2), datetime(9998, 1, 1), timezones=offsets)


@st.composite
def records(draw: st.DrawFn) -> DrillRecord:
    """Records with any text, number, time and missing value in them."""
    base = samples.record_of(draw(st.sampled_from(RESULTS)))
    checks = st.builds(Check, encodable, st.just("fail"), encodable, encodable, st.tuples(encodable))
    searches = st.builds(
        SearchRecord,
        encodable,
        encodable,
        st.integers(0, 99),
        st.just("fail"),
        encodable,
        max_score_change=seconds,
    )
    return replace(
        base,
        reason=draw(encodable),
        time=TimeSpan(draw(moments), draw(st.none() | moments), draw(encodable)),
        check=tuple(draw(st.lists(checks, max_size=3))),
        search=tuple(draw(st.lists(searches, max_size=3))),
        stage=(StageTime("backup", draw(seconds), False),),
        rto=replace(base.rto, phases=Moments(created=draw(seconds), validated=draw(seconds))),
        rpo=replace(base.rpo, source_drift=Drift(draw(st.none() | st.integers(0, 2**63 - 1)), None, 0)),
        integrity=replace(base.integrity, files=draw(st.dictionaries(encodable, encodable, max_size=3))),
    )


@given(records())
def test_reading_back_gives_the_same_record(record: DrillRecord) -> None:
    assert parse_record(render_toml(record)) == record


@pytest.mark.parametrize("result", [samples.passed(), samples.lossy(), samples.cut_off()], ids=lambda one: one.id)
def test_samples_read_back_the_same(result: DrillResult) -> None:
    record = samples.record_of(result, previous="sha256:00")
    assert parse_record(render_toml(record)) == record


def test_toml_of_a_hostile_drill_is_visible_text_and_keeps_every_character() -> None:
    text = render_toml(samples.record_of(samples.hostile()))
    assert text == "".join(char for char in text if char.isprintable() or char == "\n")
    assert "\u202e" not in text
    assert tomllib.loads(text)["name"] == samples.HOSTILE.replace("\udc80", "\\udc80")
    text.encode("utf-8")


def test_the_unknown_is_left_out_and_never_zero() -> None:
    table = tomllib.loads(render_toml(samples.record_of(samples.cut_off())))
    assert "backup" not in table
    assert "restore" not in table
    assert "verify" not in table
    assert "rta_s" not in table["rto"]
    assert table["rto"]["phases"] == {}
    assert table["rpo"]["source_drift"] == {}
    assert "points_exact" not in table["source"]
    lists: dict[str, list[object]] = {"notes": [], "endpoint": [], "query": []}
    assert table["metrics"] == {"state": "not_applicable", "reason": "this drill did not collect metrics", **lists}


def test_what_the_result_knows_is_in_its_section() -> None:
    table = tomllib.loads(render_toml(samples.record_of(samples.passed())))
    assert table["schema"] == "qdrill.drill/1"
    assert table["time"]["started"] == samples.START
    assert table["time"]["started"].utcoffset() == timedelta(hours=8)
    assert table["time"]["timezone"] == "+08:00"
    assert table["backup"]["mb"] == 504.000123
    assert table["rto"] | {"phases": None, "precision": None} == {
        "objective_s": 900.0, "rta_s": 3.6, "met": True, "phases": None, "precision": None,
    }  # fmt: skip
    assert table["rto"]["phases"] == {
        "created": 0.052, "loaded": 2.9, "searchable": 3.1, "validated": 3.6, "verified": 5.2,
    }  # fmt: skip
    assert table["search"][0]["source_ids"] == ["1", "18446744073709551615"]
    assert table["search"][0]["response"] == "evidence/search-1.json"
    assert table["source"]["points_exact"] == 100_000


def test_objectives_are_met_missed_or_not_assessed() -> None:
    failed = samples.record_of(samples.lossy())
    assert (failed.rto.met, failed.rpo.met) == (None, False)
    on_the_line = replace(samples.passed(), rta_seconds=900.0)
    assert samples.record_of(on_the_line).rto.met is True
    assert samples.record_of(samples.cut_off()).rto.met is None


def test_rejected_rows_are_grouped_by_reason_and_the_total_kept() -> None:
    restore = samples.record_of(samples.lossy()).restore
    assert restore is not None
    assert restore.rejected_total == 3
    assert [(one.count, one.first_ids) for one in restore.rejected] == [(2, ("18", "19"))]


def test_the_same_configuration_difference_is_listed_once() -> None:
    assert len(samples.record_of(samples.lossy()).config_difference) == 1


def test_an_older_archive_has_an_age_and_a_fresh_one_has_none() -> None:
    result = samples.passed()
    assert result.backup is not None
    older = replace(result.backup, started=samples.START - timedelta(hours=2))
    record = samples.record_of(replace(result, backup=older))
    fresh = samples.record_of(result)
    assert record.backup is not None
    assert fresh.backup is not None
    assert (record.backup.age_at_drill_s, fresh.backup.age_at_drill_s) == (7200.0, None)


def test_odd_offsets_are_written_in_utc() -> None:
    odd = timezone(timedelta(hours=8, minutes=5, seconds=43))
    started = datetime(2026, 1, 1, tzinfo=odd)
    record = replace(samples.record_of(samples.cut_off()), time=TimeSpan(started, None, ""))
    read = parse_record(render_toml(record)).time.started
    assert read == started
    assert read.utcoffset() == UTC.utcoffset(None)


def test_readers_ignore_keys_they_do_not_know() -> None:
    text = render_toml(samples.record_of(samples.lossy()))
    newer = text.replace("[rto]", "[future]\nx = 1\n\n[rto]\nnew_key = [1, { a = 2 }]")
    assert newer != text
    assert parse_record(newer) == parse_record(text)


def test_a_record_of_the_first_version_stays_readable() -> None:
    record = load_record(DATA / "version-1.toml")
    assert record == samples.record_of(samples.lossy(), previous="sha256:00")


DAMAGE: dict[str, Callable[[str], str]] = {
    "cut short": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "other schema": lambda text: text.replace("qdrill.drill/1", "qdrill.drill/2"),
    "key gone": lambda text: text.replace("verdict =", "verdikt ="),
    "unknown verdict": lambda text: text.replace('verdict = "fail"', 'verdict = "great"'),
    "bool for count": lambda text: text.replace("restored = 22", "restored = true"),
    "text for count": lambda text: text.replace("restored = 22", 'restored = "22"'),
    "time without zone": lambda text: text.replace("+08:00\n", "\n", 1),
    "no table": lambda text: "time = 5\n" + text.replace("[time]", "[time2]"),
    "no list": lambda text: text.replace("aliases = [", "aliases = 5\naliases2 = [", 1),
    "deep": lambda text: "x = " + "[" * 100_000,
    "hostile": lambda text: text.replace("[who]", "[who]\nhost = '\x1b[31m'"),
    "long number": lambda text: text.replace("restored = 22", f"restored = {'9' * 5000}"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_record_is_one_line_that_names_the_file(tmp_path: Path, damage: str) -> None:
    text = render_toml(samples.record_of(samples.lossy()))
    damaged = DAMAGE[damage](text)
    assert damaged != text
    path = tmp_path / "drill.toml"
    path.write_text(damaged)
    with pytest.raises(ArchiveError) as caught:
        load_record(path)
    assert str(path) in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_record_cut_off_before_its_last_table_does_not_load() -> None:
    lines = render_toml(samples.record_of(samples.passed())).splitlines()
    last = lines.index("[integrity.files]")
    for length in range(last):
        with pytest.raises(ValueError):
            parse_record("\n".join(lines[:length]))


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "drill.toml").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path, tmp_path / "missing.toml"):
        with pytest.raises(ArchiveError, match="cannot read the drill record"):
            load_record(path)
