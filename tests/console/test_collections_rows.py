"""The overview's rows, settings, points and results as they are made, without a screen."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from qdrill.browse.overview import CollectionSummary
from qdrill.console.i18n import say
from qdrill.console.jobs import Job
from qdrill.console.panels.collections_cells import all_words, columns_for, grid_row, guard_of, words_in
from qdrill.console.panels.collections_facts import facts_content
from qdrill.console.panels.collections_grid import GridColumn, column_widths, header_line, row_runs
from qdrill.console.panels.collections_job_lines import ended_of
from qdrill.console.panels.collections_list import COLUMNS, Listed, Listing, Order, filtered, sorted_rows, vectors_text
from qdrill.console.panels.collections_points import point_page, point_text
from qdrill.console.panels.collections_settings import MOST_LINES, schema_content, settings_content, settings_of
from qdrill.drill.results import ConfigDifference, Rejected
from qdrill.errors import StoreError
from qdrill.stores.base import OptimizerState
from tests.console.support import samples
from tests.console.support.hostile import ENCODABLE, HOSTILE, raw_controls


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


# ---------------------------------------------------------------------- the list


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


# ---------------------------------------------------------------------- cells


@pytest.mark.parametrize(("room", "number"), [(120, 8), (112, 8), (111, 5), (72, 5), (46, 4), (20, 4)])
def test_there_are_as_many_columns_as_there_is_room_for(room: int, number: int) -> None:
    assert [column.key for column in columns_for(english, room)] == list(COLUMNS[:number])


@pytest.mark.parametrize("room", [45, 69, 72, 112, 116, 200])
@pytest.mark.parametrize("text", ENCODABLE)
def test_every_cell_has_its_width_and_holds_no_control(room: int, text: str) -> None:
    columns = columns_for(english, room)
    widths = column_widths(columns, room)
    row = Listed(CollectionSummary(text, f"{text}/x", text, 1, text, text, 2, 3, (text,)))
    line = "".join(part for part, _ in row_runs(grid_row(row, columns, WORDS, "production"), columns, widths))
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
    columns = (GridColumn("a", "a long title", 6), GridColumn("b", "点数", 8, align="right"))
    assert header_line(columns, [6, 8], ("a", False)) == "a l… ▲      点数"
    assert header_line(columns, [6, 8], ("b", True)) == "a lon…    点数 ▼"


def test_room_that_is_left_goes_to_the_columns_with_a_share() -> None:
    columns = (GridColumn("a", "", 4), GridColumn("b", "", 4, 1), GridColumn("c", "", 4, 2))
    assert column_widths(columns, 26) == [4, 7, 11]
    assert column_widths(columns, 3) == [4, 4, 4]


# ---------------------------------------------------------------------- settings, facts


def test_settings_at_their_defaults_are_folded_and_counted() -> None:
    configuration = {
        "params": {"vectors": {"size": 8, "distance": "Dot"}, "shard_number": 1, "on_disk_payload": True},
        "hnsw_config": {"m": 32, "ef_construct": 100, "payload_m": None},
        "quantization_config": None,
    }
    chosen, folded = settings_of(configuration)
    assert chosen == [
        ("params", "vectors.size", "8"),
        ("params", "vectors.distance", '"Dot"'),
        ("hnsw_config", "m", "32"),
    ]
    assert len(folded) == 5
    text = settings_content(configuration, english, "e", unfolded=False).plain
    assert "5 more are at their defaults or not set; e shows them" in text
    assert "ef_construct" not in text
    assert "ef_construct" in settings_content(configuration, english, "e", unfolded=True).plain


def test_settings_line_up_and_end_somewhere() -> None:
    many = {"metadata": {f"key {n}": n for n in range(MOST_LINES + 5)}}
    assert settings_content(many, english, "e", unfolded=False).plain.endswith("... and 5 more")
    two = settings_content({"params": {"a": 1, "表格": 2}}, english, "e", unfolded=False).plain.splitlines()
    assert [cell_len(line) for line in two[1:]] == [9, 9]


@pytest.mark.parametrize("text", ENCODABLE)
def test_hostile_settings_and_fields_are_harmless(text: str) -> None:
    settings = settings_content({text or "x": {text: [text]}}, english, "e", unfolded=True).plain
    schema = schema_content({text: {"data_type": text, "points": 3, "params": {text: 1}}}, english, 70).plain
    facts = facts_content(samples.detail(aliases=(text,), version=text, vectors=text), english).plain
    assert not raw_controls(settings + schema + facts)
    assert max(map(cell_len, schema.splitlines())) <= 80


def test_the_schema_is_a_table() -> None:
    schema = {"n": {"data_type": "integer", "points": 3000}, "t": {"data_type": "text", "params": {"lowercase": True}}}
    assert schema_content(schema, english, 60).plain.splitlines() == [
        "field  type     points  more                                ",
        "n      integer   3,000                                      ",
        't      text          –  {"lowercase": true}                 ',
    ]
    assert schema_content({}, english, 60).plain == "No payload field is indexed."


def test_the_optimizer_is_named_while_it_is_not_done() -> None:
    assert "optimizer" not in facts_content(samples.detail(), english).plain
    busy = samples.detail(status="red", optimizer=OptimizerState("x", done=False, error="disk full"), marks=None)
    text = facts_content(busy, english).plain
    assert "optimizer disk full" in text
    assert "last operation –" in text


# ---------------------------------------------------------------------- points


def test_a_page_counts_on_from_the_pages_before_it() -> None:
    rows = [samples.point(n) for n in range(1, 26)]
    page = point_page(samples.page(rows, 21, 20), 21, 20)
    assert (page.span, page.next_id) == ((21, 25), None)
    assert page.shown[0].cells[0] == ("21", "")


@pytest.mark.parametrize("text", ENCODABLE)
def test_a_hostile_payload_is_previewed_on_one_harmless_line(text: str) -> None:
    page = point_page(samples.page([samples.point(1, text)], None, 20), None, 0)
    cells = [cell for cell, _ in page.shown[0].cells]
    assert not raw_controls("".join(cells))
    assert all("\n" not in cell and cell_len(cell) <= 300 for cell in cells)


def test_a_point_is_read_whole() -> None:
    text = point_text(samples.point(7, "登录", vector=[0.25, 0.5]), english)
    assert '  "text": "登录"' in text
    assert "vector (unnamed)  dense, 2 numbers\n[0.25, 0.5]" in text
    long = point_text(samples.point(7, "x" * 200_000), english)
    assert "copies all of it" in long
    assert len(long) < 110_000


# ---------------------------------------------------------------------- results of jobs


def ended(result: object = None, error: BaseException | None = None, title: str = "local/a") -> Any:
    """What a job that ended with this is shown as."""
    job: Job[object] = Job("restore", title, lambda control, emit: None, lambda: 0.0)
    job.result, job.error = result, error
    job._ended.set()
    return ended_of(english, "en", job, "backup.json")


def test_a_restore_is_green_only_where_everything_came_back() -> None:
    assert ended(samples.restore_result()).state == "pass"
    lost = ended(samples.restore_result(points_restored=3))
    assert (lost.state, "points restored" in lost.text) == ("fail", True)
    refused = ended(samples.restore_result(rejected=(Rejected(7, "too long"),), rejected_total=1))
    assert (refused.state, "too long" in refused.text) == ("fail", True)
    changed = ended(samples.restore_result(config_differences=(ConfigDifference("a.b", "1", "2"),)))
    assert changed.state == "fail"
    nothing = ended(samples.restore_result(points_expected=0, points_restored=0))
    assert (nothing.state, "nothing was proved" in nothing.text) == ("inconclusive", True)


def test_a_backup_says_that_somebody_wrote_meanwhile(tmp_path: Any) -> None:
    made = samples.backup_result(tmp_path / "a.json", writer="detected", writer_detail="3 more points")
    shown = ended(made)
    assert shown.state == "pass"
    assert "? writer during backup" in shown.text
    short = ended(samples.backup_result(tmp_path / "a.json", points=1, count_after=5))
    assert short.state == "fail"


def test_a_job_that_failed_or_was_cancelled_says_so() -> None:
    from qdrill.errors import Interrupted

    assert ended(error=StoreError("local refuses")).lines == ("local refuses",)
    assert ended(error=Interrupted("cancelled")).state == "interrupted"
    for text in HOSTILE:
        assert ended(error=StoreError("x"), title=text).state == "fail"
