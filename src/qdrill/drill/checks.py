"""From results to checks: each function asks one question of one stage's result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qdrill.drill.recovery_point import RecoveryPoint
from qdrill.drill.restore_aliases import alias_check
from qdrill.results import (
    BackupResult,
    Check,
    CompareResult,
    Objectives,
    RestoreResult,
    SearchOutcome,
    State,
)
from qdrill.stores.base import UpdateMarks

_LISTED = 20
_WRITER: dict[str, State] = {"none": "pass", "detected": "inconclusive", "unknown": "inconclusive"}

# The questions that every drill asks, in their order, and whether the verdict needs their answer.
_ASKED: tuple[tuple[str, bool], ...] = (
    ("source_has_points", True),
    ("source_status", False),
    ("backup_complete", True),
    ("writer_during_backup", False),
    ("points_restored", True),
    ("rows_accepted", True),
    ("configuration", True),
    ("sample_searches", True),
    ("points_compared", True),
    ("rto", True),
    ("rpo", True),
)
NOT_RUN = "not run: the drill ended before"


def not_run(checks: Sequence[Check]) -> Iterator[Check]:
    """Checks that a drill which broke off never came to; they say nothing, and its verdict stands without them."""
    ran = {check.name for check in checks}
    return (Check(name, "skipped", "", NOT_RUN, required=required) for name, required in _ASKED if name not in ran)


def source_checks(points: int, marks: UpdateMarks | None, status: str) -> Iterator[Check]:
    """What the preflight found about the source."""
    yield Check(
        "source_has_points",
        "pass" if points > 0 else "inconclusive",
        "at least one point",
        _points(points) if points else "the source is empty: a drill of nothing proves nothing",
    )
    if marks is not None and marks.deferred:
        yield Check(
            "source_shows_all",
            "inconclusive",
            "no points hidden until they are optimized",
            f"{_points(marks.deferred)} {_are(marks.deferred)} stored but not yet visible; let the source finish "
            "optimizing first",
        )
    yield Check("source_status", "fail" if status == "red" else "pass", "green or yellow", status, required=False)


def backup_checks(backup: BackupResult) -> Iterator[Check]:
    """What the backup stage proves."""
    expected = backup.count_after
    if expected is None:
        state, words = _of(backup.writer == "none"), "as many as the id pass found"
    elif backup.writer == "detected":
        state, words = "pass", f"about {expected}, with a writer at work"
    else:
        state, words = _of(backup.points == expected), _points(expected)
    yield Check("backup_complete", state, words, f"{_points(backup.points)} in the archive")
    yield writer_check(backup)


def writer_check(backup: BackupResult) -> Check:
    """Whether anybody wrote while the backup ran."""
    return Check(
        "writer_during_backup",
        _WRITER[backup.writer],
        "nothing written while the backup ran",
        f"{backup.writer}: {backup.writer_detail}",
        required=False,
    )


def restore_checks(restore: RestoreResult) -> Iterator[Check]:
    """What the restore stage proves."""
    yield Check(
        "points_restored",
        _of(restore.points_restored == restore.points_expected),
        f"{_points(restore.points_expected)} in the target",
        f"restored {restore.points_restored} of {_points(restore.points_expected)}",
    )
    reasons = f": {restore.rejected[0].reason}" if restore.rejected else ""
    yield Check(
        "rows_accepted",
        _of(restore.rejected_total == 0),
        "no row refused by the target",
        f"{restore.rejected_total} {'row' if restore.rejected_total == 1 else 'rows'} refused{reasons}",
        tuple(str(row.id) for row in restore.rejected[:_LISTED]),
    )
    differences = restore.config_differences
    yield Check(
        "configuration",
        _of(not differences),
        "the target is set up as the source was",
        "the same" if not differences else f"{_differ(len(differences))}, first {differences[0].path}",
        tuple(difference.path for difference in differences[:_LISTED]),
    )
    yield from alias_check(restore)
    if restore.partial:
        yield Check("archive_whole", "inconclusive", "the archive holds all of its source", restore.partial)


def compare_check(compare: CompareResult) -> Check:
    """Every point the same? Fewer than all compared is never a pass."""
    classes = ("missing", "extra", "vector", "payload", "float_drift")
    found = [f"{getattr(compare, name)} {name.replace('_', ' ')}" for name in classes if getattr(compare, name)]
    seen = {
        "full": f"{compare.equal} of {compare.left_points} equal",
        "sample": f"{compare.equal} of {compare.compared} sampled points equal",
        "count": f"{_points(compare.left_points)} counted, none compared",
    }[compare.level]
    state: State = "pass" if compare.verdict == "pass" else "inconclusive"
    if found or compare.left_points != compare.right_points:
        state = "fail"
        seen += f"; {', '.join(found) or f'{_points(compare.right_points)} in the target'}"
    elif compare.level != "full":
        seen += "; only level full can pass"
        state = "inconclusive"
    elif compare.config and compare.left_points:
        state = "pass"
    ids = tuple(f"{d.id} ({d.kind.replace('_', ' ')}: {d.detail})" for d in compare.differences[:_LISTED])
    return Check("points_compared", state, "every point equal: id, vectors bit for bit, payload", seen, ids)


def settings_check(compare: CompareResult, restored: RestoreResult) -> Iterator[Check]:
    """Settings that differ now and did not when the restore ended: somebody changed the target meanwhile."""
    known = {difference.path for difference in restored.config_differences}
    found = [difference for difference in compare.config if difference.path not in known]
    if found:
        first = found[0]
        yield Check(
            "configuration_kept",
            "fail",
            "the target's settings as the restore left them",
            f"{_differ(len(found))}, first {first.path}: {first.left} here, {first.right} there",
            tuple(difference.path for difference in found[:_LISTED]),
        )


def search_check(outcomes: Sequence[SearchOutcome], searchable: bool) -> Check:
    """Every sample search answers in the target as in the source?"""
    expected = "every sample search answers as on the source"
    if not searchable:
        return Check("sample_searches", "not_applicable", expected, "the collection has no vectors to search")
    if not outcomes:
        return Check("sample_searches", "inconclusive", expected, "no search ran")
    wrong = [outcome for outcome in outcomes if outcome.state != "pass"]
    if not wrong:
        return Check("sample_searches", "pass", expected, f"{len(outcomes)} of {len(outcomes)} right")
    state: State = "fail" if any(outcome.state == "fail" for outcome in wrong) else "inconclusive"
    seen = f"{len(outcomes) - len(wrong)} of {len(outcomes)} right; {wrong[0].name}: {wrong[0].reason}"
    return Check("sample_searches", state, expected, seen, tuple(outcome.name for outcome in wrong[:_LISTED]))


def objective_checks(objectives: Objectives, rta: float | None, rpa: RecoveryPoint) -> Iterator[Check]:
    """RTO and RPO against what was measured."""
    yield _objective("rto", objectives.rto_seconds, rta, "recovery time")
    if rpa.doubt:
        yield _doubted("rpo", objectives.rpo_seconds, rpa, "recovery point")
    else:
        yield _objective("rpo", objectives.rpo_seconds, rpa.seconds, "recovery point")


def _objective(name: str, objective: float | None, actual: float | None, what: str) -> Check:
    if objective is None:
        seen = f"{what} actual {_seconds(actual)} s" if actual is not None else f"{what} not measured"
        return Check(name, "not_applicable", "no objective set", seen)
    if actual is None:
        return Check(name, "inconclusive", f"at most {objective:g} s", f"the {what} could not be measured")
    seen = f"{what} actual {_seconds(actual, objective)} s, objective {objective:g} s"
    return Check(name, _of(actual <= objective), f"at most {objective:g} s", seen)


def _doubted(name: str, objective: float | None, actual: RecoveryPoint, what: str) -> Check:
    """A measurement that can miss its objective, and cannot meet it."""
    least, more = actual.least, " or more" if actual.seconds is None else ""
    if objective is None:
        seen = f"{what} not measured" if least is None else f"{what} actual {_seconds(least)} s{more}"
        return Check(name, "not_applicable", "no objective set", f"{seen}: {actual.doubt}")
    wanted = f"at most {objective:g} s"
    if least is None:
        return Check(name, "inconclusive", wanted, f"the {what} could not be measured: {actual.doubt}")
    seen = f"{what} actual {_seconds(least, objective)} s{more}, objective {objective:g} s: {actual.doubt}"
    return Check(name, "fail" if least > objective else "inconclusive", wanted, seen)


def _seconds(actual: float, objective: float | None = None) -> str:
    """Seconds with what decimals they need: not zero where they are not, and not as the objective that they miss."""
    shown = f"{actual:.1f}" if actual >= 1 or actual == 0 else f"{actual:.2g}"
    return f"{actual:.9g}" if objective is not None and (actual > objective) != (float(shown) > objective) else shown


def _points(number: int) -> str:
    return "1 point" if number == 1 else f"{number} points"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _differ(settings: int) -> str:
    return "1 setting differs" if settings == 1 else f"{settings} settings differ"


def _of(good: bool) -> State:
    return "pass" if good else "fail"
