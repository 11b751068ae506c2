"""The Collections screen: what the stores hold, one collection in detail, and work that starts from there."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import PurePath
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from qdrill.browse.detail import CollectionDetail
from qdrill.console.actions import bindings_for
from qdrill.console.handover import Handover
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.collections_detail import Asked, DetailPanel
from qdrill.console.panels.collections_job import JobPanel
from qdrill.console.panels.collections_points import PAGE, PointPage, point_page, point_text
from qdrill.console.panels.collections_table import TablePanel
from qdrill.console.screens.collections_stores import Stores
from qdrill.console.screens.collections_why import why_not
from qdrill.console.widgets.grid import Grid
from qdrill.errors import NotFound, QdrillError
from qdrill.results import PointId


class CollectionsScreen(Stores):
    """The Collections screen. It asks when it opens, on a key, and after a job; never by itself."""

    MODE = "collections"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["base.tcss", "collections.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("collections")

    def body(self) -> ComposeResult:
        """Banner; table and detail side by side; the job."""
        yield Static(id="banner", markup=False)
        with Horizontal(id="main"):
            yield TablePanel(id="table")
            yield DetailPanel(id="detail")
        yield JobPanel(id="job")

    def on_mount(self) -> None:
        """Ask all stores."""
        self.table.grid.focus()
        self.relabel()
        self.load(self.engine.stores())

    def relabel(self) -> None:
        """Title and banner in the app's language; the panels do their own."""
        self.top.show(self.say("action.app.collections"))
        self.show_banner(anew=True)

    # ------------------------------------------------------------------ the table

    def do_filter(self) -> None:
        """Let a filter be typed."""
        self.table.open_filter()

    def do_sort(self) -> None:
        """The other way round, or by the next column."""
        self.table.sort_next()

    # ------------------------------------------------------------------ the detail

    @on(Grid.Opened)
    def _row_clicked(self, event: Grid.Opened) -> None:
        """A row was clicked."""
        event.stop()
        self.do_open()

    def do_open(self) -> None:
        """A point whole, where the points have the keys; else the collection under the cursor."""
        if self.opened and self.detail.points.has_focus:
            self._open_point()
            return
        row = self.table.selected
        if row is None or row.down:
            return
        self.add_class("-detail")
        self.detail.open(row.summary.address, self.guard(row))
        self.detail.show_section("points")
        self.ask_detail(row.summary.address)

    def ask_detail(self, address: str) -> None:
        """Ask for the collection, and for its first points."""
        engine = self.engine

        def failed(error: QdrillError) -> None:
            self._detail_failed(address, "detail", error)

        def told(detail: CollectionDetail) -> None:
            if self.detail.address == address:
                self.detail.show_detail(detail)

        self.ask(lambda: engine.detail(address), told, group="detail", failed=failed)
        self._ask_points(address, None, 0)

    def _ask_points(self, address: str, start: PointId | None, before: int) -> None:
        engine = self.engine

        def told(page: PointPage) -> None:
            if self.detail.address == address:
                self.detail.show_page(page)

        self.ask(
            lambda: point_page(engine.sample(address, start, PAGE), start, before),
            told,
            group="points",
            failed=lambda error: self._detail_failed(address, "points", error),
        )

    def _detail_failed(self, address: str, asked: Asked, error: QdrillError) -> None:
        if isinstance(error, NotFound):
            self.listing.vanish(address)
            self.show_table()
        if self.detail.address == address:
            self.detail.show_error(asked, str(error))

    def _open_point(self) -> None:
        point = self.detail.point
        if point is None:
            return
        address = self.detail.address

        def read(text: str) -> None:
            open_dialogue(
                self.app, lambda: Reading(self.say("collections.point.title", id=point.id, address=address), text)
            )

        self.ask(lambda: point_text(point, self.say), read, group="point")

    def do_points(self, step: int) -> None:
        """The next page of points, or the first."""
        page, address = self.detail.page, self.detail.address
        if step == 0:
            self._ask_points(address, None, 0)
        elif page is not None and page.next_id is not None:
            self._ask_points(address, page.next_id, page.span[1])

    def do_section(self) -> None:
        """Points, configuration, schema."""
        self.detail.next_section()

    def do_defaults(self) -> None:
        """Show the settings at their defaults, or fold them."""
        self.detail.toggle_defaults()

    def do_close(self) -> None:
        """Close what is open: the filter, the detail, a result."""
        if self.opened and not self.table.query_one("#filter").has_focus:
            self.remove_class("-detail")
            self.table.grid.focus()
            self.show_banner()
        elif not self.table.close_filter():
            self.query_one(JobPanel).close()

    # ------------------------------------------------------------------ elsewhere

    async def do_compare(self) -> None:
        """Go to Compare with this collection."""
        await self._hand_over("compare")

    async def do_search(self) -> None:
        """Go to Search with this collection."""
        await self._hand_over("search")

    async def do_drill(self) -> None:
        """Go to Drill with this collection as the source."""
        await self._hand_over("drill")

    async def _hand_over(self, mode: str) -> None:
        row = self.at_hand
        if row is not None:
            await self.console_app.hand_over(Handover(mode, source=row.summary.address))

    def why_not(self, identifier: str) -> str | None:
        """See `collections_why`."""
        return why_not(self, identifier)

    def copied(self) -> str | None:
        """The point, or the collection's row, as JSON; the result of a job where nothing else is selected."""
        point = self.detail.point if self.opened and self.detail.has_focus_within else None
        if point is not None:
            return point.text
        row = self.at_hand
        if row is not None:
            return json.dumps(asdict(row.summary), ensure_ascii=False, indent=2)
        ended = self.query_one(JobPanel).ended
        return ended.text if ended is not None else None
