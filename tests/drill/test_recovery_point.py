"""How old the data are when the failure is assumed: what is measured, and what no clock and no row can tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.backup import BackupOptions, back_up
from qdrill.drill.clocks import Clocks
from qdrill.drill.payload_times import PayloadTimes, moment_of, payload_times
from qdrill.drill.recovery_point import RecoveryPoint, recovery_point
from qdrill.errors import Interrupted
from qdrill.events import Event, Progress
from qdrill.results import BackupResult, Objectives
from qdrill.stores.base import Store
from tests.drill.drills import Rehearsal, check, record_of, states, when_stage_starts
from tests.drill.recipes import DOT4, points
from tests.drill.stages import backup
from tests.support.places import Recipe, make, new_name

pytestmark = pytest.mark.usefixtures("small_chunks")
POINTS = points(range(1, 11))
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEGAN = Clocks(NOON, 1000.0)
# Ten seconds into the drill; its backup began after one second and ended after four.
FAILURE = Clocks(NOON + timedelta(seconds=10), 1010.0)
RPO = Objectives(rpo_seconds=3600)


def timed(*times: Any) -> list[dict[str, Any]]:
    """Points with these times in their field `at`, one each; the others have none."""
    rows = [{**point, "payload": {"n": point["id"]}} for point in POINTS]
    return [
        {**row, "payload": {**row["payload"], **({"at": times[n]} if n < len(times) else {})}}
        for n, row in enumerate(rows)
    ]


def made(clock: float | None = 1001.0, started: datetime = NOON + timedelta(seconds=1)) -> BackupResult:
    """A backup that began one second into the drill, or in an earlier process (`clock` is None)."""
    path, finished = Path("a.json"), NOON + timedelta(seconds=4)
    return BackupResult(path, path, 1, 1, 3.0, started, finished, "none", "", "d", 1, clock=clock)


# ---------------------------------------------------------------- the clocks of this machine


def test_without_payload_times_the_age_is_that_of_the_backup_by_the_clock_that_cannot_be_set() -> None:
    assert recovery_point(made(), None, BEGAN, FAILURE) == RecoveryPoint(9.0)
    # Within what two readings may differ, the monotonic clock alone counts.
    nearly = Clocks(FAILURE.wall - timedelta(seconds=0.9), FAILURE.monotonic)
    assert recovery_point(made(), None, BEGAN, nearly) == RecoveryPoint(9.0)


@pytest.mark.parametrize(("moved", "words"), [(-3600.0, "back by 3600.0 s"), (7200.0, "ahead by 7200.0 s")])
def test_a_clock_that_was_set_leaves_the_age_unknown(moved: float, words: str) -> None:
    failure = Clocks(FAILURE.wall + timedelta(seconds=moved), FAILURE.monotonic)
    found = recovery_point(made(), None, BEGAN, failure)
    assert (found.seconds, found.least) == (None, 9.0)
    assert found.doubt == f"this machine's clock moved {words} during the drill, so the age of the data is not known"
    by_payload = recovery_point(made(), PayloadTimes(NOON), BEGAN, failure)
    assert (by_payload.seconds, by_payload.least, by_payload.doubt) == (None, None, found.doubt)


def test_a_slewed_clock_is_not_one_that_was_set() -> None:
    day = 86_400.0
    slewed = Clocks(NOON + timedelta(seconds=day + 40), 1000.0 + day)
    assert slewed.moved_since(BEGAN) == 0.0
    assert Clocks(NOON + timedelta(seconds=day - 60), 1000.0 + day).moved_since(BEGAN) == pytest.approx(-60.0)


def test_a_backup_that_an_earlier_process_began_is_as_old_as_its_time_of_day_says() -> None:
    earlier = made(clock=None, started=NOON - HOUR)
    assert recovery_point(earlier, None, BEGAN, FAILURE) == RecoveryPoint(3610.0)


def test_a_backup_that_began_in_the_future_has_no_age() -> None:
    # Older than the failure by the clock, and yet it cannot have begun after the drill that goes on with it.
    later = made(clock=None, started=NOON + timedelta(seconds=5))
    found = recovery_point(later, None, BEGAN, FAILURE)
    assert (found.seconds, found.least) == (None, None)
    assert "the beginning of the backup lies 5.0 s in the future of this machine's clock" in found.doubt


def test_the_monotonic_clock_does_not_outlive_its_process(place: Store, tmp_path: Path) -> None:
    name, path = new_name(), tmp_path / "a.json"
    make(place, name, Recipe(DOT4, points(range(1, 61))))
    control = JobControl()

    def stop(event: Event) -> None:
        if isinstance(event, Progress) and event.phase == "points" and event.done >= 30:
            control.cancel()

    with pytest.raises(Interrupted):
        back_up(place.reader(name), path, BackupOptions(f"test/{name}", 1), control, stop)
    resumed = backup(place.reader(name), path, resume=True)
    assert (resumed.resumed_chunks > 0, resumed.clock) == (True, None)
    assert backup(place.reader(name), path).clock is not None


# ---------------------------------------------------------------- times in the payload


def test_the_newest_time_in_the_payload_counts() -> None:
    assert recovery_point(made(), PayloadTimes(NOON - HOUR), BEGAN, FAILURE) == RecoveryPoint(3610.0)


def test_a_time_a_little_after_the_backup_is_as_new_as_the_backup_can_be() -> None:
    ahead = PayloadTimes(NOON + timedelta(seconds=8))
    assert recovery_point(made(), ahead, BEGAN, FAILURE) == RecoveryPoint(6.0)


def test_an_age_below_zero_is_unknown() -> None:
    before = Clocks(NOON + timedelta(seconds=3.5), 1004.2)
    found = recovery_point(made(), PayloadTimes(NOON + timedelta(seconds=4)), BEGAN, before)
    assert (found.seconds, found.least) == (None, None)
    assert "lies 0.5 s in the future" in found.doubt


def test_what_stays_in_doubt_keeps_its_age_and_its_doubt() -> None:
    doubted = PayloadTimes(NOON - HOUR, "why")
    assert recovery_point(made(), doubted, BEGAN, FAILURE) == RecoveryPoint(3610.0, "why", 3610.0)
    assert recovery_point(made(), PayloadTimes(None, "why"), BEGAN, FAILURE) == RecoveryPoint(None, "why")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T20:00:00+08:00", NOON),
        ("2026-11-22t12:00:00.000000000z", NOON),
        ("2026-11-22 12:00:00", NOON),
        (" 2026-11-22T12:00Z ", NOON),
        ("2026-11-22", NOON - timedelta(hours=12)),
        (1_795_348_800, NOON),
        (1_795_348_800.0, NOON),
        (1_795_348_800_000, NOON),
        (1_795_348_800_500, NOON + timedelta(milliseconds=500)),
    ],
)
def test_what_is_a_time(value: Any, moment: datetime) -> None:
    assert moment_of(value) == moment


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, "", "soon", "1795348800", "2026-13-01", 0, -1, 5, 2026, 20_261_122, 99_999_999),
        *(10**14, 1_795_348_800_000_000, 1_795_348_800_000_000_000, 2**64, 1e300, [1_795_348_800], {"at": NOON}),
    ],
)
def test_what_is_no_time(value: Any) -> None:
    assert moment_of(value) is None


def read(place: Store, tmp_path: Path, rows: list[dict[str, Any]], field: str = "at") -> PayloadTimes:
    """What the payloads of a backup of these points tell, made at noon."""
    name = new_name()
    make(place, name, Recipe(DOT4, rows))
    backup(place.reader(name), tmp_path / "a.json")
    with ArchiveReader(tmp_path / "a.json") as archive:
        return payload_times(archive, field, NOON)


def test_rows_after_the_backup_are_no_evidence_and_are_counted(place: Store, tmp_path: Path) -> None:
    found = read(place, tmp_path, timed(*["2020-01-01T00:00:00Z"] * 9, "2099-01-01T00:00:00Z"))
    assert found.newest == datetime(2020, 1, 1, tzinfo=UTC)
    assert found.doubt == "1 of 10 rows has a time in at that lies after the backup; they do not count"
    assert found.notes == [found.doubt]
    skewed = read(place, tmp_path, timed("2026-11-22T12:00:04Z"))
    assert skewed == PayloadTimes(NOON + timedelta(seconds=4))
    assert read(place, tmp_path, timed("2026-11-22T12:00:06Z")).newest is None


def test_a_field_that_cannot_be_read_is_told_truthfully(place: Store, tmp_path: Path) -> None:
    rows = timed("soon", 5, None, "2026-11-22T11:00:00Z")
    assert read(place, tmp_path, rows, "art") == PayloadTimes(None, "none of 10 rows has a field art in its payload")
    odd = '2 of 10 rows have something in at that is no time, first "soon"'
    assert read(place, tmp_path, rows) == PayloadTimes(NOON - HOUR, note=odd)
    assert read(place, tmp_path, rows[:3]) == PayloadTimes(None, odd.replace("10", "3"))


def test_hostile_values_and_fields_stay_on_one_line(place: Store, tmp_path: Path) -> None:
    hostile = "\x1b[31m\n| x |\u202e" + "x" * 5000
    found = read(place, tmp_path, timed(hostile))
    assert found.doubt.isprintable()
    assert len(found.doubt) < 200
    named = read(place, tmp_path, timed(), hostile).doubt
    assert named.isprintable()
    assert len(named) < 200


# ---------------------------------------------------------------- whole drills


class Wall:
    """The time of day as the drill's modules see it; `ahead` is what the machine's clock was set by."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        wall = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return datetime.now(tz) + wall.ahead

        monkeypatch.setattr("qdrill.drill.clocks.datetime", Shifted)
        monkeypatch.setattr("qdrill.drill.backup.datetime", Shifted)

    def set(self, by: timedelta) -> None:
        self.ahead = by


@pytest.mark.parametrize("by", [-HOUR, 2 * HOUR], ids=["back", "ahead"])
def test_a_clock_that_is_set_after_the_backup_gives_no_recovery_point(
    place: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    wall = Wall(monkeypatch)
    drill = Rehearsal(place, tmp_path, Recipe(DOT4, POINTS))
    outcome = drill.run(objectives=RPO, emit=when_stage_starts("restore", lambda: wall.set(by)))
    result, record = outcome.result, record_of(outcome)
    assert (result.verdict, states(result)["rpo"], result.rpa_seconds) == ("inconclusive", "inconclusive", None)
    assert "this machine's clock moved" in check(result, "rpo").seen
    assert any("times of day in this record do not fit each other" in note for note in result.notes)
    assert "rpa_s" not in record["rpo"]
    assert "met" not in record["rpo"]
    assert "rpa_seconds: unknown" in (tmp_path / "ci_summary.txt").read_text()


def test_what_is_too_old_by_any_clock_fails_however_the_clock_was_set(
    place: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = Wall(monkeypatch)
    drill = Rehearsal(place, tmp_path, Recipe(DOT4, POINTS))
    goals = Objectives(rpo_seconds=1e-6)
    outcome = drill.run(objectives=goals, emit=when_stage_starts("restore", lambda: wall.set(-HOUR)))
    assert states(outcome.result)["rpo"] == "fail"
    assert record_of(outcome)["rpo"]["met"] is False


@pytest.mark.parametrize(
    ("field", "times", "state", "said"),
    [
        ("at", ["2026-01-01T00:00:00Z"], "fail", "objective 3600 s"),
        ("at", ["2099-01-01T00:00:00Z"], "inconclusive", "1 of 10 rows has a time in at that lies after the backup"),
        ("at", ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"], "fail", "lies after the backup"),
        ("art", ["2026-01-01T00:00:00Z"], "inconclusive", "none of 10 rows has a field art"),
        ("at", ["soon"], "inconclusive", 'that is no time, first "soon"'),
    ],
)
def test_only_times_that_can_be_true_meet_the_objective(
    place: Store, tmp_path: Path, field: str, times: list[str], state: str, said: str
) -> None:
    drill = Rehearsal(place, tmp_path, Recipe(DOT4, timed(*times)))
    outcome = drill.run(payload_time_field=field, objectives=RPO)
    result = outcome.result
    assert (result.verdict, states(result)["rpo"]) == (state, state)
    assert said in check(result, "rpo").seen
    assert record_of(outcome)["rpo"].get("met") == (False if state == "fail" else None)
    assert state == "fail" or any(said in note for note in result.notes)


def test_fresh_rows_beside_one_of_the_future_do_not_pass(place: Store, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    rows = timed(*[int(now.timestamp()) - 60] * 3, int((now + HOUR).timestamp() * 1000))
    outcome = Rehearsal(place, tmp_path, Recipe(DOT4, rows)).run(payload_time_field="at", objectives=RPO)
    assert states(outcome.result)["rpo"] == "inconclusive"
    assert outcome.result.rpa_seconds == pytest.approx(60, abs=30)
    assert "met" not in record_of(outcome)["rpo"]
    clean = Rehearsal(place, tmp_path / "clean", Recipe(DOT4, rows[:3]))
    clean.folder.mkdir()
    assert states(clean.run(payload_time_field="at", objectives=RPO).result)["rpo"] == "pass"
