"""One collection in detail: its figures, and below them its points, its configuration or its payload schema."""

from __future__ import annotations

from typing import Literal

from textual.app import ComposeResult, RenderResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from qdrill import units
from qdrill.browse.detail import CollectionDetail
from qdrill.console.panels.collections_cells import GUARD_GLYPHS, Guard
from qdrill.console.panels.collections_facts import facts_content
from qdrill.console.panels.collections_points import PointPage, point_columns
from qdrill.console.panels.collections_settings import schema_content, settings_content
from qdrill.console.text import plain
from qdrill.console.widgets.grid import Grid
from qdrill.console.widgets.say import Localised
from qdrill.rows.preview import PointRow

Section = Literal["points", "settings", "schema"]
Asked = Literal["detail", "points"]
SECTIONS: tuple[Section, ...] = ("points", "settings", "schema")


class SectionTab(Widget, Localised):
    """The name of a section; a click shows it."""

    DEFAULT_CSS = """
    SectionTab { width: auto; height: 1; padding: 0 1; color: $text-muted; }
    SectionTab:hover { background: $boost; }
    SectionTab.-active { color: $text; text-style: bold underline; }
    """

    class Clicked(Message):
        """Somebody wants that section."""

        def __init__(self, section: Section) -> None:
            super().__init__()
            self.section = section

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section

    def render(self) -> RenderResult:
        """Its name; the one shown is marked by more than a style."""
        name = self.say(f"collections.section.{self.section}")
        return Content(f"[{name}]" if self.has_class("-active") else f" {name} ")

    def relabel(self) -> None:
        """In the app's language."""
        self.refresh(layout=True)

    def on_click(self) -> None:
        """Show it."""
        self.post_message(self.Clicked(self.section))


class DetailPanel(Vertical, Localised):
    """Shows what it is given; asking is the screen's."""

    DEFAULT_CSS = """
    DetailPanel #detail-error { display: none; height: auto; color: $text-error; }
    DetailPanel.-error #detail-error { display: block; }
    DetailPanel #facts { height: auto; }
    DetailPanel #sections { height: 1; }
    DetailPanel ContentSwitcher { height: 1fr; }
    DetailPanel VerticalScroll { scrollbar-size-vertical: 1; }
    DetailPanel VerticalScroll > Static { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self.address = ""
        self._errors: dict[Asked, str] = {}
        self.detail: CollectionDetail | None = None
        self.page: PointPage | None = None
        self.section: Section = "points"
        self._unfolded = False
        self._guard: Guard = ""

    def compose(self) -> ComposeResult:
        """Error, figures, names of the sections, the section at hand."""
        yield Static(id="detail-error", markup=False)
        yield Static(id="facts", markup=False)
        with Horizontal(id="sections"):
            for section in SECTIONS:
                yield SectionTab(section)
        with ContentSwitcher(initial="points"):
            yield Grid(id="points")
            with VerticalScroll(id="settings"):
                yield Static(markup=False)
            with VerticalScroll(id="schema"):
                yield Static(markup=False)

    @property
    def error(self) -> str:
        """What is wrong, one line; empty while nothing is."""
        return self._errors.get("detail") or self._errors.get("points", "")

    @property
    def points(self) -> Grid:
        """The table of points."""
        return self.query_one("#points", Grid)

    @property
    def point(self) -> PointRow | None:
        """The point under the cursor."""
        if self.page is None or not self.page.rows or self.section != "points":
            return None
        return self.page.rows[self.points.at]

    def open(self, address: str, guard: Guard) -> None:
        """Another collection, of which nothing is known yet."""
        self.address, self._guard = address, guard
        self.detail, self.page, self._unfolded = None, None, False
        self._errors.clear()
        self.relabel()

    def show_detail(self, detail: CollectionDetail) -> None:
        """What the store told."""
        self.detail = detail
        self._errors.pop("detail", None)
        self._paint()

    def show_page(self, page: PointPage) -> None:
        """Points; the cursor goes to the first of them."""
        self.page = page
        self._errors.pop("points", None)
        self.points.show((), "")
        self._paint()

    def show_error(self, asked: Asked, text: str) -> None:
        """What went wrong with one of the two questions; what was known stays."""
        self._errors[asked] = text
        self._paint()

    def show_section(self, section: Section) -> None:
        """Points, configuration or schema."""
        self.section = section
        self.query_one(ContentSwitcher).current = section
        for tab in self.query(SectionTab):
            tab.set_class(tab.section == section, "-active")
            tab.refresh(layout=True)
        self.focus_section()
        self._show_titles()

    def next_section(self) -> None:
        """The next of the three."""
        self.show_section(SECTIONS[(SECTIONS.index(self.section) + 1) % len(SECTIONS)])

    def toggle_defaults(self) -> None:
        """Show the settings at their defaults too, or fold them."""
        self._unfolded = not self._unfolded
        self.show_section("settings")
        self._paint()

    def focus_section(self) -> None:
        """Keys go to the section at hand."""
        self.query_one(f"#{self.section}").focus()

    def on_section_tab_clicked(self, event: SectionTab.Clicked) -> None:
        """Show the section clicked."""
        event.stop()
        self.show_section(event.section)

    def on_resize(self) -> None:
        """Lines are made for the width."""
        self._paint()

    def relabel(self) -> None:
        """Everything, in the app's language."""
        for tab in self.query(SectionTab):
            tab.set_class(tab.section == self.section, "-active")
            tab.refresh(layout=True)
        self._paint()

    def _paint(self) -> None:
        if not self.is_mounted or not self.address:
            return
        self.set_class(bool(self.error), "-error")
        self.query_one("#detail-error", Static).update(plain(f"✗ {self.sentence(self.error)}"))
        self._paint_detail()
        self._paint_points()
        self._show_titles()

    def _paint_detail(self) -> None:
        width = max(20, self.size.width - 6)
        key = self.console_app.key_of("collections.defaults")
        facts = settings = schema = Content("" if self.error else self.say("collections.asking"))
        if self.detail is not None:
            facts = facts_content(self.detail, self.say)
            settings = settings_content(self.detail.configuration, self.say, key, unfolded=self._unfolded)
            schema = schema_content(self.detail.payload_schema, self.say, width)
        for where, content in (("#facts", facts), ("#settings > Static", settings), ("#schema > Static", schema)):
            self.query_one(where, Static).update(content)

    def _paint_points(self) -> None:
        self.points.show_columns(point_columns(self.say))
        if self.page is not None:
            self.points.show(self.page.shown, self.say("collections.no_points"))
        else:
            self.points.show((), "" if self.error else self.say("collections.asking"))

    def _show_titles(self) -> None:
        room = max(20, self.size.width - 8)
        word = f"{GUARD_GLYPHS[self._guard]} {self.say(f'collections.guard.{self._guard}')}  " if self._guard else ""
        setattr(self, "border_title", plain(word + self.address, room))  # noqa: B010 - the setter takes Content
        setattr(self, "border_subtitle", plain(self._page_words(), room))  # noqa: B010

    def _page_words(self) -> str:
        if self.page is None or self.section != "points" or not self.page.rows:
            return ""
        first, last = map(units.count, self.page.span)
        total = self.detail.points if self.detail is not None else None
        if total is None:
            words = self.say("collections.page_of_unknown", first=first, last=last)
        else:
            words = self.say("collections.page", first=first, last=last, total=units.count(total))
        more = [("next_points", "page_next")] if self.page.next_id is not None else []
        back = [("first_points", "page_first")] if self.page.before else []
        key_of = self.console_app.key_of
        hints = [f"{key_of(f'collections.{name}')} {self.say(f'collections.{word}')}" for name, word in more + back]
        return "   ".join([words, *hints])
