"""What every screen of the console has: title, screens to go to, keys, a banner, and how it asks the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import PurePath
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from qdrill.console.actions import action
from qdrill.console.engine import Engine
from qdrill.console.handover import Handover
from qdrill.console.threads import in_thread
from qdrill.console.widgets.keybar import KeyBar
from qdrill.console.widgets.say import Localised, Say
from qdrill.console.widgets.topbar import TopBar
from qdrill.errors import QdrillError

Answer = TypeVar("Answer")
SMALLEST = (60, 18)
COMPACT = (100, 30)
NARROW = 70


class ConsoleScreen(Screen[None], Localised):
    """A screen of the console. Subclasses give `MODE`, `body`, and `do_<action>` for their actions.

    `tick` is called five times a second while the screen is at the front.
    """

    MODE = ""
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = "base.tcss"
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        """Bars above and below, the screen's own between."""
        yield TopBar(self.MODE)
        yield Say("app.too_small", id="too-small", width=SMALLEST[0], height=SMALLEST[1])
        yield from self.body()
        yield KeyBar(self.MODE)

    def body(self) -> ComposeResult:
        """The screen's own widgets."""
        yield from ()

    def tick(self) -> None:
        """Look at the jobs and show what changed."""

    def why_not(self, identifier: str) -> str | None:  # noqa: ARG002 - subclasses look at it
        """Why an action cannot be done now, in the app's language; None when it can."""
        return None

    def copied(self) -> str | None:
        """What `y` copies here; None when nothing is selected."""
        return None

    def do_retry(self) -> None:
        """Ask again what could not be reached."""

    def take(self, handover: Handover) -> None:
        """Begin with what another screen gives; the screen is mounted and at the front."""

    async def action_do(self, identifier: str) -> None:
        """Do an action of the registry."""
        await self.console_app.action_do(identifier)

    @property
    def engine(self) -> Engine:
        """The engine."""
        return self.console_app.engine

    @property
    def top(self) -> TopBar:
        """The title."""
        return self.query_one(TopBar)

    def on_resize(self, event: events.Resize) -> None:
        """Compact below 100x30; names of the screens closer together below 70; one line below 60x18."""
        width, height = event.size
        self.set_class(width < NARROW, "-narrow")
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-tiny")
        self.set_class(width < COMPACT[0] or height < COMPACT[1], "-compact")

    def on_screen_resume(self) -> None:
        """At the front again: show what happened meanwhile."""
        self.call_after_refresh(self._show_again)

    def show_jobs(self) -> None:
        """`tick`, and grey what cannot be done now."""
        self.tick()
        for bar in self.query(KeyBar):
            bar.update_states()

    def _show_again(self) -> None:
        if self.console_app.is_running:
            self.take_handed()
            self.show_jobs()

    def take_handed(self) -> None:
        """Take what another screen, or this one, has given it."""
        handed = self.console_app.handed
        if handed is not None and handed.mode == self.MODE:
            self.console_app.handed = None
            self.take(handed)

    def ask(
        self,
        work: Callable[[], Answer],
        done: Callable[[Answer], None],
        *,
        group: str,
        failed: Callable[[QdrillError], None] | None = None,
    ) -> None:
        """Ask the engine in a thread; then `done` in the screen's loop. A newer question of the group replaces it.

        Args:
            work: may block; raises QdrillError.
            failed: shows an error; without it a toast does.
        """

        async def answered() -> None:
            try:
                answer = await in_thread(work)
            except QdrillError as error:
                (failed or self.console_app.tell_error)(error)
            else:
                done(answer)

        async def asked() -> None:
            try:
                await answered()
            except Exception as error:  # noqa: BLE001 - a defect in a question or its answer must not end a drill
                self.console_app.tell_defect(error)

        # Not `asked()`: a worker that is cancelled before it starts would never await it.
        run: Callable[[], Awaitable[None]] = asked
        self.run_worker(run, name=group, group=group, exclusive=True, exit_on_error=False)

    def key_hint(self, identifier: str) -> str:
        """`s Start`, for texts that say what to press."""
        return f"{self.console_app.key_of(identifier)} {self.say(action(identifier).label_key)}"
