"""Before a drill: choosing it, putting it together, the dry run, and the way to its start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from qdrill.address import parse_address
from qdrill.config_model import DrillConfig
from qdrill.console.handover import Handover
from qdrill.console.jobs import Job
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.confirm import Confirm
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.drill_form import DrillForm
from qdrill.console.panels.drill_plan import EndsLook, look_at
from qdrill.console.panels.drill_words import dry_words, near_target
from qdrill.console.screens.base import ConsoleScreen
from qdrill.console.text import pad
from qdrill.control import JobControl
from qdrill.drill.runner import DrillOutcome
from qdrill.errors import QdrillError
from qdrill.events import Emit

if TYPE_CHECKING:
    Work = Callable[[JobControl, Emit], DrillOutcome]

AD_HOC = "ad hoc"


class Starting(ConsoleScreen):
    """The part of the Drill screen that leads to a drill.

    Attributes:
        drill: the drill at hand; None where there is none yet.
        problem: why it cannot start, or did not, in one line.
        waiting: what is waited for, in words.
        planning: the plan is shown, not the drill that runs or ran.
        unfinished: the drill at hand has a backup that was broken off, by this console or another process.
    """

    drill: DrillConfig | None = None
    problem = waiting = ""
    planning = True
    unfinished = False

    def __init__(self) -> None:
        super().__init__()
        self.drill_of: dict[Job[object], DrillConfig] = {}
        self._looks: dict[tuple[str, str], EndsLook] = {}
        self._again: Callable[[], None] | None = None

    def have(self, drill: DrillConfig | None) -> None:
        """Have a drill at hand, and show its plan unless one runs."""
        self.drill, self.problem, self._again = drill, "", None
        self.planning = True
        self.look_for_backup()
        if drill is not None:
            config = self.engine.config

            def looked(look: EndsLook) -> None:
                self._looks[drill.source, drill.target] = look

            self.ask(lambda: look_at(drill, config), looked, group="look")

    def look_for_backup(self) -> None:
        """Look whether the drill at hand has a backup to go on with; that it cannot be told is told by its start."""
        drill, engine = self.drill, self.engine
        self.unfinished = False
        if drill is not None:
            self.ask(lambda: engine.unfinished_backup(drill), self._found_backup, group="backup", failed=lambda _: None)

    def _found_backup(self, found: bool) -> None:
        self.unfinished = found
        self.show_jobs()

    @property
    def to_resume(self) -> DrillConfig | None:
        """The drill that resuming goes on with: the one that was watched, else the one at hand."""
        job = self.console_app.jobs.last("drill")
        watched = self.drill_of.get(job) if job is not None else None
        return self.drill if (self.unfinished and self.planning) or watched is None else watched

    def look(self, drill: DrillConfig | None) -> EndsLook:
        """What the configuration says about the ends of a drill; nothing while that is not known yet."""
        return EndsLook() if drill is None else self._looks.get((drill.source, drill.target), EndsLook())

    def take(self, handover: Handover) -> None:
        """Open the form with what is selected on another screen."""
        base = self.drill if self.drill is not None and handover.source is None else DrillConfig(AD_HOC, "", "")
        source, target = handover.source or base.source, handover.target or base.target
        self._edit(replace(base, source=source, target=target))

    def begin(self, drill: DrillConfig, work: Work) -> Job[DrillOutcome]:
        """Run `work` as the drill that `drill` describes, and watch it. Callers have looked that no job runs."""
        job = self.console_app.jobs.start("drill", drill.name, work)
        self.drill_of[job] = drill  # type: ignore[index]
        self.planning = False
        return job

    def do_choose(self) -> None:
        """Choose a drill of drills.toml."""
        drills = self.engine.config.drills
        width = max(cell_len(drill.name) for drill in drills)
        options = [
            (drill.name, f"{pad(drill.name, width)}  {drill.source} ─► {near_target(drill)}") for drill in drills
        ]
        chosen = self.drill.name if self.drill is not None else None
        open_dialogue(self.app, lambda: Choose(self.say("drill.choose.title"), options, chosen), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None:
            self.have(self.engine.config.drill(name))

    def do_edit(self) -> None:
        """Put a drill together, or change the one at hand."""
        self._edit(self.drill or DrillConfig(AD_HOC, "", ""))

    def _edit(self, drill: DrillConfig) -> None:
        self.app.push_screen(DrillForm(drill), lambda edited: self.have(edited) if edited is not None else None)

    def do_demo(self) -> None:
        """Play the demonstration."""
        from qdrill.console.walkthrough import start_demo

        start_demo(self.console_app)

    def do_dry_run(self) -> None:
        """Say what the drill would do."""
        drill = self.drill
        if drill is None:
            return
        self._tell_waiting("drill.asking")
        engine, name = self.engine, self._target_name(drill)
        self.ask(
            lambda: engine.dry_run(drill, name),
            self._read_dry_run,
            group="dry run",
            failed=self._failed(self.do_dry_run),
        )

    def _read_dry_run(self, steps: tuple[tuple[str, str], ...]) -> None:
        self._asked()
        open_dialogue(self.app, lambda: self._dry_reading(steps))

    def _dry_reading(self, steps: tuple[tuple[str, str], ...]) -> Reading:
        names = [self.say(f"drill.dry.step.{step}") for step, _ in steps]
        rows = [
            (name, dry_words(self.say, words, self.sentence)) for name, (_, words) in zip(names, steps, strict=True)
        ]
        width = max(map(cell_len, names), default=0)
        text = "\n".join(f"{pad(name, width)}  {words}" for name, words in rows)
        return Reading(self.say("drill.dry.title"), text, rows)

    def do_start(self) -> None:
        """Start the drill; where its target exists, ask for the name first."""
        drill = self.drill
        if drill is not None:
            self._start(drill, resume=False)

    def do_resume_drill(self) -> None:
        """Go on with the backup of the drill that was interrupted."""
        drill = self.to_resume
        if drill is not None:
            self._start(drill, resume=True)

    def _start(self, drill: DrillConfig, *, resume: bool) -> None:
        self._tell_waiting("drill.asking")
        engine = self.engine

        def found(exists: bool) -> None:
            self._asked()
            if exists:
                self._confirm(drill, resume=resume)
            else:
                self._run(drill, None, resume=resume)

        again = self.do_resume_drill if resume else self.do_start
        self.ask(lambda: engine.target_exists(drill.target), found, group="start", failed=self._failed(again))

    def _confirm(self, drill: DrillConfig, *, resume: bool) -> None:
        name = self._target_name(drill)
        if name is None:
            return
        say = self.say

        def question() -> Confirm:
            text = say("drill.replace.text", target=drill.target, name=name)
            return Confirm(say("drill.replace.title"), text, say("drill.replace.yes"), name)

        open_dialogue(self.app, question, lambda yes: self._run(drill, name, resume=resume) if yes else None)

    def _run(self, drill: DrillConfig, replace: str | None, *, resume: bool) -> None:
        if self.console_app.jobs.running is not None:  # begun elsewhere while the question stood
            self.console_app.tell(self.say("drill.why.running"), severity="warning")
            return
        engine = self.engine
        self.begin(drill, lambda control, emit: engine.drill(drill, replace, control, emit, resume=resume))

    def do_retry(self) -> None:
        """Ask again what could not be reached; after a drill that an error ended, start it again."""
        if self._again is not None:
            self._again()
        elif self.why_not("drill.start") is None and not self.planning:
            self.do_start()
        elif self.drill is not None:
            self.have(self.drill)

    @property
    def retry_hint(self) -> str:
        """How to ask again what could not be reached."""
        return self.say("drill.next.again", press=self.console_app.key_of("app.retry")) if self._again else ""

    def _target_name(self, drill: DrillConfig) -> str | None:
        try:
            return parse_address(drill.target, self.engine.config).collection
        except QdrillError as error:
            self.problem = str(error)
            return None

    def _tell_waiting(self, key: str) -> None:
        self.problem, self._again = "", None
        self.waiting = self.say(key)

    def _asked(self) -> None:
        self.waiting = ""

    def _failed(self, again: Callable[[], None]) -> Callable[[QdrillError], None]:
        """Shows an error where the plan is, and has F5 try again."""

        def failed(error: QdrillError) -> None:
            self._asked()
            self.problem, self._again, self.planning = str(error), again, True

        return failed
