"""The Compare screen: any two places, an archive or a collection each, compared point by point."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from qdrill.console.actions import bindings_for
from qdrill.console.feed import JobSnapshot
from qdrill.console.jobs import Job, JobState
from qdrill.console.known_places import short_place
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.reading import Reading
from qdrill.console.pace_words import JOB_STATES, spark_value
from qdrill.console.panels.compare_places import Comparison, side_of
from qdrill.console.panels.compare_plan import ComparePlanPanel
from qdrill.console.panels.compare_point import ComparePointPanel, change_text, point_json
from qdrill.console.panels.compare_result import CompareResultPanel
from qdrill.console.panels.compare_run import bar_value, work_key
from qdrill.console.panels.compare_tables import Item, as_json, full_text
from qdrill.console.panels.compare_words import Ending, ending_of, ending_text
from qdrill.console.panels.progress import ProgressPanel
from qdrill.console.screens.compare_choosing import Choosing
from qdrill.console.screens.compare_why import why_not
from qdrill.console.text import UNKNOWN, shown
from qdrill.console.widgets.state import StateValue, state_content
from qdrill.drill.point_versions import PointVersions
from qdrill.drill.verify import verification_document
from qdrill.errors import QdrillError
from qdrill.results import Difference, PointId


class CompareScreen(Choosing):
    """The Compare screen. The comparison itself is a job of the app and outlives it.

    Attributes:
        ending: how the comparison shown ended; None while it runs, or where there is none.
    """

    MODE = "compare"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["base.tcss", "compare.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("compare")

    def __init__(self) -> None:
        super().__init__()
        self.ending: Ending | None = None
        self._asked_of: dict[Job[object], Comparison] = {}
        self._job: Job[object] | None = None
        self._title = ("", "")

    def body(self) -> ComposeResult:
        """What would be compared; the comparison; how it ended; one point of it."""
        yield ComparePlanPanel(id="plan")
        yield ProgressPanel(id="run")
        yield CompareResultPanel(id="result")
        yield ComparePointPanel(id="point")

    @property
    def result(self) -> CompareResultPanel:
        """How the comparison ended."""
        return self.query_one(CompareResultPanel)

    @property
    def point(self) -> ComparePointPanel:
        """The point that is open."""
        return self.query_one(ComparePointPanel)

    @property
    def job(self) -> Job[object] | None:
        """The comparison that is shown."""
        return self._job

    # ------------------------------------------------------------------ the comparison

    def do_start(self) -> None:
        """Compare."""
        self._start(self.asked)

    def _start(self, asked: Comparison) -> None:
        self.chosen = True
        engine, jobs = self.engine, self.console_app.jobs
        title = self.say("compare.title", left=asked.left, right=asked.right)
        job: Job[object] = jobs.start(
            "verify",
            title,
            lambda control, emit: engine.verify(asked.left, asked.right, asked.level, asked.searches, control, emit),
        )
        self._asked_of = {known: what for known, what in self._asked_of.items() if known in jobs.all}
        self._asked_of[job] = asked
        self.tick()

    def do_cancel(self) -> None:
        """Stop it; nothing was written, so nothing is lost but time."""
        if self._job is not None:
            self._job.cancel()

    def do_pause(self) -> None:
        """Hold it, or let it go on."""
        if self._job is not None:
            self._job.pause()

    def do_retry(self) -> None:
        """Ask for the open point again; else start a comparison again that an error or somebody ended."""
        if self.has_class("-point"):
            self._ask_point(self.point.point)
        elif self.ending is not None and self.ending.found is None and self.console_app.jobs.running is None:
            self._start(self.ending.asked or self.asked)

    def tick(self) -> None:
        """Look at the newest comparison and show what changed."""
        job = self.console_app.jobs.last("verify")
        if job is not self._job:
            self._job, self.ending = job, None
            self.remove_class("-point")
        state = job.state if job is not None else None
        if job is not None and job.ended and self.ending is None:
            self._end(ending_of(job, self._asked_of.get(job)))
        self.set_class(job is not None and self.ending is None, "-running")
        self.set_class(self.ending is not None, "-ended")
        if job is not None and state is not None and self.ending is None:
            self._show_run(job.snapshot(), state)
        self.query_one(ComparePlanPanel).show(self.asked, self._note(), keys=job is None)
        self._show_title(state)

    def _show_run(self, snapshot: JobSnapshot, state: JobState) -> None:
        keys = {name: self.console_app.key_of(f"compare.{name}") for name in ("pause", "cancel")}
        self.query_one(ProgressPanel).show(
            bar_value(self.say, snapshot, state),
            spark_value(snapshot),
            self.say(work_key(snapshot)),
            self.say("compare.run.keys", **keys),
        )

    def _end(self, ending: Ending) -> None:
        self.ending = ending
        self.result.show(ending)
        if ending.found is None and ending.state != "interrupted" and ending.asked is not None:
            asked, config = ending.asked, self.engine.config
            self.ask(lambda: side_of(ending.error, asked, config), self._end_at, group="side")

    def _end_at(self, side: str) -> None:
        """Which side the error speaks of."""
        old = self.ending
        if old is not None and old.found is None and side:
            self.ending = Ending(old.state, old.asked, old.title, None, old.error, old.snapshot, side)
            self.result.show(self.ending)

    def _note(self) -> str:
        """What stands below is of other places, or of another level, than what `start` would compare."""
        if self._job is None or (asked := self._asked_of.get(self._job)) == self.asked:
            return ""
        level = self.say(f"compare.level.{asked.level}") if asked is not None else UNKNOWN
        press = self.console_app.key_of("compare.start")
        return self.say("compare.plan.other", title=self._title_of(self._job, 60), level=level, press=press)

    def _show_title(self, state: JobState | None) -> None:
        job, aside = self._job, self._state_words(state)
        room = max(20, self.size.width - 12 - (cell_len(aside.plain) if aside else 0))
        title = self.say("action.app.compare") if job is None else self._title_of(job, room)
        wanted = (title, aside.markup if aside else "")
        if wanted != self._title:
            self._title = wanted
            self.top.show(title, aside or "")

    def _title_of(self, job: Job[object], room: int) -> str:
        """What a job compares, on so many cells: where it is tight directories go, and a store said twice."""
        asked = self._asked_of.get(job)
        if asked is None:
            return shown(job.title, room)
        left, right = short_place(asked.left), short_place(asked.right)
        near = right.rpartition("/")[2] if right.rpartition("/")[0] == left.rpartition("/")[0] else right
        pairs = [(asked.left, asked.right), (left, right), (left, near)]
        titles = [shown(self.say("compare.title", left=left, right=right)) for left, right in pairs]
        return next((title for title in titles if cell_len(title) <= room), shown(titles[-1], room))

    def _state_words(self, state: JobState | None) -> Content | None:
        if self.ending is not None:
            return state_content(StateValue(self.ending.state, self.say(f"compare.verdict.{self.ending.state}")))
        if state not in JOB_STATES:
            return None
        word = "compare.run.running" if state == "running" else f"pace.{state}"
        return state_content(StateValue(JOB_STATES[state], self.say(word)))

    # ------------------------------------------------------------------ the result

    def do_filter(self) -> None:
        """The points of the next class."""
        self.result.next_kind()

    def do_section(self) -> None:
        """The next section."""
        self.result.next_section()

    def do_open_row(self) -> None:
        """Open the point, setting or search under the cursor; of an open point the change in full."""
        if self.has_class("-point"):
            if (change := self.point.selected) is not None:
                open_dialogue(self.app, lambda: Reading(change.path, change_text(self.say, change)))
            return
        item = self.result.selected
        if isinstance(item, Difference) and self._sides() is not None:
            self.add_class("-point")
            self._ask_point(item.id)
        elif item is not None:
            open_dialogue(self.app, lambda: self._reading_of(item))

    def _reading_of(self, item: Item) -> Reading:
        title, _, rest = full_text(self.say, self.console_app.language, item).partition("\n")
        return Reading(title, rest.lstrip("\n"))

    def on_compare_result_panel_opened(self) -> None:
        """Enter or a click on a row."""
        self.do_open_row()

    def on_compare_point_panel_opened(self) -> None:
        """Enter or a click on a change."""
        self.do_open_row()

    def do_close(self) -> None:
        """From the point back to the result."""
        if self.has_class("-point"):
            self.remove_class("-point")
            self.result.focus_rows()

    def _sides(self) -> tuple[str, str] | None:
        """The places of the result as they were asked for."""
        if self.ending is None or self.ending.found is None:
            return None
        asked, found = self.ending.asked, self.ending.found
        return (asked.left, asked.right) if asked is not None else (found.left, found.right)

    def _ask_point(self, point: PointId | None) -> None:
        sides, engine = self._sides(), self.engine
        if sides is None or point is None:
            return
        left, right = sides
        self.point.wait_for(point, left, right)

        def answered(versions: PointVersions) -> None:
            if self.point.point == point:
                self.point.show(versions)

        def failed(error: QdrillError) -> None:
            if self.point.point == point:
                self.point.show_problem(str(error))

        self.ask(lambda: engine.point_versions(left, right, point), answered, group="point", failed=failed)

    def why_not(self, identifier: str) -> str | None:
        """See `compare_why`."""
        return why_not(self, identifier)

    def copied(self) -> str | None:
        """The open point, else the row under the cursor, else the whole result; as JSON."""
        if self.has_class("-point"):
            return point_json(self.point.versions) if self.point.versions is not None else None
        item = self.result.selected
        if self.ending is None:
            return None
        if item is not None:
            return as_json(item)
        return self._document() or ending_text(self.say, self.console_app.language, self.ending)

    def do_document(self) -> None:
        """Copy the whole result."""
        if (text := self._document()) is not None:
            self.console_app.copy_text(text)

    def _document(self) -> str | None:
        if self.ending is None or self.ending.found is None:
            return None
        return json.dumps(verification_document(self.ending.found), ensure_ascii=False, indent=2)
