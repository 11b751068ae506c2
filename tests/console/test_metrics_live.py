"""The Metrics screen over the real engine: an endpoint and a real Prometheus, each of them alone, and neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdrill.console.live import LiveEngine
from tests.console.support.measuring import charted, expressed, opened
from tests.console.support.screens import screen_text, wait_until
from tests.support.prometheus_server import ExpositionTarget, start_prometheus

COLLECTION = "default_collection_restored"
TEXT = f"""\
# TYPE import_rows_total counter
import_rows_total{{collection="{COLLECTION}"}} 320
# TYPE odd gauge
odd{{name="[/"}} 1
odd{{name="宽"}} NaN
"""


def live(tmp_path: Path, tables: str) -> LiveEngine:
    """An engine over a drills.toml of these tables."""
    path = tmp_path / "drills.toml"
    path.write_text(f'artifacts = "{tmp_path / "artifacts"}"\n{tables}', encoding="utf-8")
    return LiveEngine(path, {})


def endpoint(target: ExpositionTarget) -> str:
    return f'[metrics.rag]\nurl = "{target.url}"\n'


async def test_an_endpoint_alone(tmp_path: Path) -> None:
    with ExpositionTarget(TEXT) as target:
        engine = live(tmp_path, endpoint(target))
        try:
            async with opened(engine) as (app, pilot, screen):
                await charted(pilot, screen)
                text = screen_text(app)
                assert "320" in text and "endpoint rag" in text
                assert "needs [prometheus]" in text
                # Qdrant was not asked, so nothing of it is known: a word, not a 0.
                assert text.count("unknown") >= 4
        finally:
            engine.close()


@pytest.mark.parametrize("with_endpoint", [False, True])
async def test_a_prometheus_alone_and_with_an_endpoint(tmp_path: Path, with_endpoint: bool) -> None:
    with ExpositionTarget(TEXT) as target, start_prometheus(tmp_path, [target.address]) as server:
        server.wait_for_target(target.address)
        tables = f'[prometheus]\nurl = "{server.url}"\nscrape_interval_seconds = 1\n'
        engine = live(tmp_path, tables + (endpoint(target) if with_endpoint else ""))
        try:
            async with opened(engine) as (app, pilot, screen):
                await charted(pilot, screen)
                assert ("endpoint rag" if with_endpoint else "Prometheus, ") in screen_text(app)
                assert "320" in screen_text(app)
                assert "┏" in screen_text(app)
                assert "There is nothing" not in screen_text(app)
                await expressed(pilot, screen, "odd")
                assert '1 {name="[/"} 1' in screen_text(app)
                await expressed(pilot, screen, "sum(rate(")
                assert "parse error" in screen_text(app)
                await expressed(pilot, screen, "no_such_metric")
                assert "There is nothing in this time." in screen_text(app)
                assert app._exception is None
        finally:
            engine.close()


async def test_neither_until_drills_toml_has_one(tmp_path: Path) -> None:
    with ExpositionTarget(TEXT) as target:
        engine = live(tmp_path, "")
        try:
            async with opened(engine) as (app, pilot, screen):
                await wait_until(pilot, lambda: screen.has_class("-bare"))
                assert "[metrics.qdrant]" in screen_text(app)
                live(tmp_path, endpoint(target)).close()
                await pilot.press("f5")
                await charted(pilot, screen)
                assert "320" in screen_text(app)
        finally:
            engine.close()
