"""Keeping a search as evidence of a drill: which drill, writing it, and having a finished record vouch for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.console.engine import Engine
from qdrill.console.i18n import Say
from qdrill.console.panels.search_reply import Reply
from qdrill.console.widgets.state import GLYPHS
from qdrill.records.amend import Amendment

if TYPE_CHECKING:
    from qdrill.records.history import RecordRow


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a search was kept; `listed` is whether the record lists it already, or will when its drill ends."""

    reply: Reply
    directory: Path
    path: Path
    listed: bool

    @property
    def name(self) -> str:
        """The file as the record calls it."""
        return self.path.relative_to(self.directory).as_posix()


def keep(engine: Engine, directory: Path, reply: Reply) -> Kept:
    """Keep it, in a thread of the caller's.

    Raises:
        UsageError, ArchiveError, OutputError: there is no such record, it is damaged, or cannot be written.
    """
    assert reply.outcome is not None
    path = engine.keep_search(directory, reply.question.source, reply.target, reply.outcome)
    # Only the record as it is after that tells whether its drill lists the file by itself.
    finished = engine.record(directory).time.finished is not None
    if finished:
        engine.amend(directory, Amendment())
    return Kept(reply, directory, path, finished)


def record_options(say: Say, rows: Sequence[RecordRow], source: str = "") -> list[tuple[str, str]]:
    """Records to choose from, those of `source` first and then the newest first: (directory, words).

    Damaged ones cannot keep anything.
    """
    whole = [row for row in rows if row.problem is None and row.kind == "drill"]
    whole.sort(key=lambda row: row.source != source)
    return [(str(row.directory), _words(say, row)) for row in whole]


def _words(say: Say, row: RecordRow) -> str:
    verdict = row.verdict or "inconclusive"
    started = f"{row.started:%Y-%m-%d %H:%M}" if row.started is not None else row.id
    places = f"{row.source} ─► {row.target}"
    return f"{started}  {GLYPHS[verdict]} {say(f'search.verdict.{verdict}')}  {row.name}  {places}"
