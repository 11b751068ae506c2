"""The console held still: the same clock, zone and paths every time, looked at in both sizes and both languages."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qdrill.console.app import QdrillApp
from qdrill.console.i18n import Language
from qdrill.console.panels.drill_log_view import LogView
from tests.console.support.clock import FakeClock
from tests.console.support.goldens import text_golden
from tests.console.support.screens import LARGE, SMALL, run, screen_text, steady, wait_until
from tests.console.support.scripted import ScriptedEngine

VIEWS: tuple[tuple[tuple[int, int], Language], ...] = ((SMALL, "en"), (LARGE, "en"), (LARGE, "zh"), (SMALL, "zh"))
"""Every state is looked at in this order, and ends where it began."""
BEGAN = 1_795_389_060.0
"""2026-11-22 23:11:00 UTC."""
HOME = "/srv/qdrill"
_STILL = 2


@dataclass
class Studio:
    """A running console and what it runs on."""

    app: QdrillApp
    pilot: Pilot[int]
    engine: ScriptedEngine
    clock: FakeClock

    async def settle(self) -> str:
        """Wait until nothing is asked any more and the screen stands still; returns it."""
        await wait_until(self.pilot, lambda: not self._asking(), "all questions are answered")
        seen = ""
        still = 0
        while still < _STILL:
            self.app.show_jobs()
            await self.pilot.pause()
            await self._painted()
            before, seen = seen, screen_text(self.app)
            still = still + 1 if seen == before else 0
        return seen

    async def _painted(self) -> None:
        """Wait for the layout that a timer of Textual's does a moment after all messages are handled."""
        painted = asyncio.Event()
        self.app.screen.call_after_refresh(painted.set)
        await wait_until(self.pilot, painted.is_set, "the screen is painted")

    def _asking(self) -> bool:
        return any(one.is_running and one.group != "themes" for one in self.app.workers)

    async def view(self, size: tuple[int, int], language: Language) -> None:
        """Another size and language, and wait until they are on the screen."""
        await self.turn(size, language)
        await self.settle()

    async def turn(self, size: tuple[int, int], language: Language) -> None:
        """Another size and language."""
        if self.app.size != size:
            await self.pilot.resize_terminal(*size)
        if self.app.language != language:
            self.app.do_language()

    async def take(self, name: str) -> None:
        """Compare the state with its golden, in all views."""
        parts = []
        for view in VIEWS:
            await self.turn(*view)
            parts.append(await self._look(view))
        await self.view(*VIEWS[0])
        text_golden(name, "\n".join(parts))

    async def take_dialogue(self, name: str, *keys: str) -> None:
        """Compare the dialogue that `keys` open with its golden: small in English and large in Chinese."""
        parts = []
        for view in VIEWS[::2]:
            await self.view(*view)
            await self.dialogue(*keys)
            parts.append(await self._look(view))
            await self.close()
        await self.view(*VIEWS[0])
        text_golden(name, "\n".join(parts))

    async def _look(self, view: tuple[tuple[int, int], Language]) -> str:
        await self.settle()
        steady(self.app)
        (width, height), language = view
        return f"{width}x{height} {language}\n\n{await self.settle()}\n"

    async def close(self) -> None:
        """Leave the dialogue."""
        await self.pilot.press("escape")
        await wait_until(self.pilot, lambda: len(self.app.screen_stack) == 1, "the dialogue is left")

    async def dialogue(self, *keys: str) -> None:
        """Press keys that open a dialogue, and wait for it."""
        await self.pilot.press(*keys)
        await wait_until(self.pilot, lambda: len(self.app.screen_stack) > 1, "a dialogue")

    async def held(self, job: str = "drill") -> None:
        """Wait until the script holds, and half a second more: what is painted less often is painted then."""
        await wait_until(self.pilot, lambda: self.engine.scripts[job].holding, f"the {job} holds")
        self.clock.advance(0.5)
        await self.settle()

    def quiet(self) -> None:
        """No toasts."""
        self.app.clear_notifications()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ScriptedEngine:
    """An engine whose paths and times are the same wherever the test runs."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "getcwd", lambda: HOME)
    return ScriptedEngine(Path("artifacts"))


@asynccontextmanager
async def studio(engine: ScriptedEngine, clock: FakeClock | None = None) -> AsyncIterator[Studio]:
    """The console over `engine`, at 80x24 and in English."""
    clock = clock or FakeClock()
    began = clock()
    async with run(engine, SMALL, "en", clock=clock) as (app, pilot):
        for view in app.screen.query(LogView):
            view.ahead = BEGAN - began
        yield Studio(app, pilot, engine, clock)
