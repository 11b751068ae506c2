"""The Collections screen under test: opened, filled, and read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from textual.pilot import Pilot

from qdrill.browse.overview import CollectionSummary
from qdrill.console.app import QdrillApp
from qdrill.console.engine import Engine
from qdrill.console.i18n import Language
from qdrill.console.screens.collections import CollectionsScreen
from tests.console.support import samples
from tests.console.support.screens import SMALL, run, wait_until
from tests.console.support.scripted import ScriptedEngine

OTHER = "local/other"
DOWN = CollectionSummary("far", "far", None, error="far refuses the connection; check that it is up")


@asynccontextmanager
async def shown(
    engine: Engine, size: tuple[int, int] = SMALL, language: Language | None = None
) -> AsyncIterator[tuple[QdrillApp, Pilot[int], CollectionsScreen]]:
    """The Collections screen, once its stores have answered."""
    async with run(engine, size, language) as (app, pilot):
        await pilot.press("2")
        await wait_until(pilot, lambda: app.current_mode == "collections" and app.base_screen.is_mounted)
        screen = cast(CollectionsScreen, app.base_screen)
        await wait_until(pilot, lambda: screen.asked is None, "all stores have answered")
        yield app, pilot, screen


def two_stores(tmp_path: Path) -> ScriptedEngine:
    """Two collections in one store, another store that is down; drills.toml is there."""
    made = ScriptedEngine(tmp_path, samples.config(tmp_path, file=tmp_path / "drills.toml"))
    made.config = replace(made.config, stores={"local": samples.store(), "far": samples.store("far")})
    made.summaries = [samples.summary(), samples.summary(OTHER, points=7, status="yellow"), DOWN]
    return made


def rows(screen: CollectionsScreen) -> list[str]:
    """Keys of the rows from top to bottom."""
    return [row.key.lstrip("\0") for row in screen.table.grid.rows]


async def opened(pilot: Pilot[int], screen: CollectionsScreen) -> None:
    """Open the first collection, and wait for its points."""
    await pilot.press("down", "enter")
    await wait_until(pilot, lambda: screen.detail.page is not None and screen.detail.detail is not None)
