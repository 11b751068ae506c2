"""What may not begin: it leaves what stands there alone, and no older green summary in its place."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from qdrill.archive.place import refuse_what_is_not_ours
from qdrill.errors import OutputError
from qdrill.files import write_whole
from tests.cli.runner import qdrill
from tests.support.collections import make_edge_collection


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory with an embedded store `lab` that holds `docs`."""
    make_edge_collection(tmp_path / "edge", "docs", points=5)
    (tmp_path / "drills.toml").write_text('[stores.lab]\npath = "edge"\n')
    return tmp_path


def summary(home: Path) -> str:
    return (home / "artifacts" / "metrics" / "ci_summary.txt").read_text()


@pytest.mark.parametrize(("source", "code"), [("lab/docs", 2), ("lab/gone", 3)])
def test_a_drill_that_may_not_begin_takes_the_place_of_a_green_one(home: Path, source: str, code: int) -> None:
    drill = ["run", "--target", "lab/copy", "-q", "--source"]
    assert qdrill(*drill, "lab/docs", cwd=home).code == 0
    assert "- verdict: pass" in summary(home)
    again = qdrill(*drill, source, cwd=home)
    assert again.code == code, again.err
    assert "- verdict: inconclusive" in summary(home)
    assert "- restored_total: unknown" in summary(home)
    assert len(list((home / "artifacts" / "drills").iterdir())) == 2


def test_several_drills_and_none_named(home: Path) -> None:
    for name in ("one", "two"):
        with (home / "drills.toml").open("a") as stream:
            stream.write(f'[[drill]]\nname = "{name}"\nsource = "lab/docs"\ntarget = "lab/{name}"\n')
    asked = qdrill("run", cwd=home)
    assert asked.code == 2
    assert 'name one of "one", "two"' in asked.err


def test_a_backup_replaces_nothing_but_archives(home: Path) -> None:
    """Somebody's file, a pipe, a link and a directory stay as they are; nothing is left beside them."""
    (home / "text").write_text("mine")
    os.mkfifo(home / "pipe")
    (home / "link").symlink_to(home / "text")
    (home / "directory").mkdir()
    before = sorted(path.name for path in home.iterdir())
    for name in ("text", "pipe", "link", "directory"):
        refused = qdrill("backup", "lab/docs", "-o", name, "-q", cwd=home)
        assert refused.code == 5, refused.err
        assert f"cannot write {name}: " in refused.err
    assert sorted(path.name for path in home.iterdir()) == before
    assert (home / "text").read_text() == "mine"
    assert (home / "link").is_symlink()
    assert qdrill("backup", "lab/docs", "-o", "new", "-q", cwd=home).code == 0
    assert qdrill("backup", "lab/docs", "-o", "new", "-q", cwd=home).code == 0


def test_a_pipe_is_no_place_for_a_whole_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="not a plain file"):
        write_whole(tmp_path / "pipe", b"x")
    with pytest.raises(OutputError, match="not a plain file"):
        refuse_what_is_not_ours(tmp_path / "pipe")


def test_a_record_that_was_edited_is_told_by_list_and_show(home: Path) -> None:
    drill = ["run", "--source", "lab/docs", "--target", "lab/copy", "-q"]
    assert qdrill(*drill, cwd=home).code == 0
    (path,) = (home / "artifacts" / "drills").glob("*/drill.toml")
    assert qdrill("record", "show", path.parent.name, cwd=home).code == 0
    assert "was changed" not in qdrill("record", "list", cwd=home).err
    listed = qdrill("record", "list", cwd=home).out
    assert re.search(r"\bpass\b", listed)
    assert "RTA lab/docs" in listed
    path.write_text(path.read_text().replace('verdict = "pass"', 'verdict = "fail"'))
    shown = qdrill("record", "show", path.parent.name, cwd=home)
    assert shown.code == 1
    assert "drill.toml was changed after the drill" in shown.err
    listing = qdrill("record", "list", cwd=home)
    assert "drill.toml was changed after the drill" in listing.err
    assert "edited" in listing.out
    assert not re.search(r"\b(pass|fail)\b|RTA lab", listing.out)
    (row,) = qdrill("record", "list", "--json", cwd=home).json
    assert (row["verdict"], row["recorded_verdict"], row["state"]) == (None, "fail", "edited")
    assert "已改动" in qdrill("record", "list", cwd=home, env={"LC_ALL": "zh_CN.UTF-8"}).out
