"""Settings, schema and points of a collection as they are shown, without a screen."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from qdrill.console.i18n import say
from qdrill.console.panels.collections_facts import facts_content
from qdrill.console.panels.collections_points import point_page, point_text
from qdrill.console.panels.collections_settings import MOST_LINES, schema_content, settings_content, settings_of
from qdrill.stores.base import OptimizerState
from tests.console.support import samples
from tests.console.support.hostile import ENCODABLE, raw_controls


def english(key: str, **values: object) -> str:
    """The English catalogue."""
    return say("en", key, **values)


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
