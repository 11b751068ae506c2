"""The lines of the request log: thousands a second come in, only those in sight are painted."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qdrill.console.feed import LOG_LINES, LogLine
from qdrill.console.panels.drill_log_lines import log_row, matches
from qdrill.console.panels.drill_log_words import ENGLISH, LogWords
from qdrill.console.text import fit
from qdrill.console.widgets.painted import PaintedList


class LogView(PaintedList, can_focus=True):
    """The last 2,000 lines that match the filter. It follows the end until somebody moves the cursor or scrolls."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"log--quiet", "log--retry", "log--warning", "log--error"}
    DEFAULT_CSS = """
    LogView {
        overflow-y: scroll;
        & > .log--quiet { color: $text-muted; }
        & > .log--retry { color: $state-inconclusive; }
        & > .log--warning { color: $text-warning; }
        & > .log--error { color: $state-fail; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "ends(-1)", show=False),
        Binding("G", "ends(1)", show=False),
    ]

    class Moved(Message):
        """The cursor is elsewhere, or the view follows the end again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = ENGLISH
        self.ahead = time.time() - clock()
        self._kept: list[LogLine] = []
        self._shown: list[LogLine] = []
        self._wanted = ""
        self.cursor: int | None = None

    @property
    def follows(self) -> bool:
        """Whether the end stays in sight; with a cursor, only while that is on the last line."""
        return self.cursor is None

    @property
    def matching(self) -> int:
        """Lines that match the filter, of those kept."""
        return len(self._shown)

    @property
    def selected(self) -> LogLine | None:
        """The line under the cursor; while the view follows, the newest request."""
        if self.cursor is not None:
            return next((line for line in self._shown if line.number == self.cursor), None)
        return next((line for line in reversed(self._shown) if line.request is not None), None)

    def append(self, lines: Sequence[LogLine]) -> None:
        """Take new lines, oldest first; the oldest of more than 2,000 go."""
        if not lines:
            return
        self._kept = (self._kept + list(lines))[-LOG_LINES:]
        found = lines if not self._wanted else [line for line in lines if matches(line, self._wanted, self.words)]
        oldest = self._kept[0].number
        gone = next((at for at, line in enumerate(self._shown) if line.number >= oldest), len(self._shown))
        if not found and not gone:
            return
        self._shown = self._shown[gone:] + list(found)
        self._extent(gone)

    def clear(self) -> None:
        """Forget all lines: another drill begins."""
        self._kept, self._shown, self.cursor = [], [], None
        self._extent(0)

    def show_matching(self, wanted: str) -> None:
        """Show the lines that match `wanted` alone."""
        if wanted != self._wanted:
            self._wanted, self.cursor = wanted, None
            self._match()

    def speak(self, words: LogWords) -> None:
        """Show the lines in another language; what matches the filter may be others then."""
        self.words = words
        if self._wanted:
            self._match()
        self.refresh()

    def _match(self) -> None:
        self._shown = [line for line in self._kept if matches(line, self._wanted, self.words)]
        self._extent(0)

    def _extent(self, gone: int) -> None:
        """There are other lines: keep to the end, or keep what is in sight in its place."""
        self._grow(Size(self.scrollable_content_region.width, len(self._shown)))
        if self.cursor is not None and self._shown and self.cursor < self._shown[0].number:
            self.cursor = self._shown[0].number
        if self.follows:
            self.scroll_end(animate=False, immediate=True, x_axis=False, force=True)
        elif gone:
            self.scroll_to(y=max(0, self.scroll_y - gone), animate=False, immediate=True, force=True)
        self.refresh()

    def _grow(self, size: Size) -> None:
        """Another virtual size without a layout of the whole screen, which Textual does for each one that is set.

        Nothing else moves: the scrollbar is always there.
        """
        if size != self.virtual_size:
            self.set_reactive(ScrollView.virtual_size, size)
            self._scroll_update(size)

    def render_line(self, y: int) -> Strip:
        """One line in sight."""
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        if not self._kept and y == 0:
            return self.strip([(fit(self.words.say("drill.log.none"), width), "log--quiet")], width)
        if at >= len(self._shown):
            return Strip.blank(width, self.rich_style)
        line = self._shown[at]
        row = log_row(line, width, self.ahead, self.words)
        if line.number == self.cursor:
            row = [(text, "painted--cursor") for text, _ in row]
        return self.strip(row, width)

    def action_move(self, by: int) -> None:
        """The cursor up or down."""
        if not self._shown:
            return
        at = len(self._shown) if self.cursor is None else self._at()
        self._go(at + by)

    def action_ends(self, to: int) -> None:
        """To the first line; or to the end, which is followed again."""
        if to < 0:
            self._go(0)
        else:
            self._follow()

    def _at(self) -> int:
        numbers = (at for at, line in enumerate(self._shown) if line.number == self.cursor)
        return next(numbers, len(self._shown) - 1)

    def _go(self, at: int) -> None:
        if at >= len(self._shown):
            self._follow()
            return
        at = max(0, at)
        self.cursor = self._shown[at].number
        top, height = self.scroll_offset.y, max(1, self.scrollable_content_region.height)
        if not top <= at < top + height:
            self.scroll_to(y=at if at < top else at - height + 1, animate=False, immediate=True, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def _follow(self) -> None:
        self.cursor = None
        self._extent(0)
        self.post_message(self.Moved())

    def _scrolled(self) -> None:
        """Scrolled by hand: what is in sight stays there."""
        if self.cursor is None and self._shown:
            height = self.scrollable_content_region.height
            self.cursor = self._shown[min(len(self._shown), int(self.scroll_target_y) + height) - 1].number
            self.post_message(self.Moved())

    def on_mouse_scroll_up(self, _event: events.MouseScrollUp) -> None:
        """The view stops following."""
        self._scrolled()

    def on_scroll_to(self) -> None:
        """The same by the scrollbar."""
        self._scrolled()

    def on_click(self, event: events.Click) -> None:
        """The line under the pointer."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y + self.scroll_offset.y < len(self._shown):
            self._go(offset.y + self.scroll_offset.y)

    def on_resize(self) -> None:
        """The width is another one."""
        self._extent(0)
