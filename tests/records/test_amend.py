"""Amending a finished record: what a person may fill in, and that nothing else can change unseen."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qdrill.errors import ArchiveError, OutputError, UsageError
from qdrill.files import write_whole
from qdrill.records import amend as amend_module
from qdrill.records.amend import Amendment, amend
from qdrill.records.integrity import PENDING_NAME, check_chain, check_record, digest_file
from qdrill.records.model import DrillRecord
from qdrill.records.render_toml import load_record, parse_record, render_toml
from qdrill.records.save import save_drill
from qdrill.results import DrillResult
from tests.records import samples
from tests.records.test_save import opened

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=samples.BEIJING)
PANEL = "http://grafana:3000/d/qdrill/x?orgId=1&from=1&to=2"


def saved(drills: Path, result: DrillResult | None = None) -> Path:
    """The directory of a drill, its record saved."""
    result = result or samples.passed()
    directory = opened(drills, result)
    save_drill(directory, result, who=samples.WHO)
    return directory


def files_of(directory: Path) -> dict[str, bytes]:
    """Every file under `directory`, by its path."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def sound(directory: Path) -> DrillRecord:
    """The record in `directory`, after everything about it was found to be right."""
    record = load_record(directory)
    assert check_record(directory, record) == []
    assert check_chain(directory.parent) == []
    return record


def test_the_persons_fields_are_filled_and_the_findings_stay(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    before = load_record(directory)
    change = Amendment(operator="韩梅梅", reviewer="Li", ticket="OPS-7", notes="all fine", grafana=PANEL)
    after = amend(directory, change, now=NOW)
    assert after == sound(directory)
    assert (after.who.operator, after.who.reviewer, after.who.ticket, after.who.notes) == (
        "韩梅梅", "Li", "OPS-7", "all fine",
    )  # fmt: skip
    assert after.metrics == replace(before.metrics, grafana=PANEL)
    same = ("verdict", "reason", "time", "check", "search", "rto", "rpo", "backup", "restore", "verify", "stage")
    assert all(getattr(after, name) == getattr(before, name) for name in same)
    assert after.who.host == before.who.host
    for page in ("drill.md", "drill.zh.md"):
        text = (directory / page).read_text(encoding="utf-8")
        assert "韩梅梅" in text
        assert PANEL in text
        assert "2026-11-24 08:30:00.000 +08:00" in text


def test_the_former_record_stays_whole_and_is_vouched_for(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    former = (directory / "drill.toml").read_bytes()
    record = amend(directory, Amendment(operator="a", notes="b"), now=NOW)
    kept = directory / "evidence/earlier/drill-1.toml"
    assert kept.read_bytes() == former
    assert record.integrity.files["evidence/earlier/drill-1.toml"] == digest_file(kept)
    assert [(one.at, one.changed, one.former) for one in record.amended] == [
        (NOW, ("operator", "notes"), "evidence/earlier/drill-1.toml")
    ]
    again = amend(directory, Amendment(notes="c"))
    assert [one.changed for one in again.amended] == [("operator", "notes"), ("notes",)]
    assert load_record(directory / "evidence/earlier/drill-2.toml").who.notes == "b"
    sound(directory)


def test_none_leaves_a_field_and_an_empty_text_empties_it(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    amend(directory, Amendment(grafana=PANEL, notes="x"))
    record = amend(directory, Amendment(grafana="", ticket="  "))
    assert (record.metrics.grafana, record.who.ticket, record.who.notes) == (None, "", "x")
    assert record.who.operator == samples.WHO.operator


def test_where_nothing_is_new_nothing_is_written(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    amend(directory, Amendment(operator="a"))
    before = files_of(directory)
    record = amend(directory, Amendment(operator=" a ", grafana="", notes=""))
    assert len(record.amended) == 1
    assert files_of(directory) == before


def test_screens_and_other_evidence_that_came_later_are_linked(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    write_whole(directory / "evidence/screens/02-verdict.svg", b"<svg/>")
    write_whole(directory / "evidence/screens/01-backup.svg", b"<svg/>")
    write_whole(directory / "evidence/note.txt", b"later")
    write_whole(directory / "photos/desk.png", b"png")
    record = amend(directory, Amendment(), attach=["photos/desk.png", "evidence/note.txt"])
    assert record.screenshots == ("evidence/screens/01-backup.svg", "evidence/screens/02-verdict.svg")
    assert {"evidence/note.txt", "photos/desk.png", *record.screenshots} < set(record.integrity.files)
    assert record.amended[0].changed == ("evidence",)
    text = (directory / "drill.zh.md").read_text(encoding="utf-8")
    assert "控制台画面：[evidence/screens/01-backup.svg](evidence/screens/01-backup.svg)" in text
    assert "[photos/desk.png](photos/desk.png)" in text
    sound(directory)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../other/drill.toml", "is outside of the drill's directory"),
        ("/etc/hostname", "is outside of the drill's directory"),
        ("evidence/link.svg", "is outside of the drill's directory"),
        ("evidence/a\0b", r"a\\x00b is outside of the drill's directory"),
        ("evidence/gone.svg", "there is no file"),
        ("evidence", "there is no file"),
        ("drill.md", "belongs to the record itself"),
        ("evidence/../drill.toml", "belongs to the record itself"),
    ],
)
def test_attaching_anything_else_is_refused(tmp_path: Path, name: str, said: str) -> None:
    directory = saved(tmp_path)
    (directory / "evidence/link.svg").symlink_to("/etc/hostname")
    before = files_of(directory)
    with pytest.raises(UsageError, match=said):
        amend(directory, Amendment(operator="a"), attach=[name])
    assert files_of(directory) == before


def test_what_cannot_be_vouched_for_is_not_picked_up(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    (directory / "evidence/link.svg").symlink_to("/etc/hostname")
    (directory / "evidence/.hidden").write_text("")
    Path(os.fsdecode(bytes(directory / "evidence") + b"/\xff.txt")).write_text("")
    os.mkfifo(directory / "evidence/pipe")
    write_whole(directory / "evidence/earlier/drill-9.toml", (directory / "drill.toml").read_bytes())
    assert amend(directory, Amendment()).amended == ()
    sound(directory)


def test_a_screenshot_in_the_drills_directory_is_linked_as_it_is(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    write_whole(directory / "evidence/metrics.png", b"png")
    record = amend(directory, Amendment(screenshot="evidence/../evidence/metrics.png"))
    assert record.metrics.screenshot == "evidence/metrics.png"
    assert "evidence/metrics.png" in record.integrity.files
    assert record.amended[0].changed == ("screenshot", "evidence")


def test_a_screenshot_from_elsewhere_is_copied_to_the_evidence(tmp_path: Path) -> None:
    directory = saved(tmp_path / "drills")
    picture = tmp_path / "屏幕 截图.PNG"
    picture.write_bytes(b"png")
    record = amend(directory, Amendment(screenshot=str(picture)))
    assert record.metrics.screenshot == "evidence/screenshot-1.png"
    assert (directory / "evidence/screenshot-1.png").read_bytes() == b"png"
    assert "(evidence/screenshot-1.png)" in (directory / "drill.md").read_text(encoding="utf-8")
    assert amend(directory, Amendment(screenshot=str(picture))).metrics.screenshot == "evidence/screenshot-2.png"
    sound(directory)


def test_a_screenshot_may_be_a_url(tmp_path: Path) -> None:
    record = amend(saved(tmp_path), Amendment(screenshot="https://pictures/x.png"))
    assert record.metrics.screenshot == "https://pictures/x.png"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Amendment(grafana="javascript:alert(1)"), "the Grafana link must begin with http:// or https://"),
        (Amendment(grafana="grafana:3000/d/x"), "the Grafana link must begin with"),
        (Amendment(grafana="http://user:hunter2@grafana/d/x"), "must not hold a user name or password"),
        (Amendment(grafana="http://grafana/d/x?auth_token=hunter2"), "must not hold a key or token"),
        (Amendment(grafana="http://grafana/\x1b[31m"), "must not hold spaces or control characters"),
        (Amendment(screenshot="http://"), "the screenshot link must name a host"),
        (Amendment(screenshot="nowhere.png"), "there is no screenshot nowhere.png"),
        (Amendment(screenshot="a\0b"), r"there is no screenshot a\\x00b"),
        (Amendment(screenshot="~nobody-of-that-name/x"), "there is no screenshot"),
        (Amendment(screenshot="/dev/zero"), "there is no screenshot"),
    ],
)
def test_a_field_that_does_not_fit_is_one_line_and_changes_nothing(
    tmp_path: Path, change: Amendment, said: str
) -> None:
    directory = saved(tmp_path)
    before = files_of(directory)
    with pytest.raises(UsageError, match=said) as caught:
        amend(directory, replace(change, operator="a"))
    assert str(caught.value).isprintable()
    assert "hunter2" not in str(caught.value)
    assert files_of(directory) == before


def test_a_picture_too_large_to_be_one_is_refused(tmp_path: Path) -> None:
    directory, picture = saved(tmp_path / "drills"), tmp_path / "x.png"
    with picture.open("wb") as file:
        file.truncate(65_000_000)
    with pytest.raises(UsageError, match=r"has 65\.0 MB, which is no picture"):
        amend(directory, Amendment(screenshot=str(picture)))


def test_only_a_finished_and_readable_record_is_amended(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has not finished, or was killed"):
        amend(opened(tmp_path, samples.passed()), Amendment(operator="a"))
    directory = saved(tmp_path, samples.lossy())
    (directory / "drill.toml").write_text("verdict = ")
    with pytest.raises(ArchiveError, match="cannot read the drill record"):
        amend(directory, Amendment(operator="a"))
    with pytest.raises(UsageError, match="is no drill's directory; see qdrill record list"):
        amend(tmp_path / "none", Amendment(operator="a"))


def by_hand(name: str, old: str, new: str) -> Callable[[Path], None]:
    """An edit of a file of a drill."""

    def edit(directory: Path) -> None:
        text = (directory / name).read_text(encoding="utf-8")
        assert old in text
        (directory / name).write_text(text.replace(old, new), encoding="utf-8")

    return edit


EDITS = {
    "verdict": by_hand("drill.toml", 'verdict = "fail"', 'verdict = "pass"'),
    "operator": by_hand("drill.toml", "李雷", "韩梅梅"),
    "page": by_hand("drill.md", "FAIL", "PASS"),
    "evidence": by_hand("evidence/search-1.json", "0.91", "0.92"),
    "no pages": by_hand("drill.toml", '"drill.md" =', '"drill.mm" ='),
}


@pytest.mark.parametrize("amended", [False, True], ids=["saved", "amended"])
@pytest.mark.parametrize("edit", EDITS)
def test_a_record_edited_by_hand_is_not_amended(tmp_path: Path, edit: str, amended: bool) -> None:
    directory = saved(tmp_path, samples.lossy())
    if amended:
        amend(directory, Amendment(notes="first"))
    EDITS[edit](directory)
    before = files_of(directory)
    with pytest.raises(ArchiveError, match=r"^the record of drill .* is not amended: .*restore its files") as caught:
        amend(directory, Amendment(operator="a"))
    assert str(caught.value).isprintable()
    assert files_of(directory) == before


def test_a_record_of_a_newer_qdrill_loses_nothing(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    path = directory / "drill.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[rto]", "[rto]\nnew_key = 1"), encoding="utf-8")
    with pytest.raises(ArchiveError, match="has fields of a newer qdrill"):
        amend(directory, Amendment(operator="a"))


def test_a_record_without_the_newer_fields_can_be_amended(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    path = directory / "drill.toml"
    text = path.read_text(encoding="utf-8")
    old = text.replace("screenshots = []\n", "").replace("kept = []\n", "").replace("amended = []\n", "")
    assert len(text) - len(old) == len("screenshots = []\nkept = []\namended = []\n")
    path.write_text(old, encoding="utf-8")
    amend(directory, Amendment(operator="a"))
    assert (directory / "evidence/earlier/drill-1.toml").read_text(encoding="utf-8") == old
    sound(directory)


def test_later_drills_still_chain_to_the_form_they_knew(tmp_path: Path) -> None:
    first = saved(tmp_path)
    saved(tmp_path, samples.lossy())
    amend(first, Amendment(operator="a"))
    amend(first, Amendment(operator="b"))
    assert check_chain(tmp_path) == []
    third = saved(tmp_path, samples.cut_off())
    amend(tmp_path / samples.lossy().id, Amendment(operator="c"))
    assert check_chain(tmp_path) == []
    assert sound(third).integrity.previous is not None


def test_a_drill_that_runs_while_the_one_before_is_amended_still_chains(tmp_path: Path) -> None:
    first, running = saved(tmp_path), opened(tmp_path, samples.lossy())
    amend(first, Amendment(operator="a"))
    save_drill(running, samples.lossy(), who=samples.WHO)
    assert check_chain(tmp_path) == []


def forged(directory: Path, change: Callable[[DrillRecord], DrillRecord]) -> None:
    """Change an amended record by hand, its Markdown and its digests too, as somebody would who knows how."""
    record = change(load_record(directory))
    amend_module._save(directory, record)


def test_a_record_changed_under_the_cover_of_an_amendment_is_told(tmp_path: Path) -> None:
    first = saved(tmp_path, samples.lossy())
    saved(tmp_path, samples.cut_off())
    amend(first, Amendment(operator="a"))
    forged(first, lambda record: replace(record, verdict="pass"))
    record = load_record(first)
    told = "drill.toml was changed after the drill: evidence/earlier/drill-1.toml is not what was amended"
    assert check_record(first, record) == [told]
    assert check_chain(tmp_path) == [f"the record before drill {samples.cut_off().id} is missing or was changed"]
    with pytest.raises(ArchiveError, match="is not what was amended"):
        amend(first, Amendment(operator="b"))


def test_a_former_record_that_is_gone_or_changed_is_told(tmp_path: Path) -> None:
    first = saved(tmp_path)
    saved(tmp_path, samples.lossy())
    amend(first, Amendment(operator="a"))
    kept = first / "evidence/earlier/drill-1.toml"
    kept.write_text(kept.read_text(encoding="utf-8").replace('"pass"', '"fail"'), encoding="utf-8")
    problems = check_record(first, load_record(first))
    assert problems[0] == "evidence/earlier/drill-1.toml was changed after the drill"
    assert len(check_chain(tmp_path)) == 1
    kept.unlink()
    assert check_record(first, load_record(first))[0] == "evidence/earlier/drill-1.toml is missing"
    assert len(check_chain(tmp_path)) == 1


def test_amendments_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    fields = ("operator", "reviewer", "ticket", "notes")
    begin = threading.Barrier(len(fields))

    def fill(name: str) -> None:
        begin.wait()
        for number in range(5):
            amend(directory, Amendment(**{name: f"{name} {number}"}))

    with ThreadPoolExecutor(len(fields)) as pool:
        list(pool.map(fill, fields))
    record = sound(directory)
    assert [getattr(record.who, name) for name in fields] == [f"{name} 4" for name in fields]
    assert len(record.amended) == 20


class Cut(BaseException):
    """A power cut."""


def test_an_amendment_cut_off_between_any_two_files_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stop in range(6):
        directory = saved(tmp_path / str(stop))
        done: list[str] = []

        def write(path: Path, data: bytes, stop: int = stop, done: list[str] = done) -> None:
            if len(done) == stop:
                raise Cut
            write_whole(path, data)
            done.append(path.name)

        monkeypatch.setattr(amend_module, "write_whole", write)
        if stop < 5:
            with pytest.raises(Cut):
                amend(directory, Amendment(operator="cut"))
        else:
            amend(directory, Amendment(operator="cut"))
            assert done == ["drill-1.toml", PENDING_NAME, "drill.md", "drill.zh.md", "drill.toml"]
        monkeypatch.setattr(amend_module, "write_whole", write_whole)
        told = check_record(directory, load_record(directory))
        assert bool(told) == (2 <= stop < 5)
        record = amend(directory, Amendment(operator="cut", ticket="T"))
        assert (record.who.operator, record.who.ticket) == ("cut", "T")
        assert len(record.amended) == (1 if stop < 2 else 2)
        assert not (directory / PENDING_NAME).exists()
        sound(directory)


def test_a_disk_that_is_full_leaves_the_record_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = saved(tmp_path)

    def write(path: Path, data: bytes) -> None:
        if path.name == "drill.md":
            raise OutputError("the disk is full")
        write_whole(path, data)

    monkeypatch.setattr(amend_module, "write_whole", write)
    before = (directory / "drill.toml").read_bytes()
    with pytest.raises(OutputError):
        amend(directory, Amendment(operator="a"))
    assert (directory / "drill.toml").read_bytes() == before
    assert not (directory / PENDING_NAME).exists()
    sound(directory)


def test_a_planted_pending_record_changes_no_finding(tmp_path: Path) -> None:
    directory = saved(tmp_path, samples.lossy())
    record = amend(directory, Amendment(operator="a"))
    good = replace(record, verdict="pass")
    for planted in (render_toml(good), "not TOML", (directory / "drill.toml").read_text(encoding="utf-8")):
        (directory / PENDING_NAME).write_text(planted, encoding="utf-8")
        with_it = check_record(directory, record)
        assert with_it == ["an amendment of the record was cut off; amend the drill again to finish it"]
        assert amend(directory, Amendment()).verdict == "fail"
        sound(directory)


def test_hostile_texts_are_kept_as_they_are_and_read_back(tmp_path: Path) -> None:
    directory = saved(tmp_path)
    notes = "one\r\n\ttwo [/]\n\n# three"
    record = amend(directory, Amendment(operator=samples.HOSTILE, notes=notes, ticket="x" * 10_000))
    assert record == sound(directory) == parse_record(render_toml(record))
    assert record.who.operator == samples.HOSTILE.replace("\udc80", "\\udc80").replace("\r\n", "\n").strip()
    text = (directory / "drill.md").read_text(encoding="utf-8")
    assert text.endswith("\n\nNotes:\n\n- one\n- two \\[/\\]\n- \\# three\n")


def test_the_zone_of_an_amendment_is_known(tmp_path: Path) -> None:
    record = amend(saved(tmp_path), Amendment(operator="a"), now=datetime(2026, 1, 1))
    assert record.amended[0].at.utcoffset() is not None
    record = amend(tmp_path / samples.passed().id, Amendment(operator="b"))
    assert (datetime.now(UTC) - record.amended[1].at).total_seconds() < 60
