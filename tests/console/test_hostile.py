"""Hostile names, payloads, answers and records through every widget that shows data, on every screen.

Nothing raises, nothing but Textual's own painting reaches the terminal, nothing is done, every row keeps its cells.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.theme import Theme

from qdrill.browse.overview import CollectionSummary
from qdrill.config_model import StoreConfig
from qdrill.console.app import QdrillApp
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.compare_places import Comparison
from qdrill.console.panels.search_places import Places
from qdrill.console.screens.collections import CollectionsScreen
from qdrill.console.screens.compare import CompareScreen
from qdrill.console.screens.drill import DrillScreen
from qdrill.console.screens.records import RecordsScreen
from qdrill.console.screens.search import SearchScreen
from qdrill.drill.point_versions import PointVersions
from qdrill.errors import ArchiveError, StoreError
from qdrill.events import CheckDone, DrillFinished, Notice, Progress, Retrying, StageStarted
from qdrill.records.model import KeptSearch, Who
from qdrill.results import ConfigDifference, Difference, Hit, PointId
from qdrill.rows.difference import Change
from qdrill.rows.preview import PointRow, read_point
from tests.console.support import past, samples
from tests.console.support.harmless import answered, look, look_through, unharmed
from tests.console.support.hostile import ENCODABLE, HOSTILE, MARKUP, NAMES, SHAPE, SIZE, SURROGATE, TERMINAL, WORST
from tests.console.support.screens import LARGE, SMALL, run, wait_until
from tests.console.support.script import HOLD
from tests.console.support.scripted import ScriptedEngine
from tests.records.samples import hostile, record_of

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
FEW = (WORST, SURROGATE, SIZE[1], SHAPE[2])
"""For what there is only one of at a time."""
PAGES = ("home", *["pagedown"] * 3, "end")


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    """Even its artifacts are somewhere that no one would choose."""
    place = WORST.replace("/", "").replace("\n", "")
    return ScriptedEngine(tmp_path / place)


@asynccontextmanager
async def opened(engine: ScriptedEngine, size: tuple[int, int]) -> AsyncIterator[tuple[QdrillApp, Pilot[int]]]:
    async with run(engine, size) as (app, pilot):
        yield app, pilot
        unharmed(app)


async def leave(app: QdrillApp, pilot: Pilot[int]) -> None:
    await pilot.press("escape")
    await wait_until(pilot, lambda: len(app.screen_stack) == 1, "the dialogue is left")


async def read_through(app: QdrillApp, pilot: Pilot[int], *keys: str) -> None:
    """Open a dialogue with `keys`, look at it, and leave it."""
    await pilot.press(*keys)
    await wait_until(pilot, lambda: len(app.screen_stack) > 1, "a dialogue")
    await look_through(app, pilot, "pagedown")
    await leave(app, pilot)


def hostile_point(text: str) -> PointRow:
    """A point of which id, keys, values and vector names are `text`."""
    row = {"id": text, "payload": {text: text, "text": text}, "vector": {text: [0.5]}}
    return read_point(cast(PointId, text), json.dumps(row).encode())


# ---------------------------------------------------------------------- drill


@SIZES
async def test_plans_forms_and_errors_of_the_drill_screen(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    drills = [samples.nightly(name=text, source=f"local/{text}", target=text) for text in HOSTILE if text]
    stores = {"local": samples.store(), "prod": samples.store("prod", production=True)}
    engine.config = replace(engine.config, drills=tuple(drills), stores=stores)
    engine.planned = (("backup", WORST), ("restore", f"{WORST}: REFUSED: {WORST}"), ("drill", SIZE[1]))
    async with opened(engine, size) as (app, pilot):
        screen = cast(DrillScreen, app.base_screen)
        await read_through(app, pilot, "d")
        for text in FEW:
            screen.have(samples.nightly(name=text, source=f"prod/{text}", target=f"local/{text}", operator=text))
            await answered(app, pilot)
        await read_through(app, pilot, "e")
        await read_through(app, pilot, "n")
        engine.existing.add(f"local/{FEW[-1]}")
        await read_through(app, pilot, "s")
        for text in FEW:
            engine.fail("target_exists", StoreError(text))
            await pilot.press("s")
            await answered(app, pilot)
        unharmed(app, ["drill"])


@SIZES
async def test_a_drill_whose_requests_checks_and_verdict_are_hostile(
    engine: ScriptedEngine, size: tuple[int, int]
) -> None:
    logged = [
        event
        for text in HOSTILE
        for event in (
            samples.request(f"/collections/{text}", method=text[:9], detail=text, url=text, body=text),
            Retrying(text, 1, 0.5, text),
            Notice("warning", text),
            CheckDone(samples.check(text, "fail", expected=text, seen=text, ids=(text,))),
        )
    ]
    checks = tuple(event.check for event in logged if isinstance(event, CheckDone))
    engine.result = replace(hostile(WORST), checks=checks)
    engine.script(
        StageStarted("backup"), Progress("backup", "points", 5, 10), *logged, HOLD,
        DrillFinished("fail", SIZE[0], WORST),
    )  # fmt: skip
    async with opened(engine, size) as (app, pilot):
        await pilot.press("s")
        await wait_until(pilot, lambda: engine.scripts["drill"].holding)
        await look_through(app, pilot, *PAGES, "home", "f2", "f2", "y")
        await read_through(app, pilot, "enter")
        await pilot.press("slash")
        app.focused.value = WORST  # type: ignore[union-attr]
        await look_through(app, pilot, "escape")
        engine.release()
        await wait_until(pilot, lambda: app.jobs.running is None)
        await look_through(app, pilot, *PAGES, "home", "f2", "f2", "y")
        await read_through(app, pilot, "enter")


# ---------------------------------------------------------------------- collections


@SIZES
async def test_collections_their_settings_and_points(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    address = samples.SOURCE
    engine.extra = tuple(StoreConfig("", path=Path(text)) for text in FEW if "\0" not in text)
    engine.summaries = [
        *(samples.summary(f"local/{name}", vectors=name, aliases=(name,), status=name) for name in NAMES),
        *(CollectionSummary(store.label, store.label, None, error=WORST) for store in engine.extra),
        samples.summary(),
    ]
    settings = {text: {text: text} for text in HOSTILE}
    schema = {text: {"data_type": text, "points": 1, text: text} for text in HOSTILE}
    fields = {"version": WORST, "status": WORST, "vectors": WORST, "aliases": (WORST,)}
    engine.details = {address: samples.detail(address, configuration=settings, payload_schema=schema, **fields)}
    engine.points = {address: [hostile_point(text) for text in ENCODABLE if text]}
    engine.kept_archives = tuple(Path(text.replace("\0", "")) for text in FEW)
    async with opened(engine, size) as (app, pilot):
        await pilot.press("2")
        screen = cast(CollectionsScreen, app.base_screen)
        await wait_until(pilot, lambda: app.base_screen.is_mounted and screen.asked is None)
        await look_through(app, pilot, *PAGES, "o", "o", "o", "f2", "f2")
        await read_through(app, pilot, "end", "b")
        await read_through(app, pilot, "w")
        await pilot.press("slash")
        app.focused.value = "default_collection"  # type: ignore[union-attr]
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: screen.detail.page and screen.detail.detail)
        await look_through(app, pilot, "down", *PAGES, "right_square_bracket", "y")
        await read_through(app, pilot, "enter")
        await look_through(app, pilot, "v", "e", *PAGES, "v", *PAGES)
        engine.fail("detail", StoreError(WORST))
        await pilot.press("escape", "enter")
        await answered(app, pilot)


# ---------------------------------------------------------------------- search


@SIZES
async def test_queries_hits_and_their_errors(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    found = tuple(Hit(cast(PointId, text), 0.5, {text: text, "text": text}) for text in HOSTILE)
    reply = samples.outcome(name=f"text {WORST}", reason=WORST, using=WORST, state="fail", same_order=False)
    engine.outcomes = (replace(reply, source_hits=found, target_hits=found[::-1]),)
    engine.summaries = [samples.summary(f"local/{name}") for name in NAMES]
    async with opened(engine, size) as (app, pilot):
        await pilot.press("3")
        await wait_until(pilot, lambda: isinstance(app.base_screen, SearchScreen) and app.base_screen.is_mounted)
        screen = cast(SearchScreen, app.base_screen)
        for text in FEW:
            screen.go_to(Places(text, f"x{text}"))
            await pilot.press("slash")
            screen.panel.line.value = text or "x"
            await pilot.press("enter")
            await answered(app, pilot)
        await look_through(app, pilot, *PAGES, "home", "tab", *PAGES, "f2", "f2", "y")
        await read_through(app, pilot, "enter")
        await read_through(app, pilot, "j")
        await read_through(app, pilot, "e")
        for text in FEW:
            engine.fail("ask", StoreError(text))
            await pilot.press("r")
            await answered(app, pilot)


# ---------------------------------------------------------------------- compare


@SIZES
async def test_comparisons_their_differences_and_points(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    kinds = ("missing", "extra", "vector", "payload", "float_drift")
    listed = tuple(Difference(cast(PointId, text), cast(Any, kinds[at % 5]), text) for at, text in enumerate(HOSTILE))
    settings = tuple(ConfigDifference(text, text, text) for text in HOSTILE)
    asked = tuple(samples.outcome(name=text, reason=text, state="fail", using=text) for text in HOSTILE)
    result = samples.compared(verdict="fail", differences=listed, missing=9, config=settings)
    engine.verification = replace(samples.verification(verdict="fail"), result=result, searches=asked)
    point = cast(PointId, HOSTILE[0])
    row = hostile_point(WORST)
    changes = tuple(Change(text, text, text) for text in HOSTILE)
    engine.versions = {point: PointVersions(point, row, row, changes)}
    engine.summaries = [samples.summary(f"local/{name}") for name in NAMES]
    engine.kept_archives = tuple(Path(text.replace("\0", "")) for text in FEW)
    async with opened(engine, size) as (app, pilot):
        await pilot.press("4")
        await wait_until(pilot, lambda: isinstance(app.base_screen, CompareScreen) and app.base_screen.is_mounted)
        screen = cast(CompareScreen, app.base_screen)
        for text in FEW:
            screen.asked, screen.chosen = Comparison(text, f"{text}2"), True
            await answered(app, pilot)
        await read_through(app, pilot, "e")
        await pilot.press("s")
        await wait_until(pilot, lambda: screen.ending)
        for _section in range(3):
            await look_through(app, pilot, *PAGES, "home")
            await pilot.press("t")
        await wait_until(pilot, lambda: screen.result.table.has_focus)
        await pilot.press("home", "enter")
        await wait_until(pilot, lambda: screen.point.versions)
        await look_through(app, pilot, *PAGES, "home", "y")
        await read_through(app, pilot, "enter")
        engine.fail("verify", StoreError(WORST))
        await pilot.press("escape", "s")
        await wait_until(pilot, lambda: screen.ending and screen.ending.found is None)
        await answered(app, pilot)


# ---------------------------------------------------------------------- records


def bad_record(number: int, text: str) -> Any:
    """A record in which everything is `text`."""
    made = replace(record_of(hostile(text)), id=past.identifier(number), name=text, notes=(text,), error=text)
    kept = (KeptSearch(text, text, 1.0, text),)
    metrics = replace(made.metrics, grafana=text, screenshot=text)
    return replace(made, who=Who(*[text] * 6), kept=kept, screenshots=(text,), metrics=metrics)


@SIZES
async def test_records_and_the_form_that_signs_them(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    texts = [text for text in HOSTILE if text != SURROGATE]
    for number, text in enumerate(texts):
        place = engine.drills / past.identifier(number)
        engine.records[place] = bad_record(number, text) if number % 3 else ArchiveError(text)
        engine.problems[place] = (text,) if number % 3 == 1 else ()
    worst = engine.drills / past.identifier(9999)
    engine.records = {worst: bad_record(9999, WORST), **engine.records}
    async with opened(engine, size) as (app, pilot):
        await pilot.press("6")
        await wait_until(pilot, lambda: isinstance(app.base_screen, RecordsScreen) and past.settled(app))
        screen = cast(RecordsScreen, app.base_screen)
        await look_through(app, pilot, *PAGES, "f2", "f2")
        for down in range(2):
            await pilot.press("home", *["down"] * down)
            await look_through(app, pilot, "y", "enter")
            await wait_until(pilot, lambda: screen.view.opened)
            await look_through(app, pilot, *PAGES, "m", "m", "escape")
        screen.table.select(worst.name)
        await read_through(app, pilot, "s")
        await read_through(app, pilot, "c")
        await pilot.press("slash")
        app.focused.value = WORST  # type: ignore[union-attr]
        await look_through(app, pilot, "escape")


# ---------------------------------------------------------------------- everywhere


async def test_themes_keys_commands_and_toasts(engine: ScriptedEngine) -> None:
    console = replace(engine.config.console, theme=WORST, keys={WORST: WORST, "app.help": WORST, "drill.start": "["})
    engine.config = replace(engine.config, console=console)
    async with opened(engine, LARGE) as (app, pilot):
        look(app)
        for text in HOSTILE:
            app.register_theme(Theme(text, primary="#ff0000"))
        await read_through(app, pilot, "f3")
        await pilot.press("f1")
        await wait_until(pilot, lambda: len(app.screen_stack) > 1)
        for text in (*MARKUP[:3], *TERMINAL, SHAPE[2], SURROGATE):
            app.focused.post_message(Paste(text))  # type: ignore[union-attr]
            await pilot.pause()
            look(app)
        await leave(app, pilot)
        await app.push_screen(Reading(WORST, "\n".join(HOSTILE)))
        await look_through(app, pilot, *["pagedown"] * 6)
        await leave(app, pilot)
        for number in "123456":
            await pilot.press(number)
            await pilot.pause()
            for text in FEW:
                app.tell(text, severity="error")
            await pilot.pause()
            look(app)
            app.clear_notifications()


async def test_a_copy_is_one_sequence_whatever_it_holds(engine: ScriptedEngine, written: list[str]) -> None:
    async with opened(engine, SMALL) as (app, pilot):
        for text in HOSTILE:
            written.clear()
            app.copy_text(text)
            await pilot.pause()
            for sent in written:
                assert sent.startswith("\x1b]52;c;") and sent.endswith("\a")
                assert sent[7:-1].isascii() and sent[7:-1].isprintable()
        look(app)
