"""Which archives a folder holds."""

from __future__ import annotations

import os
from pathlib import Path

from qdrill.archive.listing import archives_in


def test_archives_are_files_with_a_manifest_the_newest_first(tmp_path: Path) -> None:
    for name, age in (("old", 100), ("new", 1), ("no_manifest", 0)):
        path = tmp_path / f"{name}.json"
        path.write_text("[]")
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
        if name != "no_manifest":
            (tmp_path / f"{name}.manifest.json").write_text("{}")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "orphan.manifest.json").write_text("{}")
    assert archives_in(tmp_path) == (tmp_path / "new.json", tmp_path / "old.json")


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert archives_in(tmp_path / "missing") == ()
    (tmp_path / "file").write_text("")
    assert archives_in(tmp_path / "file") == ()
