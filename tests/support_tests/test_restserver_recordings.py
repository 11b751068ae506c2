"""The REST server of the tests answers what a Qdrant 1.19.0 answered, request by request."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes import start_server

RECORDINGS = Path(__file__).resolve().parents[1] / "data" / "wire" / "qdrant-1.19.0"

OUT_OF_SCOPE = {
    "57-snapshot-create": "the inside of a snapshot is a server's own; test_restserver_snapshots.py has the rules",
    "58-snapshot-list": "as 57",
    "59-snapshot-download-range": "as 57",
    "60-snapshot-upload-bad-checksum": "as 57",
    "61-snapshot-upload": "as 57",
    "62-snapshot-upload-truncated": "as 57",
    "63-snapshot-restored-info": "as 57",
    "64-snapshot-404": "as 57",
    "65-snapshot-delete": "as 57",
    "66-telemetry": "describes one process on one machine; the part that is read has a test of its own",
    "67-metrics": "counters of one process; nothing reads them from the server",
    "68-quotas": "disk and memory use of one machine",
    "69-issues": "suggestions for operators; nothing reads them",
}

VOLATILE: dict[str, tuple[str, ...]] = {
    "01-root": ("commit",),
    "20-info": ("result.segments_count",),
    "38-info-with-payload-schema": ("result.segments_count",),
    "43-optimizations": ("result.idle_segments", "result.summary.idle_segments"),
    "44-collection-cluster": ("result.peer_id",),
    "48-rich-info": ("result.segments_count",),
}

WITH_KEYS = ("70-", "71-", "72-", "73-", "74-")
COMPARED_HEADERS = ("content-type", "connection", "retry-after")
UNKEPT_BODIES = {
    "17-upsert-malformed-json": b'{"points": [{"id": ',
    "19-upsert-too-large": b'{"points": [' + b" " * (34603021 - 12),
}
RATE_LIMITED = "55-rate-limited-429"
RANDOM = "33-query-sample-random"
LIST = "22-list"
SCORE_TOLERANCE = 1e-6


def recordings() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(RECORDINGS.glob("*.json"))}


IN_SCOPE = [name for name in recordings() if name not in OUT_OF_SCOPE]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes


def play(client: httpx.Client, name: str, request: dict[str, Any]) -> Answer:
    body = UNKEPT_BODIES.get(name)
    if body is None and request["body"] is not None:
        body = json.dumps(request["body"], ensure_ascii=False).encode()
    response = client.request(request["method"], request["path"], headers=request["headers"], content=body)
    if name == RATE_LIMITED and response.status_code == 200:
        return play(client, name, request)
    return Answer(response.status_code, dict(response.headers), response.content)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Answer]]:
    played = recordings()
    answered: dict[str, Answer] = {}
    keys = {"api_key": "secret-key", "read_only_key": "reader-key"}
    with (
        start_server(tmp_path_factory.mktemp("open")) as open_server,
        start_server(tmp_path_factory.mktemp("keys"), **keys) as keyed_server,  # type: ignore[arg-type]
        httpx.Client(base_url=open_server.url, timeout=60) as open_client,
        httpx.Client(base_url=keyed_server.url, timeout=60) as keyed_client,
    ):
        for name in IN_SCOPE:
            client = keyed_client if name.startswith(WITH_KEYS) else open_client
            answered[name] = play(client, name, played[name]["request"])
        yield answered


def without_volatile(name: str, value: Any) -> Any:
    value = copy.deepcopy(value)
    for path in ("time", *VOLATILE.get(name, ())):
        *parents, last = path.split(".")
        holder = value
        for part in parents:
            holder = holder[part]
        holder.pop(last, None)
    return value


def with_close_scores(value: Any) -> Any:
    if isinstance(value, list):
        return [with_close_scores(part) for part in value]
    if isinstance(value, dict):
        return {
            name: pytest.approx(part, abs=SCORE_TOLERANCE) if name == "score" else with_close_scores(part)
            for name, part in value.items()
        }
    return value


def same(name: str, answered: Any, recorded: Any) -> bool:
    if name == LIST:
        return {"name": "docs"} in answered["result"]["collections"]
    if name == RANDOM:
        return [sorted(row) for row in answered["result"]["points"]] == [
            sorted(row) for row in recorded["result"]["points"]
        ]
    return bool(without_volatile(name, answered) == with_close_scores(without_volatile(name, recorded)))


@pytest.mark.parametrize("name", IN_SCOPE)
def test_answer_is_as_recorded(name: str, answers: dict[str, Answer]) -> None:
    recorded, answer = recordings()[name]["response"], answers[name]
    assert answer.status == recorded["status"], answer.content
    if "text" in recorded:
        assert answer.content.decode() == recorded["text"]
    else:
        got = json.loads(answer.content)
        assert same(name, got, recorded["json"]), f"{got}\n{recorded['json']}"
    for header in COMPARED_HEADERS:
        assert answer.headers.get(header) == recorded["headers"].get(header), header


def test_every_recording_is_played_or_named_as_out_of_scope() -> None:
    assert set(recordings()) == set(IN_SCOPE) | set(OUT_OF_SCOPE)


def test_numbers_and_keys_are_written_as_recorded(answers: dict[str, Answer]) -> None:
    recorded = recordings()["25-scroll-page1"]["response"]["json"]["result"]
    text = json.dumps(recorded, ensure_ascii=False, separators=(",", ":"))
    assert answers["25-scroll-page1"].content.decode().startswith(f'{{"result":{text},"status":"ok","time":')
