"""Collections of every shape that a drill must bring back exactly."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable
from typing import Any

from tests.support.places import Recipe

MAX = 2**64 - 1
DOT4 = {"vectors": {"size": 4, "distance": "Dot"}}
PAYLOADS: tuple[dict[str, Any], ...] = (
    {"text": "登录失败怎么办", "n": 1},
    {"text": 'a "quoted" {brace} [bracket] \\ and \u001b[31m', "nested": {"id": 7, "list": [{"id": 1}, {"id": 2}]}},
    {"float": 1.0, "integer": 1, "large": 2**63 - 1, "unsigned": 2**64 - 1, "tiny": 5e-7, "z": 0, "a": 1},
    {"emoji": "🙂", "null": None, "empty": {}, "list": [], "true": True},
    {},
)


def vector(seed: int, dims: int = 4) -> list[float]:
    """A vector of its own for each seed; never all zeros."""
    return [math.sin(seed * 12.9898 + place * 78.233) + 2.0 for place in range(dims)]


def uuid_of(number: int) -> str:
    """A UUID of its own for each number, in no order."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


def points(ids: Iterable[int | str], dims: int = 4) -> list[dict[str, Any]]:
    """Points with one unnamed vector and payloads of all kinds."""
    return [
        {"id": i, "payload": PAYLOADS[n % len(PAYLOADS)] | {"seq": n}, "vector": vector(n, dims)}
        for n, i in enumerate(ids)
    ]


def named(vectors: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Points whose vectors are given by name."""
    return [{"id": n, "payload": {"n": n}, "vector": one} for n, one in enumerate(vectors, start=1)]


def unnamed(**options: Any) -> Recipe:
    """Ten points of one unnamed vector made with `options`."""
    return Recipe({"vectors": {"size": 4, "distance": "Dot", **options}}, points(range(1, 11)))


INDEXES: dict[str, Any] = {
    "k": {"type": "keyword", "is_tenant": True, "on_disk": True},
    "i": {"type": "integer", "lookup": True, "range": False, "on_disk": True},
    "p": {"type": "integer", "lookup": False, "range": True, "is_principal": True},
    "f": {"type": "float", "on_disk": True},
    "g": "geo",
    "b": "bool",
    "d": {"type": "datetime", "is_principal": True},
    "u": {"type": "uuid", "is_tenant": False},
    "t": {
        "type": "text",
        "tokenizer": "multilingual",
        "min_token_len": 2,
        "max_token_len": 20,
        "lowercase": True,
        "phrase_matching": True,
        "stopwords": {"languages": ["english"], "custom": ["的"]},
        "stemmer": {"type": "snowball", "language": "english"},
    },
    "plain": "keyword",
}
_INDEXED = [
    {
        "id": n,
        "payload": {
            "k": f"key{n % 3}",
            "i": n,
            "p": n,
            "f": n / 4,
            "g": {"lon": 1.0 + n, "lat": 2.0},
            "b": n % 2 == 0,
            "d": f"2026-01-{n:02d}T00:00:00Z",
            "u": uuid_of(n),
            "t": "How do I log in? 登录",
            "plain": "x",
        },
        "vector": vector(n),
    }
    for n in range(1, 11)
]
_SPARSE = {"indices": [7, 3, 4_000_000_000], "values": [0.5, 1.25, -2.0]}

SHAPES: dict[str, Recipe] = {
    "integers": Recipe(DOT4, points(range(1, 301))),
    "uuids": Recipe(DOT4, points(uuid_of(n) for n in range(300))),
    "mixed ids": Recipe(DOT4, points([*range(0, 300, 3), *(uuid_of(n) for n in range(100))])),
    "skewed ids": Recipe(DOT4, points([0, MAX, 2**53 + 1, *range(10**6, 10**6 + 200)])),
    "one point": Recipe(DOT4, points([5])),
    "no points": Recipe(DOT4),
    "cosine": unnamed(distance="Cosine"),
    "euclid": unnamed(distance="Euclid"),
    "manhattan": unnamed(distance="Manhattan"),
    "float16": unnamed(datatype="float16"),
    "uint8": Recipe(
        {"vectors": {"size": 4, "distance": "Dot", "datatype": "uint8"}},
        [{"id": n, "payload": {}, "vector": [n, 0, 255, 7]} for n in range(1, 11)],
    ),
    "no vectors on points": Recipe(
        {"vectors": {"a": {"size": 4, "distance": "Dot"}}},
        named([{}, {"a": vector(1)}, {}]),
    ),
    "named": Recipe(
        {"vectors": {"text": {"size": 4, "distance": "Dot"}, "image 图": {"size": 2, "distance": "Cosine"}}},
        named([{"text": vector(1), "image 图": vector(2, 2)}, {"text": vector(3)}, {"image 图": vector(4, 2)}]),
    ),
    "sparse only": Recipe(
        {"sparse_vectors": {"bm25": {"modifier": "idf", "index": {"on_disk": True, "full_scan_threshold": 500}}}},
        named([{"bm25": _SPARSE}, {}, {"bm25": {"indices": [], "values": []}}]),
    ),
    "dense and sparse": Recipe(
        {"vectors": {"dense": {"size": 4, "distance": "Cosine"}}, "sparse_vectors": {"s": {}}},
        named([{"dense": vector(1), "s": _SPARSE}, {"dense": vector(2)}, {"s": _SPARSE}]),
    ),
    "unnamed and sparse": Recipe(
        {"vectors": {"size": 4, "distance": "Cosine"}, "sparse_vectors": {"s": {}}},
        named([{"": vector(1), "s": _SPARSE}, {"": vector(2)}]),
    ),
    "multi-vectors": Recipe(
        {"vectors": {"colbert": {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}}}},
        named([{"colbert": [[1.0, 0.5]]}, {"colbert": [[1.0, 0.5], [0.25, -1.0], [3.0, 3.0]]}, {}]),
    ),
    "unnamed multi-vector": Recipe(
        {"vectors": {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}}},
        [{"id": n, "payload": {}, "vector": [[float(n), 0.5]] * n} for n in range(1, 5)],
    ),
    "indexes": Recipe(DOT4, _INDEXED, INDEXES),
    "metadata": Recipe({**DOT4, "metadata": {"owner": "帮助", "deep": {"n": None, "list": [1, 1.0]}}}, points([1, 2])),
    "scalar quantization": Recipe(
        {**DOT4, "quantization_config": {"scalar": {"type": "int8", "quantile": 0.99, "always_ram": True}}},
        points(range(1, 20)),
    ),
    "product quantization": Recipe(
        {**DOT4, "quantization_config": {"product": {"compression": "x16", "always_ram": False}}},
        points(range(1, 20)),
    ),
    "binary quantization": Recipe(
        {**DOT4, "quantization_config": {"binary": {"always_ram": True, "encoding": "two_bits"}}},
        points(range(1, 20)),
    ),
    "settings of a vector": Recipe(
        {
            "vectors": {
                "a": {
                    "size": 4,
                    "distance": "Dot",
                    "on_disk": True,
                    "hnsw_config": {"m": 8, "ef_construct": 64, "on_disk": True},
                    "quantization_config": {"scalar": {"type": "int8"}},
                },
                "b": {"size": 2, "distance": "Euclid", "datatype": "float16", "on_disk": False},
            },
            "hnsw_config": {"m": 12, "payload_m": 4, "full_scan_threshold": 20000},
            "optimizers_config": {
                "indexing_threshold": 12345,
                "default_segment_number": 2,
                "deleted_threshold": 0.3,
                "flush_interval_sec": 3,
                "max_segment_size": 200000,
            },
            "wal_config": {"wal_capacity_mb": 16},
            "on_disk_payload": False,
        },
        named([{"a": vector(1), "b": vector(2, 2)}, {"b": vector(3, 2)}]),
    ),
    "indexing switched off": Recipe({**DOT4, "optimizers_config": {"indexing_threshold": 0}}, points([1, 2])),
    "strict mode": Recipe(
        DOT4,
        points(range(1, 301)),
        patches=[
            {
                "strict_mode_config": {
                    "enabled": True,
                    "max_query_limit": 40,
                    "upsert_max_batchsize": 30,
                    "search_allow_exact": False,
                }
            }
        ],
    ),
}
