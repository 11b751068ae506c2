"""The REST server's snapshots keep to the rules of Qdrant's own, which answers the same where one is named."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.places import REAL_SERVER, new_name
from tests.support.processes import RunningServer

URLS = ("server", "qdrant") if os.environ.get(REAL_SERVER) else ("server",)
BODY = {"vectors": {"size": 2, "distance": "Dot"}}


@pytest.fixture(params=URLS)
def client(request: pytest.FixtureRequest, server: RunningServer) -> Iterator[httpx.Client]:
    url = os.environ[REAL_SERVER] if request.param == "qdrant" else server.url
    with httpx.Client(base_url=url, headers={"accept-encoding": "identity"}, timeout=60) as client:
        yield client


@pytest.fixture
def docs(client: httpx.Client) -> Iterator[str]:
    """A collection of three points with an index."""
    name = new_name()
    assert client.put(f"/collections/{name}", json=BODY).status_code == 200
    points = [{"id": n, "vector": [n, 1], "payload": {"n": n}} for n in (1, 2, 3)]
    client.put(f"/collections/{name}/points?wait=true", json={"points": points})
    client.put(f"/collections/{name}/index?wait=true", json={"field_name": "n", "field_schema": "integer"})
    yield name
    client.delete(f"/collections/{name}")


@pytest.fixture
def other(client: httpx.Client) -> Iterator[str]:
    name = new_name()
    yield name
    client.delete(f"/collections/{name}")


def result(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()["result"]


def make(client: httpx.Client, name: str) -> Any:
    return result(client.post(f"/collections/{name}/snapshots?wait=true"))


def fetch(client: httpx.Client, name: str, snapshot: str, **headers: str) -> httpx.Response:
    return client.get(f"/collections/{name}/snapshots/{snapshot}", headers=headers)


def send(client: httpx.Client, name: str, data: bytes, **query: str) -> httpx.Response:
    files = {"snapshot": ("sent.snapshot", data, "application/octet-stream")}
    asked = {"priority": "snapshot", "wait": "true", **query}
    return client.post(f"/collections/{name}/snapshots/upload", params=asked, files=files)


def rows(client: httpx.Client, name: str) -> Any:
    body = {"limit": 10, "with_vector": True}
    return result(client.post(f"/collections/{name}/points/scroll", json=body))["points"]


def error(response: httpx.Response) -> str:
    return str(response.json()["status"]["error"])


def test_a_snapshot_is_described_listed_handed_out_and_deleted(client: httpx.Client, docs: str) -> None:
    made = make(client, docs)
    assert set(made) == {"name", "creation_time", "size", "checksum"}
    assert made["name"].startswith(f"{docs}-")
    assert made["name"].endswith(".snapshot")
    assert result(client.get(f"/collections/{docs}/snapshots")) == [made]
    whole = fetch(client, docs, made["name"])
    assert (len(whole.content), hashlib.sha256(whole.content).hexdigest()) == (made["size"], made["checksum"])
    assert whole.headers["content-type"] == "application/octet-stream"
    part = fetch(client, docs, made["name"], range="bytes=100-199")
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{made['size']}"
    rest = fetch(client, docs, made["name"], range="bytes=100-")
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    assert result(client.delete(f"/collections/{docs}/snapshots/{made['name']}")) is True
    assert result(client.get(f"/collections/{docs}/snapshots")) == []


def test_what_is_not_there(client: httpx.Client, docs: str) -> None:
    make(client, docs)
    gone = fetch(client, docs, "nope.snapshot")
    assert (gone.status_code, gone.text) == (404, "Not found: Snapshot nope.snapshot not found")
    assert client.delete(f"/collections/{docs}/snapshots/nope.snapshot").status_code == 404
    assert client.post("/collections/nope/snapshots").status_code == 404


@pytest.mark.parametrize("there", [False, True])
def test_an_upload_restores_into_a_collection_new_or_there(
    client: httpx.Client, docs: str, other: str, there: bool
) -> None:
    if there:
        result(client.put(f"/collections/{other}", json=BODY | {"metadata": {"own": 1}}))
    made = make(client, docs)
    data = fetch(client, docs, made["name"]).content
    before = rows(client, docs)
    client.put(f"/collections/{docs}/points?wait=true", json={"points": [{"id": 9, "vector": [9, 9]}]})
    assert result(send(client, other, data, checksum=made["checksum"])) is True
    assert rows(client, other) == before
    info = result(client.get(f"/collections/{other}"))
    assert info["payload_schema"]["n"]["data_type"] == "integer"
    assert info["config"].get("metadata") == ({"own": 1} if there else None)
    (kept,) = result(client.get(f"/collections/{other}/snapshots"))
    assert (kept["name"], kept["size"]) == ("sent.snapshot", len(data))
    points = [{"id": 4, "vector": [4, 4], "payload": {"n": 4}}]
    client.put(f"/collections/{other}/points?wait=true", json={"points": points})
    assert len(rows(client, other)) == 4


def test_uploads_that_are_refused(client: httpx.Client, docs: str, other: str) -> None:
    made = make(client, docs)
    data = fetch(client, docs, made["name"]).content
    wrong = send(client, other, data, checksum="0" * 64)
    assert wrong.status_code == 400
    assert error(wrong) == f"Checksum mismatch: expected {made['checksum']}, actual {'0' * 64}"
    assert send(client, other, data, checksum="short").status_code == 422
    result(client.put(f"/collections/{other}", json={"vectors": {"size": 3, "distance": "Dot"}}))
    unfit = send(client, other, data)
    assert unfit.status_code == 400
    assert "not compatible with existing collection" in error(unfit)
    cut = send(client, new_name(), data[: len(data) // 3])
    assert cut.status_code == 500
    assert "failed to unpack" in error(cut)
