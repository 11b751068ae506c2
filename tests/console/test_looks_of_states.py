"""A failed drill under every theme, and without colours: what failed is told from what passed by glyphs and words."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.widgets import Label

from qdrill.console.app import QdrillApp
from qdrill.console.i18n import Language, say
from qdrill.console.widgets.state import GLYPHS
from tests.console.dump import color_of
from tests.console.support import story
from tests.console.support.clock import FakeClock
from tests.console.support.harmless import look
from tests.console.support.screens import LARGE, run, screen_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.story import Story
from tests.console.support.studio import Studio, still, studio

__all__ = ["still"]


def is_colourful(app: QdrillApp) -> bool:
    """Whether anything on the screen is painted in more than shades of grey."""
    strips = app.screen._compositor.render_strips(app.size)
    styles = [segment.style for strip in strips for segment in strip if segment.style is not None]
    colors = [color.get_truecolor() for style in styles for color in (style.color, style.bgcolor) if color is not None]
    return any(len(set(color)) > 1 for color in colors)


async def failed(stage: Studio) -> None:
    """Play the drill that fails to its end."""
    await stage.view(LARGE, "en")
    await stage.pilot.press("s")
    await wait_until(stage.pilot, lambda: stage.app.jobs.last("drill") and stage.app.jobs.running is None)
    await stage.settle()


@pytest.fixture
def failing(still: ScriptedEngine) -> tuple[ScriptedEngine, FakeClock]:
    clock = FakeClock()
    still.result = story.result("fail")
    still.script(*Story(clock, "fail").whole())
    return still, clock


async def test_every_theme_shows_a_failed_drill(failing: tuple[ScriptedEngine, FakeClock]) -> None:
    async with studio(*failing) as stage:
        app = stage.app
        await failed(stage)
        shown = screen_text(app)
        assert is_colourful(app)
        themes = sorted(app.available_themes)
        assert len([name for name in themes if name.startswith("qdrill")]) >= 4 and len(themes) >= 24
        for name in themes:
            app.theme = name
            await stage.settle()
            assert app._exception is None, name
            assert screen_text(app) == shown, name
            background = Color.parse(app.theme_variables["background"])
            assert Color.parse(color_of(app, "✗ fail") or "") != background, name
            look(app)


async def test_without_colours_every_state_has_a_glyph_and_a_word(
    failing: tuple[ScriptedEngine, FakeClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with studio(*failing) as stage:
        await failed(stage)
        assert not is_colourful(stage.app)
        _told_by_words(stage.app, "en")
        await stage.view(LARGE, "zh")
        _told_by_words(stage.app, "zh")


def _told_by_words(app: QdrillApp, language: Language) -> None:
    text = screen_text(app)
    for state in ("fail", "inconclusive", "pass"):
        assert f"{GLYPHS[state]} {say(language, f'drill.state.{state}')} " in text
    assert f"✗ {say(language, 'drill.verdict.fail')}" in text
    stages = {say(language, f"drill.stage.{name}"): glyph for name, glyph in (("backup", "✓"), ("restore", "✗"))}
    for name, glyph in stages.items():
        assert f"{glyph} {name}" in text


async def test_a_look_sees_what_would_do_harm(still: ScriptedEngine) -> None:
    harmful = ("[@click=app.quit]x[/]", "[link='https://x']y[/]")
    async with run(still, LARGE) as (app, pilot):
        for text in harmful:
            label = Label(text)
            await app.base_screen.mount(label)
            await pilot.pause()
            with pytest.raises(AssertionError, match="a text became"):
                look(app)
            await label.remove()
        look(app)
