"""Recordings: asciicast, version 2, whole or not there."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from qdrill.console.walkthrough.cast import Cast
from qdrill.errors import OutputError
from tests.console.support.clock import FakeClock

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def cast(path: Path, clock: FakeClock | None = None) -> Cast:
    """A recording at a known time."""
    return Cast(path, "qdrill demo", clock or FakeClock(), lambda: NOON)


def read(path: Path) -> tuple[dict[str, Any], list[list[Any]]]:
    """Header and events; every line is a JSON document."""
    header, *events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return header, events


def test_header_events_and_times(tmp_path: Path) -> None:
    clock, path = FakeClock(), tmp_path / "demo.cast"
    made = cast(path, clock)
    made.begin(120, 36)
    clock.advance(1.25)
    made.output("登录\x1b[1m")
    clock.advance(0.5)
    made.mark("Restore")
    made.begin(80, 24)
    made.close()
    header, events = read(path)
    assert header == {
        "version": 2,
        "width": 120,
        "height": 36,
        "timestamp": int(NOON.timestamp()),
        "title": "qdrill demo",
        "env": {"TERM": "xterm-256color"},
    }
    assert events == [[1.25, "o", "登录\x1b[1m"], [1.75, "m", "Restore"], [1.75, "r", "80x24"]]


def test_what_would_upset_a_terminal_that_plays_it_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "demo.cast"
    made = cast(path)
    made.begin(80, 24)
    made.output("\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[?1004h\x1b[?2004h\x1b[?2026$p\x1b[>1u\x1b[?25l")
    made.output("\x1b]52;c;c2VjcmV0\x07")
    made.output("\x1b]22;default\x07x\x1b[?1000l\x1b[<u\x1b[?2026hy\x1b[?2026l")
    made.close()
    assert [text for _, _, text in read(path)[1]] == ["\x1b[?1049h\x1b[?25l", "x\x1b[?2026hy\x1b[?2026l"]


def test_it_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "demo.cast"
    made = cast(path)
    made.begin(80, 24)
    made.output("x")
    assert not path.exists()
    made.close()
    assert [one.name for one in path.parent.iterdir()] == ["demo.cast"]
    made.output("late")
    made.close()
    assert len(read(path)[1]) == 1


def test_one_that_never_began_leaves_nothing_and_what_was_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "demo.cast"
    path.write_text('{"version": 2, "title": "an older one"}\n')
    cast(path).close()
    assert "an older one" in path.read_text()
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_no_recording_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "demo.cast"
    path.write_text("mine")
    with pytest.raises(OutputError, match="a file stands there that is no recording; move it away"):
        cast(path)
    assert path.read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_lone_surrogate_does_not_end_it(tmp_path: Path) -> None:
    path = tmp_path / "demo.cast"
    made = cast(path)
    made.begin(80, 24)
    made.output("a\udc80b")
    made.close()
    assert read(path)[1][0][2] == "a?b"


def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="directory"):
        cast(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        cast(tmp_path / "file" / "demo.cast")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told_at_the_end_and_breaks_nothing_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _: "0")
    (tmp_path / ".demo.cast.0.tmp").symlink_to("/dev/full")
    made = cast(tmp_path / "demo.cast")
    made.begin(80, 24)
    made.output("x")
    with pytest.raises(OutputError, match="disk is full"):
        made.close()
    assert not list(tmp_path.iterdir())


def test_times_are_of_the_real_clock(tmp_path: Path) -> None:
    path, before = tmp_path / "demo.cast", time.monotonic()
    made = Cast(path, "qdrill demo")
    made.begin(80, 24)
    made.output("x")
    made.close()
    [[at, _, _]] = read(path)[1]
    assert 0 <= at <= time.monotonic() - before
    assert re.fullmatch(r"\d{10}", str(read(path)[0]["timestamp"]))
