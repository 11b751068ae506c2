"""The manifest: it comes back as it was written, and a change anywhere in it shows."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qdrill.archive.manifest import Chunk, Manifest, manifest_path, read_manifest, render_manifest
from qdrill.archive.manifest_file import Source
from qdrill.errors import ArchiveError
from qdrill.rows.digest import digest_of, root_digest
from tests.archive.samples import rows, write_archive
from tests.rows.strategies import dump, ids, payloads

_texts = st.text(max_size=12)
_counts = st.none() | st.integers(0, 2**63 - 1)
_chunks = st.builds(
    Chunk,
    st.integers(0, 2**40),
    st.integers(1, 2**30),
    st.integers(1, 9000),
    ids,
    ids,
    st.binary(max_size=8).map(digest_of),
)
manifests = st.builds(
    Manifest,
    source=st.builds(Source, _texts, _texts, _texts, _texts),
    info=payloads.map(lambda info: msgspec.Raw(dump(info))),
    aliases=st.lists(_texts, max_size=3).map(tuple),
    points=st.integers(0, 2**40),
    bytes=st.integers(0, 2**50),
    chunk_rows=st.integers(1, 8192),
    count_before=_counts,
    count_after=_counts,
    writer=st.sampled_from(["none", "detected", "unknown"]),
    writer_detail=_texts,
    started=_texts,
    finished=_texts,
    seconds=st.floats(0, 1e6),
    tool=_texts,
    digest=st.binary(max_size=8).map(digest_of),
    chunks=st.lists(_chunks, max_size=4).map(tuple),
    data_file=_texts,
)


def save(folder: Path, data: bytes) -> Path:
    archive = folder / "docs.json"
    manifest_path(archive).write_bytes(data)
    return archive


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(manifest=manifests)
def test_a_manifest_comes_back_as_it_was(tmp_path: Path, manifest: Manifest) -> None:
    data = render_manifest(manifest)
    back = read_manifest(save(tmp_path, data))
    assert back == manifest
    assert bytes(back.info) == bytes(manifest.info)
    assert render_manifest(back) == data
    assert json.loads(data)["points"] == manifest.points


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_a_manifest_is_found(tmp_path: Path, data: st.DataObject) -> None:
    whole = render_manifest(data.draw(manifests))
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    with pytest.raises(ArchiveError, match=r"damaged|not a manifest|later qdrill"):
        read_manifest(save(tmp_path, whole[:place] + bytes([other]) + whole[place + 1 :]))


def test_a_manifest_of_another_length_is_found(tmp_path: Path) -> None:
    write_archive(tmp_path / "docs.json", [rows(1, 2)])
    whole = manifest_path(tmp_path / "docs.json").read_bytes()
    for end in range(len(whole)):
        with pytest.raises(ArchiveError):
            read_manifest(save(tmp_path, whole[:end]))
    for more in (b" ", b"\n", b"{}", whole):
        with pytest.raises(ArchiveError, match="damaged"):
            read_manifest(save(tmp_path, whole + more))


def test_what_is_no_manifest_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="without it nothing can be checked"):
        read_manifest(tmp_path / "nothing.json")
    with pytest.raises(ArchiveError, match="not a manifest of qdrill"):
        read_manifest(save(tmp_path, b'{"schema":"something/1"}'))
    with pytest.raises(ArchiveError, match="made by a later qdrill"):
        read_manifest(save(tmp_path, b'{"schema":"qdrill.archive/2"}'))
    for damaged in (b"\xff\xfe", b'{"created":' + b"[" * 100_000):
        with pytest.raises(ArchiveError, match="damaged"):
            read_manifest(save(tmp_path, damaged))


def test_the_name_of_a_manifest(tmp_path: Path) -> None:
    assert manifest_path(tmp_path / "a.json") == tmp_path / "a.manifest.json"
    assert manifest_path(tmp_path / "a.dump") == tmp_path / "a.dump.manifest.json"


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_the_digest_of_the_whole_depends_on_each_chunk_and_their_order(parts: list[bytes]) -> None:
    digests = [digest_of(part) for part in parts]
    whole = root_digest(digests)
    assert whole == root_digest(iter(digests))
    assert digest_of(memoryview(b"abc")) == digest_of(bytearray(b"abc")) == digest_of(b"abc")
    if len(set(digests)) > 1:
        assert whole != root_digest(reversed(digests)) or digests == digests[::-1]
    for index in range(len(digests)):
        assert whole != root_digest(digests[:index] + digests[index + 1 :])
