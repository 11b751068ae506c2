"""Configurations: what counts, what does not, and how a difference is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.results import ConfigDifference
from qdrill.schema.config import config_digest, configuration, diff_configuration
from tests.rows.strategies import payloads

WIRE = Path(__file__).parents[1] / "data" / "wire" / "qdrant-1.19.0"


def recorded(name: str) -> dict[str, Any]:
    """The collection info in a recording of a real server."""
    exchange = json.loads((WIRE / name).read_text())
    found: dict[str, Any] = exchange["response"]["json"]["result"]
    return found


def info(config: dict[str, Any], schema: dict[str, Any] | None = None, **observed: Any) -> dict[str, Any]:
    return {"config": config, "payload_schema": schema or {}, **observed}


def test_what_is_observed_is_no_configuration() -> None:
    left = info({"params": {}}, {"k": {"data_type": "keyword", "points": 5}}, status="green", points_count=5)
    right = info({"params": {}}, {"k": {"data_type": "keyword", "points": 0}}, status="yellow", points_count=9)
    assert diff_configuration(left, right) == ()
    assert config_digest(left) == config_digest(right)


def test_null_is_as_missing_but_not_in_metadata() -> None:
    assert diff_configuration(info({"hnsw_config": {"m": None}}), info({"hnsw_config": {}})) == ()
    assert diff_configuration(info({"strict_mode_config": None}), info({})) == ()
    (found,) = diff_configuration(info({"metadata": {"a": None}}), info({"metadata": {}}))
    assert found == ConfigDifference("config.metadata.a", "null", "absent")


def test_each_difference_has_its_path_and_both_sides() -> None:
    left = info({"hnsw_config": {"m": 16}, "params": {"vectors": {"size": 4}}}, {"k": {"data_type": "keyword"}})
    right = info({"hnsw_config": {"m": 8}, "params": {"vectors": {"a": {"size": 4}}}}, {"k": {"data_type": "text"}})
    assert [(d.path, d.left, d.right) for d in diff_configuration(left, right)] == [
        ("config.hnsw_config.m", "16", "8"),
        ("config.params.vectors.a", "absent", '{"size": 4}'),
        ("config.params.vectors.size", "4", "absent"),
        ("payload_schema.k.data_type", '"keyword"', '"text"'),
    ]


@pytest.mark.parametrize(
    ("left", "right"), [(1, 1.0), (1, True), (0, False), ([1], [1.0]), ({"a": [{"b": 1}]}, {"a": [{"b": 1.0}]})]
)
def test_values_of_another_type_differ(left: Any, right: Any) -> None:
    assert diff_configuration(info({"metadata": {"x": left}}), info({"metadata": {"x": right}})) != ()
    assert config_digest(info({"metadata": {"x": left}})) != config_digest(info({"metadata": {"x": right}}))


@given(payloads, payloads)
def test_digests_agree_exactly_where_configurations_do(left: dict[str, Any], right: dict[str, Any]) -> None:
    one, two = info({"metadata": left}), info({"metadata": right})
    assert (config_digest(one) == config_digest(two)) == (diff_configuration(one, two) == ())
    assert diff_configuration(one, one) == ()


@given(st.permutations(["params", "hnsw_config", "optimizer_config"]))
def test_key_order_does_not_matter(order: list[str]) -> None:
    assert config_digest(info({key: {"x": 1} for key in order})) == config_digest(
        info({key: {"x": 1} for key in sorted(order)})
    )


@pytest.mark.parametrize("name", ["20-info.json", "38-info-with-payload-schema.json", "48-rich-info.json"])
def test_recorded_infos_equal_themselves_and_no_other(name: str) -> None:
    assert diff_configuration(recorded(name), recorded(name)) == ()
    assert set(configuration(recorded(name))) == {"config", "payload_schema"}
    assert diff_configuration(recorded("20-info.json"), recorded("48-rich-info.json")) != ()
