"""`drill.toml`: the record written, and read back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import tomli_w

from qdrill.errors import ArchiveError
from qdrill.names import terminal_text
from qdrill.records.codec import Misfit, from_table, to_table
from qdrill.records.model import RECORD_NAME, SCHEMA, DrillRecord
from qdrill.records.text import escape_unseen


def render_toml(record: DrillRecord) -> str:
    """The record as TOML; what is None is left out, nothing in it is invisible."""
    return escape_unseen(tomli_w.dumps(to_table(record)))


def load_record(path: Path) -> DrillRecord:
    """The record in `path` (the file, or the drill's directory); raises ArchiveError that names it."""
    return read_record(path)[0]


def read_record(path: Path) -> tuple[DrillRecord, bytes]:
    """`load_record`, and the bytes of the file that the record was read from."""
    file = path / RECORD_NAME if path.is_dir() else path
    try:
        content = file.read_bytes()
        return parse_record(content.decode("utf-8")), content
    except OSError as error:
        raise ArchiveError(_unreadable(file, str(error.strerror or error))) from error
    # tomllib counts on Python's own limits for nesting and for the length of numbers.
    except (ValueError, RecursionError) as error:
        raise ArchiveError(_unreadable(file, str(error))) from error


def file_text(path: Path) -> str:
    """The text of the record in the drill's directory `path`, whatever it holds; raises ArchiveError."""
    file = path / RECORD_NAME
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise ArchiveError(_unreadable(file, str(error.strerror or error))) from error


def parse_record(text: str) -> DrillRecord:
    """The record in the TOML document `text`; raises ValueError (Misfit where a key is wrong)."""
    table = tomllib.loads(text)
    schema = table.get("schema")
    if schema != SCHEMA:
        raise Misfit(f"its schema is {schema!r}, this qdrill reads {SCHEMA!r}")
    return from_table(DrillRecord, table)


def _unreadable(file: Path, why: str) -> str:
    name, short = terminal_text(str(file)), terminal_text(why, 300)
    return f"cannot read the drill record {name}: {short}; restore it from a copy"
