"""The verdict: a pure function of the checks. What did not run never counts as passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qdrill.errors import ExitCode, QdrillError, UsageError
from qdrill.results import Check, StageName, Verdict

EXIT_CODES: Mapping[Verdict, ExitCode] = {
    "pass": ExitCode.PASSED,
    "fail": ExitCode.FAILED,
    "inconclusive": ExitCode.INCONCLUSIVE,
    "interrupted": ExitCode.INTERRUPTED,
}
# Without these four nothing has been proven, whatever else went well.
INDISPENSABLE = ("source_has_points", "points_restored", "points_compared", "sample_searches")
# A collection without vectors can be restored and compared, and has nothing to search.
_NOTHING_TO_SEARCH = ("sample_searches", "not_applicable")
PASSED = "every point compared equal and every objective was met"
PASSED_WITHOUT_OBJECTIVE = "every point compared equal; no objective was set"
_REASONS = 3


def judge(checks: Sequence[Check]) -> tuple[Verdict, str]:
    """Verdict and reason of a drill that ran to its end.

    fail: a required check failed. inconclusive: none failed, but one is inconclusive, skipped or never ran. pass: the
    rest; its reason names the checks that did not pass though nothing depends on them.
    """
    required = [check for check in checks if check.required]
    failed = [check for check in required if check.state == "fail"]
    if failed:
        return "fail", _words(failed)
    ran = {check.name for check in checks}
    missing = [name for name in INDISPENSABLE if name not in ran]
    if missing:
        return "inconclusive", f"{', '.join(missing)} did not run"
    open_checks = [check for check in required if check.state in ("inconclusive", "skipped")]
    if open_checks:
        return "inconclusive", _words(open_checks)
    answered = {check.name for check in checks if check.state == "pass"}
    answered |= {check.name for check in checks if (check.name, check.state) == _NOTHING_TO_SEARCH}
    unanswered = [name for name in INDISPENSABLE if name not in answered]
    if unanswered:
        return "inconclusive", f"{', '.join(unanswered)} did not pass"
    objectives = [check for check in checks if check.name in ("rto", "rpo") and check.state == "pass"]
    return "pass", (PASSED if objectives else PASSED_WITHOUT_OBJECTIVE) + _still_open(checks)


def is_refusal(error: QdrillError) -> bool:
    """Whether a drill that `error` ended was not let begin, or go on, as where another one holds its archive."""
    return isinstance(error, UsageError)


def verdict_of_error(error: QdrillError, stage: StageName) -> Verdict:
    """The verdict of a drill that `error` ended in `stage`.

    One that was refused, or that did not come past its preflight, says nothing about a recovery; any other has failed.
    """
    return "inconclusive" if is_refusal(error) or stage == "preflight" else "fail"


def _still_open(checks: Sequence[Check]) -> str:
    """`; open: name (what was seen), …` of a passing drill; empty where nothing is open."""
    found = [check for check in checks if check.state in ("fail", "inconclusive", "skipped")]
    shown = [f"{check.name} ({check.seen})" for check in found[:_REASONS]]
    more = [f"and {len(found) - _REASONS} more"] if len(found) > _REASONS else []
    return f"; open: {', '.join(shown + more)}" if found else ""


def _words(checks: Sequence[Check]) -> str:
    shown = "; ".join(f"{check.name}: {check.seen}" for check in checks[:_REASONS])
    more = len(checks) - _REASONS
    return f"{shown}; and {more} more" if more > 0 else shown
