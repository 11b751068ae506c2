"""One theme file: read strictly, turned into a Textual theme; and colours for themes that know nothing of drills.

A file has `name`, `dark` and four tables of colours: `[colors]` (Textual's own), `[states]` and `[drill]` (ours) and
`[textual]` (single variables of Textual that the others do not reach).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.color import BLACK, WHITE, Color, ColorParseError
from textual.theme import Theme

from qdrill.config_model import instead, quoted
from qdrill.errors import UsageError
from qdrill.names import terminal_text

READABLE = 4.5
"""The contrast that text needs: WCAG 2.2, 1.4.3 (level AA)."""

MOST_BYTES = 64 * 1024

STATES = ("pass", "fail", "inconclusive", "interrupted", "skipped", "running", "paused")
"""States that have a colour; each is the CSS variable `$state-<name>`."""

# What each of our variables is made from where a theme does not set it: a variable of Textual, and the ANSI colour.
_SOURCES = {
    "state-pass": ("success", "ansi_green"),
    "state-fail": ("error", "ansi_red"),
    "state-inconclusive": ("warning", "ansi_yellow"),
    "state-interrupted": ("warning", "ansi_magenta"),
    "state-skipped": ("secondary", "ansi_default"),
    "state-running": ("primary", "ansi_cyan"),
    "state-paused": ("secondary", "ansi_blue"),
    "clock": ("foreground", "ansi_default"),
    "objective": ("warning", "ansi_yellow"),
    "chart-line": ("primary", "ansi_cyan"),
    "chart-limit": ("warning", "ansi_yellow"),
    "banner-production": ("error", "ansi_red"),
    "banner-read-only": ("primary", "ansi_blue"),
}
OWN_VARIABLES = (*_SOURCES, "banner-production-text", "banner-read-only-text")
"""Every CSS variable that the console adds to Textual's; the two last are always computed."""

_BANNERS = ("banner-production", "banner-read-only")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_COLORS = (
    *("primary", "secondary", "accent", "warning", "error", "success"),
    *("foreground", "background", "surface", "panel", "boost"),
)
_DRILL = tuple(name for name in _SOURCES if not name.startswith("state-"))
_NOT_COLOURS = re.compile(r"-style(-|$)|-alpha$|^(primary|secondary|accent|warning|error|success)$")
_AUTO = re.compile(r"auto( \d{1,3}%)?")


def read_theme(path: Path) -> Theme:
    """The theme in a TOML file.

    Raises:
        UsageError: the file cannot be read, or something in it is wrong; one line with file and key.
    """
    shown = terminal_text(str(path), 200)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{shown}: cannot be read: {error.strerror or type(error).__name__}") from None
    if len(data) > MOST_BYTES:
        raise UsageError(f"{shown}: is over {MOST_BYTES // 1024} kB, which no theme needs; make it smaller")
    return parse_theme(data, shown)


def parse_theme(data: bytes, file: str) -> Theme:
    """The theme in the bytes of a TOML file; `file` is what messages call it.

    Raises:
        UsageError: something is wrong; one line with file and key.
    """
    try:
        found = tomllib.loads(data.decode())
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is not UTF-8; save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{file}: is not TOML: {terminal_text(str(error), 120)}") from None
    _known(file, "", found, ("name", "dark", "colors", "states", "drill", "textual"))
    name, dark = _name(file, found.get("name")), found.get("dark")
    if not isinstance(dark, bool):
        raise UsageError(f"{file}: dark: needs true or false")
    colors: dict[str, Any] = {**_table(file, found, "colors", _COLORS)}
    if "primary" not in colors:
        raise UsageError(f"{file}: colors.primary: is missing; every theme needs it")
    variables = {f"state-{key}": value for key, value in _table(file, found, "states", STATES).items()}
    variables |= _table(file, found, "drill", _DRILL)
    variables |= _table(file, found, "textual", textual_variables(), auto=True)
    return Theme(name=name, dark=dark, variables=variables, **colors)


def textual_variables() -> tuple[str, ...]:
    """Names of Textual's variables that `[textual]` may set: its colours that are not in `[colors]`."""
    generated = Theme(name="any", primary="#000000").to_color_system().generate()
    return tuple(name for name in generated if name not in _COLORS and not _NOT_COLOURS.search(name))


def theme_variables(theme: Theme) -> dict[str, str]:
    """Values of `OWN_VARIABLES` for a theme that does not set them; readable on its background, surface and panel.

    For `App.get_theme_theme_variables`: what the theme sets itself goes before these.
    """
    if theme.ansi:
        ansi = {name: source[1] for name, source in _SOURCES.items()}
        return ansi | {f"{name}-text": "ansi_black" for name in _BANNERS}
    colors = theme.to_color_system().generate()
    grounds = [Color.parse(colors[name]) for name in ("background", "surface", "panel")]
    grounds = [grounds[0] + ground for ground in grounds]
    made = {
        name: readable(Color.parse(colors[source]), grounds).hex if name not in _BANNERS else colors[source]
        for name, (source, _) in _SOURCES.items()
    }
    for name in _BANNERS:
        fill = Color.parse(theme.variables.get(name, made[name]))
        made[f"{name}-text"] = ink_on([fill]).hex
    return made


def contrast(one: Color, other: Color) -> float:
    """Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: Color, grounds: Sequence[Color], ratio: float = READABLE) -> Color:
    """`color`, mixed with as much black or white as makes text of it readable on all of `grounds`."""
    ink = ink_on(grounds)
    for tenths in range(10):
        mixed = color.blend(ink, tenths / 10, 1)
        if all(contrast(mixed, ground) >= ratio for ground in grounds):
            return mixed
    return ink


def ink_on(grounds: Sequence[Color]) -> Color:
    """Black or white, whichever is told apart better from all of `grounds`."""
    return max((WHITE, BLACK), key=lambda ink: min(contrast(ink, ground) for ground in grounds))


def _luminance(color: Color) -> float:
    """Relative luminance (WCAG 2.2, "relative luminance")."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _name(file: str, name: object) -> str:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise UsageError(f"{file}: name: needs 1 to 40 of a-z, 0-9, - and _, such as my-theme")


def _table(file: str, found: Mapping[str, Any], table: str, known: Sequence[str], auto: bool = False) -> dict[str, str]:
    values = found.get(table, {})
    if not isinstance(values, Mapping):
        raise UsageError(f"{file}: {table}: needs to be a table, [{table}]")
    _known(file, f"{table}.", values, known)
    return {key: _color(file, f"{table}.{key}", value, auto) for key, value in values.items()}


def _known(file: str, table: str, values: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in values:
        if key not in known:
            raise UsageError(f"{file}: {table}{terminal_text(key, 60)}: is not known{instead(key, list(known))}")


def _color(file: str, where: str, value: object, auto: bool) -> str:
    if auto and isinstance(value, str) and _AUTO.fullmatch(value):
        return value
    try:
        color = Color.parse(value) if isinstance(value, str) else None
    except ColorParseError:
        color = None
    if color is None or color.ansi is not None or color.a != 1:
        seen = quoted(value) if isinstance(value, str) else "what it has"
        raise UsageError(f'{file}: {where}: {seen} is not a full colour; write it as "#rrggbb" or by name')
    return color.hex
