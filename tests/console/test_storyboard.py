"""The page of pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdrill.console.walkthrough.storyboard import Storyboard, as_markdown
from qdrill.errors import OutputError


def test_a_page_with_a_picture_a_step(tmp_path: Path) -> None:
    board = Storyboard(tmp_path / "board", "drill", "en")
    board.add("why", "Why qdrill", "A backup is a hope.", "<svg>1</svg>")
    board.add("dry-run", "Dry run", "First, what *would* be done.", "<svg>2</svg>")
    page = board.write("A drill", "Made by `qdrill demo`.")
    assert page.name == "index.md"
    assert page.read_text(encoding="utf-8") == (
        "# A drill\n\nMade by `qdrill demo`.\n\n"
        "## 1. Why qdrill\n\nA backup is a hope.\n\n![Why qdrill](drill-01-why.svg)\n\n"
        "## 2. Dry run\n\nFirst, what \\*would\\* be done.\n\n![Dry run](drill-02-dry-run.svg)\n"
    )
    assert (page.parent / "drill-01-why.svg").read_text() == "<svg>1</svg>"
    assert len(list(page.parent.iterdir())) == 3


def test_both_languages_and_both_acts_have_room_in_one_directory(tmp_path: Path) -> None:
    for name in ("drill", "sabotage"):
        for language in ("en", "zh"):
            Storyboard(tmp_path, name, language).add("why", "t", "c", "<svg/>")
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "drill-01-why.svg",
        "drill.zh-01-why.svg",
        "sabotage-01-why.svg",
        "sabotage.zh-01-why.svg",
    ]
    assert Storyboard(tmp_path, "drill", "zh").write("演练", "关于").name == "index.zh.md"


def test_text_is_shown_as_it_is_and_stays_on_its_line() -> None:
    assert as_markdown("a [b](c) <i> `d`\n# e") == "a \\[b\\](c) \\<i\\> \\`d\\`\\\\x0a\\# e"


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        Storyboard(tmp_path / "file" / "board", "drill", "en")


def test_pages_and_pictures_of_ours_are_replaced_and_others_are_not(tmp_path: Path) -> None:
    picture = '<svg class="rich-terminal" viewBox="0 0 1 1"></svg>'
    for _ in range(2):
        board = Storyboard(tmp_path, "drill", "en")
        board.add("why", "Why", "Because.", picture)
        board.write("A drill", "About.")
    (tmp_path / "drill-01-why.svg").write_text("<svg>mine</svg>")
    with pytest.raises(OutputError, match="a file stands there that is no picture of a page"):
        Storyboard(tmp_path, "drill", "en").add("why", "Why", "Because.", picture)
    (tmp_path / "index.md").write_text("# Mine\n\n![x](mine.svg)\n")
    with pytest.raises(OutputError, match="a file stands there that is no page of pictures"):
        Storyboard(tmp_path, "drill", "en")
    assert (tmp_path / "index.md").read_text() == "# Mine\n\n![x](mine.svg)\n"
    assert (tmp_path / "drill-01-why.svg").read_text() == "<svg>mine</svg>"
