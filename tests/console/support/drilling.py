"""The Drill screen over the scripted engine, with a drill that stands in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from qdrill.console.app import QdrillApp
from qdrill.console.i18n import Language
from qdrill.console.screens.drill import DrillScreen
from qdrill.events import (
    DrillFinished,
    Progress,
    StageFinished,
    StageStarted,
)
from tests.console.support import samples
from tests.console.support.screens import LARGE, SMALL, run, wait_until
from tests.console.support.script import HOLD
from tests.console.support.scripted import ScriptedEngine

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
HALF = (
    *samples.stage_events("preflight", 0.2),
    StageStarted("backup"),
    Progress("backup", "points", 500, 1000, 1000),
    samples.request(),
)


@asynccontextmanager
async def shown(
    engine: ScriptedEngine, size: tuple[int, int] = SMALL, language: Language = "en"
) -> AsyncIterator[tuple[QdrillApp, Pilot[int], DrillScreen]]:
    async with run(engine, size, language) as (app, pilot):
        screen = app.base_screen
        assert isinstance(screen, DrillScreen)
        yield app, pilot, screen


def held(engine: ScriptedEngine) -> Any:
    """A drill that stands in the middle of its backup."""
    return engine.script(*HALF, HOLD, StageFinished("backup", 1.0, True), DrillFinished("pass", "all", "drill.toml"))


async def started(pilot: Pilot[int], engine: ScriptedEngine) -> None:
    await pilot.press("s")
    await wait_until(pilot, lambda: engine.scripts["drill"].holding, "the drill holds")


def with_result(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Drills of the scripted engine end with these values in their result."""
    ended = ScriptedEngine._ended

    def other(self: ScriptedEngine, *given: Any) -> Any:
        made = ended(self, *given)
        return replace(made, result=replace(made.result, **changes))

    monkeypatch.setattr(ScriptedEngine, "_ended", other)
