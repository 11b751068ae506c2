"""Which archives there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qdrill.archive.manifest import manifest_path

_ENDS = ".manifest.json"


def archives_in(folder: Path) -> tuple[Path, ...]:
    """The archives of rows in `folder`, the newest first: data files with a manifest beside them.

    A folder that is not there, or cannot be read, has none. Nothing is looked into.
    """
    try:
        found = sorted(_dated(folder), reverse=True)
    except OSError:
        return ()
    return tuple(path for _, path in found)


def _dated(folder: Path) -> Iterator[tuple[float, Path]]:
    for path in folder.glob("*.json"):
        if path.name.endswith(_ENDS) or not path.is_file() or not manifest_path(path).is_file():
            continue
        yield path.stat().st_mtime, path
