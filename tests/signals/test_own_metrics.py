"""What qdrill's own metrics say of drill records, and that each record is read once."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qdrill.errors import ArchiveError
from qdrill.records.model import DrillRecord, Origin
from qdrill.records.render_toml import load_record
from qdrill.results import Verdict
from qdrill.signals import own_records
from qdrill.signals.own_metrics import (
    DURATION_BUCKETS,
    LONGEST_LABEL,
    MOST_NAMES,
    DrillFacts,
    OwnMetrics,
    facts_of,
    label,
    summarise,
)
from qdrill.signals.own_records import DrillLedger, read_facts
from tests.records import samples
from tests.signals.exposed import (
    at,
    save,
)

TARGET, SOURCE = "default_collection_restored", "default_collection"


def metrics(*records: DrillRecord) -> OwnMetrics:
    return summarise(facts_of(one) for one in records)


def unfinished(number: int, name: str = "nightly") -> DrillRecord:
    record = samples.record_of(at(number, samples.cut_off(), name=name))
    return replace(record, time=replace(record.time, finished=None))


def test_sums_run_over_all_records() -> None:
    found = metrics(*(samples.record_of(at(number, samples.passed())) for number in range(3)))
    total = found.imports[TARGET]
    assert (total.rows, total.batches) == (300_000, 468)
    assert total.skipped == {"error": 0, "conflict": 0}
    assert total.seconds == pytest.approx(3 * 2.9)
    assert dict(zip(DURATION_BUCKETS, total.counts, strict=False))[2.5] == 0
    assert dict(zip(DURATION_BUCKETS, total.counts, strict=False))[5.0] == total.counts[-1] == 3
    assert found.exports[SOURCE].rows == 300_000
    assert found.exports[SOURCE].seconds == pytest.approx(3 * 1.8)


def test_rows_are_those_counted_in_the_target() -> None:
    total = metrics(samples.record_of(samples.lossy())).imports[TARGET]
    assert total.rows == 22
    assert total.skipped["error"] == 3


def test_the_last_drill_and_the_last_success_are_told_apart() -> None:
    good, bad = at(1, samples.passed()), at(2, samples.lossy())
    found = metrics(samples.record_of(bad), samples.record_of(good)).drills["nightly"]
    assert found.last is not None
    assert (found.last.id, found.last.verdict) == (bad.id, "fail")
    assert found.finished == bad.finished.timestamp()
    assert found.succeeded == good.finished.timestamp()
    assert found.last.points == {"source": 25, "archive": 25, "target": 22}


@pytest.mark.parametrize("verdict", ["fail", "inconclusive", "interrupted"])
def test_only_a_drill_that_passed_is_a_success(verdict: Verdict) -> None:
    found = metrics(samples.record_of(replace(samples.passed(), verdict=verdict))).drills["nightly"]
    assert found.succeeded is None
    assert found.finished is not None


def test_what_nobody_knows_is_left_out() -> None:
    found = metrics(samples.record_of(samples.cut_off()))
    assert (found.imports, found.exports) == ({}, {})
    last = found.drills["nightly"].last
    assert last is not None
    assert (last.phases, last.points, last.rpa, last.rto) == ({}, {}, None, None)


def test_a_recovery_that_was_not_reached_has_no_seconds() -> None:
    last = metrics(samples.record_of(samples.lossy())).drills["nightly"].last
    assert last is not None
    assert last.phases == {"created": 0.05, "loaded": 0.4}


def test_a_snapshot_has_no_batches_and_no_word_on_conflicts() -> None:
    total = metrics(samples.record_of(replace(samples.passed(), method="snapshot"))).imports[TARGET]
    assert (total.rows, total.batches) == (100_000, None)
    assert "conflict" not in total.skipped


@pytest.mark.parametrize("origin", ["simulated", "fixture"])
def test_a_demonstration_is_no_drill(origin: Origin) -> None:
    found = metrics(samples.record_of(samples.passed(), origin=origin))
    assert (found.imports, found.exports, found.drills) == ({}, {}, {})
    assert found.records == {"counted": 0, "simulated": 1, "unfinished": 0, "damaged": 0}


def test_a_drill_without_an_end_is_no_last_drill_but_is_seen() -> None:
    found = metrics(unfinished(1), samples.record_of(at(2, samples.passed())), unfinished(3), unfinished(4))
    one = found.drills["nightly"]
    assert one.last is not None
    assert one.last.verdict == "pass"
    assert one.unfinished == 2
    assert found.records["unfinished"] == 3


def test_a_name_whose_drills_never_ended_has_neither_verdict_nor_time() -> None:
    one = metrics(unfinished(1)).drills["nightly"]
    assert (one.last, one.finished, one.succeeded, one.unfinished) == (None, None, None, 1)


@pytest.mark.parametrize("poison", [math.nan, math.inf, -math.inf, -1.0, 1e300, 10**400])
def test_numbers_that_cannot_be_are_unknown(poison: float) -> None:
    good = samples.record_of(at(1, samples.passed()))
    bad = samples.record_of(at(2, samples.passed()))
    assert bad.restore is not None
    bad = replace(
        bad,
        restore=replace(bad.restore, restored=poison, batches=poison, duration_s=poison),  # type: ignore[arg-type]
        rto=replace(bad.rto, rta_s=poison, objective_s=poison),
        rpo=replace(bad.rpo, rpa_s=poison),
        stage=(),
    )
    found = metrics(good, bad)
    total, last = found.imports[TARGET], found.drills["nightly"].last
    assert (total.rows, total.batches, total.seconds, total.counts[-1]) == (100_000, 156, 2.9, 1)
    assert last is not None
    assert "rta" not in last.phases
    assert (last.rpa, last.rto) == (None, None)


def test_the_number_of_series_is_bounded_and_says_so() -> None:
    names = [f"drill {number}" for number in range(MOST_NAMES + 7)]
    records = []
    for number, name in enumerate(names):
        place = replace(samples.passed().target, collection=f"c{number}")
        records.append(samples.record_of(at(number, samples.passed(), name=name, target=place)))
    found = metrics(*records)
    assert len(found.imports) == len(found.drills) == MOST_NAMES
    assert names[-1] in found.drills
    assert names[0] not in found.drills
    assert found.left_out == {"collection": 7, "drill": 7}


def test_long_names_stay_different_and_short_ones_as_they_are() -> None:
    one, two = label("x" * 400 + "a"), label("x" * 400 + "b")
    assert one != two
    assert len(one) == len(two) == LONGEST_LABEL
    assert label("登录\n\x1b") == "登录\n\x1b"
    assert label("\udc80").encode() == b"\\udc80"


@pytest.mark.parametrize("made", [samples.passed, samples.lossy, samples.cut_off, samples.hostile])
def test_reading_the_parts_says_the_same_as_reading_the_whole(made: Any, tmp_path: Path) -> None:
    directory = save(tmp_path, made())
    assert read_facts(directory) == facts_of(load_record(directory))


def test_text_that_looks_like_tables_is_read_whole(tmp_path: Path) -> None:
    directory = save(tmp_path, samples.passed())
    file = directory / "drill.toml"
    trick = 'notes = ["""\n[[search]]\nverdict = 1\n[integrity]\n"""]\n'
    file.write_text(file.read_text().replace("notes = []\n", trick, 1))
    assert read_facts(directory) == facts_of(load_record(directory))


def test_a_record_that_was_cut_off_anywhere_counts_only_where_it_still_loads(tmp_path: Path) -> None:
    directory = save(tmp_path, samples.lossy())
    file = directory / "drill.toml"
    whole = file.read_bytes()
    for end in range(0, len(whole), 37):
        file.write_bytes(whole[:end])
        facts = read_facts(directory)
        try:
            assert facts == facts_of(load_record(directory))
        except ArchiveError:
            assert facts == DrillFacts(directory.name, "damaged")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"schema = 1\n", b"[" * 5000, b'schema = "qdrill.drill/1"\n'])
def test_junk_is_a_damaged_record(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "drill.toml").write_bytes(content)
    (tmp_path / "two").mkdir()
    assert summarise(DrillLedger(tmp_path).facts()).records["damaged"] == 2


def test_every_record_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(directory: Path) -> DrillFacts:
        read.append(directory.name)
        return read_facts(directory)

    monkeypatch.setattr(own_records, "read_facts", counted)
    first, second = (save(tmp_path, at(number, samples.passed())) for number in (1, 2))
    ledger = DrillLedger(tmp_path)
    facts = ledger.facts()
    assert ledger.facts() is facts
    assert sorted(read) == [first.name, second.name]
    third = save(tmp_path, at(3, samples.passed()))
    text = (first / "drill.toml").read_text()
    (first / "new").write_text(text.replace('verdict = "pass"', 'verdict = "fail"', 1))
    os.replace(first / "new", first / "drill.toml")
    assert {one.id: one.verdict for one in ledger.facts()} == {
        first.name: "fail",
        second.name: "pass",
        third.name: "pass",
    }
    assert sorted(read) == sorted([first.name, second.name, first.name, third.name])


def test_a_drill_that_is_deleted_is_gone(tmp_path: Path) -> None:
    directory = save(tmp_path, samples.passed())
    ledger = DrillLedger(tmp_path)
    assert len(ledger.facts()) == 1
    (directory / "drill.toml").unlink()
    directory.rmdir()
    assert ledger.facts() == ()


def test_no_directory_is_no_drill_and_one_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    assert DrillLedger(tmp_path / "none").facts() == ()
    with pytest.raises(ArchiveError, match="cannot list"):
        DrillLedger(tmp_path / ("x" * 300)).facts()
