"""The REST server of the tests keeps what it acknowledged, however it ends."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes import launch, start_server

DENSE = {"vectors": {"size": 2, "distance": "Dot"}}


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


def fill(client: httpx.Client) -> None:
    create(client, "c", {**DENSE, "metadata": {"owner": "x"}})
    upsert(client, "c", two_points())
    client.put("/collections/c/index?wait=true", json={"field_name": "n", "field_schema": "integer"})
    create_alias = {"collection_name": "c", "alias_name": "now"}
    client.post("/collections/aliases", json={"actions": [{"create_alias": create_alias}]})


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_on_the_same_directory_keeps_everything(tmp_path: Path, end: str) -> None:
    running = launch(tmp_path)
    with httpx.Client(base_url=running.url) as client:
        fill(client)
        before = (info(client, "now"), rows(client, "c"))
    code = running.stop() if end == "stop" else running.kill()
    assert code == (0 if end == "stop" else -signal.SIGKILL)
    with start_server(tmp_path) as again, httpx.Client(base_url=again.url) as client:
        assert (info(client, "now"), rows(client, "c")) == before
        assert upsert(client, "now", two_points()).json()["result"]["operation_id"] == 4


def test_a_kill_between_two_writes_loses_no_acknowledged_point(tmp_path: Path) -> None:
    running = launch(tmp_path)
    acknowledged = threading.Event()
    known: list[int] = []

    def write() -> None:
        with httpx.Client(base_url=running.url) as client, suppress(httpx.TransportError):
            for start in range(0, 1_000_000, 20):
                ids = range(start, start + 20)
                upsert(client, "c", [{"id": number, "vector": [1, 1]} for number in ids])
                known.extend(ids)
                if start >= 400:
                    acknowledged.set()

    with httpx.Client(base_url=running.url) as client:
        create(client, "c")
    writer = threading.Thread(target=write)
    writer.start()
    assert acknowledged.wait(timeout=60)
    running.kill()
    writer.join()
    with start_server(tmp_path) as again, httpx.Client(base_url=again.url) as client:
        body = {"limit": 1_000_000, "with_payload": False}
        page = client.post("/collections/c/points/scroll", json=body).json()["result"]
        assert set(known) <= {row["id"] for row in page["points"]}


def test_litter_of_an_unfinished_create_is_swept(tmp_path: Path) -> None:
    litter = tmp_path / "collections" / "litter"
    (litter / "shard").mkdir(parents=True)
    with start_server(tmp_path) as running:
        assert httpx.get(running.url + "/collections").json()["result"] == {"collections": []}
    assert not litter.exists()


def test_a_deleted_collection_leaves_nothing(tmp_path: Path) -> None:
    with start_server(tmp_path) as running, httpx.Client(base_url=running.url) as client:
        fill(client)
        assert client.delete("/collections/c").json()["result"] is True
        assert client.get("/aliases").json()["result"] == {"aliases": []}
        assert not list((tmp_path / "collections").iterdir())
