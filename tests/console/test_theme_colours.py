"""The colours of our themes: readable, told apart by every eye, and set under every theme of Textual."""

from __future__ import annotations

import asyncio
import math

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Static

from qdrill.console.theme_file import (
    OWN_VARIABLES,
    READABLE,
    contrast,
    theme_variables,
)
from qdrill.console.themes import load_themes
from qdrill.console.widgets.bar import Bar
from qdrill.console.widgets.chart import Chart
from qdrill.console.widgets.clock import Clock
from qdrill.console.widgets.spark import Spark
from qdrill.console.widgets.state import StateLabel, StateValue
from tests.console.dump import OneWidget

OURS = load_themes()
NAMES = ["qdrill-contrast", "qdrill-dark", "qdrill-light", "qdrill-safe"]
TEXTS = [name for name in OWN_VARIABLES if not name.startswith("banner-")]
GROUNDS = ("background", "surface", "panel", "block-cursor-background")


def _colors(theme: Theme) -> dict[str, str]:
    return {**theme_variables(theme), **theme.to_color_system().generate(), **theme.variables}


def _over(ground: Color, text: str) -> Color:
    """The colour of a text on a ground; `auto 60%` is black or white of that opacity."""
    if text.startswith("auto "):
        return ground + ground.get_contrast_text(int(text.removeprefix("auto ").rstrip("%")) / 100)
    return ground + Color.parse(text)


def _theme(name: str) -> Theme:
    return next(theme for theme in OURS.themes if theme.name == name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_and_every_state_are_readable(name: str, ground: str) -> None:
    colors = _colors(_theme(name))
    least = 7.0 if name == "qdrill-contrast" else READABLE
    under = Color.parse(colors[ground])
    texts = [*TEXTS, "foreground", "primary", "secondary", "success", "error", "warning", "footer-key-foreground"]
    faint = {text: round(contrast(Color.parse(colors[text]), under), 2) for text in texts}
    assert min(faint.values()) >= least, faint


@pytest.mark.parametrize("name", NAMES)
def test_muted_text_and_banners_are_readable(name: str) -> None:
    theme, least = _theme(name), 7.0 if name == "qdrill-contrast" else READABLE
    colors = _colors(theme)
    for ground in ("background", "surface", "panel"):
        under = Color.parse(colors[ground])
        for muted in ("text", "text-muted"):
            assert contrast(_over(under, colors[muted]), under) >= least
    for banner in ("banner-production", "banner-read-only"):
        fill = Color.parse(colors[banner])
        assert contrast(fill, Color.parse(colors[f"{banner}-text"])) >= least
        assert contrast(fill, Color.parse(colors["background"])) >= 3.0  # WCAG 2.2, 1.4.11: borders


@pytest.mark.parametrize("name", sorted(set(BUILTIN_THEMES) - {"ansi-dark", "ansi-light"}))
def test_our_variables_are_readable_under_textuals_themes(name: str) -> None:
    colors = _colors(BUILTIN_THEMES[name])
    under = [Color.parse(colors["background"]) + Color.parse(colors[ground]) for ground in GROUNDS[:3]]
    for text in TEXTS:
        assert min(contrast(Color.parse(colors[text]), ground) for ground in under) >= READABLE
    for banner in ("banner-production", "banner-read-only"):
        assert contrast(Color.parse(colors[banner]), Color.parse(colors[f"{banner}-text"])) >= READABLE


# What eyes without one kind of cone see, linear RGB: Machado, Oliveira, Fernandes (2009), table 1, severity 1.0.
_BLIND = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = (0.95047, 1.0, 1.08883)
Triple = tuple[float, ...]


def _times(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    return tuple(sum(one * two for one, two in zip(row, vector, strict=True)) for row in matrix)


def _lab(color: Color, eyes: str) -> Triple:
    linear = tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized)
    seen = linear if eyes == "all cones" else tuple(min(1.0, max(0.0, c)) for c in _times(_BLIND[eyes], linear))
    scaled = [value / white for value, white in zip(_times(_TO_XYZ, seen), _WHITE, strict=True)]
    x, y, z = (value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116 for value in scaled)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eyes", ["all cones", *_BLIND])
@pytest.mark.parametrize("other", ["fail", "inconclusive", "interrupted"])
def test_the_safe_theme_tells_pass_from_the_rest_for_every_eye(eyes: str, other: str) -> None:
    colors = _colors(_theme("qdrill-safe"))
    one, two = (_lab(Color.parse(colors[f"state-{state}"]), eyes) for state in ("pass", other))
    # CIE 1976: 2.3 is just noticeable; in the dark theme, whose green and red are calm, deuteranopia leaves less.
    assert math.dist(one, two) >= (40 if other == "fail" else 20)


def test_the_measure_finds_red_and_green_alike() -> None:
    red, green = Color.parse("#c05050"), Color.parse("#6f8f3c")
    normal, blind = (math.dist(_lab(red, eyes), _lab(green, eyes)) for eyes in ("all cones", "deuteranopia"))
    assert normal > 60 > 25 > blind


@pytest.mark.parametrize("name", [*NAMES, *sorted(BUILTIN_THEMES)])
def test_our_css_works_under_every_theme(name: str) -> None:
    rules = "\n".join(f".own-{variable} {{ color: ${variable}; }}" for variable in OWN_VARIABLES)

    class Rules(OneWidget):
        CSS = rules

    async def scenario() -> None:
        statics = [Static("x", classes=f"own-{variable}") for variable in OWN_VARIABLES]
        widgets = [Chart(), Spark(), Clock(), Bar(), *(StateLabel(StateValue("pass", "yes")),)]
        app = Rules(*statics, *widgets, theme=name)
        async with app.run_test(size=(80, 40)) as pilot:
            await pilot.pause()
            assert app.theme == name
            for variable, static in zip(OWN_VARIABLES, statics, strict=True):
                assert static.styles.color == Color.parse(app.theme_variables[variable])

    asyncio.run(scenario())
