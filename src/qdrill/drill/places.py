"""Opening what a user names as a place: a collection of a store, or an archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.address import Address, ArchivePath, same_place
from qdrill.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from qdrill.session import Session
    from qdrill.stores.base import CollectionReader

Place = Address | ArchivePath


@contextmanager
def opened(session: Session, place: Place) -> Iterator[CollectionReader]:
    """A reader of `place`, closed afterwards.

    Raises:
        NotFound, Refused, StoreError: the collection cannot be read.
        ArchiveError: the archive is missing, damaged, or no archive of qdrill.
    """
    reader = session.reader(place) if isinstance(place, Address) else _archive(session, place)
    try:
        yield reader
    finally:
        reader.close()


@contextmanager
def two_places(session: Session, left: Place, right: Place) -> Iterator[tuple[CollectionReader, CollectionReader]]:
    """Readers of both, closed afterwards; errors as of `opened`, and UsageError where both are one place."""
    if _same(left, right):
        raise _refusal(left, right)
    with opened(session, left) as ours, opened(session, right) as theirs:
        if ours.identity() == theirs.identity():
            raise _refusal(left, right)
        yield ours, theirs


def _same(left: Place, right: Place) -> bool:
    if isinstance(left, Address) and isinstance(right, Address):
        return same_place(left, right)
    if isinstance(left, ArchivePath) and isinstance(right, ArchivePath):
        return _same_file(left.path, right.path)
    return False


def _same_file(left: Path, right: Path) -> bool:
    try:
        return left.samefile(right)
    except OSError:
        return False


def _refusal(left: Place, right: Place) -> UsageError:
    kind = "collection" if isinstance(left, Address) else "archive"
    return UsageError(f"{left} and {right} are the same {kind}; name two different ones")


def _archive(session: Session, place: ArchivePath) -> CollectionReader:
    from qdrill.archive.foreign import is_foreign
    from qdrill.archive.manifest import manifest_path
    from qdrill.archive.reader import ArchiveReader
    from qdrill.archive.snapshot_manifest import is_snapshot
    from qdrill.drill.archive_collection import ArchiveCollection

    if place.path.name.endswith(".manifest.json"):
        raise ArchiveError(f"{place} is a manifest; name the data file beside it")
    if place.path.suffix == ".snapshot" or is_snapshot(place.path):
        raise UsageError(
            f"{place} is a snapshot, whose points cannot be read one by one; `qdrill restore {place} ADDR` makes a "
            "collection of it, and that can be compared"
        )
    if is_foreign(place.path):
        adopted = ArchivePath(session.config.artifacts / "adopted")
        raise ArchiveError(
            f"{place} has no {manifest_path(place.path).name} beside it, so nothing tells whether it is whole; `qdrill "
            f"restore {place} ADDR` makes an "
            f"archive of it in {adopted}, and that can be compared"
        )
    return ArchiveCollection(ArchiveReader(place.path))
