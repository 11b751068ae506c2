"""From a collection's info to the calls that make it again."""

from __future__ import annotations

from typing import Any

from qdrill.schema.recreate import recipe
from tests.schema.test_config import recorded

OPTIMIZERS = {
    "indexing_threshold": 10000,
    "prevent_unoptimized": True,
    "max_segment_size": None,
    "deleted_threshold": 0.2,
}


def made(**config: Any) -> Any:
    return recipe({"config": {"params": {"vectors": {}}, "optimizer_config": OPTIMIZERS, **config}})


def test_indexing_is_put_off_for_the_load_and_switched_back_on() -> None:
    plan = made()
    assert plan.create["optimizers_config"] == {"indexing_threshold": 0, "deleted_threshold": 0.2}
    assert plan.after_load == ({"optimizers_config": {"indexing_threshold": 10000, "prevent_unoptimized": True}},)


def test_strict_mode_comes_last_and_what_only_a_patch_sets_before_it() -> None:
    strict = {"enabled": True, "max_query_limit": 5, "upsert_max_batchsize": None}
    plan = made(params={"vectors": {}, "read_fan_out_factor": 2}, strict_mode_config=strict)
    assert "read_fan_out_factor" not in plan.create
    assert "strict_mode_config" not in plan.create
    assert [list(body) for body in plan.after_load] == [["optimizers_config"], ["params"], ["strict_mode_config"]]
    assert plan.after_load[-1] == {"strict_mode_config": {"enabled": True, "max_query_limit": 5}}


def test_nulls_are_left_out_but_not_of_metadata() -> None:
    plan = made(hnsw_config={"m": 8, "payload_m": None}, metadata={"a": None})
    assert plan.create["hnsw_config"] == {"m": 8}
    assert plan.create["metadata"] == {"a": None}
    assert "quantization_config" not in plan.create


def test_payload_indexes_come_with_all_their_parameters() -> None:
    schema = {
        "t": {"data_type": "text", "params": {"type": "text", "lowercase": True}, "points": 9},
        "k": {"data_type": "keyword"},
    }
    assert recipe({"config": {}, "payload_schema": schema}).indexes == (
        ("k", "keyword"),
        ("t", {"type": "text", "lowercase": True}),
    )


def test_a_recorded_rich_collection() -> None:
    info = recorded("48-rich-info.json")
    plan = recipe(info)
    params = info["config"]["params"]
    assert plan.create["vectors"] == params["vectors"]
    assert plan.create["sparse_vectors"] == params["sparse_vectors"]
    assert {field for field, _ in plan.indexes} == set(info["payload_schema"])
