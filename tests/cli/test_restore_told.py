"""What `qdrill restore` and `qdrill verify` say of aliases, of dumps that are not whole, and of files that are none."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from qdrill.stores.edge import EdgeStore
from tests.cli.runner import Ran, qdrill
from tests.support.collections import make_edge_collection

ROWS = [{"id": n, "vector": [1.0, float(n)], "payload": {"n": n}} for n in range(1, 4)]
PAGE = {"result": {"points": ROWS, "next_page_offset": 5}, "status": "ok"}
NOT_WHOLE = "the dump is not whole: it says that more points follow, from id 5 on; they are not in it"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory with an embedded store `lab` that holds `docs`, which has the alias `live`."""
    make_edge_collection(tmp_path / "edge", "docs", points=5)
    (tmp_path / "drills.toml").write_text('[stores.lab]\npath = "edge"\n')
    store = EdgeStore(tmp_path / "edge", "lab")
    store.writer("docs").add_alias("live")
    store.close()
    assert qdrill("backup", "lab/docs", "-o", "docs.json", "-q", cwd=tmp_path).code == 0
    return tmp_path


def holder(home: Path, alias: str) -> str:
    store = EdgeStore(home / "edge", "lab")
    try:
        return store.reader(alias).name
    finally:
        store.close()


def test_an_alias_that_is_held_is_left_and_said(home: Path) -> None:
    ran = qdrill("restore", "docs.json", "lab/copy", "--aliases", "-q", cwd=home)
    assert ran.code == 1
    assert holder(home, "live") == "docs"
    assert "live  left with docs, which holds it" in ran.out
    assert ran.out.splitlines()[-1] == "failed  1 alias not set; --move-aliases takes what other collections hold"
    document = qdrill("restore", "docs.json", "lab/other", "--aliases", "--json", "-q", cwd=home)
    assert document.code == 1
    assert document.json["aliases"] == [{"name": "live", "state": "held", "holder": "docs", "reason": ""}]


def test_an_alias_is_moved_when_that_is_asked_for(home: Path) -> None:
    ran = qdrill("restore", "docs.json", "lab/copy", "--move-aliases", cwd=home)
    assert ran.code == 0, ran.err
    assert holder(home, "live") == "copy"
    assert "live  moved here from docs" in ran.out
    assert "the alias live was moved here from docs" in ran.err


def test_a_drill_has_no_such_option_and_its_dry_run_foretells(home: Path) -> None:
    drill = ("run", "--source", "lab/docs", "--target", "lab/copy", "--aliases")
    assert qdrill(*drill, "--move-aliases", cwd=home).code == 2
    foretold = qdrill(*drill, "--dry-run", "--json", cwd=home)
    assert foretold.json["aliases"] == "leave live with docs: a drill never moves an alias"
    ran = qdrill(*drill, "--delete-target", "--random", "1", cwd=home)
    assert ran.code == 4, ran.out
    assert "? aliases" in ran.out
    assert holder(home, "live") == "docs"


def restored_page(home: Path, *more: str) -> Ran:
    (home / "page.json").write_text(json.dumps(PAGE))
    return qdrill("restore", "page.json", "lab/page", "--distance", "dot", *more, cwd=home)


def test_a_dump_that_says_there_is_more_proves_nothing(home: Path) -> None:
    ran = restored_page(home)
    assert ran.code == 4, ran.out
    assert ran.out.splitlines()[-1] == f"inconclusive  {NOT_WHOLE}"
    (adopted,) = (path for path in (home / "artifacts" / "adopted").rglob("*.json") if "manifest" not in path.name)
    document = qdrill("restore", adopted, "lab/again", "--json", "-q", cwd=home)
    assert (document.code, document.json["partial"], document.json["points_restored"]) == (4, NOT_WHOLE, 3)
    compared = qdrill("verify", adopted, "lab/page", "--ignore-config", "-q", cwd=home)
    assert compared.code == 4, compared.out
    assert compared.out.splitlines()[-1] == f"inconclusive  {NOT_WHOLE}"
    document = qdrill("verify", "lab/page", adopted, "--ignore-config", "--json", "-q", cwd=home)
    assert (document.code, document.json["verdict"], document.json["partial"]) == (4, "inconclusive", NOT_WHOLE)


def test_the_last_page_of_a_scroll_is_a_whole_dump(home: Path) -> None:
    last = {"result": {"points": ROWS, "next_page_offset": None}, "status": "ok"}
    (home / "page.json").write_text(json.dumps(last))
    ran = qdrill("restore", "page.json", "lab/page", "--distance", "dot", "--json", "-q", cwd=home)
    assert (ran.code, ran.json["partial"]) == (0, "")


def test_a_dump_of_which_no_row_can_be_used_is_an_unusable_archive(home: Path) -> None:
    (home / "bad.json").write_text('[{"id":-1,"vector":[1.0]},{"id":1.5,"vector":[1.0]}]')
    ran = qdrill("restore", "bad.json", "lab/bad", "--distance", "dot", "-q", cwd=home)
    assert ran.code == 5
    assert "no row of bad.json can be restored" in ran.err


def test_a_link_to_an_archive_is_that_archive(home: Path) -> None:
    (home / "elsewhere").mkdir()
    (home / "elsewhere" / "link.json").symlink_to(home / "docs.json")
    assert qdrill("restore", "elsewhere/link.json", "lab/copy", "-q", cwd=home).code == 0
    assert qdrill("verify", "elsewhere/link.json", "lab/copy", "-q", cwd=home).code == 0


def test_what_is_no_file_is_called_what_it_is(home: Path) -> None:
    os.mkfifo(home / "pipe")
    (home / "nowhere.json").symlink_to(home / "gone.json")
    (home / "folder.json").mkdir()
    for name, what in (
        ("./pipe", "is a device or a pipe, which cannot be read twice"),
        ("/dev/null", "is a device or a pipe, which cannot be read twice"),
        ("./nowhere.json", "is a link that leads nowhere"),
        ("./folder.json", "is a directory"),
    ):
        for command in (("restore", name, "lab/copy"), ("verify", name, "lab/docs")):
            ran = qdrill(*command, "-q", cwd=home)
            assert ran.code == 5, (command, ran.err)
            assert what in ran.error
    assert "is not there" in qdrill("restore", "gone.json", "lab/copy", "-q", cwd=home).error


def test_replace_with_another_name_says_that_the_name_was_wrong(home: Path) -> None:
    for command in (("restore", "docs.json", "lab/copy"), ("run", "--source", "lab/docs", "--target", "lab/copy")):
        qdrill("restore", "docs.json", "lab/copy", "-q", cwd=home)
        ran = qdrill(*command, "--replace", "cpoy", "-q", cwd=home)
        assert ran.code == 2
        assert "lab/copy exists, and --replace names cpoy, which is not its collection; repeat" in ran.error
