"""Collections, Search, Compare, Records and Metrics in their states, as files to read and compare."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

from qdrill.config_services import PrometheusConfig
from qdrill.console.panels.compare_places import Comparison
from qdrill.console.screens.base import ConsoleScreen
from qdrill.console.screens.collections import CollectionsScreen
from qdrill.console.screens.compare import CompareScreen
from qdrill.console.screens.metrics import MetricsScreen
from qdrill.console.screens.records import RecordsScreen
from qdrill.console.screens.search import SearchScreen
from qdrill.errors import ArchiveError, StoreError
from qdrill.events import Progress
from qdrill.records.model import Amended, DrillRecord
from qdrill.results import ConfigDifference
from qdrill.signals.board_model import KEYS, Chart
from qdrill.signals.model import QueryAnswer, Series
from tests.console.support import past, samples, story
from tests.console.support.clock import FakeClock
from tests.console.support.collections import DOWN, OTHER
from tests.console.support.goldens import svg_golden
from tests.console.support.measuring import charted, expressed
from tests.console.support.screens import LARGE, wait_until
from tests.console.support.script import HOLD
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.scripted_metrics import AT, board, points, tile
from tests.console.support.story import Story
from tests.console.support.studio import Studio, still, studio

__all__ = ["still"]

PROMQL_ERROR = "bad_data: 1:10: parse error: unclosed left parenthesis; mend the expression"
ABSENT = "no endpoint has import_rows_total of default_collection_restored: absent is not 0"
AMENDED = Amended(samples.record().time.started, ("operator",), "evidence/earlier/drill-1.toml", "qdrill 0.1.0")
Shown = TypeVar("Shown", bound=ConsoleScreen)


async def at(stage: Studio, key: str, kind: type[Shown]) -> Shown:
    """Go to another screen."""
    await stage.pilot.press(key)
    await wait_until(stage.pilot, lambda: isinstance(stage.app.base_screen, kind) and stage.app.base_screen.is_mounted)
    screen = stage.app.base_screen
    assert isinstance(screen, kind)
    return screen


# ---------------------------------------------------------------------- collections


async def test_collections(still: ScriptedEngine) -> None:
    stores = {
        "local": samples.store(),
        "far": samples.store("far"),
        "prod": samples.store("prod", production=True),
    }
    still.config = replace(still.config, stores=stores)
    named = "text 384 Cosine, image 512 Dot"
    still.summaries = [
        samples.summary(aliases=("live",)),
        samples.summary(OTHER, points=7, status="yellow", indexed=0),
        samples.summary("local/文档库", points=1_234_567, vectors=named, segments=12),
        samples.summary("prod/orders", points=48_000_000, status="red", error="optimizer: disk is full"),
        DOWN,
    ]
    clock = FakeClock()
    async with studio(still, clock) as stage:
        screen = await at(stage, "2", CollectionsScreen)
        await wait_until(stage.pilot, lambda: screen.asked is None)
        await stage.take("collections_list")
        await stage.pilot.press("down")
        await stage.take_dialogue("collections_backup", "b")
        await stage.view(LARGE, "en")
        await stage.pilot.press("enter")
        await wait_until(stage.pilot, lambda: screen.detail.page and screen.detail.detail)
        await stage.settle()
        svg_golden("collections_detail", stage.app)
        await stage.take("collections_points")
        await stage.pilot.press("v")
        await stage.take("collections_settings")
        await stage.pilot.press("escape")
        still.script(*(Story(clock).to_the_restore()[3:5]), HOLD, job="back_up")
        await stage.dialogue("b")
        await stage.pilot.press("enter")
        await stage.held("back_up")
        await stage.take("collections_backing_up")


async def test_no_store_answers(still: ScriptedEngine) -> None:
    still.config = replace(still.config, stores={"far": samples.store("far")})
    still.summaries = [DOWN]
    async with studio(still) as stage:
        screen = await at(stage, "2", CollectionsScreen)
        await wait_until(stage.pilot, lambda: screen.asked is None)
        await stage.take("collections_down")


# ---------------------------------------------------------------------- search


async def test_search(still: ScriptedEngine) -> None:
    theirs = samples.hits(0.5698, 0.3923) + samples.hits(0.3811, first=5)
    reason = "2 of 3 hits of the source found in the target, overlap 1 needed; lost 2"
    other = replace(samples.outcome(), state="fail", reason=reason, target_hits=theirs, overlap=2 / 3)
    still.outcomes = (replace(other, same_order=True, max_score_change=0.0901),)
    async with studio(still, FakeClock()) as stage:

        async def asked(text: str) -> None:
            await stage.pilot.press("slash")
            screen.panel.line.value = text
            await stage.pilot.press("enter")
            await stage.settle()

        screen = await at(stage, "3", SearchScreen)
        await wait_until(stage.pilot, lambda: screen.places.source)
        await stage.take("search_empty")
        await asked("登录")
        await stage.take("search_two")
        await stage.view(LARGE, "en")
        svg_golden("search_two", stage.app)
        await stage.take_dialogue("search_hit", "enter")
        await stage.take_dialogue("search_places", "e")
        still.outcomes = (samples.outcome(target_hits=(), overlap=None, same_order=None, target_ms=None),)
        screen.go_to(replace(screen.places, target=""))
        await asked("登录")
        await stage.take("search_one")
        still.fail("ask", StoreError("local refuses the connection; check that the server is up"))
        await asked("重置")
        await stage.take("search_error")


# ---------------------------------------------------------------------- compare


async def test_compare(still: ScriptedEngine) -> None:
    made = samples.verification(verdict="fail")
    found = replace(made.result, config=(ConfigDifference("params.hnsw_config.m", "16", "32"),))
    still.verification = replace(made, result=found, searches=story.result("fail").searches)
    clock = FakeClock()
    story_of = Story(clock)
    steps = [story_of.after(0.5, Progress("verify", "points", n, 1000, n * 5040, 5_040_000)) for n in (0, 250, 500)]
    still.script(Progress("verify", "ids", 1000, None), *steps, HOLD, job="verify")
    async with studio(still, clock) as stage:
        screen = await at(stage, "4", CompareScreen)
        await stage.take("compare_plan")
        screen.asked, screen.chosen = Comparison(samples.SOURCE, samples.TARGET), True
        await stage.take_dialogue("compare_form", "e")
        await stage.pilot.press("s")
        await stage.held("verify")
        await stage.take("compare_running")
        still.release(job="verify")
        await wait_until(stage.pilot, lambda: screen.ending)
        await stage.take("compare_result")
        await stage.view(LARGE, "en")
        svg_golden("compare_result", stage.app)
        await stage.pilot.press("down", "down", "down", "enter")
        await wait_until(stage.pilot, lambda: screen.point.versions)
        await stage.take("compare_point")


async def test_a_comparison_that_cannot_be_made(still: ScriptedEngine) -> None:
    still.fail("verify", StoreError("local refuses the connection; check that the server is up"))
    async with studio(still, FakeClock()) as stage:
        screen = await at(stage, "4", CompareScreen)
        screen.asked, screen.chosen = Comparison(samples.SOURCE, samples.TARGET), True
        await stage.pilot.press("s")
        await wait_until(stage.pilot, lambda: screen.ending)
        await stage.take("compare_error")


# ---------------------------------------------------------------------- records, metrics


def timed(record: DrillRecord, rta: float | None) -> DrillRecord:
    """The record of a drill that took so long."""
    return replace(record, rto=replace(record.rto, rta_s=rta))


async def test_records(still: ScriptedEngine) -> None:
    times = [timed(past.made(number), rta) for number, rta in enumerate((3.6, 3.9, 12.5, 75.0), 2)]
    failed = replace(samples.record("fail"), id=past.identifier(7))
    past.fill(still, past.made(1, amended=(AMENDED,)), *times, timed(failed, None))
    still.records = {still.drills / past.identifier(8): ArchiveError(past.DAMAGED), **still.records}
    still.problems[still.drills / past.identifier(2)] = (past.EDITED,)
    async with studio(still) as stage:
        screen = await at(stage, "6", RecordsScreen)
        await wait_until(stage.pilot, lambda: past.settled(stage.app))
        await stage.take("records_table")
        await stage.view(LARGE, "en")
        svg_golden("records_table", stage.app)
        await stage.pilot.press("down", "down")
        await stage.take_dialogue("records_sign", "s")
        await stage.pilot.press("enter")
        await wait_until(stage.pilot, lambda: screen.view.opened)
        await stage.take("records_one")
        await stage.view(LARGE, "en")
        svg_golden("records_one", stage.app)


async def test_no_records_and_no_metrics_yet(still: ScriptedEngine) -> None:
    still.board = board(configured=False, endpoints=(), prometheus="", tiles=(), problems=("nothing",), drill="")
    async with studio(still) as stage:
        await at(stage, "6", RecordsScreen)
        await wait_until(stage.pilot, lambda: past.settled(stage.app))
        await stage.take("records_none")
        await at(stage, "5", MetricsScreen)
        await stage.take("metrics_setup")
        await stage.take_dialogue("help", "question_mark")


async def test_metrics(still: ScriptedEngine) -> None:
    still.config = replace(still.config, prometheus=PrometheusConfig("http://localhost:9090"))
    async with studio(still) as stage:
        screen = await at(stage, "5", MetricsScreen)
        await charted(stage.pilot, screen)
        await stage.take("metrics")
        await stage.pilot.press("right", "down", "m", "m")
        await charted(stage.pilot, screen)
        await stage.view(LARGE, "en")
        svg_golden("metrics", stage.app)
        await stage.take_dialogue("metrics_tile", "enter")
        still.answer = many_series()
        await expressed(stage.pilot, screen, "sum by (reason) (import_skipped_total)")
        await stage.take("metrics_expression")
        still.answer = replace(still.answer, state="failed", series=(), note=PROMQL_ERROR)
        await expressed(stage.pilot, screen, "sum(rate(")
        await stage.take("metrics_error")


def many_series() -> QueryAnswer:
    """Three series with a label that differs, one of them with nothing in it."""
    labels = ("conflict", "error", "宽")
    series = [Series((("reason", name),), points("import_rows", 1)[at * 4 :]) for at, name in enumerate(labels)]
    empty = replace(series[2], points=((AT, math.nan),))
    return QueryAnswer("expression", "", "range", "answered", AT - 300, AT, "", (*series[:2], empty), 5.0)


async def test_metrics_that_nobody_knows(still: ScriptedEngine) -> None:
    unknown = [tile(key, value=None, change=None, source="", age=None, spark=(), note=ABSENT) for key in KEYS[:4]]
    known = [tile(key, source="Prometheus", age=12.0, change=None) for key in KEYS[4:]]
    down = "endpoint rag at http://localhost:8000/metrics does not answer; check that it is up"
    still.board = board(tiles=(*unknown, *known), problems=(down, "Prometheus did not answer"), drill="", spans=())
    nothing = Chart("import_rows", "rows", (), AT - 900, AT, (), "", "no endpoint has told import_rows_total yet")
    still.charts["import_rows"] = nothing
    async with studio(still) as stage:
        await charted(stage.pilot, await at(stage, "5", MetricsScreen))
        await stage.take("metrics_unknown")
