"""Hostile labels, names, sources, notes and errors on the Metrics screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.console.modals.reading import Reading
from qdrill.errors import StoreError
from qdrill.signals.board_model import KEYS, Span
from qdrill.signals.model import QueryAnswer, Series
from tests.console.support.harmless import answered, look, look_through, unharmed
from tests.console.support.hostile import MARKUP, SHAPE, SIZE, SURROGATE, TERMINAL, WORST
from tests.console.support.measuring import charted, expressed, opened, with_prometheus
from tests.console.support.screens import LARGE, SMALL, wait_until
from tests.console.support.scripted_metrics import AT, SPANS, board, points, tile

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
FEW = (WORST, SURROGATE, SIZE[1], SHAPE[2])
LABELS = (*MARKUP, *TERMINAL, *SHAPE, *SIZE, SURROGATE, WORST)


@SIZES
@pytest.mark.parametrize("text", FEW)
async def test_a_hostile_board(tmp_path: Path, text: str, size: tuple[int, int]) -> None:
    engine = with_prometheus(tmp_path)
    tiles = [tile(key, source=f"endpoint {text}", note=text) for key in KEYS[:4]]
    tiles += [tile(key, value=None, source="", age=None, note=text) for key in KEYS[4:]]
    spans = (*SPANS, Span(text, AT - 4, AT - 3), Span(text, AT + 1e300, None), Span(text, AT - 2, None))
    named = {"drill": text, "endpoints": (text, text), "prometheus": text, "problems": (text,) * 5, "collection": text}
    engine.board = board(tiles=tuple(tiles), spans=spans, **named)
    async with opened(engine, size) as (app, pilot, screen):
        await charted(pilot, screen)
        await answered(app, pilot)
        await look_through(app, pilot, "right", "down", "m", "v", "v")
        await charted(pilot, screen)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, Reading))
        await look_through(app, pilot, "escape")
        for keys in ("y", "f2"):
            await pilot.press(keys)
            look(app)
        unharmed(app)


@SIZES
async def test_hostile_labels_in_the_legend(tmp_path: Path, size: tuple[int, int]) -> None:
    engine = with_prometheus(tmp_path)
    async with opened(engine, size) as (app, pilot, screen):
        await charted(pilot, screen)
        for at in range(0, len(LABELS), 5):
            series = [
                Series((("__name__", text), (text, text)), points("import_rows", 1)) for text in LABELS[at : at + 5]
            ]
            engine.answer = QueryAnswer("x", "", "range", "answered", AT - 900, AT, LABELS[at], tuple(series), 5.0)
            await expressed(pilot, screen, f"up > {at}")
            look(app)
        await pilot.press("y")
        await answered(app, pilot)
        unharmed(app)


@SIZES
@pytest.mark.parametrize("text", FEW)
async def test_hostile_errors_and_expressions(tmp_path: Path, text: str, size: tuple[int, int]) -> None:
    engine = with_prometheus(tmp_path)
    engine.answer = QueryAnswer("x", "", "range", "failed", AT - 900, AT, text)
    async with opened(engine, size) as (app, pilot, screen):
        await charted(pilot, screen)
        await expressed(pilot, screen, f"up{text[:200]}".replace("\n", " ").strip())
        look(app)
        engine.fail("promql", StoreError(text))
        engine.fail("metrics", StoreError(text))
        await pilot.press("f5")
        await wait_until(pilot, lambda: screen.failure)
        await answered(app, pilot)
        engine.mend("metrics")
        engine.board = replace(engine.board, configured=False)
        await pilot.press("f5")
        await wait_until(pilot, lambda: screen.has_class("-bare"))
        look(app)
        unharmed(app)
