"""The Drill screen: pick a drill or put one together, run it, watch it, read its verdict."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from qdrill import units
from qdrill.config_model import StoreConfig
from qdrill.console.actions import bindings_for
from qdrill.console.engine_words import check_name
from qdrill.console.feed import JobSnapshot
from qdrill.console.jobs import Job, JobState
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.reading import Reading
from qdrill.console.pace_words import spark_value
from qdrill.console.panels.drill_curl import as_curl
from qdrill.console.panels.drill_ending import check_text, ending_of, ending_text
from qdrill.console.panels.drill_log import LogPanel
from qdrill.console.panels.drill_log_lines import full_text
from qdrill.console.panels.drill_plan import PlanPanel
from qdrill.console.panels.drill_run import bar_value, clock_value, stage_rows, work_key
from qdrill.console.panels.drill_stages import NamedStage, Stages, StagesValue
from qdrill.console.panels.drill_verdict import VerdictPanel
from qdrill.console.panels.drill_words import count_states, recovery_words
from qdrill.console.panels.progress import ProgressPanel
from qdrill.console.screens.drill_heading import Heading
from qdrill.console.screens.drill_why import why_not
from qdrill.console.widgets.clock import Clock, ClockWords
from qdrill.drill.runner import DrillOutcome
from qdrill.results import Check

# The log moves as a whole with each line, and the list of stages with each request: they are painted less often.
LIST_SECONDS = 0.5


class DrillScreen(Heading):
    """The Drill screen. The drill itself is a job of the app and outlives it."""

    MODE = "drill"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["base.tcss", "drill.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("drill")

    def __init__(self) -> None:
        super().__init__()
        self._with_log = False
        self._listed = float("-inf")
        self._reached: tuple[str, ...] = ()
        self._words: ClockWords | None = None

    def body(self) -> ComposeResult:
        """Banner; the plan; the drill."""
        clock = self.console_app.clock
        yield Static(id="banner", markup=False)
        yield PlanPanel(id="plan")
        with Horizontal(id="run"):
            with Vertical(id="side"):
                with Vertical(id="clock-panel", classes="panel"):
                    yield Clock(clock=clock)
                with Vertical(id="stages-panel", classes="panel"):
                    yield Stages()
            with Vertical(id="main"):
                yield ProgressPanel(id="progress")
                yield VerdictPanel(id="ending")
                yield LogPanel(clock, id="log")

    def on_mount(self) -> None:
        """The first drill of drills.toml is at hand."""
        self.have(next(iter(self.engine.config.drills), None))
        self.relabel()

    def relabel(self) -> None:
        """Titles in the app's language; the panels do their own."""
        self.query_one("#clock-panel").border_title = self.say("drill.clock.title")
        self.query_one("#stages-panel").border_title = self.say("drill.stages")
        self.forget()
        self.tick()

    def tick(self) -> None:
        """Look at the drill and show what changed."""
        job = self.console_app.jobs.last("drill")
        if job is not self.job:
            self._watch(job)
        if self.job is None:
            self.planning = True
        self._show_view()
        if self.planning:
            problem = "" if self.waiting else self.sentence(self.problem or self.look(self.drill).problem)
            self.query_one(PlanPanel).show(self.drill, problem, self.waiting, self.retry_hint, self._backup_hint())
        if self.job is not None:
            self._show_drill(self.job)
        self.show_banner()
        self.show_title()

    def _watch(self, job: Job[object] | None) -> None:
        """Another drill is the last one: watch it."""
        self.job, self.ending, self._with_log = job, None, False
        self._listed = float("-inf")
        self.planning = False
        self.query_one(LogPanel).begin()

    def _show_view(self) -> None:
        ended = self.job is not None and self.job.ended
        view = "-plan" if self.planning else "-ended" if ended else "-running"
        if not self.has_class(view):
            self.remove_class("-plan", "-ended", "-running").add_class(view)
            self._focus_view(view)
        self.set_class(self._with_log, "-log")

    def _focus_view(self, view: str) -> None:
        if len(self.app.screen_stack) > 1 and self.app.screen is not self:
            return
        if view == "-ended":
            self.query_one(VerdictPanel).table.focus()
        elif view == "-running":
            self.query_one(LogPanel).view.focus()
        elif self.drill is None:
            self.query_one("#offers").focus()
        else:
            self.set_focus(None)

    def _show_drill(self, job: Job[object]) -> None:
        state, snapshot = job.state, job.snapshot()
        outcome = job.result if isinstance(job.result, DrillOutcome) else None
        if self.ending is None and (ending := ending_of(job)) is not None:
            self.ending = ending
            self.look_for_backup()
        self._show_clock(snapshot, state, outcome)
        reached: tuple[str, ...] = (state, self.console_app.language, *(stage.state for stage in snapshot.stages))
        if job.ended or reached != self._reached or snapshot.now - self._listed >= LIST_SECONDS:
            self._listed, self._reached = snapshot.now, reached
            self._show_stages(snapshot, state)
            log = self.query_one(LogPanel)
            log.take(job.feed.log(log.after), snapshot.log_total)
        if self.ending is None:
            bar = bar_value(self.say, snapshot, state, job.control.delay_ms_per_point)
            self.query_one(ProgressPanel).show(bar, spark_value(snapshot), self.say(work_key(snapshot)))
        else:
            self.query_one(VerdictPanel).show(self.ending, self._next_step())

    def _next_step(self) -> str:
        """What can be done about a drill that did not come to its end."""
        app = self.console_app
        if self.why_not("drill.resume") is None:
            return self.say("drill.next.resume", press=app.key_of("drill.resume"), start=app.key_of("drill.start"))
        stopped = self.ending is not None and (self.ending.result is None or self.ending.result.error)
        return self.say("drill.next.again", press=app.key_of("app.retry")) if stopped else ""

    def _backup_hint(self) -> str:
        """That the drill at hand has a backup to go on with."""
        app = self.console_app
        if not self.unfinished or self.why_not("drill.resume") is not None:
            return ""
        return self.say("drill.next.found", press=app.key_of("drill.resume"), start=app.key_of("drill.start"))

    def _show_clock(self, snapshot: JobSnapshot, state: JobState, outcome: DrillOutcome | None) -> None:
        drill = self.watched
        goals = outcome.result.objectives if outcome else drill.objectives if drill else None
        words = ClockWords(**{key: self.say(f"drill.clock.{key}") for key in ClockWords.__slots__})
        clock = self.query_one(Clock)
        value = clock_value(snapshot, goals.rto_seconds if goals else None, state, outcome)
        # Green is for a drill that passed; that the RTO was met is said in words all the same.
        clock.set_class(self.ending is not None and self.ending.verdict != "pass", "-muted")
        if (value, words) != (clock.value, self._words):
            self._words = words
            clock.show(value, words)
        else:
            clock.tick()

    def _show_stages(self, snapshot: JobSnapshot, state: JobState) -> None:
        stages = tuple(
            NamedStage(row, self.say(f"drill.stage.{row.name}"), self.say(f"drill.stage_is.{row.word}"))
            for row in stage_rows(snapshot, state)
        )
        progress = snapshot.progress
        figures = [("requests", units.count(snapshot.requests)), ("retries", units.count(snapshot.retries))]
        if progress is not None and progress.job == "restore":
            figures.append(("rejected", units.count(progress.rejected)))
        verdict = snapshot.verdict or (self.ending.verdict if self.ending else None)
        figures.append(("verdict", self.say(f"drill.verdict.{verdict}") if verdict else "…"))
        named = [(self.say(f"drill.figures.{name}"), text) for name, text in figures]
        counted = count_states(self.say, snapshot.checks) or ["…"]
        named += [(self.say("drill.figures.checks") if at == 0 else "", text) for at, text in enumerate(counted)]
        named += [(self.say(f"drill.moment.{name}"), recovery_words(at)) for name, at in snapshot.moments]
        self.query_one(Stages).show(StagesValue(stages, tuple(named)))

    def why_not(self, identifier: str) -> str | None:
        """See `drill_why`."""
        return why_not(self, identifier)

    def do_view(self) -> None:
        """From the last drill to the plan, and back."""
        self.planning = not self.planning
        self.tick()

    def do_log(self) -> None:
        """The log of a drill that ended, where there is no room for both."""
        self._with_log = not self._with_log
        self._show_view()
        (self.query_one(LogPanel).view if self._with_log else self.query_one(VerdictPanel).table).focus()

    def do_filter(self) -> None:
        """Filter the log."""
        if self.ending is not None:
            self._with_log = True
            self._show_view()
        self.query_one(LogPanel).open_filter()

    def do_curl(self) -> None:
        """Copy the selected request as a curl command."""
        line = self.query_one(LogPanel).view.selected
        if line is None or line.request is None:
            self.console_app.tell(self.say("drill.curl.none"), severity="warning")
            return
        command, why = as_curl(self.say, line.request, self._stores())
        if command is not None:
            self.console_app.copy_text(command)
        if why:
            self.console_app.tell(why, severity="warning" if command is None else "information")

    def _stores(self) -> list[StoreConfig]:
        """The stores of the drill that is watched; without its plan, all that are configured."""
        drill, stores = self.watched, list(self.engine.stores())
        if drill is None:
            return stores
        named = {drill.source.partition("/")[0], drill.target.partition("/")[0]}
        return [store for store in stores if store.name in named] or stores

    def do_open_check(self) -> None:
        """Show a check, or a line of the log, in full."""
        log = self.query_one(LogPanel)
        if log.view.has_focus and log.view.selected is not None:
            line, view = log.view.selected, log.view
            open_dialogue(
                self.app, lambda: Reading(self.say("drill.log.line"), full_text(line, view.ahead, view.words))
            )
        elif (check := self.query_one(VerdictPanel).selected) is not None and not self.planning:
            open_dialogue(self.app, lambda: self._reading_of(check))

    def _reading_of(self, check: Check) -> Reading:
        language = self.console_app.language
        return Reading(check_name(language, check.name), check_text(self.say, language, check))

    def on_verdict_panel_opened(self) -> None:
        """Enter or a click on a check."""
        self.do_open_check()

    async def on_plan_panel_offered(self, event: PlanPanel.Offered) -> None:
        """An offer was taken."""
        await self.action_do("drill.demo" if event.offer == "demo" else "drill.edit")

    def copied(self) -> str | None:
        """The selected line or check; before a drill the plan; else the verdict with everything under it."""
        log = self.query_one(LogPanel).view
        if not self.planning and log.has_focus and log.selected is not None:
            return full_text(log.selected, log.ahead, log.words)
        if not self.planning and self.ending is not None:
            return ending_text(self.say, self.ending, self.console_app.language)
        return None
