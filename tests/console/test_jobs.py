"""Jobs: what state they say they are in, and when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from textual.message import Message

from qdrill.config_model import DrillConfig
from qdrill.console.jobs import MOST_KEPT, Job, JobEnded, Jobs
from qdrill.control import JobControl
from qdrill.drill.runner import DrillOutcome
from qdrill.errors import Interrupted, StoreError
from qdrill.events import Emit
from tests.console.support import samples
from tests.console.support.clock import FakeClock
from tests.console.support.screens import state_of
from tests.console.support.script import DEAF, HOLD, Script
from tests.console.support.scripted import ScriptedEngine

PATIENCE = 10.0


class Post:
    """Keeps what is posted to the app."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.came = threading.Event()

    def __call__(self, message: Message) -> bool:
        self.messages.append(message)
        self.came.set()
        return True


def started(script: Script, post: Post | None = None) -> Job[str]:
    jobs = Jobs(post or Post(), FakeClock())

    def work(control: JobControl, emit: Emit) -> str:
        script.play(control, emit)
        return "done"

    return jobs.start("verify", "a b", work)


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until a predicate of another thread holds."""
    tick = threading.Event()
    for _ in range(1000):
        if condition():
            return
        tick.wait(0.01)
    raise AssertionError("it did not happen within 10 s")


def test_a_job_runs_and_is_done() -> None:
    post, script = Post(), Script([HOLD])
    job = started(script, post)
    wait_for(lambda: script.holding)
    assert (state_of(job), job.ended, job.result) == ("running", False, None)
    script.release()
    assert job.wait(PATIENCE)
    assert (state_of(job), job.ended, job.result, job.error) == ("done", True, "done", None)
    assert post.came.wait(PATIENCE)
    [message] = post.messages
    assert isinstance(message, JobEnded) and message.job is job


def test_cancelling_lasts_until_the_work_has_stopped() -> None:
    script = Script([DEAF])
    job = started(script)
    wait_for(lambda: script.holding)
    job.cancel()
    wait_for(lambda: job.control.cancelled)
    assert (state_of(job), job.ended, job.wait(0.0)) == ("cancelling", False, False)
    job.cancel()
    script.release()
    assert job.wait(PATIENCE)
    assert state_of(job) == "cancelled" and isinstance(job.error, Interrupted)


def test_a_paused_job_is_paused_and_can_be_cancelled() -> None:
    script = Script([HOLD, *samples.drill_events()])
    job = started(script)
    wait_for(lambda: script.holding)
    job.pause()
    assert state_of(job) == "paused"
    script.release()
    job.pause()
    assert job.wait(PATIENCE) and state_of(job) == "done"

    script = Script([HOLD, HOLD])
    job = started(script)
    wait_for(lambda: script.holding)
    job.pause()
    job.cancel()
    assert job.wait(PATIENCE) and state_of(job) == "cancelled"


def test_pausing_what_is_being_cancelled_changes_nothing() -> None:
    script = Script([DEAF])
    job = started(script)
    wait_for(lambda: script.holding)
    job.cancel()
    job.pause()
    assert state_of(job) == "cancelling" and not job.control.paused
    script.release()
    assert job.wait(PATIENCE)
    job.pause()
    job.cancel()
    assert state_of(job) == "cancelled"


def test_an_error_is_kept_and_the_job_failed() -> None:
    job = started(Script([StoreError("local cannot be reached")]))
    assert job.wait(PATIENCE)
    assert (state_of(job), str(job.error)) == ("failed", "local cannot be reached")


def test_a_thread_that_is_torn_down_is_no_success() -> None:
    job = started(Script([SystemExit(0)]))
    assert job.wait(PATIENCE)
    assert state_of(job) == "failed" and job.result is None


def test_a_drill_that_was_cancelled_returns_its_record_and_is_cancelled(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    script = engine.script(HOLD)

    def work(control: JobControl, emit: Emit) -> DrillOutcome:
        return engine.drill(DrillConfig("nightly", "a/b", "a/c"), None, control, emit)

    job = Jobs(Post(), FakeClock()).start("drill", "nightly", work)
    wait_for(lambda: script.holding)
    job.cancel()
    assert job.wait(PATIENCE)
    assert state_of(job) == "cancelled" and job.error is None
    assert job.result is not None and job.result.result.verdict == "interrupted"
    assert job.snapshot().verdict == "interrupted"


def test_a_cancellation_that_comes_too_late_does_not_make_a_drill_cancelled(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.script()
    jobs = Jobs(Post(), FakeClock())
    job = jobs.start("drill", "nightly", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
    assert job.wait(PATIENCE)
    job.cancel()
    assert state_of(job) == "done"


def test_a_connection_that_cannot_be_cut_is_told_and_nothing_else() -> None:
    script = Script([HOLD])
    job = started(script)
    wait_for(lambda: script.holding)

    def broken() -> None:
        raise RuntimeError("secret")

    job.control.on_cancel(broken)
    job.cancel()
    wait_for(job.feed.log)
    script.release()
    assert job.wait(PATIENCE)
    assert [line.text for line in job.feed.log()] == ["cancelling: RuntimeError"]


def test_jobs_know_the_one_that_runs_and_the_last_of_a_kind() -> None:
    jobs, script = Jobs(Post(), FakeClock()), Script([HOLD])
    assert (jobs.running, jobs.last("drill")) == (None, None)
    first = jobs.start("backup", "a", lambda control, emit: None)
    assert first.wait(PATIENCE)
    second = jobs.start("drill", "b", script.play)
    assert jobs.running is second and jobs.last("backup") is first and jobs.last("drill", "backup") is second
    jobs.stop(PATIENCE)
    assert state_of(second) == "cancelled" and [job for job in jobs.all if not job.ended] == []


def test_only_the_last_jobs_are_remembered() -> None:
    jobs = Jobs(Post(), FakeClock())
    for number in range(MOST_KEPT + 10):
        assert jobs.start("verify", str(number), lambda control, emit: None).wait(PATIENCE)
    assert len(jobs.all) == MOST_KEPT + 1 and jobs.all[-1].title == str(MOST_KEPT + 9)
