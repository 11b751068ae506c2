"""Which collections an embedded store holds: its sub-directories, read without opening any shard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qdrill.errors import NotFound, Refused, StoreError
from qdrill.names import safe_file_part
from qdrill.stores.edge_foreign import foreign_sidecar
from qdrill.stores.edge_names import shown
from qdrill.stores.edge_shard import directory_held
from qdrill.stores.edge_sidecar import Sidecar, has_sidecar, is_shard, read_sidecar, write_sidecar

_CHANGING = threading.RLock()


@dataclass(frozen=True, slots=True)
class Entry:
    """A collection and where it is; `ours` when qdrill made it."""

    name: str
    directory: Path
    ours: bool
    aliases: tuple[str, ...] = ()

    def sidecar(self) -> Sidecar:
        """Its settings, from the sidecar or else from the engine's own files."""
        return read_sidecar(self.directory) if self.ours else foreign_sidecar(self.directory)


def catalog(root: Path) -> dict[str, Entry]:
    """All collections under `root` by name; empty where `root` is missing.

    A damaged sidecar does not hide the others: its collection is listed by its directory and fails when
    opened.

    Raises:
        StoreError: `root` cannot be listed.
    """
    try:
        children = sorted(root.iterdir())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"cannot list the embedded store {shown(root)}: {error.strerror}") from None
    found: dict[str, Entry] = {}
    for child in children:
        entry = None if child.name.startswith(".") else _entry(child)
        # Of two directories with the same name inside, such as a copy made by hand, the regular one counts.
        if entry and (entry.name not in found or child.name == safe_file_part(entry.name)):
            found[entry.name] = entry
    return found


def _entry(child: Path) -> Entry | None:
    if not has_sidecar(child):
        return Entry(child.name, child, ours=False) if is_shard(child) else None
    try:
        sidecar = read_sidecar(child)
    except StoreError:
        return Entry(child.name, child, ours=True)
    return Entry(sidecar.name, child, True, sidecar.aliases)


def find(root: Path, name: str) -> Entry | None:
    """The collection called `name`, or the one that an alias of this name points at."""
    entries = catalog(root)
    if name in entries:
        return entries[name]
    return next((entry for entry in entries.values() if name in entry.aliases), None)


def existing(root: Path, name: str) -> Entry:
    """As `find`; raises NotFound where there is none."""
    entry = find(root, name)
    if entry is None:
        place = f"'{shown(name)}' in {shown(root)}"
        raise NotFound(f"there is no collection {place}; see `qdrill collections`")
    return entry


def change_sidecar(entry: Entry, change: Callable[[Sidecar], Sidecar]) -> None:
    """Rewrite the sidecar of a collection, one change at a time.

    Raises:
        Refused: the collection has none. StoreError: in use by another process, or not writable.
    """
    if not entry.ours:
        words = f"the shard in {shown(entry.directory)} was not made by qdrill; its settings stay as they are"
        raise Refused(words, status=400, reason=words)
    with _CHANGING, directory_held(entry.directory):
        write_sidecar(entry.directory, change(read_sidecar(entry.directory)))
