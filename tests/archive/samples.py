"""Archives of generated rows, small and complete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec

from qdrill.archive.journal import JournalHead
from qdrill.archive.manifest import Chunk, Manifest
from qdrill.archive.manifest_file import Source
from qdrill.archive.writer import ArchiveWriter
from qdrill.rows.digest import root_digest
from qdrill.rows.splice import exact_ids

SOURCE = Source("local/docs 登录", "docs 登录", "1.19.0", "peer 1/docs")
INFO = b'{"status":"green","config":{"params":{"vectors":{"size":2,"distance":"Dot"}}},"payload_schema":{}}'
HEAD = JournalHead(SOURCE, "blake3:00", 2, "2026-01-01T00:00:00+00:00", None, {"0": 1})


def rows(*ids: int | str) -> bytes:
    """Comma-joined rows with these ids."""
    return b",".join(json.dumps({"id": i, "payload": {"n": "登"}, "vector": [0.5, 1]}).encode() for i in ids)


def append(writer: ArchiveWriter, joined: bytes) -> Chunk:
    """Append a chunk of whole rows."""
    ids = exact_ids(joined)
    return writer.append_rows(joined, len(ids), ids[0], ids[-1])


def describe(writer: ArchiveWriter, info: bytes = INFO, source: Source = SOURCE) -> Manifest:
    """Finish `writer` with a plain manifest."""

    def manifest(chunks: Sequence[Chunk], size: int) -> Manifest:
        points = sum(chunk.rows for chunk in chunks)
        return Manifest(
            source=source,
            info=msgspec.Raw(info),
            aliases=("live",),
            points=points,
            bytes=size,
            chunk_rows=2,
            count_before=points,
            count_after=None,
            writer="none",
            writer_detail="nothing was written",
            started="2026-01-01T00:00:00+00:00",
            finished="2026-01-01T00:00:01+00:00",
            seconds=1.5,
            tool="qdrill test",
            digest=root_digest(chunk.digest for chunk in chunks),
            chunks=tuple(chunks),
            data_file=writer.path.name,
        )

    return writer.finish(manifest)


def write_archive(path: Path, chunks: Sequence[bytes], info: bytes = INFO, source: Source = SOURCE) -> Manifest:
    """An archive of these chunks."""
    writer = ArchiveWriter(path)
    writer.start(HEAD)
    for joined in chunks:
        append(writer, joined)
    return describe(writer, info, source)
