"""The console while the walkthrough plays: the same app, with a caption at its foot and a player at its keys."""

from __future__ import annotations

import asyncio
import io
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.console import Console
from textual.binding import Binding, BindingType
from textual.driver import Driver

from qdrill.console.actions import bindings_for
from qdrill.console.jobs import Job
from qdrill.console.picture import with_true_widths
from qdrill.console.walkthrough.captioned import Captioned
from qdrill.console.walkthrough.cast import Cast
from qdrill.console.walkthrough.drivers import recorded, recorded_alone
from qdrill.console.walkthrough.engine import DemoEngine
from qdrill.console.walkthrough.player import Player
from qdrill.console.walkthrough.step import Act, Move, Step
from qdrill.console.walkthrough.storyboard import Storyboard
from qdrill.drill.runner import DrillOutcome
from qdrill.errors import ExitCode, Inconclusive, QdrillError

# Cells a second that people read without haste: about 220 words of English, 380 characters of Chinese a minute.
READING = {"en": 18.0, "zh": 12.5}
FIRST_LOOK = 2.5
_TICKS_A_SECOND = 10
_LONGEST_DRAWING = 5.0
SIZE = (120, 36)
"""Cells of the screen where there is no terminal."""


def _walk_bindings() -> list[BindingType]:
    """Priority: whatever has the focus, these keys are the walkthrough's while it plays."""
    return [replace(one, priority=True) for one in bindings_for("walkthrough") if isinstance(one, Binding)]


class WalkthroughApp(Captioned):
    """Plays an act on the console.

    Args:
        act: the steps.
        speed: reading times and waits are divided by it.
        cast: records what the terminal shows.
        storyboard: gets a picture of each step.
        alone: there is no terminal, and nobody at the keys.
        leaves: end the console with the act.

    Attributes:
        player: plays.
        failure: what ended the walkthrough early.
    """

    CSS_PATH = "../app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = _walk_bindings()

    def __init__(
        self,
        engine: DemoEngine,
        act: Act,
        environ: Mapping[str, str] | None = None,
        *,
        speed: float = 1.0,
        cast: Cast | None = None,
        storyboard: Storyboard | None = None,
        alone: bool = False,
        leaves: bool = False,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._cast, self.alone, self._leaves = cast, alone, leaves or alone
        self.shown_to_others = cast is not None or storyboard is not None
        super().__init__(engine, environ, **({} if clock is None else {"clock": clock}))
        if alone:
            # What the environment says about colours is about no terminal of ours.
            self.console = Console(
                color_system="truecolor", file=io.StringIO(), force_terminal=True, legacy_windows=False, safe_box=False
            )
        self.demo, self.storyboard = engine, storyboard
        self._speed = speed
        self._pictured: set[str] = set()
        self.failure: QdrillError | None = None
        self.player = Player(act, self, self.clock)

    def get_driver_class(self) -> type[Driver]:
        """The terminal's driver, or none, with the recording listening."""
        if self._cast is None:
            return super().get_driver_class()
        return recorded_alone(self._cast) if self.alone else recorded(super().get_driver_class(), self._cast)

    def on_mount(self) -> None:
        """Begin to play."""
        for step in self.player.act:
            if step.stage is not None:
                self.demo.pacing.delay(step.stage, self._delay(step))
        # Not a timer of the app: a step may wait in its middle, and keys must be answered meanwhile.
        self.run_worker(self._play_on(), name="walkthrough", group="walkthrough")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Only the main thread may listen to signals; elsewhere they are somebody else's.
            with suppress(ValueError, RuntimeError, NotImplementedError):
                loop.add_signal_handler(number, self.leave_at_once)

    def run(self, **options: Any) -> int | None:
        """As every app; without a terminal on a screen of its own, drawn for a recording, else not at all."""
        if self.alone:
            options |= {"headless": self._cast is None, "size": SIZE}
        return super().run(**options)

    async def _play_on(self) -> None:
        while self.is_running:
            await self._play()
            await asyncio.sleep(1 / _TICKS_A_SECOND)

    async def _play(self) -> None:
        self._look_at_the_drill()
        await self.player.tick()
        step = self.player.step
        if self.player.state == "playing" and step.picture is not None and step.picture(self):
            self._take_picture(step)
        await self.stand_caption()

    def _look_at_the_drill(self) -> None:
        """A drill that ended without an outcome leaves nothing to tell."""
        job = self.jobs.last("drill")
        if self.player.state != "playing" or job is None or not job.ended:
            return
        if isinstance(job.result, DrillOutcome) and int(job.result.exit_code) in (ExitCode.PASSED, ExitCode.FAILED):
            return
        self._give_up(job.error)

    # ------------------------------------------------------------------ what the player asks (player.Place)

    async def enter(self, step: Step, *, first: bool) -> None:
        """Show a step."""
        await self.do_mode(step.mode)
        while not self.base_screen.is_mounted:
            await asyncio.sleep(1 / _TICKS_A_SECOND)
        for one in (*(step.do if first else ()), *step.show):
            if self.player.state != "taken":
                await self._perform(one)
        if step.stage is not None and first:
            self.demo.pacing.let(step.stage)
        # Screens look at the jobs some times a second; a fast walkthrough would caption what is not on them yet.
        self.show_jobs()
        self.facts = dict(step.facts(self))
        if first and self._cast is not None:
            self._cast.mark(self.said().title)
        await self.stand_caption()
        await self._drawn()

    async def _drawn(self) -> None:
        """However fast it plays, each step is seen, and is in the recording."""
        drawn = asyncio.Event()
        self.screen.call_after_refresh(drawn.set)
        with suppress(TimeoutError):
            await asyncio.wait_for(drawn.wait(), _LONGEST_DRAWING)

    async def _perform(self, one: str | Move) -> None:
        if isinstance(one, str):
            await self.action_do(one)
        else:
            await one(self)

    def reached(self, step: Step) -> bool:
        """Whether what it waits for is so."""
        return step.until(self)

    def busy(self) -> bool:
        """In a dialogue that is not the step's, such as help, themes, or the question whether to leave."""
        return len(self.screen_stack) > 1 and not self.own_dialogue

    def reading(self, step: Step) -> float:
        """Seconds to read a caption, in the language at hand."""
        length = cell_len(self.say(step.caption))
        return (FIRST_LOOK + length / READING[self.language]) / self._speed

    def _delay(self, step: Step) -> float:
        """Milliseconds a point, to one decimal, that make a stage last about as long as its caption."""
        passes = 2 if step.stage == "validate" else 1  # source and target are compared with the archive
        return round(self.reading(step) * 1000 / max(1, self.demo.points) / passes, 1)

    def hurry(self, step: Step) -> None:
        """No throttle any more in the stage that runs."""
        if step.stage is not None:
            self.demo.pacing.hurry(step.stage)

    def left(self, step: Step) -> None:
        """Take its picture, unless it was taken in the middle of it."""
        self._take_picture(step)

    def turned(self) -> None:
        """Paused, ended, taken over, stuck."""
        state = self.player.state
        if state == "stuck":
            self._give_up(None)
        elif state == "taken":
            self.demo.pacing.release()
            self.query_captions(lambda caption: caption.remove())
        elif state == "ended" and self._leaves:
            self.exit(0)
        else:
            said = self.said()
            self.query_captions(lambda caption: caption.say_now(said))
        self.refresh_bindings()

    def _give_up(self, error: BaseException | None) -> None:
        """The walkthrough cannot go on; whoever is there has the console."""
        step = self.player.step
        why = Inconclusive(f"the walkthrough waited in vain in step {step.name}; the console is yours")
        self.failure = error if isinstance(error, QdrillError) else why
        self.player.state = "taken"
        self.turned()
        if self.alone:
            self.exit(int(self.failure.exit_code))
        else:
            self.tell_error(self.failure)

    # ------------------------------------------------------------------ keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The walkthrough's keys are everybody's again where it is over, and in dialogues that are not its own."""
        if action == "do" and parameters and str(parameters[0]).startswith("walkthrough."):
            return self.player.state in ("playing", "ended") and self.player.index >= 0 and not self.busy()
        return super().check_action(action, parameters)

    def do_walkthrough_pause(self) -> None:
        """Space."""
        self.player.pause()

    async def do_walkthrough_step(self, by: int) -> None:
        """The arrows."""
        await self.player.move(by)

    def do_walkthrough_take_over(self) -> None:
        """Esc."""
        self.player.take_over()
        self.tell(self.say("walkthrough.taken", help=self.key_of("app.help")))

    def leave_at_once(self) -> None:
        """A signal: stop the work, and leave when it has stopped."""
        job = self.jobs.running
        if job is None:
            self.exit(int(ExitCode.INTERRUPTED))
        else:
            self._leaving = True
            job.cancel()

    # ------------------------------------------------------------------ the end

    def exit_code(self, returned: int | None) -> int:
        """The exit code: of the drill where it was seen to its end or taken over, else of leaving early."""
        if returned or self.player.state == "playing":
            return returned or int(ExitCode.INTERRUPTED)
        return _code_of(self.jobs.last("drill"))

    def _take_picture(self, step: Step) -> None:
        if self.storyboard is None or step.name in self._pictured:
            return
        self._pictured.add(step.name)
        said = self.said()
        try:
            picture = with_true_widths(self.export_screenshot(title="qdrill"))
            self.storyboard.add(step.name, said.title, said.text, picture)
        except QdrillError as error:
            self._give_up(error)


def _code_of(job: Job[object] | None) -> int:
    if job is None:
        return int(ExitCode.PASSED)
    if isinstance(job.result, DrillOutcome):
        return int(job.result.exit_code)
    return int(job.error.exit_code) if isinstance(job.error, QdrillError) else int(ExitCode.INTERNAL)
