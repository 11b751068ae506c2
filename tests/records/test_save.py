"""A drill's directory: what is written, in which order, and what is left when it cannot be."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qdrill import __version__
from qdrill.errors import OutputError
from qdrill.files import write_text, write_whole
from qdrill.records import save
from qdrill.records.build import who_here
from qdrill.records.ids import claim_directory, new_id
from qdrill.records.integrity import check_chain, check_files, digest_file
from qdrill.records.render_toml import load_record
from qdrill.records.save import open_drill, save_drill
from qdrill.results import DrillResult
from tests.records import samples

ROOT = Path(__file__).parents[2]


def opened(drills: Path, result: DrillResult) -> Path:
    """The directory of `result`, its record open."""
    directory = drills / result.id
    open_drill(
        directory,
        name=result.name,
        source=result.source,
        target=result.target,
        method=result.method,
        objectives=result.objectives,
        started=result.started,
        who=samples.WHO,
    )
    return directory


def test_ids_sort_by_time_and_name_their_directory(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 23, 11, 7, tzinfo=samples.BEIJING)
    assert new_id(now, random.Random(1)).startswith("20261122T151107Z-")
    first = claim_directory(tmp_path / "drills", now, random.Random(1))
    second = claim_directory(tmp_path / "drills", now, random.Random(1))
    assert first != second
    assert {path.name for path in (tmp_path / "drills").iterdir()} == {first.name, second.name}


def test_ids_that_run_out_are_an_error(tmp_path: Path) -> None:
    class Stuck(random.Random):
        def getrandbits(self, k: int, /) -> int:
            return 7

    now = datetime(2026, 1, 1, tzinfo=UTC)
    claim_directory(tmp_path, now, Stuck())
    with pytest.raises(OutputError, match="cannot find a free drill id"):
        claim_directory(tmp_path, now, Stuck())


def test_a_saved_drill_reads_back_and_vouches_for_its_files(tmp_path: Path) -> None:
    result = samples.passed()
    directory = tmp_path / result.id
    path = save_drill(directory, result, who=samples.WHO)
    record = load_record(path)
    assert record.verdict == "pass"
    assert set(record.integrity.files) == {"drill.md", "drill.zh.md", "evidence/search-1.json"}
    assert check_files(directory, record) == []
    assert "_restored" in (directory / "drill.md").read_text(encoding="utf-8").replace("\\", "")
    assert sorted(one.name for one in directory.iterdir()) == [
        "drill.md",
        "drill.toml",
        "drill.zh.md",
        "evidence",
    ]


def test_search_evidence_has_both_sides_with_exact_ids_and_payloads(tmp_path: Path) -> None:
    result = samples.passed()
    save_drill(tmp_path / result.id, result, who=samples.WHO)
    document = json.loads((tmp_path / result.id / "evidence/search-1.json").read_text(encoding="utf-8"))
    assert document["schema"] == "qdrill.search/1"
    assert document["target"]["address"] == result.target.address
    assert document["source"]["hits"][1] == {
        "id": 2**64 - 1, "score": 0.4824, "payload": {"text": "如何登录系统"},
    }  # fmt: skip


def test_payloads_stay_out_of_the_record(tmp_path: Path) -> None:
    save_drill(tmp_path / "x", samples.passed(), who=samples.WHO)
    assert "登录失败" in (tmp_path / "x/evidence/search-1.json").read_text(encoding="utf-8")
    assert "登录失败" not in (tmp_path / "x/drill.toml").read_text(encoding="utf-8")


def test_a_hostile_drill_is_saved_and_read_back(tmp_path: Path) -> None:
    directory = tmp_path / "drill"
    record = load_record(save_drill(directory, samples.hostile(), who=samples.WHO))
    assert check_files(directory, record) == []
    document = json.loads((directory / "evidence/search-1.json").read_text(encoding="utf-8"))
    assert document["query"] == samples.HOSTILE
    assert document["source"]["hits"][0]["score"] == "nan"


def test_differences_written_before_are_linked_and_digested(tmp_path: Path) -> None:
    directory = tmp_path / "drill"
    (directory / "evidence").mkdir(parents=True)
    listed = directory / "evidence/differences.jsonl"
    listed.write_text('{"id":17}\n')
    record = load_record(save_drill(directory, samples.lossy(), who=samples.WHO))
    assert record.verify is not None
    assert record.verify.differences == "evidence/differences.jsonl"
    assert record.integrity.files["evidence/differences.jsonl"] == digest_file(listed)
    assert "(evidence/differences.jsonl)" in (directory / "drill.zh.md").read_text(encoding="utf-8")


def test_a_killed_drill_leaves_a_record_that_says_so(tmp_path: Path) -> None:
    directory = opened(tmp_path, samples.passed())
    record = load_record(directory)
    assert (record.verdict, record.reason) == ("interrupted", "the drill has not finished")
    assert record.time.finished is None
    assert record.rto.rta_s is None


def test_saving_replaces_the_open_form_and_nothing_else(tmp_path: Path) -> None:
    result = samples.passed()
    directory = opened(tmp_path, result)
    save_drill(directory, result, who=samples.WHO)
    before = (directory / "drill.toml").read_bytes()
    with pytest.raises(OutputError, match="holds a drill record already"):
        save_drill(directory, result, who=samples.WHO)
    with pytest.raises(OutputError, match="holds a drill record already"):
        opened(tmp_path, result)
    assert (directory / "drill.toml").read_bytes() == before


def test_a_damaged_record_is_not_replaced(tmp_path: Path) -> None:
    directory = opened(tmp_path, samples.passed())
    (directory / "drill.toml").write_text("not TOML")
    with pytest.raises(OutputError, match="will not replace a record"):
        save_drill(directory, samples.passed(), who=samples.WHO)
    assert (directory / "drill.toml").read_text() == "not TOML"


def test_the_record_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def noted(path: Path, text: str) -> None:
        order.append(path.name)
        write_text(path, text)

    monkeypatch.setattr(save, "write_text", noted)
    monkeypatch.setattr("qdrill.records.evidence.write_text", noted)
    save_drill(tmp_path / "drill", samples.passed(), who=samples.WHO)
    assert order == ["search-1.json", "drill.md", "drill.zh.md", "drill.toml"]


def test_the_chain_shows_a_record_that_was_deleted_or_changed(tmp_path: Path) -> None:
    results = (samples.passed(), samples.lossy(), samples.cut_off())
    for result in results:
        save_drill(opened(tmp_path, result), result, who=samples.WHO)
    assert load_record(tmp_path / results[0].id).integrity.previous is None
    assert check_chain(tmp_path) == []
    middle = tmp_path / results[1].id / "drill.toml"
    middle.write_text(middle.read_text(encoding="utf-8").replace('"fail"', '"pass"'), encoding="utf-8")
    said = [f"the record before drill {results[2].id} is missing or was changed"]
    assert check_chain(tmp_path) == said
    middle.unlink()
    assert check_chain(tmp_path) == said


def test_a_drill_beside_one_that_runs_chains_to_its_open_form(tmp_path: Path) -> None:
    running, beside = samples.passed(), samples.lossy()
    directory = opened(tmp_path, running)
    save_drill(opened(tmp_path, beside), beside, who=samples.WHO)
    save_drill(directory, running, who=samples.WHO)
    assert check_chain(tmp_path) == []


def test_changed_missing_and_foreign_files_are_told(tmp_path: Path) -> None:
    directory = tmp_path / "drill"
    record = load_record(save_drill(directory, samples.passed(), who=samples.WHO))
    (directory / "drill.md").write_text("all fine")
    (directory / "evidence/search-1.json").unlink()
    files = {**record.integrity.files, "../outside": "sha256:00", "a\0b": ""}
    problems = check_files(directory, replace(record, integrity=replace(record.integrity, files=files)))
    assert problems == [
        "evidence/search-1.json is missing",
        "drill.md was changed after the drill",
        "../outside points outside of the drill's directory",
        "a\\x00b points outside of the drill's directory",
    ]


def test_a_record_that_cannot_be_read_does_not_stop_the_next_drill(tmp_path: Path) -> None:
    save_drill(tmp_path / "a", samples.passed(), who=samples.WHO)
    (tmp_path / "b/drill.toml").mkdir(parents=True)
    record = load_record(save_drill(tmp_path / "c", samples.lossy(), who=samples.WHO))
    assert record.integrity.previous == digest_file(tmp_path / "a/drill.toml")


def test_the_machine_signs_for_itself() -> None:
    who = who_here("李雷", ticket="OPS-42")
    assert (who.operator, who.ticket, who.reviewer) == ("李雷", "OPS-42", "")
    assert who.tool == f"qdrill {__version__}"
    assert who.host


def test_replacing_keeps_permissions_and_follows_links(tmp_path: Path) -> None:
    real, linked = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o640)
    linked.symlink_to(real)
    write_whole(linked, b"new")
    assert linked.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_new_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    write_whole(tmp_path / "record", b"x")
    (tmp_path / "other").write_bytes(b"x")
    assert (tmp_path / "record").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_file_in_the_place_of_a_directory_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "drills").write_text("")
    with pytest.raises(OutputError, match=r"cannot write .*drills.*: (Not a directory|File exists)"):
        save_drill(tmp_path / "drills" / "x", samples.passed(), who=samples.WHO)


LIMITED = """
import resource, sys
from pathlib import Path
from qdrill.errors import OutputError
from qdrill.records.save import save_drill
from tests.records import samples
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    save_drill(Path(sys.argv[1]), samples.lossy(), who=samples.WHO)
except OutputError as error:
    print(error)
    sys.exit(int(error.exit_code))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs file size limits")
@pytest.mark.parametrize("limit", [10, 2000, 4700])
def test_a_full_disk_is_one_line_and_leaves_the_open_record_and_no_scraps(tmp_path: Path, limit: int) -> None:
    directory = opened(tmp_path, samples.lossy())
    before = (directory / "drill.toml").read_bytes()
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(directory), str(limit)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (5, "")
    said = run.stdout.strip()
    assert said.startswith(f"cannot write {directory}{os.sep}")
    assert "a file of that size is not allowed here (at least " in said
    assert "\n" not in said
    assert (directory / "drill.toml").read_bytes() == before
    assert [path for path in directory.rglob("*") if path.name.startswith(".")] == []


def _may_mount() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


@pytest.mark.skipif(not _may_mount(), reason="needs the right to mount a small file system")
def test_a_file_system_that_is_full_keeps_the_old_file(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        write_whole(tmp_path / "record", b"old")
        with pytest.raises(
            OutputError, match=r"the disk is full \(at least 1\.0 MB in all are needed, .* are free\); make room"
        ):
            write_whole(tmp_path / "record", b"x" * 1_000_000)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("record", b"old")]
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
