"""Standard streams that are closed, full, or have nobody at the other end."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from qdrill.records.render_toml import load_record
from tests.cli.runner import COMMAND, environment
from tests.support.collections import make_edge_collection

FULL = "1>/dev/full"
NO_OUTPUT = "1>&-"
GONE = "| true; exit ${PIPESTATUS[0]}"
COMMANDS: dict[str, list[str]] = {
    "help": ["--help"],
    "version": ["--version"],
    "alone": [],
    "help of a command": ["backup", "--help"],
    "run": ["run", "--source", "edge:store/docs", "--target", "edge:there/docs", "--replace", "docs", "--random", "1"],
    "dry run": ["run", "--source", "edge:store/docs", "--target", "edge:there/docs", "--replace", "docs", "--dry-run"],
    "backup": ["backup", "edge:store/docs", "-o", "made.json"],
    "restore": ["restore", "docs.json", "edge:back/docs", "--replace", "docs"],
    "verify": ["verify", "edge:store/docs", "edge:store/docs_restored"],
    "search": ["search", "edge:store/docs", "--random", "1"],
    "collections": ["collections", "edge:store"],
    "metrics": ["metrics"],
    "export-metrics": ["export-metrics", "--once"],
    "record list": ["record", "list"],
    "doctor": ["doctor"],
}
HAVE_JSON = [name for name in COMMANDS if name not in ("help", "version", "alone", "help of a command")]


@dataclass(frozen=True)
class Shelled:
    code: int
    out: str
    err: str


def shell(arguments: Sequence[str], streams: str, cwd: Path, **env: str) -> Shelled:
    """Run `qdrill ARGUMENTS STREAMS` in bash."""
    words = " ".join(map(shlex.quote, [*COMMAND, *arguments]))
    done = subprocess.run(
        ["bash", "-c", f"{words} {streams}"],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    for word in ("Traceback", "internal error", "Exception ignored"):
        assert word not in done.stderr, done.stderr
    return Shelled(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with two equal collections, `docs` and `docs_restored` of `edge:store`, and an archive of one."""
    root = tmp_path_factory.mktemp("streams")
    for name in ("docs", "docs_restored"):
        make_edge_collection(root / "store", name, points=20)
    assert shell(["backup", "edge:store/docs", "-o", "docs.json"], "", root).code == 0
    assert shell(["run", *COMMANDS["run"][1:]], "", root).code == 0
    return root


@pytest.mark.parametrize("name", COMMANDS)
def test_output_that_cannot_be_written_is_one_line_and_5(place: Path, name: str) -> None:
    flags = ["--json"] if name in HAVE_JSON else []
    for given, streams, said in (
        ([], FULL, "cannot write to standard output: No space left"),
        (flags, FULL, "cannot write to standard output: No space left"),
        (flags, NO_OUTPUT, "standard output is closed"),
    ):
        ran = shell([*COMMANDS[name], *given], streams, place)
        assert ran.code == 5, ran.err
        told = [line for line in ran.err.splitlines() if line.startswith("qdrill: ")]
        assert told == ran.err.splitlines()[-1:]
        assert told[0].startswith(f"qdrill: {said}")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_that_went_away_is_no_message_and_5(place: Path, name: str) -> None:
    ran = shell(COMMANDS[name], GONE, place)
    assert ran.code == 5
    assert "qdrill:" not in ran.err


@pytest.mark.parametrize("flags", [[], ["--json"], ["--log-json"], ["-q"]])
@pytest.mark.parametrize("name", ["run", "restore", "doctor"])
def test_narration_that_nobody_reads_stops_nothing(place: Path, name: str, flags: list[str]) -> None:
    whole = shell([*COMMANDS[name], *flags], "", place)
    for streams in ("<&- 2>&-", "2>/dev/full"):
        ran = shell([*COMMANDS[name], *flags], streams, place)
        # The lines of --log-json were asked for: without them there is no exit 0.
        lost = flags == ["--log-json"] and whole.err
        assert ran.code == (5 if lost and whole.code == 0 else whole.code), streams
        assert bool(ran.out) == bool(whole.out)


@pytest.mark.parametrize("streams", [f"{NO_OUTPUT} 2>&-", "<&- >&- 2>&-", ">/dev/full 2>&1"])
def test_without_any_stream_the_code_tells(place: Path, streams: str) -> None:
    for name in ("help", "verify", "doctor", "collections"):
        assert shell(COMMANDS[name], streams, place).code == 5
    assert shell(["bakup"], streams, place).code == 2
    assert shell(["bakup", "--json"], streams, place).code == 2


def test_no_file_of_ours_takes_the_number_of_a_closed_stream(place: Path) -> None:
    """Whatever writes to descriptor 1 or 2 would else write into it."""
    ran = shell(["backup", "edge:store/docs", "-o", "closed.json"], "<&- >&- 2>&-", place)
    assert ran.code == 5
    assert (place / "closed.json").read_bytes() == (place / "docs.json").read_bytes()
    script = (
        "from qdrill.cli.streams import open_streams; open_streams(); import os; "
        "os._exit(os.open(os.devnull, os.O_RDONLY))"
    )
    done = subprocess.run(
        ["bash", "-c", f"{shlex.quote(COMMAND[0])} -c {shlex.quote(script)} <&- >&- 2>&-"],
        env=environment(),
        check=False,
    )
    assert done.returncode > 2


@pytest.mark.parametrize("streams", [FULL, NO_OUTPUT, "<&- >&- 2>&-", GONE])
def test_the_record_of_a_drill_is_whole_and_honest(place: Path, streams: str) -> None:
    drills = place / "artifacts/drills"
    before = set(drills.iterdir())
    assert shell(COMMANDS["run"], streams, place).code == 5
    (made,) = set(drills.iterdir()) - before
    found = load_record(made)
    assert found.verdict == "pass"
    assert shell(["record", "show", made.name], "", place).code == 0


@pytest.mark.parametrize("flags", ["--json", "--log-json", "-q"])
def test_a_wrong_command_line_keeps_its_code(place: Path, flags: str) -> None:
    ran = shell(["backup", "edge:store/gone", flags], FULL, place)
    assert ran.code == 3
    line = ran.err.splitlines()[-1]
    assert "gone" in (json.loads(line)["error"] if flags == "--log-json" else line)


def test_what_chinese_readers_see_fails_alike(place: Path) -> None:
    ran = shell(COMMANDS["run"], FULL, place, LC_ALL="zh_CN.UTF-8")
    assert ran.code == 5
    assert ran.err.splitlines()[-1].startswith("qdrill: cannot write to standard output")


def test_a_terminal_that_went_away_stops_no_drill_that_may_outlive_it(place: Path) -> None:
    """As under nohup: the bar cannot be drawn any more, and the record must not suffer."""
    drills = place / "artifacts/drills"
    before = set(drills.iterdir())
    main, other = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *COMMANDS["run"], "--delay-ms-per-point", "50"],
        cwd=place,
        env=environment({"TERM": "xterm-256color"}),
        stdin=subprocess.DEVNULL,
        stdout=other,
        stderr=other,
        start_new_session=True,
    ) as process:
        os.close(other)
        seen = b""
        while b"preflight" not in seen:
            seen += os.read(main, 1000)
        os.close(main)
        assert process.wait(60) == 5
    (made,) = set(drills.iterdir()) - before
    assert load_record(made).verdict == "pass"
