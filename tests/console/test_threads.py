"""Questions in threads of their own: not shared, not waited for."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from qdrill.console.app import QdrillApp, run_app
from qdrill.console.threads import in_thread
from qdrill.errors import StoreError
from tests.console.support.screens import run, toasts, wait_until
from tests.console.support.scripted import ScriptedEngine


async def test_an_answer_comes_back_and_so_does_an_error() -> None:
    assert await in_thread(lambda: 7) == 7

    def fail() -> None:
        raise StoreError("down")

    with pytest.raises(StoreError, match="down"):
        await in_thread(fail)


async def test_forty_questions_that_hang_keep_no_other_waiting() -> None:
    gate = threading.Event()
    hanging = [asyncio.ensure_future(in_thread(lambda: gate.wait(30))) for _ in range(40)]
    assert await asyncio.wait_for(in_thread(lambda: "quick"), 20) == "quick"
    gate.set()
    assert all(await asyncio.gather(*hanging))


class Leaves(QdrillApp):
    """Asks a store that does not answer, and leaves."""

    def on_mount(self) -> None:
        """Ask and leave."""
        super().on_mount()
        self.call_after_refresh(self._ask_and_leave)

    def _ask_and_leave(self) -> None:
        self.base_screen.ask(lambda: self.engine.detail("local/default_collection"), lambda _: None, group="slow")
        self.set_timer(0.05, self.do_leave)

    def run(self, *args: object, **settings: object) -> int | None:
        """Without a terminal."""
        return super().run(headless=True, size=(80, 24))


def test_leaving_does_not_wait_for_a_store_that_does_not_answer(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    gate = engine.slow("detail")
    assert run_app(Leaves(engine, {})) == 0
    assert engine.called("detail") and not gate.is_set()
    engine.let_go()


async def test_a_newer_question_of_a_group_replaces_the_older(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    async with run(engine) as (app, pilot):
        gate, seen = threading.Event(), list[str]()
        ended = threading.Event()

        def old() -> str:
            gate.wait(20)
            ended.set()
            return "old"

        app.base_screen.ask(old, seen.append, group="one")
        await pilot.pause()
        app.base_screen.ask(lambda: "new", seen.append, group="one")
        await wait_until(pilot, lambda: seen)
        gate.set()
        await wait_until(pilot, ended.is_set)
        assert seen == ["new"]


async def test_an_error_goes_to_who_asked_or_to_a_toast(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.fail("detail", StoreError("local is down"))
    async with run(engine) as (app, pilot):
        seen: list[str] = []
        screen = app.base_screen
        screen.ask(
            lambda: engine.detail("a/b"), lambda _: None, group="a", failed=lambda error: seen.append(str(error))
        )
        await wait_until(pilot, lambda: seen == ["local is down"])
        assert not toasts(app)
        screen.ask(lambda: engine.detail("a/b"), lambda _: None, group="b")
        await wait_until(pilot, lambda: "local is down" in toasts(app))
