"""`qdrill record`: one that was edited is never shown as if it had not been; one that was refused is no failure."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.runner import qdrill
from tests.support.collections import make_edge_collection

RUN = ("run", "--source", "lab/docs", "--target", "lab/copy", "-q")


@pytest.fixture
def drilled(lab: Path) -> Path:
    """A directory with one drill, which passed."""
    make_edge_collection(lab / "edge", "docs", points=20)
    assert qdrill(*RUN, cwd=lab).code == 0
    return lab


def record(home: Path) -> Path:
    (found,) = (home / "artifacts" / "drills").glob("*/drill.toml")
    return found


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_page_of_an_edited_record_begins_with_a_warning(drilled: Path) -> None:
    path = record(drilled)
    whole = qdrill("record", "render", path.parent.name, cwd=drilled)
    assert (whole.code, whole.err) == (0, "")
    assert whole.out.startswith("# Drill record")
    edit(path, "restored = 20", "restored = 21")
    shown = qdrill("record", "show", path.parent.name, cwd=drilled)
    for lang, first in (("en", "> **WARNING: do not rely on this page.**"), ("zh", "> **警告：本页不可采信。**")):
        ran = qdrill("record", "render", path.parent.name, "--lang", lang, cwd=drilled)
        assert ran.code == shown.code == 1
        assert ran.out.startswith(first)
        (line,) = ran.err.splitlines()
        assert "do not rely on this page" in line
        assert "drill.toml was changed after the drill" in line
    assert "演练之后被改动" in ran.out.partition("#")[0]


def test_a_page_in_a_file_and_in_json_is_marked_too(drilled: Path) -> None:
    path = record(drilled)
    (path.parent / "drill.md").write_text("# all is well\n")
    ran = qdrill("record", "render", path.parent.name, "-o", "page.md", "--json", cwd=drilled)
    assert ran.code == 1
    assert ran.json["problems"] == ["drill.md was changed after the drill"]
    assert ran.json["markdown"] == (drilled / "page.md").read_text()
    assert ran.json["markdown"].startswith("> **WARNING")


def test_the_verdict_of_an_edited_record_is_not_told_as_one(drilled: Path) -> None:
    (whole,) = qdrill("record", "list", "--json", cwd=drilled).json
    assert (whole["verdict"], whole["recorded_verdict"], whole["state"]) == ("pass", "pass", "pass")
    edit(record(drilled), "restored = 20", "restored = 21")
    (edited,) = qdrill("record", "list", "--json", cwd=drilled).json
    assert (edited["verdict"], edited["recorded_verdict"], edited["state"]) == (None, "pass", "edited")


def test_a_refused_drill_is_called_so(drilled: Path) -> None:
    assert qdrill(*RUN, cwd=drilled).code == 2
    rows = qdrill("record", "list", "--json", cwd=drilled).json
    assert sorted(row["state"] for row in rows) == ["pass", "refused"]
    assert " refused " in qdrill("record", "list", cwd=drilled).out
    assert " 未执行 " in qdrill("record", "list", cwd=drilled, env={"LC_ALL": "zh_CN.UTF-8"}).out


def test_a_check_that_never_ran_expects_nothing(lab: Path) -> None:
    make_edge_collection(lab / "edge", "docs", points=5)
    archive = lab / "theirs.json"
    archive.write_text("[1]")
    ran = qdrill(*RUN, "--archive", archive, cwd=lab)
    assert ran.code == 5
    assert "not run: the drill ended before" in ran.out
    assert not [line for line in ran.out.splitlines() if line.strip() == "expected"]
    (path,) = (lab / "artifacts" / "drills").glob("*/drill.toml")
    assert "refused" not in tomllib.loads(path.read_text())
