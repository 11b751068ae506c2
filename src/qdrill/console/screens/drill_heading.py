"""The Drill screen's head: which drill is at hand, how it stands, and whether its source is one to be careful with."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets import Static

from qdrill.config_model import DrillConfig
from qdrill.console.jobs import Job
from qdrill.console.pace_words import JOB_STATES
from qdrill.console.panels.drill_ending import Ending
from qdrill.console.panels.drill_words import near_target
from qdrill.console.screens.drill_steering import Steering
from qdrill.console.text import plain, shown
from qdrill.console.widgets.state import StateValue, state_content


class Heading(Steering):
    """The part of the Drill screen that says what is at hand.

    Attributes:
        job: the drill that is watched. ending: how it ended, once it has.
    """

    job: Job[object] | None = None
    ending: Ending | None = None
    _banner = _title = ("", "")

    def forget(self) -> None:
        """Show title and banner anew: another language, another width."""
        self._banner = self._title = ("", "")

    def on_resize(self, event: events.Resize) -> None:
        """Title and banner are cut to the width."""
        super().on_resize(event)
        self.forget()

    @property
    def watched(self) -> DrillConfig | None:
        """The plan of the drill that is watched; None where another part of the console began it."""
        return self.drill_of.get(self.job) if self.job is not None else None

    @property
    def _at_hand(self) -> DrillConfig | None:
        return self.drill if self.planning else self.watched

    def show_banner(self) -> None:
        """Say that the source is one to be careful with; only what changed is shown."""
        drill = self._at_hand
        guard = self.look(drill).source
        source = drill.source if drill is not None else ""
        if (guard, source) == self._banner:
            return
        self._banner = (guard, source)
        banner = self.query_one("#banner", Static)
        for one in ("production", "read_only"):
            banner.set_class(guard == one, f"-{one.replace('_', '-')}")
            self.set_class(guard == one, f"-{one.replace('_', '-')}")
        if guard:
            banner.update(plain(self.say(f"drill.banner.{guard}", source=source), max(10, self.size.width - 2)))

    def show_title(self) -> None:
        """Say which drill is at hand and how it stands; only what changed is shown."""
        drill, aside = self._at_hand, self._state_words()
        room = self.size.width - 12 - (cell_len(aside.plain) if aside else 0)
        title = self.say("action.app.drill") if drill is None else _title(drill, room)
        if drill is None and not self.planning and self.job is not None:
            title = shown(self.job.title, max(10, room))
        wanted = (title, aside.markup if aside else "")
        if wanted != self._title:
            self._title = wanted
            self.top.show(title, aside or "")

    def _state_words(self) -> Content | None:
        if self.planning or self.job is None:
            return None
        if self.ending is not None:
            verdict = self.ending.verdict
            return state_content(StateValue(verdict, self.say(f"drill.verdict.{verdict}")))
        state = self.job.state
        if state not in JOB_STATES:
            return None
        word = "pace.cancelling" if state == "cancelling" else f"drill.stage_is.{state}"
        return state_content(StateValue(JOB_STATES[state], self.say(word)))


def _title(drill: DrillConfig, room: int) -> str:
    """`nightly  a/x ─► b/y` on so many cells; where it is tight the name goes, and a store said twice."""
    wishes = (
        f"{drill.name}   {drill.source} ─► {drill.target}",
        f"{drill.source} ─► {drill.target}",
        f"{drill.source} ─► {near_target(drill)}",
    )
    return next((text for text in map(shown, wishes) if cell_len(text) <= room), shown(wishes[-1], max(10, room)))
