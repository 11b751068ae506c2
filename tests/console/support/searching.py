"""The Search screen, opened and asked."""

from __future__ import annotations

from textual.pilot import Pilot

from qdrill.console.app import QdrillApp
from qdrill.console.screens.search import SearchScreen
from qdrill.drill.search_plan import SearchSpec
from tests.console.support.screens import wait_until
from tests.console.support.scripted import ScriptedEngine


def screen_of(app: QdrillApp) -> SearchScreen:
    screen = app.base_screen
    assert isinstance(screen, SearchScreen)
    return screen


async def opened(app: QdrillApp, pilot: Pilot[int]) -> SearchScreen:
    """The screen, looking where the drill looks."""
    await pilot.press("3")
    await wait_until(pilot, lambda: isinstance(app.base_screen, SearchScreen) and screen_of(app).places.source)
    return screen_of(app)


async def searched(app: QdrillApp, pilot: Pilot[int], typed: str = "登录") -> SearchScreen:
    """The screen with an answer."""
    screen = await opened(app, pilot)
    await asked(screen, pilot, typed)
    await wait_until(pilot, lambda: screen.asking is None and screen.reply is not None, "an answer")
    return screen


async def asked(screen: SearchScreen, pilot: Pilot[int], typed: str) -> None:
    await pilot.press("slash")
    screen.panel.line.value = typed
    await pilot.press("enter")


def specs(engine: ScriptedEngine) -> list[SearchSpec]:
    return [call["spec"] for call in engine.called("ask")]


def asked_since(engine: ScriptedEngine, count: int) -> bool:
    return len(specs(engine)) > count
