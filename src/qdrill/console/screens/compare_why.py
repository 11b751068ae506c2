"""Why an action of the Compare screen cannot be done now, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qdrill.console.screens.why import not_steered

if TYPE_CHECKING:
    from qdrill.console.screens.compare import CompareScreen

_STEER = ("compare.pause", "compare.cancel")
_RESULT = ("compare.section", "compare.document")


def why_not(screen: CompareScreen, identifier: str) -> str | None:
    """The reason in the app's language; None when it can be done."""
    running = screen.console_app.jobs.running
    if identifier == "compare.start" and running is not None:
        return screen.say("compare.why.running", what=screen.say(f"job.{running.kind}"), title=running.title)
    key = _why(screen, identifier)
    return screen.say(f"compare.why.{key}") if key else None


def _why(screen: CompareScreen, identifier: str) -> str:
    found = screen.ending.found if screen.ending is not None else None
    if identifier == "compare.start" and not screen.asked.complete:
        return "no_places"
    if identifier in _STEER:
        return not_steered(screen.job)
    if identifier in _RESULT and found is None:
        return "no_result"
    if identifier == "compare.filter":
        return "no_result" if found is None else "" if screen.result.kinds() else "no_difference"
    return _why_not_open(screen) if identifier == "compare.open" else ""


def _why_not_open(screen: CompareScreen) -> str:
    if screen.has_class("-point"):
        return "" if screen.point.selected is not None else "no_row"
    return "" if screen.ending is not None and screen.result.selected is not None else "no_row"
