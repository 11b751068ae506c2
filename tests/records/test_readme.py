"""The README block: between the markers to the letter, everywhere else byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.errors import OutputError, UsageError
from qdrill.records.readme import END, START, replace_block, update_backup_signals
from tests.records import samples

RUN = "artifacts/drills/20261122T151107Z-7f3a/drill.md"
BLOCK = (
    "### Backup Signals（最近一次)\n"
    "\n"
    "- backup_total: 100000\n"
    "- restored_total: 100000\n"
    "- RTO_seconds: 4\n"
    f"- run: {RUN}\n"
)
outside = st.binary(max_size=200).filter(lambda data: b"BACKUP_SIGNALS" not in data)


def updated(path: Path, data: bytes, run: str = RUN) -> bytes:
    """What a README of `data` is after the update with the passed drill."""
    path.write_bytes(data)
    update_backup_signals(path, samples.record_of(samples.passed()), run)
    return path.read_bytes()


def test_the_block_is_the_contracts_to_the_letter(tmp_path: Path) -> None:
    old = b"# A\n" + START + b"\nold\n" + END + b"\nrest"
    new = b"# A\n" + START + b"\n" + BLOCK.encode() + END + b"\nrest"
    path = tmp_path / "README.md"
    assert updated(path, old) == new
    assert updated(path, new) == new


@pytest.mark.parametrize(("newline", "before"), [(b"\r\n", b"\xef\xbb\xbf# A"), (b"\n", b"\r\nmixed"), (b"\r", b"")])
def test_line_ends_of_the_block_are_the_files_own(tmp_path: Path, newline: bytes, before: bytes) -> None:
    old = before + newline + START + newline + b"old" + newline + END
    new = before + newline + START + newline + BLOCK.encode().replace(b"\n", newline) + END
    assert updated(tmp_path / "README.md", old) == new


@pytest.mark.parametrize(("rest", "newline"), [(b"", b"\n"), (b"\r\nx\n", b"\r\n")])
def test_markers_on_one_line_are_taken_apart(tmp_path: Path, rest: bytes, newline: bytes) -> None:
    new = START + newline + BLOCK.encode().replace(b"\n", newline) + END + rest
    assert updated(tmp_path / "README.md", START + END + rest) == new


@given(outside, outside, outside)
def test_everything_outside_stays_byte_for_byte(before: bytes, between: bytes, after: bytes) -> None:
    new = replace_block(before + START + between + END + after, ["a", "b"])
    assert new.startswith(before + START)
    assert new.endswith(END + after)
    inside = new[len(before + START) : len(new) - len(END + after)]
    assert inside in (b"\na\nb\n", b"\r\na\r\nb\r\n", b"\ra\rb\r")


WRONG = {
    "missing start": b"x\n" + END,
    "missing end": START + b"\nx",
    "none": b"# nothing here",
    "doubled": (START + b"\n" + END + b"\n") * 2,
    "nested": START + START + b"\n" + END + END,
    "end twice": START + b"\n" + END + END,
    "reversed": END + b"\n" + START,
    "utf-16": (START + b"\n" + END).decode().encode("utf-16"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_markers_are_refused_and_nothing_changes(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "README.md"
    with pytest.raises(UsageError, match=r"README\.md is left as it was: .*marker"):
        updated(path, WRONG[wrong])
    assert path.read_bytes() == WRONG[wrong]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "run",
    [
        "", "  ", "a\nb", "a\r\nb", "x --> y", "<!-- x", "BACKUP_SIGNALS_END", "\x1b[31m",
        "a\u2028b", "\u202e", "\udc80", "a\x00b",
    ],
)  # fmt: skip
def test_a_run_that_would_break_the_block_is_refused(tmp_path: Path, run: str) -> None:
    path, old = tmp_path / "README.md", START + b"\n" + END
    with pytest.raises(UsageError, match="the run must be a path or URL"):
        updated(path, old, run)
    assert path.read_bytes() == old


def test_a_url_is_kept_as_it_is(tmp_path: Path) -> None:
    url = "https://ci.example/org/repo/actions/runs/1?x=a_b&y=%20#l"
    assert f"- run: {url}\n".encode() in updated(tmp_path / "README.md", START + b"\n" + END, url)


def test_unknown_numbers_say_so(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(START + b"\n" + END)
    update_backup_signals(path, samples.record_of(samples.cut_off()), RUN)
    for key in (b"backup_total", b"restored_total", b"RTO_seconds"):
        assert b"- " + key + b": unknown\n" in path.read_bytes()


def test_a_readme_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*README\.md: No such file"):
        update_backup_signals(tmp_path / "README.md", samples.record_of(samples.passed()), RUN)


def test_a_directory_that_takes_no_file_leaves_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, old = tmp_path / "README.md", START + b"\n" + END

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qdrill.files.os.fsync", full)
    with pytest.raises(OutputError, match=r"README\.md: the disk is full .*; make room"):
        updated(path, old)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]
