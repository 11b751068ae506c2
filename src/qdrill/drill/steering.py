"""What somebody did to a drill while it ran, in words for its record: pauses, and changes of the throttle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qdrill.control import Steered
from qdrill.results import StageName

_LISTED = 10


@dataclass(slots=True)
class Steering:
    """Steering of one drill; all times are monotonic seconds.

    Attributes:
        began: when the drill began.
        stages: when each stage that was reached began, in their order.
        steered: what was done to the job, oldest first, also before the drill began.
    """

    began: float
    stages: dict[StageName, float] = field(default_factory=dict)
    steered: tuple[Steered, ...] = ()

    def largest_delay(self) -> float:
        """The largest throttle that was in force during the drill, in milliseconds a point."""
        return self._largest_delay(self.began, float("inf"))

    def notes(self, now: float) -> list[str]:
        """A sentence for each change of the throttle and each pause; none where nobody steered."""
        changes = [one for one in self.steered if one.kind == "throttled" and one.at > self.began]
        start = self._delay_at(self.began)
        first = [f"the throttle was {start:g} ms a point at the start"] if changes and start else []
        lines = [*first, *map(self._change, changes), *(self._pause(*span) for span in self._pauses(now))]
        more = len(lines) - _LISTED
        return [*lines[:_LISTED], f"steered {more} more times"] if more > 0 else lines

    def during(self, start: float, end: float) -> str:
        """What made the time from `start` to `end` longer, as a note to it; empty where nothing did."""
        held = sum(max(0.0, min(end, until) - max(start, at)) for at, until in self._pauses(end))
        delay = self._largest_delay(start, end)
        pause = f"a pause of {held:.1f} s" if held >= 0.05 else ""
        throttle = f"a throttle of up to {delay:g} ms a point" if delay else ""
        return f"it includes {' and '.join(filter(None, (pause, throttle)))}" if pause or throttle else ""

    def journal(self) -> list[Mapping[str, object]]:
        """A line of the journal for each, `after` in seconds since the drill began."""
        return [
            {"event": "Steered", "kind": one.kind, "after": one.at - self.began, "delay_ms_per_point": one.delay}
            for one in self.steered
            if one.at > self.began
        ]

    def _change(self, one: Steered) -> str:
        said = f"set to {one.delay:g} ms a point" if one.delay else "lifted"
        return f"the throttle was {said} after {one.at - self.began:.1f} s, during {self._stage_at(one.at)}"

    def _pause(self, at: float, until: float) -> str:
        return f"paused for {until - at:.1f} s during {self._stage_at(at)}"

    def _pauses(self, now: float) -> list[tuple[float, float]]:
        spans: list[tuple[float, float]] = []
        since: float | None = None
        for one in self.steered:
            if one.kind == "paused":
                since = one.at
            elif one.kind == "resumed" and since is not None:
                spans.append((since, one.at))
                since = None
        spans += [(since, now)] if since is not None else []
        return [(max(at, self.began), until) for at, until in spans if until > self.began]

    def _stage_at(self, moment: float) -> StageName:
        reached = [stage for stage, at in self.stages.items() if at <= moment]
        return reached[-1] if reached else "preflight"

    def _delay_at(self, moment: float) -> float:
        return _last([one for one in self.steered if one.kind == "throttled" and one.at <= moment])

    def _largest_delay(self, start: float, end: float) -> float:
        inside = [one.delay for one in self.steered if one.kind == "throttled" and start < one.at <= end]
        return max([self._delay_at(start), *inside])


def _last(throttles: Sequence[Steered]) -> float:
    return throttles[-1].delay if throttles else 0.0
