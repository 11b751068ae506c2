"""What the steps do on the other screens: the collection, the search, the comparison, the record."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from qdrill.console.handover import Handover
from qdrill.console.panels.records_page import RecordPage
from qdrill.console.panels.search_query import Wish
from qdrill.console.screens.base import ConsoleScreen
from qdrill.console.screens.collections import CollectionsScreen
from qdrill.console.screens.compare import CompareScreen
from qdrill.console.screens.records import RecordsScreen
from qdrill.console.screens.search import SearchScreen
from qdrill.console.walkthrough.engine import SOURCE, TARGET
from qdrill.console.walkthrough.moves import outcome
from qdrill.console.walkthrough.step import Condition
from qdrill.demo import collection, sabotage
from qdrill.results import Difference

if TYPE_CHECKING:
    from qdrill.console.walkthrough.app import WalkthroughApp

Kind = TypeVar("Kind", bound=ConsoleScreen)
_LOOKS_A_SECOND = 50
_PATIENCE = 30.0


def screen_of(app: WalkthroughApp, kind: type[Kind]) -> Kind:
    """The screen at hand, typed."""
    screen = app.base_screen
    assert isinstance(screen, kind)
    return screen


async def wait(app: WalkthroughApp, condition: Condition) -> bool:
    """Wait in the middle of a move; False when it was in vain, or somebody took over."""
    for _ in range(round(_PATIENCE * _LOOKS_A_SECOND)):
        if app.player.state != "playing":
            return False
        if condition(app):
            return True
        await asyncio.sleep(1 / _LOOKS_A_SECOND)
    return False


# ---------------------------------------------------------------------- Collections


async def select_source(app: WalkthroughApp) -> None:
    """The list, with nothing open over it."""
    screen = screen_of(app, CollectionsScreen)
    if screen.opened:
        screen.do_close()


def source_listed(app: WalkthroughApp) -> bool:
    """The sample collection is under the cursor."""
    screen = app.base_screen
    if not isinstance(screen, CollectionsScreen) or (row := screen.table.selected) is None:
        return False
    return row.summary.address == SOURCE


async def open_source(app: WalkthroughApp) -> None:
    """The sample collection in detail."""
    screen = screen_of(app, CollectionsScreen)
    if not screen.opened and await wait(app, source_listed):
        await app.action_do("collections.open")


def source_open(app: WalkthroughApp) -> bool:
    """Its points are shown."""
    screen = app.base_screen
    return isinstance(screen, CollectionsScreen) and screen.detail.page is not None


# ---------------------------------------------------------------------- Search


async def search_both(app: WalkthroughApp) -> None:
    """The drill's own text search, on both sides."""
    screen = screen_of(app, SearchScreen)
    screen.take(Handover("search", SOURCE, TARGET))
    screen.panel.set_wish(Wish("text", top_k=3, using=collection.SPARSE, embedder="bm25"))
    screen.panel.write("text", collection.QUERY)
    screen.panel.ask()


def answered(app: WalkthroughApp) -> bool:
    """Both sides have answered."""
    screen = app.base_screen
    return isinstance(screen, SearchScreen) and screen.reply is not None


# ---------------------------------------------------------------------- Compare


async def compare_both(app: WalkthroughApp) -> None:
    """Source against target, every point."""
    screen_of(app, CompareScreen).take(Handover("compare", SOURCE, TARGET))
    await app.action_do("compare.start")


async def close_point(app: WalkthroughApp) -> None:
    """Back to the classes."""
    screen_of(app, CompareScreen).do_close()


def compared(app: WalkthroughApp) -> bool:
    """There is a result, and its rows can be opened."""
    screen = app.base_screen
    return isinstance(screen, CompareScreen) and screen.ending is not None and screen.result.listed


async def open_changed_point(app: WalkthroughApp) -> None:
    """The point whose text was changed, both versions of it."""
    screen = screen_of(app, CompareScreen)
    table = screen.result.table
    for row in range(table.row_count):
        table.move_cursor(row=row)
        item = screen.result.selected
        if isinstance(item, Difference) and item.id == sabotage.CHANGED:
            await app.action_do("compare.open")
            return


def versions_open(app: WalkthroughApp) -> bool:
    """Both versions are shown."""
    screen = app.base_screen
    return isinstance(screen, CompareScreen) and screen.point.versions is not None


# ---------------------------------------------------------------------- Records


def records_listed(app: WalkthroughApp) -> bool:
    """The record of the last drill is under the cursor."""
    screen, found = app.base_screen, outcome(app)
    if not isinstance(screen, RecordsScreen) or found is None or (entry := screen.selected) is None:
        return False
    return entry.row.id == found.result.id


async def select_record(app: WalkthroughApp) -> None:
    """The record of the last drill, among the others."""
    screen, found = screen_of(app, RecordsScreen), outcome(app)
    if screen.view.opened is not None:
        screen.do_close()
    if found is not None and await wait(
        app, lambda _: any(one.row.id == found.result.id for one in screen.table.entries)
    ):
        screen.table.select(found.result.id)


async def read_record(app: WalkthroughApp) -> None:
    """Open it."""
    if await wait(app, records_listed):
        await app.action_do("records.open")


def record_open(app: WalkthroughApp) -> bool:
    """Its Markdown is shown."""
    screen = app.base_screen
    if not isinstance(screen, RecordsScreen) or screen.view.opened is None:
        return False
    return screen.view.query_one(RecordPage).virtual_size.height > 0
