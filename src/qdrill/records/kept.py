"""Searches that somebody asked by hand and chose to keep: evidence beside a drill, no part of its verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from qdrill.errors import UsageError
from qdrill.files import write_text
from qdrill.names import terminal_text
from qdrill.records.build import aware
from qdrill.records.codec import from_table
from qdrill.records.evidence import SCHEMA, search_document
from qdrill.records.lock import held
from qdrill.records.model import KEPT_DIR, RECORD_NAME, KeptSearch
from qdrill.results import SearchOutcome


@dataclass(frozen=True, slots=True)
class _Place:
    address: str


@dataclass(frozen=True, slots=True)
class _Document:
    """What a record repeats of a kept search."""

    schema: str
    query: str
    asked_at: str
    source: _Place
    target: _Place | None = None
    overlap_at_k: float | None = None


def keep_search(directory: Path, source: str, target: str | None, outcome: SearchOutcome, at: datetime) -> Path:
    """Write a search as `evidence/kept/<nnn>.json` of the drill in `directory`; returns the file's path.

    The record lists it when it is saved. Where it is saved already, which only the record read after this call
    tells, `amend` lists it.

    Args:
        source: address of the collection asked first.
        target: address of the one beside it; None where one alone was asked.
        at: when it was asked.

    Raises:
        UsageError: there is no drill in `directory`.
        OutputError: the file cannot be written.
    """
    with held(directory):
        if not (directory / RECORD_NAME).exists():
            name = terminal_text(str(directory))
            raise UsageError(f"{name} holds no drill record to keep a search in; see qdrill record list")
        path = directory / _next_path(directory)
        asked = {"kept_by_hand": True, "asked_at": aware(at).isoformat()}
        write_text(path, search_document(directory.name, outcome, source, target, more=asked))
    return path


def _next_path(directory: Path) -> str:
    taken = (one.stem for one in (directory / KEPT_DIR).glob("*.json"))
    number = max((int(stem) for stem in taken if stem.isascii() and stem.isdecimal()), default=0)
    return f"{KEPT_DIR}/{number + 1:03d}.json"


def kept_searches(directory: Path, files: Iterable[str]) -> tuple[KeptSearch, ...]:
    """The kept searches among the paths `files` of a drill's directory, in the order they were kept.

    A file that is not such a document is left out: it stays evidence like any other file.
    """
    paths = (one for one in map(PurePosixPath, files) if str(one.parent) == KEPT_DIR and one.suffix == ".json")
    found = (_read(directory, str(one)) for one in sorted(paths, key=lambda one: (len(one.name), one.name)))
    return tuple(one for one in found if one is not None)


def _read(directory: Path, name: str) -> KeptSearch | None:
    try:
        found = json.loads((directory / name).read_bytes())
        said = from_table(_Document, _known(found))
        at = datetime.fromisoformat(said.asked_at)
    except (OSError, ValueError, RecursionError):
        return None
    if said.schema != SCHEMA:
        return None
    target = said.target.address if said.target else None
    return KeptSearch(said.query, name, said.overlap_at_k, said.source.address, target, aware(at))


def _known(document: Any) -> Any:
    return {key: value for key, value in document.items() if value is not None} if isinstance(document, dict) else None
