"""Exceptions as lines and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qdrill.cli.failures import report
from qdrill.cli.options import Options
from qdrill.errors import ArchiveError, Inconclusive, Interrupted, NotFound, OutputError, UsageError


@pytest.fixture(autouse=True)
def in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (NotFound("x"), 3),
        (Inconclusive("x"), 4),
        (ArchiveError("x"), 5),
        (OutputError("x"), 5),
    ],
)
def test_every_error_is_one_line_and_its_code(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(error, Options()) == code
    assert capsys.readouterr() == ("", "qdrill: x\n")


def test_interruptions(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(Interrupted("whatever"), Options()) == 130
    assert report(KeyboardInterrupt(), Options()) == 130
    assert capsys.readouterr().err == "qdrill: interrupted\nqdrill: interrupted\n"


def test_hostile_text_is_one_harmless_line(capsys: pytest.CaptureFixture[str]) -> None:
    report(UsageError("a\nb\x1b[31m"), Options())
    assert capsys.readouterr().err == "qdrill: a\\x0ab\\x1b[31m\n"


def test_under_json_the_error_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(NotFound("gone"), Options(json=True)) == 3
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"error": "gone", "exit_code": 3}
    assert shown.err == "qdrill: gone\n"


def test_under_log_json_the_error_is_a_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    report(NotFound("gone"), Options(log_json=True))
    line = json.loads(capsys.readouterr().err)
    assert (line["type"], line["error"], line["exit_code"]) == ("error", "gone", 3)


def crash(key: str) -> None:
    local = key + "-local"
    raise ValueError(f"bad {local}")


def test_a_bug_is_one_line_and_a_file_without_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "artifacts").mkdir()
    value = "".join(["hun", "ter2"])
    with pytest.raises(ValueError, match="bad") as caught:
        crash(value)
    assert report(caught.value, Options()) == 70
    line = capsys.readouterr().err
    assert line.startswith("qdrill: internal error: ValueError at test_failures:")
    assert "; please report it; details in " in line
    (details,) = (tmp_path / "artifacts").iterdir()
    text = details.read_text()
    assert "in crash" in text
    assert "hunter2" not in text
    assert "hunter2" not in line


def test_without_artifacts_the_details_go_to_the_temporary_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    report(ValueError(), Options())
    assert str(tmp_path / "qdrill-crash-") in capsys.readouterr().err
    assert len(list(tmp_path.glob("qdrill-crash-*.txt"))) == 1


def test_a_pipe_that_broke_inside_is_no_reader_that_left(capsys: pytest.CaptureFixture[str]) -> None:
    """click turns every broken pipe into its own exit 1, which would read as `data differ`."""
    broken = SystemExit(1)
    broken.__context__ = BrokenPipeError()
    for error in (broken, BrokenPipeError(), SystemExit(1)):
        assert report(error, Options()) == 70
        assert "internal error: " in capsys.readouterr().err
