"""Toasts in Chinese lie over other widgets, and lose no character there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.support.screens import SMALL, run, screen_text, wait_until
from tests.console.support.scripted import ScriptedEngine

SHORT = "问题随任务的结束一并关闭"
LONG = (
    "恢复已经结束目标集合中缺失三个数据点抽样检索一次中有一次不正"
    "确请打开失败的检查项查看期望与实际并与归档逐点比对后再作判断"
)


@pytest.mark.parametrize("mode", ["1", "2", "3", "4", "5", "6"])
@pytest.mark.parametrize("text", [SHORT, "x" + SHORT, LONG, "x" + LONG])
async def test_a_toast_is_whole(tmp_path: Path, mode: str, text: str) -> None:
    async with run(ScriptedEngine(tmp_path), SMALL, "zh") as (app, pilot):
        await pilot.press(mode)
        app.tell(text)

        def shown() -> bool:
            toast = [line.split("▌", 1)[1].split() for line in screen_text(app).splitlines()[:4] if "▌" in line]
            return "".join(line[0] for line in toast if line) == text

        await wait_until(pilot, shown, "the whole toast")
