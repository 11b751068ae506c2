"""Searches and preflights beyond the recordings; embedders; bodies that do not fit."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.types import Message

from qdrill.api.errors import ApiError
from qdrill.api.hashing import hashed
from qdrill.api.schema import LARGEST_BODY, SearchRequest, read_request
from qdrill.stores.edge import EdgeStore
from tests.api.service import Service, create, edge_lab, jsonl, serving

SEARCH, PREFLIGHT, EMBED = "/embedding/search", "/api/v1/rag/preflight", "/embedding/embed"


def bodies(lab: EdgeStore) -> None:
    """A collection of 8 numbers a vector, one with two named vectors, and one with a single named one."""
    create(lab, "docs", 8)
    dense = {"size": 8, "distance": "Cosine"}
    lab.writer("two").create({"vectors": {"a": dense, "b": dense}})
    lab.writer("one").create({"vectors": {"a": dense}})
    lab.writer("many").create({"vectors": {**dense, "multivector_config": {"comparator": "max_sim"}}})
    point = {"id": 1, "vector": {"a": hashed("x", 8)}, "payload": {"text": "x"}}
    lab.writer("one").upsert([json.dumps(point).encode()], wait=True)
    lab.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("lab")
    bodies(edge_lab(folder))
    with serving(folder, "--dimension", "8", env={"RAG_COLLECTION": "docs"}) as running:
        rows = [
            {"id": 1, "vector": hashed("no text", 8), "payload": {"title": "no text"}},
            {"id": 2, "vector": hashed("no text here", 8), "payload": {"text": "no text here"}},
            {"id": 3, "vector": hashed("other", 8), "payload": {"text": ["no", "text"]}},
        ]
        assert running.imported(collection="docs", jsonl=jsonl(*rows)).status_code == 200
        yield running


def test_the_runbooks_collection_is_meant_where_none_is_named(service: Service) -> None:
    answer = service.post(SEARCH, {"query": "no text"}).json()
    assert answer["collection"] == "docs"
    assert [match["id"] for match in answer["matches"]][:2] == [1, 2]
    assert answer["matches"][0]["score"] == 1.0


def test_a_context_is_the_best_match_with_a_text(service: Service) -> None:
    answer = service.post(PREFLIGHT, {"query": "no text", "collection": "docs", "top_k": 3}).json()
    matches = service.post(SEARCH, {"query": "no text", "collection": "docs", "top_k": 3}).json()["matches"]
    scores = [match["score"] for match in matches]
    assert (answer["ok"], answer["contexts_count"], answer["ctx_total_len"]) == (True, 1, len("no text here"))
    assert (answer["max_score"], answer["avg_score"]) == (max(scores), sum(scores) / 3)
    assert [source["id"] for source in answer["sources"]] == [2]


def test_no_text_is_no_context(service: Service) -> None:
    answer = service.post(PREFLIGHT, {"query": "no text", "collection": "docs", "top_k": 1}).json()
    assert (answer["ok"], answer["contexts_count"], answer["sources"]) == (True, 0, [])


def test_the_only_named_vector_is_searched(service: Service) -> None:
    assert [one["id"] for one in service.post(SEARCH, {"query": "x", "collection": "one"}).json()["matches"]] == [1]


@pytest.mark.parametrize(
    ("name", "words"),
    [("two", "several dense vectors (a, b)"), ("many", "several vectors a point")],
)
def test_vectors_that_the_service_cannot_search(service: Service, name: str, words: str) -> None:
    answer = service.post(SEARCH, {"query": "x", "collection": name})
    assert answer.status_code == 400
    assert words in answer.json()["detail"]
    preflight = service.post(PREFLIGHT, {"query": "x", "collection": name})
    assert preflight.status_code == 200
    assert preflight.json()["ok"] is False
    assert words in preflight.json()["error"]


@pytest.mark.parametrize("name", ["../docs", "docs/points", ".", "..", "a\0", "x" * 300, "<b>", "登录"])
def test_names_that_no_collection_has(service: Service, name: str) -> None:
    assert service.post(SEARCH, {"query": "x", "collection": name}).json() == {"collection": name, "matches": []}
    answer = service.post(PREFLIGHT, {"query": "x", "collection": name}).json()
    assert (answer["ok"], answer["contexts_count"]) == (True, 0)
    assert "sources" not in answer


def test_embedding_texts(service: Service) -> None:
    answer = service.post(EMBED, {"texts": ["a", "登录", ""]}).json()
    assert answer == {"dimension": 8, "vectors": [hashed(text, 8) for text in ("a", "登录", "")]}
    assert service.post(EMBED, {"texts": []}).json() == {"dimension": 0, "vectors": []}


UNFIT: list[tuple[str, bytes, str, list[Any]]] = [
    (SEARCH, b"", "missing", ["body"]),
    (SEARCH, b"{", "json_invalid", ["body", 1]),
    (SEARCH, b"\xff\xfe", "json_invalid", ["body", 0]),
    (SEARCH, b'{"query":NaN}', "json_invalid", ["body", 9]),
    (SEARCH, b'{"query":"\\ud800"}', "json_invalid", ["body", 10]),
    (SEARCH, b"[" * 100_000, "json_invalid", ["body", 1025]),
    (SEARCH, b"[1]", "model_attributes_type", ["body"]),
    (SEARCH, b"null", "model_attributes_type", ["body"]),
    (SEARCH, b"[" * 500 + b"]" * 500, "model_attributes_type", ["body"]),
    (SEARCH, b'{"query":1}', "string_type", ["body", "query"]),
    (SEARCH, b'{"query":null}', "string_type", ["body", "query"]),
    (SEARCH, b'{"query":"a","top_k":0}', "greater_than_equal", ["body", "top_k"]),
    (SEARCH, b'{"query":"a","top_k":1e9}', "less_than_equal", ["body", "top_k"]),
    (SEARCH, b'{"query":"a","top_k":"x"}', "int_parsing", ["body", "top_k"]),
    (SEARCH, b'{"query":"%b"}' % (b"a" * 100_001), "string_too_long", ["body", "query"]),
    (PREFLIGHT, b"{}", "missing", ["body", "query"]),
    (EMBED, b"{}", "missing", ["body", "texts"]),
    (EMBED, b'{"texts":"a"}', "list_type", ["body", "texts"]),
    (EMBED, b'{"texts":["a",2]}', "string_type", ["body", "texts", 1]),
    (EMBED, b'{"texts":[%b"a"]}' % (b'"a",' * 1000), "too_long", ["body", "texts"]),
    ("/collections/import", b'{"jsonl":""}', "missing", ["body", "collection"]),
    (
        "/collections/import",
        b'{"collection":"docs","jsonl":"","on_conflict":"x"}',
        "literal_error",
        ["body", "on_conflict"],
    ),
    (
        "/collections/import",
        b'{"collection":"docs","jsonl":"","batch_size":0}',
        "greater_than_equal",
        ["body", "batch_size"],
    ),
]


@pytest.mark.parametrize(("path", "body", "kind", "place"), UNFIT)
def test_bodies_that_do_not_fit(service: Service, path: str, body: bytes, kind: str, place: list[Any]) -> None:
    answer = service.client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert list(answer.json()) == ["error", "detail", "request_id"]
    assert answer.json()["error"] == "ValidationError"
    (fault,) = answer.json()["detail"]
    assert (fault["type"], fault["loc"]) == (kind, place)
    assert {"type", "loc", "msg", "input"} <= set(fault)
    assert len(answer.content) < 4000


def test_only_json_is_read(service: Service) -> None:
    answer = service.client.post(SEARCH, content=b'{"query":"a"}', headers={"content-type": "text/plain"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["input"] == "text/plain"


def test_a_body_that_says_it_is_too_large_is_not_read(service: Service) -> None:
    place = urlsplit(service.url)
    assert place.hostname is not None
    with socket.create_connection((place.hostname, place.port or 0), timeout=60) as connection:
        head = f"POST {SEARCH} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {LARGEST_BODY + 1}\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_grows_too_large_is_given_up() -> None:
    given: list[int] = []

    async def receive() -> Message:
        given.append(1)
        return {"type": "http.request", "body": bytes(1 << 20), "more_body": True}

    request = Request({"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}, receive)
    with pytest.raises(ApiError) as caught:
        asyncio.run(read_request(request, SearchRequest))
    assert caught.value.status == 413
    assert len(given) == (LARGEST_BODY >> 20) + 1


def test_other_paths_and_methods_have_the_same_shape(service: Service) -> None:
    for answer, status in ((service.client.get("/x"), 404), (service.client.get(SEARCH), 405)):
        assert answer.status_code == status
        assert list(answer.json()) == ["error", "detail", "request_id"]
