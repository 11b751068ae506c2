"""Leaving: asks while a job runs, and waits until it has really stopped."""

from __future__ import annotations

from qdrill.console.jobs import Job
from qdrill.console.mixins.host import AppPart
from qdrill.console.modals.confirm import Confirm
from qdrill.console.modals.dialogue import open_dialogue

INTERRUPTED = 130


class Leaving(AppPart):
    """`q`, and ctrl+c wherever one is."""

    _question: Confirm | None = None
    _leaving = False

    def do_leave(self) -> None:
        """Leave, or ask first. Wishing it again while the question is open, or the work stops, changes nothing."""
        job, host = self.host.jobs.running, self.host
        if self._leaving:
            host.tell(host.say("leave.cancelling"))
        elif job is None:
            host.exit(0)
        elif self._question is None:
            self._question = open_dialogue(
                host, lambda: self._leaving_question(job), lambda yes: self._answered(job, yes), job
            )

    def _leaving_question(self, job: Job[object]) -> Confirm:
        say = self.host.say
        return Confirm(say("leave.title"), say("leave.text", what=say(f"job.{job.kind}")), say("leave.yes"))

    def _answered(self, job: Job[object], yes: bool | None) -> None:
        self._question = None
        if not yes:
            return
        if job.ended:
            self.host.exit(0)
            return
        self._leaving = True
        job.cancel()
        self.host.tell(self.host.say("leave.cancelling"))

    def leave_when_ended(self) -> None:
        """Called some times a second: leave once the work has stopped."""
        if self._leaving and self.host.jobs.running is None:
            self.host.exit(INTERRUPTED)
