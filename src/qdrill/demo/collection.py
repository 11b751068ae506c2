"""Making the sample collection: a bilingual help desk, with dense and BM25 vectors and payload indexes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from qdrill.config_model import EmbedderConfig
from qdrill.control import JobControl
from qdrill.demo.vectors import DIMENSIONS, embed
from qdrill.embedders.base import Embedder, is_sparse
from qdrill.embedders.bm25 import open_bm25
from qdrill.stores.base import CollectionWriter

NAME = "helpdesk"
QUERY = "登录"
DENSE, SPARSE = "text", "bm25"
_BATCH = 64

CREATE: dict[str, Any] = {
    "vectors": {DENSE: {"size": DIMENSIONS, "distance": "Cosine"}},
    "sparse_vectors": {SPARSE: {"modifier": "idf"}},
    "metadata": {"about": "sample data of qdrill: a bilingual help desk", "languages": ["zh", "en"]},
}
INDEXES: tuple[tuple[str, Any], ...] = (
    ("lang", "keyword"),
    ("topic", "keyword"),
    ("priority", "integer"),
    ("updated_at", "datetime"),
)


def open_words(control: JobControl) -> Embedder:
    """The BM25 embedder of the demonstration."""
    return open_bm25("bm25", EmbedderConfig("bm25", "bm25"), control)


def entries() -> list[dict[str, Any]]:
    """The sample data: one payload an entry; the id of an entry is its line, from 1."""
    text = files("qdrill.demo").joinpath("helpdesk.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def make_collection(writer: CollectionWriter, control: JobControl) -> int:
    """Create the collection anew and fill it; returns the number of points."""
    if writer.exists():
        writer.delete()
    writer.create(CREATE)
    rows = list(_rows(open_words(control)))
    for start in range(0, len(rows), _BATCH):
        control.checkpoint()
        writer.upsert([b",".join(rows[start : start + _BATCH])], wait=True)
    for field, schema in INDEXES:
        writer.create_index(field, schema)
    writer.settle()
    return len(rows)


def _rows(words: Embedder) -> Iterator[bytes]:
    payloads = entries()
    sparse = words.embed([f"{one['text']} {one['answer']}" for one in payloads], query=False)
    for number, (payload, weights) in enumerate(zip(payloads, sparse, strict=True), start=1):
        vector: dict[str, Any] = {DENSE: embed(f"{payload['text']} {payload['answer']}")}
        if is_sparse(weights):
            indices, values = weights
            vector[SPARSE] = {"indices": list(indices), "values": list(values)}
        row = {"id": number, "payload": payload, "vector": vector}
        yield json.dumps(row, ensure_ascii=False).encode()
