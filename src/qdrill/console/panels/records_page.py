"""A record's Markdown as lines on the screen. Nothing in it is opened, fetched or run, whatever it says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from io import StringIO
from typing import ClassVar

from markdown_it import MarkdownIt
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, Markdown, MarkdownElement
from rich.segment import Segment
from rich.style import Style
from rich.theme import Theme
from textual import work
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qdrill.console.widgets.say import InConsole

_HEADINGS = tuple(f"markdown.h{level}" for level in range(1, 7))


def strict_parser() -> MarkdownIt:
    """What our records use, and nothing more: no HTML, no images, no links made of bare text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_inline", "html_block"])


class _Heading(Heading):
    """A heading at the left, on one line."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield self.text


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "heading_open": _Heading}


def page_lines(text: str, width: int, heading: Style, quiet: Style) -> list[list[Segment]]:
    """The Markdown `text` as lines of `width` cells. A link is its text: it leads nowhere.

    Args:
        heading, quiet: of headings, and of what only guides the eye.
    """
    page = _Page("", hyperlinks=True)
    page.parsed = strict_parser().parse(text)
    console = Console(file=StringIO(), width=width, color_system="truecolor", legacy_windows=False)
    bold = Style(bold=True)
    styles: Mapping[str, Style] = {
        **dict.fromkeys(_HEADINGS, heading + bold),
        **dict.fromkeys(("markdown.item.bullet", "markdown.item.number", "markdown.table.border"), quiet),
        **dict.fromkeys(("markdown.block_quote", "markdown.table.header", "markdown.strong"), bold),
        **dict.fromkeys(("markdown.link", "markdown.link_url", "markdown.code", "markdown.code_block"), Style()),
    }
    with console.use_theme(Theme(styles)):
        lines = console.render_lines(page, console.options, pad=True)
    return [[Segment(one.text, _harmless(one.style)) for one in line if not one.control] for line in lines]


def _harmless(style: Style | None) -> Style | None:
    """The style without a link: terminals open those."""
    return style.update_link(None) if style is not None and style.link else style


class RecordPage(ScrollView, InConsole, can_focus=True):
    """The Markdown of a record."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"page--heading", "page--quiet"}
    DEFAULT_CSS = """
    RecordPage {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > .page--heading { color: $accent; }
        & > .page--quiet { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text, self._home = "", False
        self._lines: list[list[Segment]] = []

    def show(self, text: str, *, home: bool) -> None:
        """Show another page, `home` from its top; otherwise what is in sight stays there."""
        if text != self._text or home:
            self._text, self._home = text, home or self._home
            self._render_anew()

    def on_resize(self) -> None:
        """The width is another one."""
        self._render_anew()

    def notify_style_update(self) -> None:
        """The theme is another one."""
        super().notify_style_update()
        if self.is_mounted:
            self._render_anew()

    def _render_anew(self) -> None:
        if self.scrollable_content_region.width:
            self._render_lines()

    @work(group="page", exclusive=True, exit_on_error=False)
    async def _render_lines(self) -> None:
        """A long page takes longer than a key may wait, so a thread lays it out."""
        style, width = self.get_component_rich_style, self.scrollable_content_region.width
        heading, quiet = style("page--heading"), style("page--quiet")
        try:
            self._lines = await asyncio.to_thread(page_lines, self._text, max(20, width), heading, quiet)
        except Exception as error:  # noqa: BLE001 - a page that cannot be shown must not end a drill
            self.console_app.tell_defect(error)
        self.virtual_size = Size(width, len(self._lines))
        if self._home:
            self._home = False
            self.scroll_home(animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line in sight."""
        width, base = self.scrollable_content_region.width, self.rich_style
        at = y + int(self.scroll_offset.y)
        if at >= len(self._lines):
            return Strip.blank(width, base)
        return Strip(self._lines[at]).apply_style(base).adjust_cell_length(width, base)
