"""What is left of a defect: one line and a log; no values of variables, no secrets, and a drill that goes on."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.config_services import GrafanaConfig, RagApiConfig
from qdrill.console import app as app_module
from qdrill.console import crash
from qdrill.console.app import QdrillApp, run_app
from qdrill.errors import StoreError
from tests.console.support import samples
from tests.console.support.screens import run, screen_text, state_of, toasts, wait_until
from tests.console.support.script import HOLD
from tests.console.support.scripted import ScriptedEngine

SECRET = "s3cr3t-key-of-the-store"
LOCAL = "a value that only a variable held"
ENVIRON = {"LANG": "en_US.UTF-8", "QDRANT_API_KEY": SECRET, "SHORT": "x"}


def engine_with_key(artifacts: Path) -> ScriptedEngine:
    config = samples.config(artifacts, stores={"local": samples.store(api_key_env="QDRANT_API_KEY")})
    return ScriptedEngine(artifacts, config)


def break_down() -> None:
    value = "".join(["a value that only", " a variable held"])
    raise KeyError(f"key was {SECRET}, {len(value)}")


def test_a_log_has_the_place_and_neither_locals_nor_secrets(tmp_path: Path) -> None:
    config = engine_with_key(tmp_path).config
    hidden = crash.secrets(ENVIRON, crash.key_names(config))
    with pytest.raises(KeyError) as caught:
        break_down()
    path = crash.write_crash(caught.value, tmp_path / "logs", hidden)
    text = path.read_text()
    assert "break_down" in text and "KeyError" in text and "<hidden>" in text
    assert SECRET not in text and LOCAL not in text


def test_every_key_of_the_configuration_is_hidden(tmp_path: Path) -> None:
    config = replace(
        engine_with_key(tmp_path).config,
        rag_api=RagApiConfig("http://rag", "RAG_KEY"),
        grafana=GrafanaConfig("http://grafana", "uid", api_key_env="GRAFANA_KEY"),
    )
    assert set(crash.key_names(config)) == {"QDRANT_API_KEY", "RAG_KEY", "GRAFANA_KEY"}


def test_what_is_too_short_to_be_a_secret_does_not_blot_the_log() -> None:
    assert crash.secrets(ENVIRON, ["SHORT", "MISSING", None, "QDRANT_API_KEY"]) == (SECRET,)


class Broken(QdrillApp):
    """Breaks down as soon as it stands."""

    def on_mount(self) -> None:
        """Break down."""
        super().on_mount()
        self.call_after_refresh(break_down)

    def run(self, *args: object, **settings: object) -> int | None:
        """Without a terminal."""
        return super().run(headless=True, size=(80, 24))


def test_a_crash_is_one_line_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = engine_with_key(tmp_path)
    assert run_app(Broken(engine, ENVIRON)) == 70
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert "KeyError" in line and SECRET not in line and LOCAL not in line
    [log] = (tmp_path / "logs").iterdir()
    assert str(log) in line and SECRET not in log.read_text()
    assert engine.called("close")


def test_a_crash_speaks_the_language_at_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = engine_with_key(tmp_path)
    engine.config = replace(engine.config, console=replace(engine.config.console, language="zh"))
    assert run_app(Broken(engine, ENVIRON)) == 70
    assert "控制台出现故障" in capsys.readouterr().err


def test_a_log_that_cannot_be_written_is_said_and_not_promised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    engine = ScriptedEngine(blocked)
    assert run_app(Broken(engine, ENVIRON)) == 70
    [line] = capsys.readouterr().err.splitlines()
    assert "no log of it can be written" in line and "console-" not in line


class NoTerminal(QdrillApp):
    """Cannot even begin."""

    def run(self, *args: object, **settings: object) -> int | None:
        """Break down outside of the loop."""
        break_down()
        return None


def test_what_breaks_outside_of_the_loop_is_one_line_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_app(NoTerminal(engine_with_key(tmp_path), ENVIRON)) == 70
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_crash_cancels_a_job_and_waits_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_with_key(tmp_path)
    engine.script(HOLD)
    monkeypatch.setattr(app_module, "STOP_SECONDS", 20.0)
    app = NoTerminal(engine, ENVIRON)
    job = app.jobs.start("drill", "x", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
    assert run_app(app) == 70
    assert state_of(job) == "cancelled"
    assert len(capsys.readouterr().err.splitlines()) == 1


async def test_a_drill_goes_on_after_a_defect_in_a_question(tmp_path: Path) -> None:
    engine = engine_with_key(tmp_path)
    engine.script(HOLD, *samples.drill_events())
    async with run(engine, environ=ENVIRON) as (app, pilot):
        job = app.jobs.start(
            "drill", "nightly", lambda control, emit: engine.drill(samples.nightly(), None, control, emit)
        )
        app.base_screen.ask(break_down, lambda _: None, group="a")
        await wait_until(pilot, lambda: any("KeyError" in text for text in toasts(app)))
        app.base_screen.ask(lambda: 1, lambda _: break_down(), group="b")
        await wait_until(pilot, lambda: len([text for text in toasts(app) if "KeyError" in text]) == 2)
        assert SECRET not in screen_text(app) and SECRET not in "".join(toasts(app))
        assert state_of(job) == "running" and app.is_running
        engine.release()
        await wait_until(pilot, lambda: job.ended)
        assert state_of(job) == "done"


async def test_a_defect_in_a_job_is_told_and_its_log_has_no_secret(tmp_path: Path) -> None:
    engine = engine_with_key(tmp_path)
    engine.script(lambda control, emit: break_down())
    async with run(engine, environ=ENVIRON) as (app, pilot):
        job = app.jobs.start("drill", "x", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
        await wait_until(pilot, lambda: any("KeyError" in text for text in toasts(app)))
        assert state_of(job) == "failed" and app.is_running
        [log] = (tmp_path / "logs").iterdir()
        assert SECRET not in log.read_text()


async def test_an_error_of_a_job_is_told_on_any_other_screen(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.fail("drill", StoreError("local cannot be reached at [/"))
    async with run(engine) as (app, pilot):
        await pilot.press("5")
        await wait_until(pilot, lambda: app.current_mode == "metrics")
        app.jobs.start("drill", "x", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
        await wait_until(pilot, lambda: "local cannot be reached at [/" in screen_text(app))
        assert re.search(r"Error", screen_text(app))


def test_nothing_of_the_environment_leaks_by_the_app_itself(tmp_path: Path) -> None:
    app = QdrillApp(engine_with_key(tmp_path), ENVIRON)
    assert SECRET not in repr(app) and SECRET not in repr(app.engine.config)
    assert "QDRANT_API_KEY" not in os.environ or os.environ["QDRANT_API_KEY"] != SECRET
