"""The README's "Backup Signals" block: rewritten between its markers, all else byte for byte as it was."""

from __future__ import annotations

import re
from pathlib import Path

from qdrill.errors import UsageError
from qdrill.files import write_whole
from qdrill.names import terminal_text
from qdrill.records.ci_summary import count, whole_seconds
from qdrill.records.model import DrillRecord

START = b"<!-- BACKUP_SIGNALS_START -->"
END = b"<!-- BACKUP_SIGNALS_END -->"
# Brackets would open or close a comment and swallow the end marker.
_FORBIDDEN = re.compile(r"[<>]|BACKUP_SIGNALS_(START|END)")
_NEWLINE = re.compile(rb"\r\n|\n|\r")


def update_backup_signals(readme: Path, record: DrillRecord, run: str) -> None:
    """Write the numbers of `record` into the block of `readme`; `run` is the record's path or a CI run's URL.

    Raises UsageError and changes nothing where the markers are missing, doubled, nested or reversed, or where
    `run` has what would break the block; OutputError where the file cannot be written.
    """
    try:
        old = readme.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {terminal_text(str(readme))}: {_why(error)}; check the path") from error
    try:
        new = replace_block(old, _values(record, run))
    except UsageError as error:
        raise UsageError(f"{terminal_text(str(readme))} is left as it was: {error}") from error
    if new != old:
        write_whole(readme, new)


def replace_block(document: bytes, lines: list[str]) -> bytes:
    """`document` with `lines` between its markers, in the line ends it uses there; raises UsageError."""
    begin, end = _block(document)
    newline = _newline_after(document, begin)
    body = newline.join(line.encode("utf-8", "backslashreplace") for line in lines)
    return document[:begin] + newline + body + newline + document[end:]


def _block(document: bytes) -> tuple[int, int]:
    """Offsets of the first byte after the start marker and of the end marker."""
    for marker in (START, END):
        found = document.count(marker)
        if found != 1:
            how = "is missing" if found == 0 else f"stands there {found} times"
            raise UsageError(f"the marker {marker.decode()} {how}; it must be there exactly once")
    begin, end = document.index(START) + len(START), document.index(END)
    if end < begin:
        raise UsageError("the end marker of the Backup Signals stands before the start marker; swap them")
    return begin, end


def _newline_after(document: bytes, begin: int) -> bytes:
    match = _NEWLINE.match(document, begin) or _NEWLINE.search(document)
    return match.group() if match else b"\n"


def _values(record: DrillRecord, run: str) -> list[str]:
    value = run.strip()
    if not value or _FORBIDDEN.search(value) or terminal_text(value) != value:
        raise UsageError("the run must be a path or URL on one line without < > or marker text")
    return [
        "### Backup Signals（最近一次)",
        "",
        f"- backup_total: {count(record.backup.points if record.backup else None)}",
        f"- restored_total: {count(record.restore.restored if record.restore else None)}",
        f"- RTO_seconds: {whole_seconds(record.rto.rta_s)}",
        f"- run: {value}",
    ]


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
