"""The records of the scripted engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qdrill.errors import NotFound, QdrillError
from qdrill.records.amend import Amendment
from qdrill.records.history import RecordRow, row_of
from qdrill.records.model import DrillRecord, Lang
from qdrill.records.render_markdown import render_markdown
from qdrill.records.render_toml import render_toml
from qdrill.results import SearchOutcome

WHO = ("operator", "reviewer", "ticket", "notes")


class ScriptedRecords:
    """What `ScriptedEngine` does with records: those of `records`, or the errors of damaged ones.

    Attributes:
        records: by directory, newest first.
        problems: what is not as a record vouches for, by directory. broken: drills whose record before is gone.
    """

    def __init__(self) -> None:
        self.records: dict[Path, DrillRecord | QdrillError] = {}
        self.problems: dict[Path, tuple[str, ...]] = {}
        self.broken: tuple[str, ...] = ()

    def _enter(self, method: str, **given: Any) -> None:
        """Note the call; wait or raise as a test wishes."""
        raise NotImplementedError

    def called(self, method: str) -> list[dict[str, Any]]:
        """Arguments of the calls of `method`, in order."""
        raise NotImplementedError

    def record_rows(self) -> list[RecordRow]:
        """A row for each record, in the order of `records`."""
        self._enter("record_rows")
        return [_row(directory, found) for directory, found in self.records.items()]

    def each_record(self) -> Iterator[RecordRow]:
        """The same one by one; a test that makes it slow sees the table before they are there."""
        self._enter("each_record")
        yield from [_row(directory, found) for directory, found in self.records.items()]

    def check_record(self, directory: Path) -> tuple[str, ...]:
        """What `problems` has for it."""
        self._enter("check_record", directory=directory)
        self.record(directory)
        return self.problems.get(directory, ())

    def broken_links(self) -> tuple[str, ...]:
        """What `broken` has."""
        self._enter("broken_links")
        return self.broken

    def record_file(self, directory: Path) -> str:
        """The record as TOML; of a damaged one its error."""
        self._enter("record_file", directory=directory)
        found = self._known(directory)
        return str(found) if isinstance(found, QdrillError) else render_toml(found)

    def record(self, directory: Path) -> DrillRecord:
        """A record."""
        self._enter("record", directory=directory)
        found = self._known(directory)
        if isinstance(found, QdrillError):
            raise found
        return found

    def record_markdown(self, directory: Path, language: Lang) -> str:
        """Its Markdown, rendered as the engine does."""
        self._enter("record_markdown", directory=directory, language=language)
        return render_markdown(self.record(directory), language)

    def amend(self, directory: Path, change: Amendment, attach: Sequence[str] = ()) -> DrillRecord:
        """Fill in a record's fields."""
        self._enter("amend", directory=directory, change=change, attach=tuple(attach))
        found = self.record(directory)
        who = {name: text for name in WHO if (text := getattr(change, name)) is not None}
        metrics = replace(
            found.metrics,
            grafana=found.metrics.grafana if change.grafana is None else change.grafana or None,
            screenshot=found.metrics.screenshot if change.screenshot is None else change.screenshot or None,
        )
        changed = replace(found, who=replace(found.who, **who), metrics=metrics)
        self.records[directory] = changed
        return changed

    def keep_search(self, directory: Path, source: str, target: str | None, outcome: SearchOutcome) -> Path:
        """Note a search that is kept."""
        self._enter("keep_search", directory=directory, source=source, target=target, outcome=outcome)
        return directory / "evidence" / "kept" / f"{len(self.called('keep_search')):03d}.json"

    def _known(self, directory: Path) -> DrillRecord | QdrillError:
        if directory not in self.records:
            raise NotFound(f"there is no record {directory}; see qdrill record list")
        return self.records[directory]


def _row(directory: Path, found: DrillRecord | QdrillError) -> RecordRow:
    if isinstance(found, QdrillError):
        return RecordRow(directory.name, directory, None, problem=str(found))
    return row_of(directory, found)
