"""What both sides show after a reply. A side without an answer keeps what it had, and says what that answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from qdrill.console.panels.search_places import Places
from qdrill.console.panels.search_reply import Reply
from qdrill.console.panels.search_rows import both_rows
from qdrill.console.panels.search_side import SideView


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides, and the name of the query whose answer each shows."""

    source: SideView = field(default_factory=SideView)
    target: SideView = field(default_factory=SideView)
    source_asked: str = ""
    target_asked: str = ""

    def at(self, places: Places) -> Sides:
        """The same at other places: what another collection answered is not shown as this one's."""
        ours = self.source.address == places.source
        theirs = ours and self.target.address == places.target
        return Sides(
            self.source if ours else SideView(places.source),
            self.target if theirs else SideView(places.target),
            self.source_asked if ours else "",
            self.target_asked if theirs else "",
        )

    def after(self, reply: Reply) -> Sides:
        """What they show now; each side whose answer is not of this reply says which query it was."""
        outcome = reply.outcome
        name = outcome.name if outcome is not None else ""
        ours, theirs = both_rows(outcome) if outcome is not None else ((), ())
        both = reply.question.target is not None
        if outcome is not None and outcome.source_ms is not None:
            source, source_asked = replace(self.source, rows=ours, asked="", error="", hint="", marked=both), name
        else:
            source, source_asked = _kept(self.source, self.source_asked, reply.source_error), self.source_asked
        if outcome is not None and outcome.target_ms is not None:
            target, target_asked = replace(self.target, rows=theirs, asked="", error="", hint="", marked=True), name
        else:
            target, target_asked = _kept(self.target, self.target_asked, reply.target_error), self.target_asked
            target = replace(target, unanswered=outcome is None)
        return Sides(source, target, source_asked, target_asked)


def _kept(side: SideView, asked: str, error: str) -> SideView:
    """The rows without their marks: what they were compared with is not there any more."""
    rows = tuple(replace(row, mark=None) for row in side.rows) if side.rows is not None else None
    return replace(side, rows=rows, asked=asked, error=error, hint="")
