"""The console under test: started, waited for, and read as text."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets import Input

from qdrill.console.app import QdrillApp
from qdrill.console.engine import Engine
from qdrill.console.i18n import Language
from qdrill.console.jobs import Job, JobState
from tests.console.support.scripted import ScriptedEngine

SMALL, LARGE = (80, 24), (120, 36)
PATIENCE = 20.0


def screen_text(app: QdrillApp) -> str:
    """What the terminal shows: all lines, styles left out, spaces at the ends of lines too."""
    screen = app.screen
    width, height = screen.size
    lines = screen._compositor.render_strips(Size(width, height))
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)


async def wait_until(pilot: Pilot[int], condition: Callable[[], object], what: str = "") -> None:
    """Let the app work until `condition` holds; fails with what the screen shows after 20 s."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if pilot.app._exception is not None:
            raise AssertionError(f"the app broke down while the test waited: {what}") from pilot.app._exception
        if time.monotonic() > until:
            text = screen_text(pilot.app)  # type: ignore[arg-type]
            raise AssertionError(f"not within {PATIENCE:.0f} s: {what or condition}\n{text}")
        await pilot.pause(0.01)
    await pilot.pause()


async def wait_for_text(pilot: Pilot[int], text: str) -> None:
    """Let the app work until the screen shows `text`."""
    await wait_until(pilot, lambda: text in screen_text(pilot.app), f"{text!r} on the screen")  # type: ignore[arg-type]


def toasts(app: QdrillApp) -> list[str]:
    """What the toasts say, oldest first."""
    return [one.message for one in app._notifications]


def state_of(job: Job[Any]) -> JobState:
    """The state of a job now: mypy takes a property for a constant."""
    return job.state


@asynccontextmanager
async def run(
    engine: Engine,
    size: tuple[int, int] = SMALL,
    language: Language | None = None,
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[tuple[QdrillApp, Pilot[int]]]:
    """The console over `engine`, without a terminal. At the end no job is left behind.

    Args:
        language: None leaves it to the engine's configuration.
        environ: environment variables; None is an English one, and no other variables.
    """
    if language is not None and isinstance(engine, ScriptedEngine):
        engine.config = replace(engine.config, console=replace(engine.config.console, language=language))
    app = QdrillApp(engine, {"LANG": "en_US.UTF-8"} if environ is None else environ, clock)
    if language is not None:
        app.language = language
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        await pilot.pause()
        try:
            yield app, pilot
        finally:
            _end_jobs(app, engine)


def _end_jobs(app: QdrillApp, engine: Engine) -> None:
    for job in app.jobs.all:
        job.cancel()
    if isinstance(engine, ScriptedEngine):
        engine.let_go()
    for job in app.jobs.all:
        assert job.wait(PATIENCE), f"the {job.kind} did not stop"


def steady(app: QdrillApp) -> None:
    """No blinking cursor: for what is compared with a golden."""
    for one in app.screen.query(Input):
        one.cursor_blink = False
