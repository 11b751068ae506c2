"""Past drills for the Records screen, and the screen once it has read and looked at all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from textual.pilot import Pilot

from qdrill.console.app import QdrillApp
from qdrill.console.engine import Engine
from qdrill.console.i18n import Language
from qdrill.console.screens.records import RecordsScreen
from qdrill.records.model import DrillRecord
from tests.console.support import samples
from tests.console.support.screens import LARGE, run, wait_until
from tests.console.support.scripted import ScriptedEngine

DAMAGED = "cannot read the drill record d/drill.toml: cut off; restore it from a copy"
EDITED = "drill.toml was changed after the drill: its Markdown says something else"


def identifier(number: int) -> str:
    """Ids in the order of their drills."""
    return f"20261122T15{number // 60:02d}{number % 60:02d}Z-{number:04x}"


def made(number: int, **changes: object) -> DrillRecord:
    """A record of its own id and time; simulated drills say so."""
    record = samples.record("pass", id=identifier(number), **changes)
    started = record.time.started + timedelta(seconds=number)
    return replace(record, time=replace(record.time, started=started, finished=started + timedelta(seconds=9)))


def fill(engine: ScriptedEngine, *records: DrillRecord) -> list[Path]:
    """Put records into the engine, the newest first; returns their directories in the order given."""
    places = [engine.drills / record.id for record in records]
    for place, record in sorted(zip(places, records, strict=True), reverse=True):
        engine.records[place] = record
    return places


@asynccontextmanager
async def opened(
    engine: Engine, size: tuple[int, int] = LARGE, language: Language = "en"
) -> AsyncIterator[tuple[QdrillApp, Pilot[int], RecordsScreen]]:
    """The Records screen, all read and looked at."""
    async with run(engine, size, language) as (app, pilot):
        await pilot.press("6")
        await wait_until(pilot, lambda: isinstance(app.base_screen, RecordsScreen) and settled(app), "all looked at")
        screen = app.base_screen
        assert isinstance(screen, RecordsScreen)
        yield app, pilot, screen


def settled(app: QdrillApp) -> bool:
    """Whether the table has nothing more to read or to look at."""
    screen = app.base_screen
    assert isinstance(screen, RecordsScreen)
    return screen.shelf.complete and not screen.looking
