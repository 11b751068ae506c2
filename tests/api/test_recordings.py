"""The recorded exchanges, played again: what the service answers differs in nothing but ids and one error's words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from qdrill.stores.base import Store
from tests.api.service import (
    Service,
    create,
    edge_lab,
    import_samples,
    points,
    recording,
    server_lab,
    serving,
)
from tests.support.processes import RunningServer

SOURCE, TARGET = "default_collection", "default_collection_restored"
RETRIEVAL = "preflight retrieval failed: "


@pytest.mark.parametrize("kind", ["edge", "server"])
def test_answers_are_those_recorded(kind: str, tmp_path: Path, server: RunningServer) -> None:
    def lab() -> Store:
        return edge_lab(tmp_path) if kind == "edge" else server_lab(tmp_path, server.url)

    create(lab(), SOURCE, 512)
    create(lab(), "wrongdim", 8)
    with serving(tmp_path) as service:
        before = service.client.get("/metrics")
        assert before.headers["content-type"] == recording(1)["response"]["headers"]["content-type"]
        assert import_samples(before.text) == []
        fill(service)
        for number in (3, 4, 5, 6, 7):
            played(service, number)
        create(lab(), TARGET, 512)
        for number in range(8, 16):
            played(service, number)
        after = service.client.get("/metrics")
    recorded = import_samples(recording(16)["response"]["text"])
    assert len(recorded) == 4
    assert [one for one in import_samples(after.text) if ("collection", SOURCE) not in one[1]] == recorded
    rows = [json.loads(line) for line in recording(8)["request"]["body"]["jsonl"].splitlines()]
    assert [(row["id"], row["payload"]) for row in points(lab(), TARGET)] == [(r["id"], r["payload"]) for r in rows]


def fill(service: Service) -> None:
    """The source as it was when the recordings were made: its rows are those that were imported later."""
    rows = recording(8)["request"]["body"]["jsonl"]
    assert service.imported(collection=SOURCE, jsonl=rows).json()["imported"] == 8


def played(service: Service, number: int) -> None:
    exchange = recording(number)
    asked, recorded = exchange["request"], exchange["response"]
    answer = service.client.request(asked["method"], asked["path"], headers=asked["headers"], json=asked["body"])
    assert answer.status_code == recorded["status"], answer.text
    compare(answer.json(), recorded["json"], f"exchange {number}")
    compare_headers(answer, recorded)


def compare_headers(answer: httpx.Response, recorded: dict[str, Any]) -> None:
    assert answer.headers["content-type"] == recorded["headers"]["content-type"]
    if RETRIEVAL not in answer.text:
        assert answer.headers["content-length"] == recorded["headers"]["content-length"]


def compare(seen: Any, recorded: Any, place: str) -> None:
    """Field by field, names in order too."""
    if isinstance(recorded, dict):
        assert isinstance(seen, dict), place
        assert list(seen) == list(recorded), place
        for key, value in recorded.items():
            compare_field(seen[key], value, key, f"{place} {key}")
    elif isinstance(recorded, list):
        assert isinstance(seen, list), place
        assert len(seen) == len(recorded), place
        for number, (left, right) in enumerate(zip(seen, recorded, strict=True)):
            compare(left, right, f"{place}[{number}]")
    else:
        assert type(seen) is type(recorded), place
        assert seen == recorded, place


def compare_field(seen: Any, recorded: Any, key: str, place: str) -> None:
    if key == "request_id":
        assert re.fullmatch("[0-9a-f]{32}", seen), place
        assert seen != recorded
    elif key == "error" and recorded.startswith(RETRIEVAL):
        # The words after it are a client's own, with a time in them.
        assert seen == RETRIEVAL + "vector dimension mismatch: collection expects 8, query has 512"
    else:
        compare(seen, recorded, place)
