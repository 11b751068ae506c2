"""What the recordings do not show of the REST server: bad input, limits, strict mode, aliases, shards."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.processes import RunningServer, start_server

FIXTURES = Path(__file__).resolve().parents[1] / "data" / "fixtures"
MAX_U64 = 2**64 - 1
DENSE = {"vectors": {"size": 2, "distance": "Dot"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start_server(tmp_path_factory.mktemp("server"), max_request_mb=1) as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client
        for collection in client.get("/collections").json()["result"]["collections"]:
            client.delete(f"/collections/{collection['name']}")


def create(client: httpx.Client, name: str, body: Any = None) -> None:
    assert client.put(f"/collections/{name}", json=body or DENSE).json()["result"] is True


def upsert(client: httpx.Client, name: str, points: list[Any]) -> httpx.Response:
    return client.put(f"/collections/{name}/points?wait=true", json={"points": points})


def rows(client: httpx.Client, name: str) -> list[Any]:
    body = {"limit": 10_000, "with_vector": True}
    return list(client.post(f"/collections/{name}/points/scroll", json=body).json()["result"]["points"])


def info(client: httpx.Client, name: str) -> Any:
    return client.get(f"/collections/{name}").json()["result"]


def two_points() -> list[Any]:
    return [{"id": number, "vector": [number, 1], "payload": {"n": number}} for number in (1, 2)]


def test_numbers_at_their_limits(client: httpx.Client) -> None:
    create(client, "c")
    payload: dict[str, Any] = {
        "u": MAX_U64,
        "i": -(2**63),
        "f": 0.30000000000000004,
        "one": 1.0,
        "z": None,
        "a": [],
    }
    upsert(client, "c", [{"id": MAX_U64, "vector": [1e-7, -0.0], "payload": payload}])
    row = rows(client, "c")[0]
    assert row == {"id": MAX_U64, "payload": payload, "vector": [1e-07, -0.0]}
    assert list(row["payload"]) == list(payload)


@pytest.mark.parametrize("identity", [-1, 1.5, 2**64, "abc", "1", None, True])
def test_bad_ids(client: httpx.Client, identity: Any) -> None:
    create(client, "c")
    response = upsert(client, "c", [{"id": identity, "vector": [1, 2]}])
    assert response.status_code == 400
    assert "is not a valid point ID" in response.json()["status"]["error"]


@pytest.mark.parametrize(
    ("vector", "status"),
    [
        ([1, None], 400),
        (["a", "b"], 400),
        ("x", 400),
        (None, 400),
        ([], 422),
        ([[1, 2], [3]], 422),
        ({"s": {"indices": [1], "values": [1, 2]}}, 422),
        ({"s": {"indices": [1, 1], "values": [1, 2]}}, 422),
        ({"indices": [1], "values": [1.0]}, 400),
    ],
)
def test_bad_vectors_are_refused_and_the_server_lives_on(client: httpx.Client, vector: Any, status: int) -> None:
    create(client, "c", {**DENSE, "sparse_vectors": {"s": {}}})
    assert upsert(client, "c", [{"id": 1, "vector": vector}]).status_code == status
    assert upsert(client, "c", two_points()).status_code == 200
    assert len(rows(client, "c")) == 2


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "EOF while parsing a value at line 1 column 0"),
        (b'{"points":[1', "EOF while parsing a list at line 1 column 12"),
        (b'{"points":[]', "EOF while parsing an object at line 1 column 12"),
        (b'{"points":"a', "EOF while parsing a string at line 1 column 12"),
        (b'{"points":[{"id":1,"vector":[NaN]}]}', "expected value at line 1 column 30"),
    ],
)
def test_malformed_json(client: httpx.Client, body: bytes, error: str) -> None:
    create(client, "c")
    headers = {"content-type": "application/json"}
    response = client.put("/collections/c/points", content=body, headers=headers)
    assert response.status_code == 400
    assert response.json()["status"]["error"] == f"Format error in JSON body: {error}"


def test_order_is_integers_then_uuids_and_the_offset_is_inclusive(client: httpx.Client) -> None:
    create(client, "c")
    low, high = "00000000-0000-0000-0000-000000000001", "ffffffff-0000-0000-0000-000000000000"
    upsert(client, "c", [{"id": one, "vector": [1, 1]} for one in (high, 10, low, 9)])
    assert [row["id"] for row in rows(client, "c")] == [9, 10, low, high]
    page = client.post("/collections/c/points/scroll", json={"offset": 10, "limit": 2}).json()["result"]
    assert [row["id"] for row in page["points"]] == [10, low]
    assert page["next_page_offset"] == high


def test_chunked_bodies_and_names_with_spaces(server: RunningServer, client: httpx.Client) -> None:
    create(client, "%E7%99%BB%20x")
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    body = json.dumps({"points": two_points()}).encode()
    pieces = iter([body[:7], body[7:]])
    headers = {"content-type": "application/json"}
    path = "/collections/%E7%99%BB%20x/points?wait=true"
    connection.request("PUT", path, pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert client.get("/collections").json()["result"] == {"collections": [{"name": "登 x"}]}
    assert len(rows(client, "%E7%99%BB%20x")) == 2


def test_a_body_over_the_limit(client: httpx.Client) -> None:
    create(client, "c")
    body = b" " * (1024 * 1024 + 1)
    response = client.put("/collections/c/points", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    text = f"JSON payload ({len(body)} bytes) is larger than allowed (limit: 1048576 bytes)."
    assert response.json()["status"]["error"] == text


def test_unknown_vector_without_wait_is_acknowledged_and_dropped(client: httpx.Client) -> None:
    create(client, "c")
    points = [{"id": 1, "vector": {"nope": [1, 2]}}]
    response = client.put("/collections/c/points", json={"points": points})
    assert response.json()["result"]["status"] == "acknowledged"
    assert rows(client, "c") == []


def test_patch_merges_and_null_removes_metadata(client: httpx.Client) -> None:
    optimizers = {"indexing_threshold": 5}
    create(client, "c", {**DENSE, "metadata": {"a": 1, "b": 2}, "optimizers_config": optimizers})
    changes = {
        "optimizers_config": {"max_optimization_threads": 3},
        "params": {"read_fan_out_factor": 2},
        "hnsw_config": {"m": 8},
        "metadata": {"a": None, "c": 3},
        "strict_mode_config": {"enabled": True, "max_query_limit": 5},
        "vectors": {"": {"on_disk": True}},
    }
    assert client.patch("/collections/c", json=changes).json()["result"] is True
    config = info(client, "c")["config"]
    assert config["optimizer_config"]["indexing_threshold"] == 5
    assert config["optimizer_config"]["max_optimization_threads"] == 3
    assert config["params"]["read_fan_out_factor"] == 2
    assert config["params"]["vectors"] == {"size": 2, "distance": "Dot", "on_disk": True}
    assert config["hnsw_config"]["m"] == 8
    assert config["metadata"] == {"b": 2, "c": 3}
    assert config["strict_mode_config"] == {"enabled": True, "max_query_limit": 5}


def test_a_write_larger_than_the_bucket_is_not_told_to_wait(client: httpx.Client) -> None:
    create(client, "c", {**DENSE, "strict_mode_config": {"enabled": True, "write_rate_limit": 5}})
    six = [{"id": number, "vector": [1, 1]} for number in range(6)]
    too_large = upsert(client, "c", six)
    assert too_large.status_code == 429
    assert "retry-after" not in too_large.headers
    assert upsert(client, "c", six[:4]).status_code == 200
    throttled = upsert(client, "c", six[:4])
    assert throttled.status_code == 429
    assert int(throttled.headers["retry-after"]) in (35, 36)


def test_aliases_change_as_one(client: httpx.Client) -> None:
    create(client, "a")
    create(client, "b")
    client.post(
        "/collections/aliases",
        json={"actions": [{"create_alias": {"collection_name": "a", "alias_name": "now"}}]},
    )
    broken = [
        {"delete_alias": {"alias_name": "now"}},
        {"create_alias": {"collection_name": "missing", "alias_name": "y"}},
    ]
    assert client.post("/collections/aliases", json={"actions": broken}).status_code == 404
    swap = [
        {"delete_alias": {"alias_name": "now"}},
        {"create_alias": {"collection_name": "b", "alias_name": "now"}},
        {"rename_alias": {"old_alias_name": "now", "new_alias_name": "then"}},
    ]
    assert client.post("/collections/aliases", json={"actions": swap}).status_code == 200
    expected = {"aliases": [{"alias_name": "then", "collection_name": "b"}]}
    assert client.get("/aliases").json()["result"] == expected
    upsert(client, "then", two_points())
    assert len(rows(client, "b")) == 2
    assert client.put("/collections/then", json=DENSE).status_code == 400


def test_operation_numbers_grow_in_telemetry(client: httpx.Client) -> None:
    def op_num() -> int:
        answer = client.get("/telemetry?details_level=6&per_collection=true").json()["result"]
        shard = answer["collections"]["collections"][0]["shards"][0]
        assert shard["local"]["update_queue"]["length"] == 0
        return int(shard["local"]["update_queue"]["op_num"])

    create(client, "c")
    assert op_num() == 0
    upsert(client, "c", two_points())
    assert op_num() == 1


def test_shards_share_the_points_out(client: httpx.Client) -> None:
    expected = [json.loads(line.rstrip(",\n")) for line in _lines("two_shards.points.json")]
    create(client, "c", {"vectors": {"size": 8, "distance": "Cosine"}, "shard_number": 2})
    assert upsert(client, "c", expected).status_code == 200
    assert rows(client, "c") == expected
    shards = [
        client.post(f"/collections/c/shards/{shard}/points/scroll", json={"limit": 1000}).json()["result"]
        for shard in (0, 1)
    ]
    ids = [{row["id"] for row in shard["points"]} for shard in shards]
    assert ids[0] | ids[1] == {row["id"] for row in expected}
    assert not ids[0] & ids[1]
    cluster = client.get("/collections/c/cluster").json()["result"]
    counts = [shard["points_count"] for shard in cluster["local_shards"]]
    assert counts == [len(part) for part in ids]


def _lines(name: str) -> list[str]:
    return [line for line in (FIXTURES / name).read_text().splitlines() if line.startswith("{")]


def test_pages_put_back_give_the_same_bytes(client: httpx.Client) -> None:
    create(client, "a", {"vectors": {"size": 8, "distance": "Cosine"}})
    create(client, "b", {"vectors": {"size": 8, "distance": "Cosine"}})
    upsert(client, "a", [json.loads(line.rstrip(",\n")) for line in _lines("two_shards.points.json")])
    body = {"limit": 1000, "with_vector": True}
    page = client.post("/collections/a/points/scroll", json=body).content
    points = page[len(b'{"result":{"points":') : page.rindex(b',"next_page_offset"')]
    headers = {"content-type": "application/json"}
    client.put("/collections/b/points?wait=true", content=b'{"points":' + points + b"}", headers=headers)
    assert client.post("/collections/b/points/scroll", json=body).content == page
