"""What came of a backup or a restore, in words."""

from __future__ import annotations

from typing import Any

from qdrill.console.i18n import say
from qdrill.console.jobs import Job
from qdrill.console.panels.collections_job_lines import ended_of
from qdrill.errors import StoreError
from qdrill.results import ConfigDifference, Rejected
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE


def english(key: str, **values: object) -> str:
    """The English catalogue."""
    return say("en", key, **values)


def ended(result: object = None, error: BaseException | None = None, title: str = "local/a") -> Any:
    """What a job that ended with this is shown as."""
    job: Job[object] = Job("restore", title, lambda control, emit: None, lambda: 0.0)
    job.result, job.error = result, error
    job._ended.set()
    return ended_of(english, "en", job, "backup.json")


def test_a_restore_is_green_only_where_everything_came_back() -> None:
    assert ended(samples.restore_result()).state == "pass"
    lost = ended(samples.restore_result(points_restored=3))
    assert (lost.state, "points restored" in lost.text) == ("fail", True)
    refused = ended(samples.restore_result(rejected=(Rejected(7, "too long"),), rejected_total=1))
    assert (refused.state, "too long" in refused.text) == ("fail", True)
    changed = ended(samples.restore_result(config_differences=(ConfigDifference("a.b", "1", "2"),)))
    assert changed.state == "fail"
    nothing = ended(samples.restore_result(points_expected=0, points_restored=0))
    assert (nothing.state, "nothing was proved" in nothing.text) == ("inconclusive", True)


def test_a_backup_says_that_somebody_wrote_meanwhile(tmp_path: Any) -> None:
    made = samples.backup_result(tmp_path / "a.json", writer="detected", writer_detail="3 more points")
    shown = ended(made)
    assert shown.state == "pass"
    assert "? writer during backup" in shown.text
    short = ended(samples.backup_result(tmp_path / "a.json", points=1, count_after=5))
    assert short.state == "fail"


def test_a_job_that_failed_or_was_cancelled_says_so() -> None:
    from qdrill.errors import Interrupted

    assert ended(error=StoreError("local refuses")).lines == ("local refuses",)
    assert ended(error=Interrupted("cancelled")).state == "interrupted"
    for text in HOSTILE:
        assert ended(error=StoreError("x"), title=text).state == "fail"
