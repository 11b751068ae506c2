"""Reading the drill records for qdrill's own metrics: each file once, and again only when it has changed."""

from __future__ import annotations

import os
import re
import threading
import tomllib
from pathlib import Path
from typing import Any

from qdrill.errors import ArchiveError
from qdrill.names import terminal_text
from qdrill.records.codec import Misfit, from_table
from qdrill.records.model import RECORD_NAME, SCHEMA, DrillRecord
from qdrill.records.render_toml import load_record
from qdrill.signals.own_metrics import DrillFacts, facts_of

# Tables that no metric needs and that make up most of a record; every TOML table begins at the start of a line.
_TABLES = re.compile(r"^(?=\[)", re.MULTILINE)
_UNREAD = (
    *("[[search]]", "[[check]]", "[[config_difference]]", "[[kept]]", "[[amended]]", "[[restore.rejected]]"),
    *("[who]", "[objectives]", "[rpo.source_drift]", "[verify]", "[[verify.difference]]", "[metrics]", "[integrity"),
)
_STAND_INS: dict[str, Any] = {"search": [], "check": [], "config_difference": [], "integrity": {"files": {}}}
_EMPTY = ("who", "objectives", "metrics")
_LONG_TEXTS = ('"""', "'''")

_Mark = tuple[int, int, int]


class DrillLedger:
    """The drills under a directory; thread-safe. Every call looks whether files changed, none reads one twice."""

    def __init__(self, drills: Path) -> None:
        self.drills = drills
        self._lock = threading.Lock()
        self._read: dict[str, tuple[_Mark, DrillFacts]] = {}
        self._facts: tuple[DrillFacts, ...] = ()

    def facts(self) -> tuple[DrillFacts, ...]:
        """What the metrics need of each drill, in no order; the same object as long as nothing changed.

        Raises:
            ArchiveError: the directory cannot be listed.
        """
        with self._lock:
            found = self._look()
            if found.keys() == self._read.keys() and all(self._read[name][0] == mark for name, mark in found.items()):
                return self._facts
            self._read = {name: self._entry(name, mark) for name, mark in found.items()}
            self._facts = tuple(facts for _, facts in self._read.values())
            return self._facts

    def _look(self) -> dict[str, _Mark]:
        """Every drill directory and what its record's file looks like from outside."""
        try:
            with os.scandir(self.drills) as entries:
                names = [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            why = error.strerror or type(error).__name__
            shown = terminal_text(str(self.drills))
            raise ArchiveError(f"cannot list {shown}: {why}; check its permissions") from error
        return {name: self._mark(name) for name in names}

    def _mark(self, name: str) -> _Mark:
        """Another one whenever the file is another; zeros where there is none."""
        try:
            found = os.stat(f"{self.drills}/{name}/{RECORD_NAME}")  # noqa: PTH116 - a Path costs more than the call
        except OSError:
            return 0, 0, 0
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _entry(self, name: str, mark: _Mark) -> tuple[_Mark, DrillFacts]:
        known = self._read.get(name)
        return known if known is not None and known[0] == mark else (mark, read_facts(self.drills / name))


def read_facts(directory: Path) -> DrillFacts:
    """What the metrics need of the drill in `directory`; `damaged` where its record cannot be read."""
    try:
        record = _read_parts(directory / RECORD_NAME)
    except (OSError, ValueError, RecursionError):
        # Whether it is damaged is for the reader of whole records to say.
        try:
            record = load_record(directory)
        except ArchiveError:
            return DrillFacts(directory.name, "damaged")
    return facts_of(record)


def _read_parts(file: Path) -> DrillRecord:
    """The record without what no metric needs, in half the time; raises ValueError where only the whole can tell."""
    text = file.read_bytes().decode("utf-8")
    parts = _TABLES.split(text)
    # It is whole to its last line, and no line that looks like a table is part of a text.
    whole = parts[-1].startswith("[integrity") and text.endswith("\n")
    if not whole or any(mark in text for mark in _LONG_TEXTS):
        raise Misfit("not as it is written")
    table: dict[str, Any] = tomllib.loads("".join(part for part in parts if not part.startswith(_UNREAD)))
    if table.get("schema") != SCHEMA:
        raise Misfit("another schema")
    empty: dict[str, Any] = {name: {} for name in _EMPTY}
    return from_table(DrillRecord, {**_STAND_INS, **empty, **table})
