"""Coroutines are tests here: each runs in a loop of its own."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest

from tests.console.support.scripted import ScriptedEngine


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture(autouse=True)
def _steady_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests run in must not change what they see."""
    from textual import constants

    monkeypatch.delenv("NO_COLOR", raising=False)
    # Textual read the environment when it was imported.
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to the terminal."""
    from textual.drivers.headless_driver import HeadlessDriver

    found: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda self, data: found.append(data))
    return found


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    """An engine in memory, with one store and one collection; files with other wishes make their own."""
    return ScriptedEngine(tmp_path)
