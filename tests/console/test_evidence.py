"""Screenshots: by key and at the end of each stage, in the drill's evidence, and vouched for by its record."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from qdrill.config_model import Config, ConsoleConfig
from qdrill.console.live import LiveEngine
from qdrill.control import JobControl
from qdrill.demo.drill import demo_store, prepare_demo
from qdrill.drill.runner import DrillOutcome, run_drill
from qdrill.events import Emit
from qdrill.records.integrity import check_record
from qdrill.records.render_toml import load_record
from qdrill.session import Session
from tests.console.support import samples
from tests.console.support.screens import run, screen_text, toasts, wait_until
from tests.console.support.script import HOLD
from tests.console.support.scripted import DRILL_ID, ScriptedEngine


def pictures(folder: Path) -> list[str]:
    """Names of the pictures, each looked at: a whole SVG."""
    found = sorted(folder.glob("*.svg"))
    for one in found:
        assert ElementTree.fromstring(one.read_text(encoding="utf-8")).tag.endswith("svg")
    return [one.name for one in found]


async def test_a_screenshot_without_a_drill_goes_beside_the_artifacts(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        await pilot.press("f12")
        await wait_until(pilot, lambda: any("Screenshot saved" in text for text in toasts(app)))
        await pilot.press("6")
        await wait_until(pilot, lambda: app.current_mode == "records")
        await pilot.press("f12")
        await wait_until(pilot, lambda: len(pictures(tmp_path / "screens")) == 2)
        assert pictures(tmp_path / "screens") == ["01-drill.svg", "02-records.svg"]


async def test_each_stage_leaves_a_picture_and_the_verdict_one(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    events = samples.drill_events()
    ends = [at for at, event in enumerate(events, 1) if type(event).__name__ == "StageFinished"]
    steps: list[object] = []
    for begin, end in zip([0, *ends], [*ends, len(events)], strict=True):
        steps += [*events[begin:end], HOLD]
    engine.script(*steps)  # type: ignore[arg-type]
    folder = tmp_path / "drills" / DRILL_ID / "evidence" / "screens"
    async with run(engine) as (app, pilot):
        job = app.jobs.start("drill", "x", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
        for number in range(1, 5):
            await wait_until(pilot, lambda: engine.scripts["drill"].holding)
            await wait_until(pilot, lambda number=number: len(pictures(folder)) == number)  # type: ignore[misc]
            engine.release()
        engine.release(2)
        await wait_until(pilot, lambda: job.ended)
        await wait_until(pilot, lambda: len(pictures(folder)) == 5)
        assert [name[3:-4] for name in pictures(folder)] == ["preflight", "backup", "restore", "validate", "record"]
        await wait_until(pilot, lambda: engine.called("amend"))
        await pilot.press("f12")
        await wait_until(pilot, lambda: len(pictures(folder)) == 6 and len(engine.called("amend")) == 2)


async def test_a_stage_that_ends_elsewhere_gets_no_picture_of_something_else(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.script(*samples.drill_events(), HOLD)
    folder = tmp_path / "drills" / DRILL_ID / "evidence" / "screens"
    async with run(engine) as (app, pilot):
        await pilot.press("6")
        await wait_until(pilot, lambda: app.current_mode == "records")
        job = app.jobs.start("drill", "x", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
        await wait_until(pilot, lambda: app._shot == {"preflight", "backup", "restore", "validate"})
        engine.release()
        await wait_until(pilot, lambda: job.ended)
        assert pictures(folder) == []
        await pilot.press("1")
        await wait_until(pilot, lambda: pictures(folder) == ["01-record.svg"])


async def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    (tmp_path / "screens").write_text("in the way")
    async with run(engine) as (app, pilot):
        await pilot.press("f12")
        await wait_until(pilot, lambda: any("cannot write" in text for text in toasts(app)))
        assert "Error" in screen_text(app)


async def test_the_record_of_a_real_drill_vouches_for_its_pictures(tmp_path: Path) -> None:
    engine = LiveEngine(None, {})
    config = Config(tmp_path / "artifacts", console=ConsoleConfig(language="en"), stores={"demo": demo_store(tmp_path)})
    engine._session = Session(config, {}, JobControl())

    def drill(control: JobControl, emit: Emit) -> DrillOutcome:
        with Session(config, {}, control, emit) as session:
            plan, ends = prepare_demo(session, tmp_path)
            return run_drill(plan, ends, control, emit)

    async with run(engine) as (app, pilot):
        job = app.jobs.start("drill", "demo", drill)
        await wait_until(pilot, lambda: job.ended, "the drill ended")
        assert job.error is None and job.result is not None
        directory = job.result.record.parent
        await wait_until(pilot, lambda: load_record(job.result.record).amended, "the record vouches")  # type: ignore[union-attr]
        record = load_record(job.result.record)
        names = [f"evidence/screens/{name}" for name in pictures(directory / "evidence" / "screens")]
        assert names and list(record.screenshots) == names
        assert check_record(directory, record) == []
        assert names[0] in (directory / "drill.md").read_text(encoding="utf-8")
    engine.close()
