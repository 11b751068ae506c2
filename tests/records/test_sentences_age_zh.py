"""Chinese for recovery time and point against their objectives, for what leaves the age of the data in doubt, and for
what is wrong with a record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qdrill.drill import checks
from qdrill.drill.clocks import Clocks
from qdrill.drill.payload_times import PayloadTimes
from qdrill.drill.recovery_point import RecoveryPoint, recovery_point
from qdrill.results import BackupResult, Objectives
from tests.records.zh_words import chinese, left

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOAL = Objectives(60, 60)
FUTURE = "3 of 10 rows have a time in at that lies after the backup; they do not count"
DOUBTS = (
    FUTURE,
    "1 of 10 rows has a time in at that lies after the backup; they do not count",
    "2 of 10 rows have something in at that is no time, first soon",
    "none of 10 rows has a field at in its payload",
    "the times in at cannot be read from a snapshot; drill by rows, or without payload_time_field",
    "this machine's clock moved back by 3600.0 s during the drill: times of day in this record do not fit each other",
)


def seen(goals: Objectives, rpa: RecoveryPoint) -> str:
    return list(checks.objective_checks(goals, 0.25, rpa))[1].seen


def doubt(moved: float = 0.0, clock: float | None = 1.0, newest: datetime | None = None) -> str:
    """Why the age is not known, from what finds it out."""
    path = Path("a.json")
    late = NOON + timedelta(seconds=5)
    made = BackupResult(path, path, 1, 1, 1.0, late, late, "none", "", "d", 1, clock=clock)
    began, failure = Clocks(NOON, 0.0), Clocks(NOON + timedelta(seconds=1 + moved), 1.0)
    return recovery_point(made, PayloadTimes(newest) if newest else None, began, failure).doubt


@pytest.mark.parametrize("goals", [GOAL, Objectives()])
@pytest.mark.parametrize(
    "rpa",
    [
        *(RecoveryPoint(9.0), RecoveryPoint(1e-7), RecoveryPoint(None)),
        *(RecoveryPoint(None, FUTURE), RecoveryPoint(None, FUTURE, 9.0), RecoveryPoint(9.0, FUTURE, 9.0)),
    ],
)
def test_what_was_measured(goals: Objectives, rpa: RecoveryPoint) -> None:
    assert left(seen(goals, rpa), "at") == ""


@pytest.mark.parametrize("words", DOUBTS)
def test_why_it_is_in_doubt(words: str) -> None:
    assert left(words, "at", "soon") == ""


@pytest.mark.parametrize(
    "words", [doubt(moved=-3600), doubt(moved=7200), doubt(clock=None), doubt(newest=NOON + timedelta(seconds=9))]
)
def test_why_no_clock_tells(words: str) -> None:
    assert words.endswith(", so the age of the data is not known")
    assert left(words) == ""


def test_it_reads_as_people_who_run_things_say_it() -> None:
    assert chinese("recovery time actual 0.25 s, objective 60 s") == "恢复用时 0.25 秒，目标 60 秒"
    assert chinese("recovery point actual 9.0 s, objective 3600 s") == "数据丢失窗口 9.0 秒，目标 3600 秒"


@pytest.mark.parametrize(
    "words",
    [
        "drill.toml was changed after the drill: its Markdown says something else",
        "drill.toml was changed after the drill: evidence/earlier/1.toml is not what was amended",
        "drill.md was changed after the drill",
        "drill.md is missing",
        "drill.md points outside of the drill's directory",
        "drill.md cannot be read: Permission denied",
        "an amendment of the record was cut off; amend the drill again to finish it",
        "the record before drill 20261122T151107Z-7f3a is missing or was changed",
    ],
)
def test_what_is_wrong_with_a_record(words: str) -> None:
    names = ("drill.toml", "drill.md", "evidence/earlier/1.toml", "20261122T151107Z-7f3a", "Permission denied")
    assert left(words, "Markdown", *names) == ""
