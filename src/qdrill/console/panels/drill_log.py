"""The log with its filter, and how much there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from qdrill.console.feed import LogLine
from qdrill.console.panels.drill_log_view import LogView
from qdrill.console.panels.drill_log_words import LogWords
from qdrill.console.text import plain
from qdrill.console.widgets.line import Line
from qdrill.console.widgets.say import Localised
from qdrill.units import count


class LogPanel(Vertical, Localised):
    """The log, its filter, and in the border how much there is and whether it follows."""

    DEFAULT_CSS = """
    LogPanel { height: 1fr; }
    LogPanel Input { display: none; height: 1; border: none; padding: 0; }
    LogPanel.-filter Input { display: block; }
    """

    def __init__(self, clock: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self._clock = clock
        self._total = self._after = 0

    def compose(self) -> ComposeResult:
        """Log and filter."""
        yield LogView(self._clock)
        yield Line(id="log-filter", compact=True)

    @property
    def view(self) -> LogView:
        """The lines."""
        return self.query_one(LogView)

    def on_mount(self) -> None:
        """The words."""
        self.relabel()

    def relabel(self) -> None:
        """Words in the app's language."""
        app = self.console_app
        self.view.speak(LogWords(self.say, app.language))
        self.query_one(Input).placeholder = self.say("drill.log.filter_hint")
        self._titles()

    def begin(self) -> None:
        """Another drill's log."""
        self._total = self._after = 0
        self.view.clear()
        self._titles()

    def take(self, lines: Sequence[LogLine], total: int) -> None:
        """New lines; `total` counts those that were dropped too."""
        if lines:
            self._total, self._after = total, lines[-1].number
            self.view.append(lines)
            self._titles()

    @property
    def after(self) -> int:
        """Number of the last line taken."""
        return self._after

    def open_filter(self) -> None:
        """Let a filter be typed."""
        self.add_class("-filter")
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        self.view.show_matching(event.value)
        self._titles()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the lines."""
        event.stop()
        self.set_class(bool(event.value), "-filter")
        self.view.focus()

    def on_key(self, event: events.Key) -> None:
        """Esc takes the filter away."""
        if event.key == "escape" and self.query_one(Input).has_focus:
            event.stop()
            self.query_one(Input).value = ""
            self.remove_class("-filter")
            self.view.focus()

    def on_log_view_moved(self) -> None:
        """Say whether the end is followed."""
        self._titles()

    def _titles(self) -> None:
        title = self.say("drill.log.title", n=count(self._total))
        if wanted := self.query_one(Input).value:
            title = self.say("drill.log.filtered", n=count(self.view.matching), wanted=wanted)
        held = "" if self.view.follows else self.say("drill.log.held")
        app = self.console_app
        hint = held or ("" if self._total else self.say("drill.log.hint", press=app.key_of("drill.filter")))
        for name, text in (("border_title", title), ("border_subtitle", hint)):
            shown = plain(text, 60)
            if getattr(self, f"_{name}_shown", None) != shown.plain:
                setattr(self, f"_{name}_shown", shown.plain)
                setattr(self, name, shown)
