"""Wrong command lines and configurations: one line, exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.runner import qdrill


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("bakup",), 'there is no command "bakup"; did you mean "backup"?'),
        (("backup", "--nope"), "--nope"),
        (("verify", "lab/a"), "Missing argument 'B'"),
        (("backup", "nostore/docs"), 'there is no store "nostore"'),
        (("backup", "lab/a:b"), "a collection name cannot contain"),
        (("search", "lab/docs"), "give QUERY, --id, --vector or --random"),
        (("search", "lab/docs", "x", "--id", "3"), "give QUERY, --id, --vector or --random"),
        (("search", "lab/docs", "--id", "1.5"), "neither a whole number from 0 to 2^64-1 nor a UUID"),
        (("search", "lab/docs", "--id", str(1 << 64)), "neither a whole number"),
        (("search", "lab/docs", "--vector", "{"), "no JSON array of numbers"),
        (("search", "lab/docs", "--random", "3", "--embedder", "x"), "--embedder is for a text"),
        (("collections", "lab/docs"), "name the store alone: lab"),
        (("verify", "./a.json", "lab/docs", "--searches", "3"), "is an archive; name a collection as A"),
        (("--config", "missing.toml", "collections"), "missing.toml cannot be read"),
    ],
)
def test_a_wrong_command_line(lab: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = qdrill(*arguments, cwd=lab)
    assert ran.code == 2
    assert said in ran.error
    assert ran.out == ""


def test_a_wrong_command_line_under_json(lab: Path) -> None:
    ran = qdrill("backup", "--nope", "--json", cwd=lab)
    assert ran.json["exit_code"] == ran.code == 2
    assert "--nope" in ran.json["error"]


def test_a_broken_configuration(tmp_path: Path) -> None:
    (tmp_path / "drills.toml").write_text('[stores.lab]\nurll = "http://x:6333"\n')
    ran = qdrill("collections", cwd=tmp_path)
    assert ran.code == 2
    assert 'did you mean "url"' in ran.error


def test_doctor_tells_of_a_broken_configuration_and_checks_no_store(tmp_path: Path) -> None:
    (tmp_path / "drills.toml").write_text("[stores.lab\n")
    ran = qdrill("doctor", "--json", cwd=tmp_path)
    assert ran.code == ran.json["exit_code"] == 2
    states = {(found["area"], found["state"]) for found in ran.json["findings"]}
    assert ("configuration", "problem") in states
    assert ("stores", "not checked") in states


def test_guarded_stores_are_not_restored_into(lab: Path) -> None:
    for mark in ("production", "read_only"):
        (lab / "drills.toml").write_text(f'[stores.lab]\npath = "edge"\n{mark} = true\n')
        (lab / "a.json").write_text("[]")
        ran = qdrill("restore", "a.json", "lab/x", "--distance", "Dot", cwd=lab)
        assert ran.code == 2
        assert f"marked {mark} = true" in ran.error


def test_no_archive_named(lab: Path) -> None:
    ran = qdrill("restore", cwd=lab)
    assert ran.code == 2
    assert "BACKUP_JSON" in ran.error


def test_a_missing_archive(lab: Path) -> None:
    ran = qdrill("restore", "gone.json", "lab/x", cwd=lab)
    assert ran.code == 5
    assert "gone.json is not there" in ran.error
    ran = qdrill("verify", "./gone.json", "lab/x", cwd=lab)
    assert ran.code == 5
    assert "gone" in ran.error
