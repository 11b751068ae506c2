"""Names that users give: empty ones, ones that no file can have, and files that are not ours to replace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qdrill.archive.manifest import manifest_path
from tests.cli.runner import Ran, qdrill
from tests.support.collections import make_edge_collection

ADDRESS = "edge:store/docs"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_edge_collection(tmp_path / "store", "docs", points=20)
    return tmp_path


def files(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.name != "store")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--config", "", "doctor"),
        ("backup", ""),
        ("backup", ADDRESS, "-o", ""),
        ("restore", "", ADDRESS),
        ("restore", "a.json", ""),
        ("restore", "a.json", ADDRESS, "--like", ""),
        ("verify", "", ADDRESS),
        ("verify", ADDRESS, ""),
        ("search", "", "x"),
        ("search", ADDRESS, "x", "--against", ""),
        ("run", ""),
        ("run", "--source", ""),
        ("run", "--source", ADDRESS, "--target", ""),
        ("run", "--source", ADDRESS, "--archive", ""),
        ("run", "--source", ADDRESS, "--readme", ""),
        ("demo", "--headless", "--dir", ""),
        ("demo", "--record", ""),
        ("demo", "--storyboard", ""),
        ("collections", ""),
        ("metrics", ""),
        ("export-metrics", "--once", "--textfile", ""),
        ("api", "--store", ""),
        ("record", "show", ""),
        ("record", "render", ""),
        ("record", "render", "2026", "-o", ""),
    ],
)
def test_an_empty_text_names_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """An unset variable must not mean the default collection, the newest record, or the directory at hand."""
    ran = qdrill(*arguments, cwd=tmp_path)
    assert ran.code == 2
    assert "an empty text names nothing; is a variable unset?" in ran.error
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("-", "an archive is two files, which do not fit into standard output; name the first"),
        (".", '"." is a directory; name a file'),
        ("..", '".." is a directory; name a file'),
        ("/", '"/" is a directory; name a file'),
        ("new/", '"new/" is a directory; name a file'),
        ("docs.manifest.json", "is a name for a manifest; name the archive itself, such as docs.json"),
        (".docs.json.part", "is a name for an unfinished archive"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [("backup", ADDRESS, "-o"), ("run", "--source", ADDRESS, "--archive")])
def test_a_name_that_no_archive_can_have(home: Path, command: tuple[str, ...], name: str, why: str) -> None:
    ran = qdrill(*command, name, cwd=home)
    assert ran.code == 2
    assert why in ran.error
    assert files(home) == []


def test_the_names_of_drills_toml_are_looked_at_too(home: Path) -> None:
    (home / "drills.toml").write_text(
        '[stores.lab]\npath = "store"\n[[drill]]\nname = "n"\nsource = "lab/docs"\ntarget = "lab/copy"\n'
        'archive = "x.manifest.json"\n'
    )
    ran = qdrill("run", "--json", cwd=home)
    assert ran.code not in (0, 1)
    assert "x.manifest.json is a name for a manifest" in ran.json["reason"]
    assert not (home / "x.manifest.json").exists()


@pytest.mark.parametrize("command", ["backup", "run"])
def test_a_file_that_is_no_manifest_of_the_archive_stays(home: Path, command: str) -> None:
    place = home / "a.manifest.json"
    for content in ("mine", '{"schema": "mine"}', '{"schema": "qdrill.archive/1", "data_file": "other.json"}', "{"):
        place.write_text(content)
        ran = _make(home, command, "a.json")
        assert ran.code not in (0, 1), ran.err
        assert place.read_text() == content
        assert not (home / "a.json").exists()
    place.unlink()
    place.mkdir()
    assert _make(home, command, "a.json").code not in (0, 1)
    place.rmdir()
    place.symlink_to("gone")
    assert _make(home, command, "a.json").code not in (0, 1)
    assert not (home / "a.json").exists()
    place.unlink()
    place.touch()
    assert _make(home, command, "a.json").code == 0


def _make(home: Path, command: str, name: str) -> Ran:
    if command == "backup":
        return qdrill("backup", ADDRESS, "-o", name, cwd=home)
    return qdrill("run", "--source", ADDRESS, "--target", "edge:there/docs", "--replace", "docs", "--archive", name,
                  cwd=home)  # fmt: skip


def test_the_line_says_which_file_and_the_option_of_the_command(home: Path) -> None:
    (home / "a.manifest.json").write_text("mine")
    ran = _make(home, "backup", "a.json")
    assert ran.code == 5
    assert ran.error == (
        "cannot write a.manifest.json: a file stands there that is no manifest of this archive; move it away, or name "
        "another archive with -o"
    )
    assert "-o" not in _make(home, "run", "a.json").out


def test_two_archives_cannot_share_a_manifest(home: Path) -> None:
    assert _make(home, "backup", "a.json").code == 0
    before = manifest_path(home / "a.json").read_bytes()
    assert _make(home, "backup", "a").code == 5
    assert manifest_path(home / "a.json").read_bytes() == before
    assert qdrill("verify", "./a.json", ADDRESS, cwd=home).code == 0


def test_a_new_archive_takes_the_place_of_an_old_one_renamed_or_damaged(home: Path) -> None:
    assert _make(home, "backup", "a.json").code == 0
    (home / "a.json").rename(home / "b.json")
    (home / "a.manifest.json").rename(home / "b.manifest.json")
    assert _make(home, "backup", "b.json").code == 0
    place = home / "b.manifest.json"
    place.write_bytes(place.read_bytes()[:200])
    assert _make(home, "backup", "b.json").code == 0
    assert json.loads(place.read_text())["data_file"] == "b.json"


def test_a_manifest_of_another_archive_lends_no_right_to_a_foreign_file(home: Path) -> None:
    assert _make(home, "backup", "a.json").code == 0
    (home / "a.json").unlink()
    (home / "a.manifest.json").rename(home / "b.manifest.json")
    (home / "b.json").write_text("mine")
    assert _make(home, "backup", "b.json").code == 5
    assert (home / "b.json").read_text() == "mine"


def test_a_rendered_record_replaces_rendered_records_alone(home: Path) -> None:
    _make(home, "run", "a.json")
    (drill,) = (home / "artifacts/drills").iterdir()
    place = home / "keep.md"
    place.write_text("# mine\n")
    ran = qdrill("record", "render", drill.name, "-o", place.name, cwd=home)
    assert ran.code == 5
    why = "a file stands there that is no rendered drill record; move it away, or name another place"
    assert ran.error == f"cannot write keep.md: {why}"
    assert place.read_text() == "# mine\n"
    place.unlink()
    for lang in ("en", "zh", "en"):
        assert qdrill("record", "render", drill.name, "--lang", lang, "-o", place.name, cwd=home).code == 0
    (drill / "drill.md").write_text("edited")
    for _ in range(2):
        assert qdrill("record", "render", drill.name, "-o", place.name, cwd=home).code == 1
        assert "edited" not in place.read_text().splitlines()[-1]


def test_a_textfile_replaces_metrics_alone(home: Path) -> None:
    place = home / "qdrill.prom"
    place.write_text("mine")
    ran = qdrill("export-metrics", "--once", "--textfile", place.name, cwd=home)
    assert ran.code == 5
    assert "a file stands there that is no file of metrics" in ran.error
    assert place.read_text() == "mine"
    place.unlink()
    for _ in range(2):
        assert qdrill("export-metrics", "--once", "--textfile", place.name, cwd=home).code == 0
