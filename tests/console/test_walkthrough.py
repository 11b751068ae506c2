"""The walkthrough on the console: the whole drill, played, held, stepped through, taken over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from qdrill.console.i18n import LANGUAGES, Language, catalogue
from qdrill.console.walkthrough import start_demo
from qdrill.console.walkthrough.app import WalkthroughApp
from qdrill.console.walkthrough.caption import Caption
from qdrill.console.walkthrough.engine import DemoEngine
from qdrill.console.walkthrough.pacing import Pacing
from qdrill.console.walkthrough.script import ACTS
from qdrill.console.walkthrough.storyboard import Storyboard
from qdrill.console.walkthrough.wrapping import wrap
from qdrill.console.widgets.keybar import KeyBar
from qdrill.control import JobControl
from qdrill.demo.sabotage import CHANGED, LOST, NUDGED
from qdrill.drill.runner import DrillOutcome
from qdrill.events import Event, StageFinished, StageStarted
from tests.console.support.screens import LARGE, SMALL, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine

FAST = 40.0
NEVER = 0.001
"""So slow that nothing goes on by itself."""


@asynccontextmanager
async def playing(
    directory: Path,
    act: str = "drill",
    *,
    speed: float = FAST,
    size: tuple[int, int] = SMALL,
    language: Language = "en",
    **options: Any,
) -> AsyncIterator[tuple[WalkthroughApp, Pilot[int]]]:
    """The walkthrough in `directory`, without a terminal."""
    engine = DemoEngine(directory, {}, sabotage=act == "sabotage", language=language)
    await asyncio.to_thread(engine.prepare)
    app = WalkthroughApp(engine, ACTS[act], {}, speed=speed, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_until(pilot, lambda: app.player.index >= 0)
        try:
            yield app, pilot
        finally:
            app.jobs.stop(30.0)
            engine.close()


async def step_to(app: WalkthroughApp, pilot: Pilot[int], name: str) -> None:
    """Go on by the arrow until the step of that name is shown."""
    names = [step.name for step in app.player.act]
    while app.player.step.name != name:
        before = app.player.index
        await pilot.press("right")
        await wait_until(pilot, lambda: app.player.index > before, f"a step after {names[before]}")  # noqa: B023
    await wait_until(pilot, lambda: app.reached(app.player.step), f"the end of step {name}")


async def to_the_end(app: WalkthroughApp, pilot: Pilot[int]) -> None:
    """Watch it to its end."""
    while app.player.state == "playing":
        at = app.player.index
        await wait_until(pilot, lambda: app.player.index != at or app.player.state != "playing", f"step {at}")  # noqa: B023
    assert (app.player.state, app.failure) == ("ended", None)


def captions(app: WalkthroughApp) -> int:
    """How many captions stand on the screen in front."""
    return len(app.screen.query(Caption))


def outcome(app: WalkthroughApp) -> DrillOutcome:
    """Of the last drill."""
    job = app.jobs.last("drill")
    assert job is not None and isinstance(job.result, DrillOutcome)
    return job.result


# ---------------------------------------------------------------------- both acts, to their end


@pytest.mark.parametrize(("size", "language"), [(SMALL, "en"), (LARGE, "zh")], ids=["80x24", "120x36"])
async def test_the_first_act_passes(tmp_path: Path, size: tuple[int, int], language: Language) -> None:
    async with playing(tmp_path, size=size, language=language) as (app, pilot):
        await to_the_end(app, pilot)
        assert outcome(app).result.verdict == "pass"
        assert catalogue(language)["walkthrough.drill.end.title"] in screen_text(app)
        assert app.exit_code(0) == 0
        assert not toasts(app)


async def test_the_second_act_fails_and_opens_each_failed_check_to_its_points(tmp_path: Path) -> None:
    async with playing(tmp_path, "sabotage", speed=NEVER, size=LARGE) as (app, pilot):
        await step_to(app, pilot, "verdict")
        found = outcome(app).result
        assert found.verdict == "fail"
        failed = [check.name for check in found.checks if check.state == "fail"]
        assert failed == ["points_restored", "sample_searches", "points_compared"]
        for step, texts in {
            "count": ["319 of 320"],
            "searches": [f"lost {LOST}"],
            "points": [str(LOST), str(CHANGED), str(NUDGED)],
            "search": [str(LOST)],
            "compare": ["FAIL"],
            "versions": ["forgot my password!"],
            "record": ["FAIL"],
            "end": ["restored 319", str(LOST), str(CHANGED), str(NUDGED)],
        }.items():
            await step_to(app, pilot, step)
            for text in texts:
                await wait_for_text(pilot, text)
            assert "{" not in app.said().text
        await pilot.press("right")
        await wait_until(pilot, lambda: app.player.state == "ended")
        assert app.exit_code(0) == 1


async def test_what_is_recorded_says_simulated_and_names_no_machine(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await step_to(app, pilot, "verdict")
        record = app.engine.record(outcome(app).record.parent)
        assert record.evidence == "simulated"
        assert record.who.host == "localhost"


# ---------------------------------------------------------------------- captions


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", ACTS)
def test_captions_leave_room_for_the_screen_at_80x24(act: str, language: Language) -> None:
    words = catalogue(language)
    for step in ACTS[act]:
        assert cell_len(words[step.caption]) <= 4 * 74, f"{step.caption} is too long"
        assert cell_len(words[f"{step.caption}.title"]) <= 30


@pytest.mark.parametrize("width", [74, 40, 114])
@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_break_where_lines_may_break(language: Language, width: int) -> None:
    for key, text in catalogue(language).items():
        if key.startswith("walkthrough.") and not key.endswith(".title"):
            lines = wrap(text, width)
            assert max(map(cell_len, lines)) <= width
            assert not any(line[:1] in "，。、：；？！）” " or line[-1:] in "（“" for line in lines if line)
            assert "".join("".join(lines).split()) == "".join(text.split())
            # No line ends early: the next one's first word would not have fitted.
            assert all(cell_len(line) + cell_len(first_unit(after)) > width - 1 for line, after in pairwise(lines))


def first_unit(line: str) -> str:
    """What could not stand on the line before: a word, or one wide character with its marks."""
    word = line.split(" ", maxsplit=1)[0]
    wide = [at for at, char in enumerate(word) if cell_len(char) == 2]
    return word if not wide or wide[0] else word[:1] + "".join(char for char in word[1:4] if char in "，。：；？！）”")


@pytest.mark.parametrize("act", ACTS)
def test_steps_have_names_of_their_own(act: str) -> None:
    names = [step.name for step in ACTS[act]]
    assert len(set(names)) == len(names)


async def test_the_caption_stands_above_the_key_bar_and_covers_nothing(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await wait_until(pilot, lambda: captions(app) == 1)
        caption, bar = app.screen.query_one(Caption).region, app.screen.query_one(KeyBar).region
        assert caption.bottom == bar.y
        for widget in app.screen.children:
            if widget.display and not isinstance(widget, Caption | KeyBar) and widget.region.area:
                assert not widget.region.overlaps(caption), widget
        assert "step 1 of 14" in screen_text(app)


async def test_language_may_change_while_it_plays(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (_, pilot):
        await wait_for_text(pilot, "Why qdrill")
        await pilot.press("f2")
        await wait_for_text(pilot, "为什么要演练")
        await wait_for_text(pilot, "接手")
        await pilot.press("right")
        await wait_for_text(pilot, "示例是一个客服知识库")


# ---------------------------------------------------------------------- keys


async def test_space_holds_and_lets_go(tmp_path: Path) -> None:
    async with playing(tmp_path) as (app, pilot):
        await pilot.press("space")
        held = app.player.index
        await wait_for_text(pilot, "paused")
        for _ in range(20):
            await pilot.pause(0.02)
        assert app.player.index == held
        await pilot.press("space")
        await wait_until(pilot, lambda: app.player.index > held)


async def test_the_keys_of_the_caption_can_be_clicked(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await wait_for_text(pilot, "Take over")
        line = next(line for line in screen_text(app).splitlines() if "Take over" in line)
        row = screen_text(app).splitlines().index(line)
        await pilot.click(offset=(line.index("Pause") + 1, row))
        await wait_for_text(pilot, "paused")
        await pilot.click(offset=(line.index("Take over") + 1, row))
        await wait_until(pilot, lambda: app.player.state == "taken")


async def test_back_shows_earlier_steps_and_does_no_work_again(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await step_to(app, pilot, "verdict")
        drill = app.jobs.last("drill")
        names = [step.name for step in app.player.act]
        for name in reversed(names[: names.index("verdict")]):
            await pilot.press("left")
            await wait_until(pilot, lambda: app.player.step.name == name)  # noqa: B023
            await wait_until(pilot, lambda: captions(app) == 1)
            assert f"step {names.index(name) + 1} of" in screen_text(app)
        assert app.current_mode == "drill"
        assert app.jobs.last("drill") is drill
        await step_to(app, pilot, "search")
        assert app.jobs.last("drill") is drill


async def test_the_drill_waits_between_stages_and_its_clock_does_not_run_meanwhile(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await step_to(app, pilot, "preflight")
        job = app.jobs.last("drill")
        assert job is not None
        for _ in range(20):
            await pilot.pause(0.02)
        assert [stage.state for stage in job.snapshot().stages] == ["done", *["waiting"] * 4]
        assert job.snapshot().restore_began is None


async def test_esc_hands_the_console_over_and_the_drill_goes_on(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await step_to(app, pilot, "preflight")
        await pilot.press("escape")
        await wait_until(pilot, lambda: captions(app) == 0)
        assert any("console is yours" in one for one in toasts(app))
        await wait_until(pilot, lambda: (job := app.jobs.last("drill")) is not None and job.ended)
        assert outcome(app).result.verdict == "pass"
        await pilot.press("2")
        await wait_until(pilot, lambda: app.current_mode == "collections")
        await pilot.press("6", "space", "left", "right")
        assert (app.current_mode, app.player.state) == ("records", "taken")
        assert app.exit_code(0) == 0


async def test_it_stands_still_behind_a_dialogue_of_the_person(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: len(app.screen_stack) == 2)
        assert app.busy()
        await pilot.press("right", "space")
        assert (app.player.index, app.player.paused) == (0, False)
        await pilot.press("escape")
        await wait_until(pilot, lambda: len(app.screen_stack) == 1)
        assert (app.busy(), app.player.state) == (False, "playing")


async def test_left_in_the_middle_of_the_drill_it_asks_and_ends_with_130(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await step_to(app, pilot, "preflight")
        await pilot.press("q")
        await wait_until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("right")
        assert app.player.step.name == "preflight"
        await pilot.click("#yes")
        await wait_until(pilot, lambda: not app.is_running or app.return_value is not None)
        assert app.exit_code(app.return_value) == 130
        job = app.jobs.last("drill")
        assert job is not None and job.ended


async def test_left_early_without_a_drill_it_ends_with_130(tmp_path: Path) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, _):
        assert app.exit_code(0) == 130


async def test_a_drill_that_breaks_down_ends_the_walkthrough_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, speed=NEVER) as (app, pilot):
        await step_to(app, pilot, "dry-run")
        await asyncio.to_thread(_take_the_source_away, app.demo)
        await pilot.press("right")
        await wait_until(pilot, lambda: app.player.state == "taken")
        assert app.failure is not None
        assert captions(app) == 0
        assert app.exit_code(0) not in (0, 1)


def _take_the_source_away(engine: DemoEngine) -> None:
    from qdrill.session import Session

    with Session(engine.config, {}, JobControl()) as session:
        session.store(engine.config.stores["demo"]).writer("helpdesk").delete()


# ---------------------------------------------------------------------- pictures


async def test_a_storyboard_has_a_picture_a_step_and_progress_in_the_middle(tmp_path: Path) -> None:
    board = Storyboard(tmp_path / "board", "drill", "en")
    async with playing(tmp_path / "demo", storyboard=board, leaves=True, size=LARGE) as (app, pilot):
        await to_the_end(app, pilot)
    names = [panel.picture for panel in board.panels]
    assert names == [f"drill-{at:02d}-{step.name}.svg" for at, step in enumerate(ACTS["drill"], 1)]
    pictures = {panel.picture: (board.directory / panel.picture).read_text(encoding="utf-8") for panel in board.panels}
    assert "PASS" in pictures["drill-09-verdict.svg"]
    assert "登录" in pictures["drill-10-search.svg"]
    assert str(tmp_path) not in board.write("t", "a").read_text(encoding="utf-8")
    for panel in board.panels:
        assert "{" not in panel.caption


# ---------------------------------------------------------------------- pacing


def stages(*names: Any) -> list[Event]:
    """Each begins and ends."""
    return [event for name in names for event in (StageStarted(name), StageFinished(name, 0.1, True))]


async def test_a_cancelled_drill_is_not_held() -> None:
    pacing, control = Pacing(), JobControl()
    told: list[Event] = []
    paced = pacing.around(control, told.append)
    held = asyncio.create_task(asyncio.to_thread(lambda: [paced(event) for event in stages("preflight")]))
    while len(told) < 2:
        await asyncio.sleep(0)
    assert not held.done()
    control.cancel()
    await asyncio.wait_for(held, 20)


def test_throttles_are_of_their_stage_and_end_when_somebody_takes_over() -> None:
    pacing, control = Pacing(), JobControl()
    seen: list[tuple[Event, float]] = []
    paced = pacing.around(control, lambda event: seen.append((event, control.delay_ms_per_point)))
    pacing.delay("backup", 5.0)
    pacing.delay("restore", 9.0)
    pacing.hurry("restore")
    pacing.let("backup")
    pacing.let("restore")
    for event in stages("preflight", "backup", "restore"):
        paced(event)
    assert [delay for event, delay in seen if isinstance(event, StageStarted)] == [0.0, 5.0, 0.0]
    pacing.release()
    control.throttle(3.0)
    paced(StageStarted("validate"))
    pacing.hurry("validate")
    assert control.delay_ms_per_point == 3.0


# ---------------------------------------------------------------------- from the console


async def test_the_console_s_offer_leaves_it_for_the_walkthrough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Mapping[str, object]] = []

    def opened(directory: Path, **wishes: object) -> int:
        asked.append({"directory": directory, **wishes})
        return 7

    monkeypatch.setattr("qdrill.console.walkthrough.open_walkthrough", opened)
    async with run(ScriptedEngine(tmp_path), language="zh") as (app, pilot):
        start_demo(app)
        await pilot.pause()
        assert app.then is not None
        assert app.then() == 7
    [wishes] = asked
    assert (wishes["directory"], wishes["lang"], wishes["sabotage"]) == (Path(".qdrill/demo"), "zh", False)


async def test_the_offer_is_not_taken_while_a_job_runs(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    gate = engine.slow("back_up")
    async with run(engine) as (app, pilot):
        app.jobs.start("backup", "x", lambda control, emit: engine.back_up("x", None, control, emit))
        start_demo(app)
        await pilot.pause()
        assert app.then is None
        assert any("Wait for its end" in one for one in toasts(app))
        gate.set()


async def test_a_caption_never_runs_ahead_of_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}
    drawn = WalkthroughApp._drawn

    async def watched(app: WalkthroughApp) -> None:
        await drawn(app)
        seen.setdefault(app.player.step.name, screen_text(app))

    monkeypatch.setattr(WalkthroughApp, "_drawn", watched)
    async with playing(tmp_path, speed=100.0, size=LARGE) as (app, pilot):
        await to_the_end(app, pilot)
    assert "✓ Preflight" in seen["backup"]
    assert "✓ Backup" in seen["restore"]
    assert "✓ Restore" in seen["validate"]
    assert "PASS" in seen["verdict"] and "✓ Record" in seen["verdict"]
