"""Opening what a user names as a place: a collection of a store, or an archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.address import Address, ArchivePath, same_place, same_store
from qdrill.drill.alike import peer_id, why_alike
from qdrill.errors import ArchiveError, UsageError
from qdrill.events import Notice

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
    """Readers of both, closed afterwards; errors as of `opened`, and UsageError where both are one place.

    Two servers that only look like one, because storage was copied, are two places; a notice says so.
    """
    if _same(left, right):
        raise _refusal(left, right)
    with opened(session, left) as ours, opened(session, right) as theirs:
        if note := likeness(session, left, right, ours, theirs):
            session.emit(Notice("warning", note))
        yield ours, theirs


def likeness(session: Session, left: Place, right: Place, ours: CollectionReader, theirs: CollectionReader) -> str:
    """Why two places that are not the same look like it; empty where they do not.

    Raises:
        UsageError: they are the same, also where an alias, or another name of the server, hides it.
    """
    identity = ours.identity()
    if identity != theirs.identity():
        return ""
    if not isinstance(left, Address) or not isinstance(right, Address) or same_store(left, right):
        raise _refusal(left, right)
    one, other = (session.store(place.store.config).process() for place in (left, right))
    if not peer_id(identity) or (one and one == other):
        raise _refusal(left, right)
    return why_alike(str(left), str(right), identity, (one, other))


def not_plain(path: Path) -> str:
    """What `path` is instead of a file, as `is a directory`; empty for a file, and where nothing is there."""
    if path.is_dir():
        return "is a directory"
    if path.exists() and not path.is_file():
        return "is a device or a pipe, which cannot be read twice"
    return "is a link that leads nowhere" if path.is_symlink() and not path.exists() else ""


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
    from qdrill.archive.manifest import followed, manifest_path
    from qdrill.archive.reader import ArchiveReader
    from qdrill.archive.snapshot_manifest import is_snapshot
    from qdrill.drill.archive_collection import ArchiveCollection

    place = ArchivePath(followed(place.path))
    if why := not_plain(place.path):
        raise ArchiveError(f"{place} {why}; name an archive's data file")
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
