"""Restoring: what is refused before anything is written, what is listed, and what is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.errors import NotFound, QdrillError, Refused, UsageError
from qdrill.stores.base import Store
from qdrill.stores.server import ServerStore
from tests.drill.recipes import DOT4, points
from tests.drill.stages import backup, compare_archive, restore_to, unchanged
from tests.support.places import Kind, Recipe, make, new_name, open_place
from tests.support.processes import RunningServer, start_server

pytestmark = pytest.mark.usefixtures("small_chunks")
POINTS = points(range(1, 101))


@pytest.fixture
def archive(place: Store, tmp_path: Path) -> Path:
    """An archive of a hundred points, whose source is still there."""
    path = tmp_path / "docs.json"
    backup(make(place, new_name("source"), Recipe(DOT4, POINTS)), path)
    return path


def source_of(archive: Path) -> str:
    with ArchiveReader(archive) as opened:
        return opened.manifest.source.collection


def one_line(error: QdrillError) -> str:
    text = str(error)
    assert "\n" not in text
    assert text.isprintable()
    return text


def test_an_existing_target_is_left_alone(archive: Path, place: Store) -> None:
    name = make(place, new_name(), Recipe(DOT4, POINTS[:3])).name
    for wrong in (None, "other", name.upper(), f" {name}", ""):
        with unchanged(place, name), pytest.raises(UsageError, match="--replace") as caught:
            restore_to(archive, place, name, replace=wrong)
        assert name in one_line(caught.value)


def test_its_name_repeated_replaces_it(archive: Path, place: Store) -> None:
    name = make(place, new_name(), Recipe({**DOT4, "hnsw_config": {"m": 5}}, points([7, 900]))).name
    restored = restore_to(archive, place, name, replace=name)
    assert restored.result.points_restored == 100
    assert compare_archive(archive, place.reader(name)).verdict == "pass"


def test_the_source_is_never_the_target(archive: Path, place: Store) -> None:
    source = source_of(archive)
    for options in ({}, {"replace": source}):
        with unchanged(place, source), pytest.raises(UsageError, match="is the source of this archive") as caught:
            restore_to(archive, place, source, **options)
        one_line(caught.value)


def test_an_alias_of_the_source_is_the_source(archive: Path, place: Store) -> None:
    source, alias = source_of(archive), new_name("alias")
    place.writer(source).add_alias(alias)
    for options in ({}, {"replace": source}, {"replace": alias}):
        with unchanged(place, source), pytest.raises(UsageError):
            restore_to(archive, place, alias, **options)
    assert place.reader(alias).name == source


def test_an_alias_of_another_collection_is_no_target(archive: Path, place: Store) -> None:
    other, alias = make(place, new_name(), Recipe(DOT4, POINTS[:3])).name, new_name("alias")
    place.writer(other).add_alias(alias)
    for replaced in (None, other, alias):
        with unchanged(place, other), pytest.raises(QdrillError) as caught:
            restore_to(archive, place, alias, replace=replaced)
        one_line(caught.value)
    assert place.reader(alias).name == other


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost.", "LOCALHOST", "[::1]"])
def test_the_source_is_known_by_any_name_of_its_server(server: RunningServer, host: str, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    archive, name = tmp_path / "docs.json", new_name()
    with open_place("server", tmp_path, server.url) as place:
        backup(make(place, name, Recipe(DOT4, POINTS[:5])), archive)
        other = ServerStore(f"http://{host}:{port}", timeout=5)
        try:
            # Not every resolver and server knows these two; where they lead nowhere, that is a refusal too.
            expected = QdrillError if host in ("[::1]", "localhost.") else UsageError
            with unchanged(place, name), pytest.raises(expected):
                restore_to(archive, other, name, replace=name)
        finally:
            other.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"vectors": {"size": 3, "distance": "Dot"}}, "has size 4 here, 3 there"),
        ({"vectors": {"size": 4, "distance": "Cosine"}}, "has distance Dot here, Cosine there"),
        ({"vectors": {"a": {"size": 4, "distance": "Dot"}}}, "the vector is unnamed here, vectors are named a there"),
    ],
)
def test_another_schema_is_refused_before_the_first_write(
    archive: Path, place: Store, body: dict[str, Any], words: str
) -> None:
    name = make(place, new_name(), Recipe(body)).name
    for replaced in (None, name):
        with unchanged(place, name), pytest.raises(UsageError, match=words) as caught:
            restore_to(archive, place, name, replace=replaced)
        assert "the unnamed vector 4 Dot" in one_line(caught.value)
        assert "nothing was written" in str(caught.value)


def test_a_missing_sparse_vector_is_refused(place: Store, tmp_path: Path) -> None:
    archive = tmp_path / "docs.json"
    backup(make(place, new_name(), Recipe({**DOT4, "sparse_vectors": {"bm25": {}}}, POINTS[:3])), archive)
    name = make(place, new_name(), Recipe(DOT4)).name
    with unchanged(place, name), pytest.raises(UsageError, match='sparse vector "bm25" is here, missing there'):
        restore_to(archive, place, name)


def test_a_key_that_may_only_read_restores_nothing(tmp_path: Path) -> None:
    archive, name = tmp_path / "docs.json", new_name()
    with start_server(tmp_path / "data", api_key="all", read_only_key="look") as running:
        owner, looker = ServerStore(running.url, api_key="all"), ServerStore(running.url, api_key="look", label="prod")
        try:
            backup(make(owner, name, Recipe(DOT4, POINTS[:5])), archive)
            for there in (None, name):
                target = new_name("target") if there is None else make(owner, new_name(), Recipe(DOT4)).name
                with unchanged(owner, name), pytest.raises(Refused) as caught:
                    restore_to(archive, looker, target, replace=target)
                assert caught.value.status == 403
                assert "this key has no right to do that" in one_line(caught.value)
                assert "look" not in str(caught.value)
            copy = tmp_path / "read.json"
            assert backup(looker.reader(name), copy).points == 5
            assert copy.read_bytes() == archive.read_bytes()
        finally:
            owner.close()
            looker.close()


def test_moments_come_in_their_order(archive: Path, place: Store) -> None:
    result = restore_to(archive, place, new_name()).result
    created, loaded = result.moments.created, result.moments.loaded
    assert created is not None
    assert loaded is not None
    assert 0 < created <= loaded <= result.seconds
    assert result.moments.validated is None
    assert result.created_by_drill
    assert not list(archive.parent.glob("*.journal"))


def test_what_a_restore_made_it_can_take_away_and_nothing_else(archive: Path, place: Store) -> None:
    bystander = make(place, new_name(), Recipe(DOT4, POINTS[:3])).name
    name = new_name()
    with unchanged(place, bystander, source_of(archive)):
        restored = restore_to(archive, place, name)
        assert restored.owned is not None
        restored.owned.delete()
    with pytest.raises(NotFound):
        place.reader(name)


def test_a_damaged_chunk_stops_the_restore_before_it_is_sent(archive: Path, place: Store) -> None:
    data = bytearray(archive.read_bytes())
    data[-40] ^= 1
    archive.write_bytes(data)
    with pytest.raises(QdrillError, match=r"chunk \d+ of \d+ \(ids \d+ to 100\) is damaged"):
        restore_to(archive, place, new_name())


def test_there_is_nothing_to_resume_where_nothing_was_begun(archive: Path, place: Store) -> None:
    name = make(place, new_name(), Recipe(DOT4)).name
    with unchanged(place, name), pytest.raises(UsageError, match=r"no unfinished restore into .* to resume"):
        restore_to(archive, place, name, resume=True)


def test_an_alias_is_backed_up_as_the_collection_it_stands_for(place: Store, tmp_path: Path) -> None:
    source, alias = make(place, new_name(), Recipe(DOT4, POINTS[:5])), new_name("alias")
    place.writer(source.name).add_alias(alias)
    by_name, by_alias = tmp_path / "name.json", tmp_path / "alias.json"
    backup(source, by_name)
    backup(place.reader(alias), by_alias)
    assert by_name.read_bytes() == by_alias.read_bytes()
    assert source_of(by_alias) == source.name
    with ArchiveReader(by_alias) as opened:
        assert opened.manifest.aliases == (alias,)


@pytest.mark.parametrize("way", [("edge", "server"), ("server", "edge")], ids=["edge to server", "server to edge"])
def test_points_move_between_kinds_of_store_bit_for_bit(
    way: tuple[Kind, Kind], edge_dir: Path, server: RunningServer, tmp_path: Path
) -> None:
    archive, again, name = tmp_path / "docs.json", tmp_path / "again.json", new_name()
    with open_place(way[0], edge_dir, server.url) as here, open_place(way[1], edge_dir, server.url) as there:
        made = backup(make(here, new_name(), Recipe(DOT4, POINTS, {"seq": "integer"})), archive)
        restore_to(archive, there, name)
        assert compare_archive(archive, there.reader(name)).differences == ()
        assert backup(there.reader(name), again).digest == made.digest


def test_the_data_file_is_what_the_manifest_says(archive: Path) -> None:
    with ArchiveReader(archive) as opened:
        assert opened.manifest.points == len(json.loads(archive.read_bytes())) == 100
        assert len(opened.manifest.chunks) > 5
