"""The rows of the overview as they are made, without a screen: kept, sorted, filtered, cut to their columns."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from rich.cells import cell_len

from qdrill.browse.overview import CollectionSummary
from qdrill.console.engine_words import sentence
from qdrill.console.i18n import Language, say
from qdrill.console.panels.collections_cells import all_words, columns_for, grid_row, guard_of, status_of, words_in
from qdrill.console.panels.collections_list import COLUMNS, Listed, Listing, Order, filtered, sorted_rows, vectors_text
from qdrill.console.widgets.columns import Column, column_widths, header_line
from qdrill.console.widgets.grid import Grid, row_runs
from tests.console.support import samples
from tests.console.support.hostile import ENCODABLE, raw_controls

GAP = Grid.GAP


def english(key: str, **values: object) -> str:
    """The English catalogue."""
    return say("en", key, **values)


WORDS = words_in(english)


def listing(*summaries: CollectionSummary) -> Listing:
    """Everything that came in at once, from the stores it is of."""
    made = Listing()
    made.begin({one.store for one in summaries})
    made.take(summaries)
    made.end()
    return made


def names(rows: Any) -> list[str]:
    """Addresses of rows."""
    return [row.summary.address for row in rows]


DOWN = CollectionSummary("far", "far", None, error="far refuses the connection")


def test_rows_stay_through_a_reload_until_their_store_has_answered_without_them() -> None:
    made = listing(samples.summary("local/a"), samples.summary("local/b"))
    made.begin(["local"])
    made.take([samples.summary("local/b", points=7)])
    assert names(made.rows) == ["local/a", "local/b"]
    made.end()
    assert names(made.rows) == ["local/b"]
    assert made.rows[0].summary.points == 7


def test_a_store_that_goes_down_keeps_its_collections_as_stale_and_gets_a_row_of_its_own() -> None:
    made = listing(samples.summary("far/a"), samples.summary("local/b"))
    made.begin(["far", "local"])
    made.take([DOWN, samples.summary("local/b")])
    made.end()
    marks = {row.summary.address: row.mark for row in made.rows}
    assert marks == {"far/a": "stale", "local/b": "", "far": ""}
    made.begin(["far"])
    made.take([samples.summary("far/a")])
    made.end()
    assert {row.summary.address: row.mark for row in made.rows} == {"far/a": "", "local/b": ""}


def test_a_store_that_was_not_asked_keeps_its_rows() -> None:
    made = listing(samples.summary("far/a"), samples.summary("local/b"))
    made.begin(["far"])
    made.end()
    assert names(made.rows) == ["local/b"]


def test_a_vanished_collection_stays_as_gone_until_the_reload() -> None:
    made = listing(samples.summary("local/a"))
    made.vanish("local/a")
    made.vanish("local/unknown")
    assert [row.mark for row in made.rows] == ["gone"]
    made.begin(["local"])
    made.end()
    assert made.rows == ()


@pytest.mark.parametrize(("language", "why"), [("en", "10.0.0.1:6333 refuses"), ("zh", "10.0.0.1:6333 拒绝连接")])
def test_a_store_that_is_down_begins_with_why(language: Language, why: str) -> None:
    error = "10.0.0.1:6333 refuses the connection (tried 3 times); check that the server is up and reachable"
    down = Listed(replace(DOWN, error=f"listing the collections of {DOWN.store}: {error}"))
    words = words_in(partial(say, language), partial(sentence, language))
    assert all_words(down, words)[1].startswith(why)
    other = Listed(replace(DOWN, error="HTTP 503: busy"))
    assert all_words(other, words)[1] == "HTTP 503: busy"


def test_rows_of_stores_no_longer_shown_are_forgotten() -> None:
    made = listing(samples.summary("far/a"), samples.summary("local/b"))
    made.keep_stores(["local"])
    assert names(made.rows) == ["local/b"]


def test_numbers_sort_as_numbers_and_the_unknown_is_last_both_ways() -> None:
    rows = [Listed(samples.summary(f"local/{name}", points=n)) for name, n in (("a", 9), ("b", None), ("c", 10))]
    assert names(sorted_rows(rows, Order("points"))) == ["local/a", "local/c", "local/b"]
    assert names(sorted_rows(rows, Order("points", reverse=True))) == ["local/c", "local/a", "local/b"]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_store_that_is_down_stands_first_however_rows_are_sorted(column: Any) -> None:
    rows = [Listed(samples.summary("local/a")), Listed(DOWN), Listed(samples.summary("local/b", aliases=("x",)))]
    for reverse in (False, True):
        found = sorted_rows(rows, Order(column, reverse))
        assert names(found)[0] == "far"
        assert len(found) == 3


def test_the_worst_status_sorts_first() -> None:
    rows = [Listed(samples.summary(f"local/{status}", status=status)) for status in ("green", "red", "yellow", "odd")]
    assert names(sorted_rows(rows, Order("status"))) == ["local/odd", "local/red", "local/yellow", "local/green"]


def test_sorting_goes_both_ways_and_then_to_the_next_column() -> None:
    first = Order()
    assert (first.next(), first.next().next()) == (Order("store", reverse=True), Order("collection"))
    assert Order("aliases", reverse=True).next() == Order("store")
    assert Order("store").by("points") == Order("points")
    assert Order("points").by("points") == Order("points", reverse=True)


def test_a_filter_looks_at_every_column_and_can_be_inverted() -> None:
    rows = [
        Listed(samples.summary("local/Docs", vectors="384 Cosine", aliases=("live",))),
        Listed(samples.summary("local/other", vectors="8 Dot")),
        Listed(DOWN),
    ]

    def found(wanted: str) -> list[str]:
        return names(filtered(rows, wanted, lambda row: all_words(row, WORDS)))

    assert found("docs") == ["local/Docs"]
    assert found("dot") == ["local/other"]
    assert found("LIVE") == ["local/Docs"]
    assert found("!live") == ["local/other", "far"]
    assert found("✗ down") == ["far"]
    assert found(" ") == found("!") == names(rows)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("the unnamed vector 384 Cosine", "384 Cosine"),
        ('vector "text" 256 Cosine, sparse "bm25"', '"text" 256 Cosine, sparse "bm25"'),
        ("384 Cosine", "384 Cosine"),
        (None, ""),
    ],
)
def test_vectors_are_told_in_few_words(told: str | None, shown: str) -> None:
    assert vectors_text(told) == shown


@pytest.mark.parametrize(("room", "number"), [(120, 8), (112, 8), (111, 5), (72, 5), (46, 4), (20, 4)])
def test_there_are_as_many_columns_as_there_is_room_for(room: int, number: int) -> None:
    assert [column.key for column in columns_for(english, room)] == list(COLUMNS[:number])


@pytest.mark.parametrize("room", [45, 69, 72, 112, 116, 200])
@pytest.mark.parametrize("text", ENCODABLE)
def test_every_cell_has_its_width_and_holds_no_control(room: int, text: str) -> None:
    columns = columns_for(english, room)
    widths = column_widths(columns, room, GAP)
    row = Listed(CollectionSummary(text, f"{text}/x", text, 1, text, text, 2, 3, (text,)))
    line = "".join(part for part, _ in row_runs(grid_row(row, columns, WORDS, "production"), columns, widths, GAP))
    assert cell_len(line) == room
    assert not raw_controls(line)


def test_what_is_not_known_is_not_zero() -> None:
    row = Listed(CollectionSummary("local", "local/a", "a", error="a page is damaged"))
    cells = grid_row(row, columns_for(english, 120), WORDS, "").cells
    assert [text for text, _ in cells] == ["local", "a", "✗ unreadable", "–", "–", "–", "–", ""]


@pytest.mark.parametrize(
    ("changes", "guard", "shown"),
    [({"production": True, "read_only": True}, "production", "▲ local"), ({"read_only": True}, "read_only", "◆ local")],
)
def test_guarded_stores_are_marked_by_more_than_colour(changes: dict[str, Any], guard: str, shown: str) -> None:
    assert guard_of(samples.store(**changes)) == guard
    cell = grid_row(Listed(samples.summary()), columns_for(english, 120), WORDS, guard_of(samples.store(**changes)))
    assert cell.cells[0] == (shown, f"grid--{guard.replace('_', '-')}")


def test_the_arrow_of_the_sorted_column_is_never_cut() -> None:
    columns = (Column("a", "a long title", 6), Column("b", "点数", 8, align="right"))
    assert header_line(columns, [6, 8], ("a", False), GAP) == "a l… ▲      点数"
    assert header_line(columns, [6, 8], ("b", True), GAP) == "a lon…    点数 ▼"


def test_room_that_is_left_goes_to_the_columns_with_a_share() -> None:
    columns = (Column("a", "", 4), Column("b", "", 4, 1), Column("c", "", 4, 2))
    assert column_widths(columns, 26, GAP) == [4, 7, 11]
    assert column_widths(columns, 3, GAP) == [4, 4, 4]


def test_a_row_that_is_asked_for_again_is_as_of_before_until_it_is_told() -> None:
    listing = Listing()
    first, second = samples.summary("local/a"), samples.summary("local/b")
    listing.begin(["local"])
    listing.take([first, second])
    listing.end()
    listing.begin(["local"])
    assert {row.mark for row in listing.rows} == {"before"}
    listing.take([first])
    assert {row.key: row.mark for row in listing.rows} == {"local/a": "", "local/b": "before"}
    listing.give_up()
    assert {row.key: row.mark for row in listing.rows} == {"local/a": "", "local/b": "stale"}


def test_a_store_without_its_key_is_not_down() -> None:
    error = "PROD_KEY is not set, and [stores.prod] takes its key from it; set it, or remove api_key_env"
    row = Listed(samples.summary("prod/x", collection=None, error=error))
    assert status_of(row, WORDS) == ("inconclusive", "no key")
    assert "PROD_KEY" in " ".join(all_words(row, WORDS))
