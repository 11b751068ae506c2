"""How the console looks and speaks: themes, loaded at the start and again when a file changes, and the language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from textual.screen import Screen
from textual.widget import Widget

from qdrill.console.engine_words import sentence
from qdrill.console.i18n import LANGUAGES
from qdrill.console.mixins.host import AppPart
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.themes import (
    DEFAULT_THEME,
    LoadedThemes,
    adopt_themes,
    load_themes,
    theme_variables,
    watch_themes,
)
from qdrill.console.widgets.say import Localised


class Looks(AppPart):
    """`F2` and `F3`."""

    def begin_looks(self) -> None:
        """Load the themes, and look for changes from now on."""
        host = self.host
        file = host.engine.config.file
        folders = [(file.parent if file else Path()) / "themes"]
        loaded = load_themes(folders)
        self._take_themes(loaded)
        wished = host.engine.config.console.theme or DEFAULT_THEME
        if wished in host.available_themes:
            host.theme = wished
        else:
            host.theme = DEFAULT_THEME
            host.tell(host.say("theme.unknown", name=wished), severity="warning")
        watching = watch_themes(folders, self._take_themes, loaded)
        host.run_worker(watching, name="themes", group="themes", exit_on_error=False)

    def _take_themes(self, loaded: LoadedThemes) -> None:
        adopt_themes(self.host, loaded)
        if loaded.message:
            self.host.tell(sentence(self.host.language, loaded.message), severity="warning")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables under themes that do not know them; Textual asks for it."""
        return theme_variables(self.host.current_theme)

    def do_theme(self) -> None:
        """Choose a theme from a list."""
        host = self.host
        names = sorted(host.available_themes, key=lambda name: (not name.startswith("qdrill"), name))
        options = [(name, name) for name in names]
        open_dialogue(host, lambda: Choose(host.say("theme.title"), options, host.theme), self._set_theme)

    def _set_theme(self, name: str | None) -> None:
        if name is not None:
            self.host.theme = name

    def do_language(self) -> None:
        """The next language."""
        host = self.host
        languages = list(LANGUAGES)
        host.language = languages[(languages.index(host.language) + 1) % len(languages)]
        for screen in self._screens():
            for node in screen.walk_children(with_self=True):
                if isinstance(node, Widget) and isinstance(node, Localised) and node.is_mounted:
                    node.relabel()
        host.show_jobs()

    def _screens(self) -> Iterator[Screen[object]]:
        """Every screen that is open, in any mode."""
        for mode in self.host.MODES:
            with suppress(KeyError):  # a mode that nobody went to yet
                yield from self.host.get_screen_stack(mode)
