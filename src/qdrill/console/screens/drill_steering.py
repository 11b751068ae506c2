"""While a drill runs: holding it, throttling it, cancelling it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import replace

from qdrill.console.jobs import Job
from qdrill.console.modals.confirm import Confirm
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.prompt import Prompt
from qdrill.console.screens.drill_starting import Starting

STEPS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Milliseconds a point: what the two keys go through."""

_MOST = 3_600_000.0


def next_step(delay: float, by: int) -> float:
    """The next throttle up or down from `delay`, which need not be one of the steps."""
    at = bisect_right(STEPS, delay) if by > 0 else bisect_left(STEPS, delay) - 1
    return STEPS[max(0, min(len(STEPS) - 1, at))] if 0 <= at < len(STEPS) else delay if by > 0 else 0.0


class Steering(Starting):
    """The part of the Drill screen that steers a drill."""

    @property
    def steered(self) -> Job[object] | None:
        """The drill under way."""
        job = self.console_app.jobs.last("drill")
        return job if job is not None and not job.ended else None

    @property
    def delay(self) -> float:
        """The throttle in force: of the drill under way or shown, else of the plan."""
        job = self.steered
        if job is not None:
            return job.control.delay_ms_per_point
        return self.drill.delay_ms_per_point if self.drill is not None else 0.0

    def do_pause(self) -> None:
        """Hold the drill, or let it go on."""
        if (job := self.steered) is not None:
            job.pause()

    def do_throttle(self, by: int) -> None:
        """One step faster (-1) or slower (1)."""
        self._set_delay(next_step(self.delay, by))

    def do_ask_throttle(self) -> None:
        """Type a throttle."""
        say, delay = self.say, f"{self.delay:g}"
        open_dialogue(
            self.app,
            lambda: Prompt(say("drill.throttle.title"), say("drill.throttle.text"), delay, self._delay_problem),
            lambda text: self._set_delay(float(text)) if text is not None else None,
            self.steered,
        )

    def _delay_problem(self, text: str) -> str | None:
        try:
            number = float(text)
        except ValueError:
            return self.say("drill.wrong.number")
        good = math.isfinite(number) and 0 <= number <= _MOST
        return None if good else self.say("drill.wrong.between", most=f"{_MOST:,g}")

    def _set_delay(self, delay: float) -> None:
        job = self.steered
        if job is not None:
            job.control.throttle(delay)
        elif self.drill is not None:
            self.drill = replace(self.drill, delay_ms_per_point=delay)
        self.tick()

    def do_cancel(self) -> None:
        """Cancel the drill, after a question: its data are safe, its figures are lost."""
        job = self.steered
        if job is None:
            return
        say = self.say
        open_dialogue(
            self.app,
            lambda: Confirm(say("drill.cancel.title"), say("drill.cancel.text"), say("drill.cancel.yes")),
            lambda yes: job.cancel() if yes else None,
            job,
        )
