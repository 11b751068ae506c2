"""The console's app: it wires engine, jobs, screens, keys, themes and language together, and nothing else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.notifications import Notify
from textual.screen import Screen
from textual.types import CSSPathType

from qdrill.console import crash
from qdrill.console.actions import action, bindings_for
from qdrill.console.doing import do_action
from qdrill.console.engine import Engine
from qdrill.console.engine_words import sentence
from qdrill.console.handover import Handover
from qdrill.console.i18n import Language, say
from qdrill.console.jobs import Job, JobEnded, JobKind, Jobs
from qdrill.console.keymap import keymap, keys_of, shown_key
from qdrill.console.mixins.copying import Copying
from qdrill.console.mixins.evidence import Evidence
from qdrill.console.mixins.helping import Helping
from qdrill.console.mixins.leaving import Leaving
from qdrill.console.mixins.looks import Looks
from qdrill.console.modals.dialogue import Dialogue
from qdrill.console.palette import ActionCommands, Palette
from qdrill.console.screens.base import ConsoleScreen
from qdrill.console.screens.collections import CollectionsScreen
from qdrill.console.screens.compare import CompareScreen
from qdrill.console.screens.drill import DrillScreen
from qdrill.console.screens.metrics import MetricsScreen
from qdrill.console.screens.records import RecordsScreen
from qdrill.console.screens.search import SearchScreen
from qdrill.console.text import shown
from qdrill.errors import ExitCode, QdrillError
from qdrill.language import language as language_of
from qdrill.names import terminal_text

REFRESHES_A_SECOND = 5
LONGEST_TOAST = 400
"""Cells; a toast is for a line or two."""
STOP_SECONDS = 30.0
"""How long a crash waits for a job to stop."""
PLACES: Mapping[JobKind, str] = {
    "drill": "drill",
    "backup": "collections",
    "restore": "collections",
    "verify": "compare",
}
"""The screen that shows a kind of job."""
Severity = Literal["information", "warning", "error"]


class QdrillApp(Copying, Evidence, Helping, Leaving, Looks, App[int]):
    """The console over an engine.

    Args:
        engine: what it asks.
        environ: for the language, and to keep secrets out of logs.
        clock: monotonic seconds.
    """

    TITLE = "qdrill"
    # Whole: Textual looks beside the file of a subclass otherwise.
    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).with_name("app.tcss")
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "drill": DrillScreen,
        "collections": CollectionsScreen,
        "search": SearchScreen,
        "compare": CompareScreen,
        "metrics": MetricsScreen,
        "records": RecordsScreen,
    }
    DEFAULT_MODE = "drill"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("app"),
        # Textual's own ctrl+q is zellij's; ctrl+c asks like `q` does.
        Binding("ctrl+q", "nothing", show=False, priority=True),
        Binding("ctrl+c", "do('app.quit')", show=False, priority=True),
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionCommands}
    # The registry opens the palette; Textual's own key for it would be one more that no registry knows.
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        engine: Engine,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine = engine
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self.clock = clock
        self.language: Language = engine.config.console.language or language_of(self.environ)
        super().__init__()
        self.jobs = Jobs(self.post_message, clock)
        self.keys, self._key_problems = keymap(engine.config.console.keys)
        self.crash_line = ""
        # Waits until the screen it is for is at the front.
        self.handed: Handover | None = None
        # What to open when this console has closed, such as the walkthrough.
        self.then: Callable[[], int] | None = None

    @property
    def base_screen(self) -> ConsoleScreen:
        """The screen of the mode at hand, under any dialogue."""
        screen = self.screen_stack[0]
        assert isinstance(screen, ConsoleScreen)
        return screen

    def on_mount(self) -> None:
        """Keys, themes, and the clock that all screens are refreshed by."""
        self.set_keymap(self.keys)
        self.begin_looks()
        for problem in self._key_problems:
            self.tell(sentence(self.language, problem), severity="warning")
        self.set_interval(1 / REFRESHES_A_SECOND, self._tick)

    def _tick(self) -> None:
        self.show_jobs()
        self.collect_evidence()
        self._close_outlived()
        self.leave_when_ended()

    def _close_outlived(self) -> None:
        """Leave the question at the front when the job that it is about has ended by itself."""
        front = self.screen_stack[-1] if self.is_running and self.screen_stack else None
        if isinstance(front, Dialogue) and front.is_mounted:
            front.leave_if_outlived()

    def show_jobs(self) -> None:
        """Have the screen at hand look at the jobs: not before it stands, and not while the app takes it down."""
        stands = self.is_running and self.screen_stack and self.screen_stack[0].is_mounted
        if stands and isinstance(self.screen_stack[0], ConsoleScreen):
            self.base_screen.show_jobs()

    def say(self, key: str, **values: object) -> str:
        """The text of the catalogue in the language at hand."""
        return say(self.language, key, **values)

    def tell(self, text: str, severity: Severity = "information") -> None:
        """A toast; `text` may be hostile. What is no mere information says so in words, not by its colour alone."""
        title = "" if severity == "information" else self.say(f"toast.{severity}")
        self.notify(shown(text, LONGEST_TOAST), title=title, severity=severity, markup=False)

    def on_notify(self, event: Notify) -> None:
        """A toast that is on the screen already is shown once, from now on; Textual adds it after this."""
        new = event.notification
        for one in list(self._notifications):
            if (one.title, one.message) == (new.title, new.message):
                self._unnotify(one)
                # Textual would leave the empty frame of the toast standing, a line high.
                for screen in self.screen_stack:
                    screen.query(f"#--textual-toast-{one.identity}").remove()

    def tell_error(self, error: QdrillError) -> None:
        """An error of the engine as a toast."""
        self.tell(sentence(self.language, str(error)), severity="error")

    def tell_defect(self, error: BaseException) -> None:
        """A defect that need not end the console: one line, and a log."""
        self.tell(self._crash_line(error), severity="error")

    async def action_do(self, identifier: str) -> None:
        """Do an action of the registry."""
        await do_action(self, identifier)

    def action_nothing(self) -> None:
        """For keys that must not do what Textual makes them do."""

    def why_not(self, identifier: str) -> str | None:
        """Why an action of the app cannot be done now."""
        if identifier == "app.copy" and self.base_screen.copied() is None:
            return self.say("copy.nothing")
        return None

    def why_not_now(self, identifier: str) -> str | None:
        """Why an action of the app or of the screen at hand cannot be done now."""
        return (self if action(identifier).scope == "app" else self.base_screen).why_not(identifier)

    def key_of(self, identifier: str) -> str:
        """The key of an action as people know it, remapped or not."""
        return next(iter(self.keys_of(identifier)), "")

    def keys_of(self, identifier: str) -> tuple[str, ...]:
        """All its keys."""
        return tuple(shown_key(key) for key in keys_of(identifier, self.keys))

    async def do_mode(self, mode: str) -> None:
        """Go to a screen; what runs goes on."""
        await self._leave_dialogues()
        await self.switch_mode(mode)

    async def _leave_dialogues(self) -> None:
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    async def hand_over(self, handover: Handover) -> None:
        """Go to a screen and give it something to begin with."""
        # First: a screen that resumes takes what there is, and may open a dialogue for it.
        await self._leave_dialogues()
        self.handed = handover
        if self.current_mode == handover.mode:  # nothing resumes then
            self.base_screen.call_after_refresh(self.base_screen.take_handed)
        else:
            await self.switch_mode(handover.mode)

    def do_command_palette(self) -> None:
        """Open the command palette; not over a dialogue, whose question is open."""
        if len(self.screen_stack) == 1:
            self.push_screen(Palette(placeholder=self.say("app.palette"), id="--command-palette"))

    def do_retry(self) -> None:
        """Ask again."""
        self.base_screen.do_retry()

    def on_job_ended(self, message: JobEnded) -> None:
        """A job has stopped. Its own screen shows what came of it; on any other screen a toast says that it ended."""
        job = message.job
        if job.error is not None and not isinstance(job.error, QdrillError):
            self.tell_defect(job.error)
        elif self.current_mode != PLACES[job.kind]:
            self._tell_end(job)
        self.show_jobs()

    def _tell_end(self, job: Job[object]) -> None:
        if job.state == "failed":
            self.tell(sentence(self.language, str(job.error)), severity="error")
        else:
            self.tell(self.say(f"job.{job.state}", what=self.say(f"job.{job.kind}")))

    def _handle_exception(self, error: Exception) -> None:
        """One line and a log; Textual's own way prints the values of variables."""
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._return_code = 1
        self.crash_line = self._crash_line(error)
        self._close_messages_no_wait()

    def _crash_line(self, error: BaseException) -> str:
        """Write the log, and say in one line where it is."""
        config = self.engine.config
        folder, name = config.artifacts / "logs", type(error).__name__
        try:
            path = crash.write_crash(error, folder, crash.secrets(self.environ, crash.key_names(config)))
        except QdrillError as problem:
            return self.say("crash.no_log", name=name, problem=problem)
        return self.say("crash.log", name=name, path=terminal_text(str(path)))

    def on_resize(self, event: events.Resize) -> None:
        """Dialogues are compact when the screen is."""
        self.set_class(event.size.width < 100 or event.size.height < 30, "-compact")


def open_console(config_path: Path | None, environ: Mapping[str, str]) -> int:
    """Open the console; returns the exit code. Raises UsageError where drills.toml cannot be used."""
    from qdrill.console.live import LiveEngine

    engine = LiveEngine(config_path, environ)
    app = QdrillApp(engine, environ)
    code = run_app(app)
    return app.then() if app.then is not None and not app.crash_line else code


def run_app(app: QdrillApp) -> int:
    """Run the console to its end; returns the exit code.

    A crash is one line on stderr. A job that still runs then is cancelled and waited for, so that its record says so.
    """
    code: int | None = None
    try:
        code = app.run()
    except Exception as error:  # noqa: BLE001 - what breaks outside of the app's loop gets its one line too
        app.crash_line = app._crash_line(error)
    finally:
        app.jobs.stop(STOP_SECONDS)
        app.engine.close()
    if app.crash_line:
        print(app.crash_line, file=sys.stderr)  # noqa: T201 - the screen is gone
        return int(ExitCode.INTERNAL)
    return code or 0
