"""What the tests of foreign dumps share: adopting one, and reading what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qdrill.archive.foreign import Adopted, Embed, adopt_dump
from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.events import Emit, ignore
from qdrill.stores.base import CollectionInfo

FIXTURES = Path(__file__).parent.parent / "data" / "fixtures"


def collection(vectors: Any, sparse: Any = None) -> CollectionInfo:
    """An info with these vectors."""
    params: dict[str, Any] = {"vectors": vectors}
    if sparse is not None:
        params["sparse_vectors"] = sparse
    data = {"status": "green", "config": {"params": params, "hnsw_config": {"m": 16}}, "payload_schema": {}}
    return CollectionInfo(json.dumps(data).encode(), data)


@dataclass(frozen=True)
class Outcome:
    """An adoption and everything that is in its archive, each chunk checked against the manifest."""

    adopted: Adopted
    rows: list[bytes]
    info: dict[str, Any]
    chunks: int

    @property
    def values(self) -> list[Any]:
        return [json.loads(row) for row in self.rows]

    @property
    def ids(self) -> list[Any]:
        return [row["id"] for row in self.values]

    @property
    def reasons(self) -> list[tuple[Any, str]]:
        return [(rejected.id, rejected.reason) for rejected in self.adopted.rejected]


@dataclass
class Embedder:
    """Embeds a text as (its length, 1, 0, ...) and keeps what it was asked."""

    size: int = 2
    batches: list[list[str]] = field(default_factory=list)

    def __call__(self, texts: Any) -> list[list[float]]:
        self.batches.append(list(texts))
        return [[float(len(text)), 1.0, *[0.0] * (self.size - 2)] for text in texts]


def adopt(
    dump: Path,
    *,
    like: CollectionInfo | None = None,
    distance: str | None = None,
    embed: Embed | None = None,
    emit: Emit = ignore,
    control: JobControl | None = None,
) -> Outcome:
    """Adopt `dump` into `work` beside it, and read all of the archive back."""
    workdir = dump.parent / "work"
    if like is None and distance is None:
        distance = "Dot"
    adopted = adopt_dump(
        dump, workdir, like=like, distance=distance, embed=embed, emit=emit, control=control or JobControl()
    )
    left = {adopted.archive.name, adopted.archive.name.removesuffix(".json") + ".manifest.json"}
    assert {path.name for path in workdir.iterdir()} == left
    return read_all(adopted)


def read_all(adopted: Adopted) -> Outcome:
    """The rows of the archive, every chunk held against its entry, and the whole parsed as the one array it is."""
    reader = ArchiveReader(adopted.archive)
    try:
        rows: list[bytes] = []
        for index in range(len(reader.manifest.chunks)):
            chunk = reader.chunk(index)
            reader.check_rows(index, chunk)
            assert b"\n" not in chunk
            rows += _cut(chunk)
        assert len(json.loads(adopted.archive.read_bytes())) == len(rows) == reader.manifest.points
        return Outcome(adopted, rows, reader.manifest.info_data, len(reader.manifest.chunks))
    finally:
        reader.close()


def _cut(chunk: bytes) -> Iterable[bytes]:
    from qdrill.rows.splice import split_rows

    return split_rows(chunk)


def write(path: Path, *rows: str | bytes) -> Path:
    """A dump that is one array of these texts."""
    path.write_bytes(b"[" + b",".join(row.encode() if isinstance(row, str) else row for row in rows) + b"]")
    return path
