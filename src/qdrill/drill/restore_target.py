"""What every restore does with its target: refuse the wrong one before anything is written, and note its moments."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qdrill.archive.manifest_file import Source
from qdrill.drill.alike import Named, why_source
from qdrill.errors import UsageError
from qdrill.events import Emit, MomentReached
from qdrill.names import terminal_text
from qdrill.results import Moments
from qdrill.schema.compat import describe_vectors, why_incompatible
from qdrill.stores.base import CollectionWriter


class RestoreClock:
    """The clock of a restore, which starts now. `began` is its monotonic moment, `moments` are those reached."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self.began = time.monotonic()
        self.moments = Moments()

    @property
    def seconds(self) -> float:
        """Seconds since the restore began."""
        return time.monotonic() - self.began

    def reach(self, moment: str) -> None:
        """Note a moment, and tell of it."""
        seconds = self.seconds
        self.moments = replace(self.moments, **{moment: seconds})
        self._emit(MomentReached(moment, seconds))


def refuse_source(writer: CollectionWriter, source: Source, address: str, what: str) -> None:
    """Refuse the collection that the backup came from. `what` is the backup: archive or snapshot. Raises UsageError."""
    if writer.reader.identity() == source.identity:
        words = f"the source of this {what} ({terminal_text(source.address)})"
        theirs = Named.of(source.address)
        raise UsageError(why_source(Named.of(address), theirs, source.identity, what=words, stage="restore"))


def refuse_existing(writer: CollectionWriter, address: str, named: str | None) -> None:
    """Refuse what is there, unless its name was repeated (`named`). Raises UsageError."""
    if named == writer.reader.name:
        return
    if named is not None:
        raise UsageError(other_name(address, named))
    raise UsageError(
        f"{address} exists; a restore does not write into what is there: name another target, or repeat the "
        "collection's name with --replace to delete it first"
    )


def other_name(target: str, named: str) -> str:
    """That --replace names another collection than that of the target, which is why nothing is deleted."""
    return (
        f"{target} exists, and --replace names {terminal_text(named, 100) or 'nothing'}, which is not its collection; "
        "repeat the name exactly to delete it first; nothing was done"
    )


def refuse_schema(writer: CollectionWriter, info: Mapping[str, Any], address: str, what: str) -> None:
    """Refuse a target with other vectors than those of `info`. Raises UsageError."""
    theirs = writer.reader.info().data
    reason = why_incompatible(info, theirs)
    if reason is not None:
        raise UsageError(
            f"the {what} ({describe_vectors(info)}) does not fit {address} ({describe_vectors(theirs)}): {reason}; "
            "nothing was written: name another target"
        )
