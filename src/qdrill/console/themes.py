"""The console's themes: where they are, all of them loaded at once, reloaded while the console runs.

Our own are in `themes/` at the root of the repository and, in an installed package, beside this file; a user's are in
`themes/` beside drills.toml. A file that is broken never stops anything: the theme it held before stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.theme import BUILTIN_THEMES, Theme

from qdrill.config_model import quoted
from qdrill.console.theme_file import OWN_VARIABLES, read_theme, theme_variables
from qdrill.errors import UsageError
from qdrill.names import terminal_text

if TYPE_CHECKING:
    from textual.app import App

__all__ = [
    "DEFAULT_THEME",
    "OWN_VARIABLES",
    "LoadedThemes",
    "adopt_themes",
    "load_themes",
    "shipped_themes",
    "theme_variables",
    "watch_themes",
]

DEFAULT_THEME = "qdrill-dark"
WATCH_SECONDS = 1.0
MOST_FILES = 200
_SHOWN = 3

Stamp = dict[Path, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class LoadedThemes:
    """What a load found.

    Attributes:
        themes: every theme that can be used, ours first; names are unique.
        problems: one line for each file that is broken.
        files: the theme of each file, the last good one where the file is broken now.
    """

    themes: tuple[Theme, ...] = ()
    problems: tuple[str, ...] = ()
    files: Mapping[Path, Theme] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """All problems in one line for one toast; empty where there are none."""
        if not self.problems:
            return ""
        more = len(self.problems) - _SHOWN
        listed = "; ".join(self.problems[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        if len(self.problems) == 1:
            return f"a theme cannot be used: {listed}"
        return f"{len(self.problems)} themes cannot be used: {listed}"


def shipped_themes() -> Path | None:
    """The folder of our own themes: in the package, else at the root of a source checkout; None where neither is."""
    here = Path(__file__).resolve()
    packaged, root = here.parent / "themes", here.parents[3]
    if packaged.is_dir():
        return packaged
    checkout = root / "themes"
    return checkout if checkout.is_dir() and (root / "pyproject.toml").is_file() else None


def load_themes(folders: Sequence[Path] = (), before: LoadedThemes | None = None) -> LoadedThemes:
    """Our own themes, and every `*.toml` of `folders`. Never raises: what is wrong is in `problems`.

    Args:
        folders: the user's own, `themes/` beside drills.toml; a folder that is not there has no themes.
        before: the load before this one; a file that broke since then keeps the theme it had.
    """
    kept: dict[Path, Theme] = {}
    owners: dict[str, Path] = {}
    problems: list[str] = []
    for path in _files(folders):
        theme = _read(path, before, problems)
        if theme is None:
            continue
        if problem := _taken(theme.name, path, owners):
            problems.append(problem)
            continue
        owners[theme.name] = path
        kept[path] = theme
    return LoadedThemes(tuple(kept.values()), tuple(problems), kept)


def adopt_themes(app: App[Any], loaded: LoadedThemes) -> None:
    """Register all of `loaded` with the app; where the theme in use changed, the screen shows it at once.

    A theme whose file is gone stays registered until the console ends: it may be the one in use.
    """
    for theme in loaded.themes:
        changed = app.get_theme(theme.name) != theme
        app.register_theme(theme)
        if changed and app.theme == theme.name:
            # Assigning the same name again does nothing, so the app is made to believe in another one first.
            app.set_reactive(type(app).theme, "textual-dark")
            app.theme = theme.name


async def watch_themes(
    folders: Sequence[Path],
    on_change: Callable[[LoadedThemes], None],
    loaded: LoadedThemes | None = None,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Call `on_change` with a new load whenever a theme file appears, changes or goes; runs until cancelled.

    Once a second the times of the files are asked for: a fraction of a millisecond, and right on network drives and in
    containers too, where notifications of the system do not arrive.

    Args:
        loaded: the load that the console began with; None loads once more, to know what a broken file held before.
    """
    stamp = _stamp(folders)
    loaded = load_themes(folders) if loaded is None else loaded
    while True:
        await sleep(WATCH_SECONDS)
        now = _stamp(folders)
        if now != stamp:
            stamp, loaded = now, load_themes(folders, loaded)
            on_change(loaded)


def _files(folders: Sequence[Path]) -> list[Path]:
    """Theme files in order of folder and name, ours first. A folder that is not there or not readable has none."""
    found: list[Path] = []
    ours = shipped_themes()
    for folder in dict.fromkeys(([] if ours is None else [ours]) + [folder.resolve() for folder in folders]):
        try:
            files = sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.is_file())
        except OSError:
            continue
        found += files[:MOST_FILES]
    return found


def _stamp(folders: Sequence[Path]) -> Stamp:
    stamp: Stamp = {}
    for path in _files(folders):
        try:
            status = path.stat()
        except OSError:
            continue
        stamp[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return stamp


def _read(path: Path, before: LoadedThemes | None, problems: list[str]) -> Theme | None:
    try:
        return read_theme(path)
    except UsageError as error:
        problems.append(str(error))
        return before.files.get(path) if before is not None else None


def _taken(name: str, path: Path, owners: Mapping[str, Path]) -> str | None:
    if name in BUILTIN_THEMES:
        owner = "a theme of Textual"
    elif name in owners:
        owner = terminal_text(str(owners[name]), 200)
    else:
        return None
    return f"{terminal_text(str(path), 200)}: name: {quoted(name)} belongs to {owner}; choose another"
