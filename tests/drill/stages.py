"""The stages of a drill with few words, for tests of what they do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.backup import BackupOptions, back_up
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.restore import Restored, RestoreOptions, restore
from qdrill.drill.sides import ArchiveSide
from qdrill.events import ignore
from qdrill.results import BackupResult, CompareResult
from qdrill.stores.base import CollectionReader, Store
from tests.support.places import ours

LANES = 3


def backup(reader: CollectionReader, path: Path, **options: Any) -> BackupResult:
    """Back a collection up to `path`."""
    chosen = BackupOptions(f"test/{reader.name}", LANES, **options)
    return back_up(reader, path, chosen, JobControl(), ignore)


def restore_to(archive: Path, store: Store, name: str, **options: Any) -> Restored:
    """Restore an archive to collection `name` of `store`."""
    with ArchiveReader(archive) as opened:
        chosen = RestoreOptions(f"test/{name}", LANES, **options)
        return restore(opened, store.writer(name), chosen, JobControl(), ignore)


def compare_archive(archive: Path, reader: CollectionReader, **options: Any) -> CompareResult:
    """Compare an archive with a collection."""
    with ArchiveReader(archive) as opened:
        return compare(ArchiveSide(opened), reader, CompareOptions(**options), JobControl(), ignore)


@contextmanager
def unchanged(store: Store, *names: str) -> Iterator[None]:
    """Hold the store against what it was before: collections, and their operation numbers and counts."""
    before = _look(store, names)
    yield
    assert _look(store, names) == before


def _look(store: Store, names: tuple[str, ...]) -> list[Any]:
    looks: list[Any] = [ours(store)]
    for name in names:
        reader = store.reader(name)
        marks = reader.update_marks()
        looks.append((reader.count(), marks.operations if marks else None, reader.info().data["config"]))
    return looks
