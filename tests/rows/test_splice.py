"""Rows cut out of a scroll's answer without decoding are the rows that decoding gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qdrill.rows.splice import (
    NotAPage,
    exact_ids,
    ids_of_id_page,
    page_span,
    quick_ids,
    row_id,
    rows_and_ids,
    split_rows,
)
from qdrill.rows.vector_order import in_name_order
from tests.rows.strategies import dump, ids, in_order, page, points

Points = list[dict[str, Any]]
DEEP = b"[" * 100_000


@given(points, st.none() | ids, st.booleans())
def test_the_span_of_a_page_holds_its_rows_and_the_next_id(
    rows: Points, next_id: int | str | None, reused: bool
) -> None:
    body = page(rows, next_id)
    buffer = bytearray(body) + bytearray(b'],"next_page_offset":7}' if reused else b"")
    span = page_span(buffer, len(body))
    assert json.loads(b"[" + buffer[span.start : span.end] + b"]") == rows
    assert bytes(buffer[span.start : span.end]) == b",".join(map(dump, rows))
    assert span.next_id == next_id


@given(points, st.none() | ids, st.booleans())
def test_a_server_that_spaces_or_orders_otherwise_is_understood(
    rows: Points, next_id: int | str | None, first: bool
) -> None:
    result: dict[str, Any] = {"next_page_offset": next_id} if first else {}
    result |= {"points": rows, "next_page_offset": next_id}
    body = json.dumps({"time": 1, "result": result}, indent=1).encode()
    span = page_span(body)
    assert json.loads(b"[" + body[span.start : span.end] + b"]") == rows
    assert span.next_id == next_id


@given(points, st.data())
def test_a_page_cut_short_is_never_a_page(rows: Points, data: st.DataObject) -> None:
    body = page(rows, None)
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(NotAPage):
        page_span(body[:cut])


@pytest.mark.parametrize(
    "body",
    [
        page([], None)[:-1] + b',"more":' + DEEP,
        b'{"result":{"points":[],"next_page_offset":' + DEEP,
        b'{"result": {"points":' + DEEP,
        b'{"result":{"points":[],"next_page_offset":"\xff"}}',
    ],
)
def test_bytes_that_no_parser_can_follow_are_no_page(body: bytes) -> None:
    with pytest.raises(NotAPage):
        page_span(body)


def test_what_a_proxy_says_is_told_from_a_page() -> None:
    with pytest.raises(NotAPage, match="HTML page"):
        page_span(b"<html>502 Bad Gateway</html>")
    with pytest.raises(NotAPage, match="empty answer"):
        page_span(b"")
    with pytest.raises(NotAPage, match="not a page"):
        page_span(b'{"result":{"points":7,"next_page_offset":null}}')


@given(points)
def test_quick_ids_are_the_ids_wherever_their_number_is_right(rows: Points) -> None:
    joined = b",".join(map(dump, rows))
    found = quick_ids(joined, 0, len(joined))
    truth = [row["id"] for row in rows]
    if found is not None and len(found) == len(truth):
        assert found == truth
    if joined.count(b'{"id":') == len(rows):
        assert found == truth


@given(points)
def test_quick_ids_give_up_where_the_id_does_not_come_first(rows: Points) -> None:
    joined = b",".join(dump(dict(reversed(row.items()))) for row in rows)
    assert quick_ids(joined, 0, len(joined)) == (None if rows else [])


@given(points)
def test_exact_ids_and_rows_are_those_of_a_json_parser(rows: Points) -> None:
    joined = b",".join(map(dump, rows))
    assert split_rows(joined) == [dump(row) for row in rows]
    assert exact_ids(memoryview(joined)) == [row["id"] for row in rows]
    assert rows_and_ids(joined) == [(row["id"], dump(row)) for row in rows]


@given(st.lists(ids, max_size=20, unique=True).map(in_order), st.none() | ids)
def test_a_page_of_ids_alone(chosen: list[int | str], next_id: int | str | None) -> None:
    body = page([{"id": i} for i in chosen], next_id)
    assert list(ids_of_id_page(body, page_span(body))) == chosen


@pytest.mark.parametrize(
    "row",
    [b"{}", b'{"payload":{"id":1}}', b"7", b'{"id":1.5}', b'{"id":null}', b'{"id":{}}', b'{"id":1', b'{"id":' + DEEP],
)
def test_a_row_without_a_usable_id_is_refused(row: bytes) -> None:
    with pytest.raises(NotAPage):
        row_id(row)


@given(points, st.randoms(use_true_random=False))
def test_named_vectors_come_in_one_order_and_nothing_else_moves(rows: Points, chance: Any) -> None:
    shuffled = [row | {"vector": _shuffled(row["vector"], chance)} for row in rows]
    ordered = in_name_order(b",".join(map(dump, shuffled)))
    assert ordered == in_name_order(b",".join(map(dump, rows))) == in_name_order(ordered)
    back = json.loads(b"[" + ordered + b"]")
    assert back == rows
    for row, before in zip(back, rows, strict=True):
        assert list(row) == list(before)
        assert dump(row["payload"]) == dump(before["payload"])
        if isinstance(row["vector"], dict):
            assert list(row["vector"]) == sorted(row["vector"])


def _shuffled(vector: Any, chance: Any) -> Any:
    if not isinstance(vector, dict):
        return vector
    names = list(vector)
    chance.shuffle(names)
    return {name: vector[name] for name in names}


@given(points)
def test_rows_in_name_order_keep_their_bytes(rows: Points) -> None:
    assume(all(not isinstance(row["vector"], dict) or list(row["vector"]) == sorted(row["vector"]) for row in rows))
    joined = b",".join(map(dump, rows))
    assert len(in_name_order(joined)) == len(joined) or b"\\u" in joined or b"\x7f" in joined
    assert json.loads(b"[" + in_name_order(joined) + b"]") == rows


def test_rows_that_are_no_objects_are_refused() -> None:
    for wrong in (b"1,2", b'{"id":1', b'{"id":1,"vector":{"a":[1]', b'{"\xff":1}', b'{"vector":{"\xff":1}}'):
        with pytest.raises(NotAPage):
            in_name_order(wrong)
    with pytest.raises(NotAPage):
        in_name_order(b'{"id":' + DEEP)
