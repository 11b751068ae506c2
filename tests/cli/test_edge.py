"""The commands on the embedded engine, where no server is needed."""

from __future__ import annotations

import json
from pathlib import Path

from qdrill.stores.edge import EdgeStore
from tests.cli.runner import qdrill
from tests.support.collections import change_edge_collection, fill, make_edge_collection, point


def test_the_whole_way(lab: Path) -> None:
    make_edge_collection(lab / "edge", "docs", points=30)
    made = qdrill("backup", "lab/docs", "--json", cwd=lab)
    assert (made.code, made.json["points"], made.json["writer"]) == (0, 30, "none")
    restored = qdrill("restore", made.json["archive"], "lab/docs_r", "--wait-optimized", "30", "--json", cwd=lab)
    assert (restored.code, restored.json["points_restored"]) == (0, 30)
    assert restored.json["moments"]["optimized"] > 0
    verified = qdrill("verify", made.json["archive"], "lab/docs_r", "--json", cwd=lab)
    assert (verified.code, verified.json["verdict"]) == (0, "pass")
    found = qdrill("search", "lab/docs", "--random", "2", "--against", f"edge:{lab}/edge/docs_r", cwd=lab)
    assert found.code == 0


def test_one_changed_character(lab: Path) -> None:
    make_edge_collection(lab / "edge", "docs", points=30)
    assert qdrill("backup", "lab/docs", "-o", "a.json", cwd=lab).code == 0
    changed = point(7, 4)
    changed["payload"]["text"] += "!"
    change_edge_collection(lab / "edge", "docs", [changed])
    ran = qdrill("verify", "./a.json", "lab/docs", "--json", cwd=lab)
    assert ran.code == 1
    assert [(one["id"], one["class"]) for one in ran.json["differences"]] == [(7, "payload")]


def test_a_missing_collection(lab: Path) -> None:
    ran = qdrill("backup", "lab/nowhere", "--json", cwd=lab)
    assert ran.code == ran.json["exit_code"] == 3
    assert "nowhere" in ran.json["error"]


def test_collections_and_doctor(lab: Path) -> None:
    make_edge_collection(lab / "edge", "常见问题", points=3)
    listed = qdrill("collections", "--json", cwd=lab).json
    assert [(row["store"], row["collection"], row["points"]) for row in listed] == [("lab", "常见问题", 3)]
    text = qdrill("collections", f"edge:{lab}/edge", cwd=lab).out
    assert "常见问题" in text
    doctor = qdrill("doctor", "--json", cwd=lab)
    assert (doctor.code, doctor.json["exit_code"]) == (0, 0)
    assert {"key": "stores.lab.path", "value": str(Path("edge")), "origin": "drills.toml line 2"} in doctor.json[
        "settings"
    ]


def sparse_collection(root: Path, name: str) -> None:
    store = EdgeStore(root, "test")
    rows = [{"id": n, "payload": {"text": "x"}, "vector": {"words": {"indices": [n], "values": [1.0]}}} for n in (1, 2)]
    try:
        fill(store.writer(name), rows, {"vectors": {}, "sparse_vectors": {"words": {}}})
    finally:
        store.close()


def test_a_text_for_one_sparse_vector_names_the_embedder_that_would_do(lab: Path) -> None:
    sparse_collection(lab / "edge", "docs")
    ran = qdrill("search", "lab/docs", "登录", "--json", cwd=lab)
    assert ran.code == 4
    assert '`[embedders.bm25]` and `kind = "bm25"`' in json.loads(ran.out)["error"]
