"""Imports: what lands in the store, what is listed, and what the metrics say of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qdrill.stores.edge import EdgeStore
from tests.api.service import Service, create, edge_lab, jsonl, points, serving

UUID = "8127ed8d-d8f8-43bc-ac3e-b154b48cccab"


@pytest.fixture
def lab(tmp_path: Path) -> EdgeStore:
    store = edge_lab(tmp_path)
    create(store, "docs", 2, "Dot")
    return store


@pytest.fixture
def service(lab: EdgeStore, tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path) as running:
        yield running


def row(point_id: int | str, **payload: Any) -> dict[str, Any]:
    return {"id": point_id, "vector": [1, 0.5], "payload": payload}


def test_rows_land_as_they_were_given(service: Service, lab: EdgeStore) -> None:
    rows = [row(1, text="a\u2028b", big=(1 << 63) + 1, real=1.0, none=None), row((1 << 64) - 1), row(UUID, 标="值")]
    answer = service.imported(collection="docs", jsonl="\n" + jsonl(*rows).replace("\n", "\r\n\r\n"), batch_size=2)
    assert answer.json() == {
        "collection": "docs",
        "imported": 3,
        "total_lines": 3,
        "skipped": 0,
        "conflicts_skipped": 0,
        "batches": 2,
        "errors": [],
    }
    landed = points(lab, "docs")
    assert landed == rows
    assert [type(landed[0]["payload"][key]) for key in ("big", "real")] == [int, float]


def test_conflicts_are_skipped_or_written_over(service: Service, lab: EdgeStore) -> None:
    service.imported(collection="docs", jsonl=jsonl(row(1, v="old"), row(UUID, v="old")))
    again = jsonl(row(1, v="new"), row(UUID.upper(), v="new"), row(2, v="new"), row(2, v="newer"))
    skipped = service.imported(collection="docs", jsonl=again, on_conflict="skip").json()
    assert [skipped[key] for key in ("imported", "total_lines", "skipped", "conflicts_skipped")] == [1, 4, 3, 3]
    assert [one["payload"]["v"] for one in points(lab, "docs")] == ["old", "new", "old"]
    assert service.imported(collection="docs", jsonl=again).json()["imported"] == 4
    assert [one["payload"]["v"] for one in points(lab, "docs")] == ["new", "newer", "new"]
    labels = (("collection", "docs"),)
    assert service.samples() == {
        "import_duration_seconds_count": {labels: 3.0},
        "import_rows_total": {labels: 7.0},
        "import_batches_total": {labels: 3.0},
        "import_skipped_total": {(("collection", "docs"), ("reason", "conflict")): 3.0},
    }


BAD = [
    ("[1]", "a row must be an object with id, vector and payload"),
    ('{"id":-1,"vector":[1,2]}', "id must be a whole number from 0 to 2^64-1 or a UUID"),
    ('{"id":true,"vector":[1,2]}', "id must be a whole number from 0 to 2^64-1 or a UUID"),
    ('{"id":"x","vector":[1,2]}', "id must be a whole number from 0 to 2^64-1 or a UUID"),
    ('{"vector":[1,2]}', "id must be a whole number from 0 to 2^64-1 or a UUID"),
    ('{"id":1,"vector":{"a":[1,2]}}', "vector must be a list of numbers"),
    ('{"id":1}', "vector must be a list of numbers"),
    ('{"id":1,"vector":[1,true]}', "vector must hold 32-bit numbers only"),
    ('{"id":1,"vector":[1,1e39]}', "vector must hold 32-bit numbers only"),
    ('{"id":1,"vector":[1]}', "vector dimension mismatch, expected 2, got 1"),
    ('{"id":1,"vector":[1,2],"payload":[]}', "payload must be an object"),
    ('{"id":1', "Expecting ',' delimiter: line 1 column 8 (char 7)"),
]


def test_bad_rows_are_listed_by_line_and_the_rest_is_imported(service: Service, lab: EdgeStore) -> None:
    hostile = ['{"id":1,"vector":[1,NaN]}', '{"id":1,"vector":[1,2],"payload":{"a":"\\ud800"}}', "[" * 5000]
    lines = [*(line for line, _ in BAD), *hostile, jsonl(row(7)).strip()]
    answer = service.imported(collection="docs", jsonl="\n".join(lines), continue_on_error=True).json()
    assert [answer[key] for key in ("imported", "total_lines", "skipped")] == [1, len(lines), len(lines) - 1]
    listed = [(one["line_no"], one["error"]) for one in answer["errors"]]
    assert listed[: len(BAD)] == [(number, words) for number, (_, words) in enumerate(BAD, start=1)]
    assert [number for number, _ in listed[len(BAD) :]] == [len(BAD) + 1, len(BAD) + 2, len(BAD) + 3]
    assert len(answer["errors"][-1]["line"]) == 300
    assert [one["id"] for one in points(lab, "docs")] == [7]


def test_without_continue_a_bad_row_writes_nothing(service: Service, lab: EdgeStore) -> None:
    answer = service.imported(collection="docs", jsonl=jsonl(row(1), row(2)) + "not json", batch_size=1)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "invalid jsonl line at 3: Expecting value: line 1 column 1 (char 0)"
    assert points(lab, "docs") == []
    assert service.samples() == {}


def test_a_row_that_only_the_store_refuses_is_found(service: Service, lab: EdgeStore) -> None:
    deep: dict[str, Any] = {}
    for _ in range(150):
        deep = {"a": deep}
    rows = jsonl(row(1), row(2), row(3, **deep), row(4))
    answer = service.imported(collection="docs", jsonl=rows, continue_on_error=True).json()
    assert answer["imported"] == 3
    assert [one["line_no"] for one in answer["errors"]] == [3]
    assert [one["id"] for one in points(lab, "docs")] == [1, 2, 4]
    refused = service.imported(collection="docs", jsonl=jsonl(row(3, **deep)))
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith("invalid jsonl line at 1: ")


def test_long_lists_of_errors_are_cut_and_counted(service: Service) -> None:
    answer = service.imported(collection="docs", jsonl="x\n" * 1500, continue_on_error=True).json()
    assert (answer["skipped"], len(answer["errors"])) == (1500, 1000)


@pytest.mark.parametrize("name", ["nowhere", "../docs", "", "a/b", ".", "\0", "x" * 300])
def test_a_missing_collection_is_not_made(service: Service, lab: EdgeStore, name: str) -> None:
    answer = service.imported(collection=name, jsonl=jsonl(row(1)))
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("there is no collection")
    assert lab.collections() == ("docs",)
    assert service.samples() == {}


def test_named_vectors_are_refused(service: Service, lab: EdgeStore) -> None:
    lab.writer("named").create({"vectors": {"a": {"size": 2, "distance": "Dot"}}})
    lab.close()
    answer = service.imported(collection="named", jsonl=jsonl(row(1)))
    assert answer.status_code == 400
    assert "no unnamed dense vector" in answer.json()["detail"]


@pytest.mark.parametrize("mark", ["read_only", "production"])
def test_a_guarded_store_takes_no_imports(tmp_path: Path, mark: str) -> None:
    lab = edge_lab(tmp_path, mark=f"{mark} = true")
    create(lab, "docs", 512)
    with serving(tmp_path) as service:
        answer = service.imported(collection="docs", jsonl="")
        assert answer.status_code == 403
        assert answer.json()["error"] == "HTTPError"
        assert f"{mark} = true" in answer.json()["detail"]
        assert service.post("/embedding/search", {"query": "a", "collection": "docs"}).json()["matches"] == []
        assert service.samples() == {}
    assert points(lab, "docs") == []


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool (Debian package prometheus)")
def test_promtool_finds_no_fault_with_the_metrics(service: Service) -> None:
    service.imported(collection="docs", jsonl=jsonl(row(1)) + "x", continue_on_error=True)
    service.client.get("/" + "x" * 50)
    text = service.client.get("/metrics").text
    assert 'import_rows_total{collection="docs"} 1.0' in text
    assert 'path="other",status="404"' in text
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
