"""How new the data of an archive are, by the times in a field of their payload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from qdrill.archive.reader import ArchiveReader
from qdrill.names import one_line

# Clocks that NTP keeps agree to well under a second; this leaves room for one that is kept badly, and is little
# against any objective worth naming.
CLOCK_SKEW = timedelta(seconds=5)
# Numbers by magnitude, each range from 1973 to 5138: below it are counters, years and dates written as numbers.
_SECONDS = (1e8, 1e11)
_MILLISECONDS = (1e11, 1e14)
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class PayloadTimes:
    """What a payload field tells about the age of the data.

    Attributes:
        newest: the newest time; None where no row has one.
        doubt: why `newest` does not settle the question, in words; empty where it does.
        note: what else is to be said of the values; empty where nothing is.
    """

    newest: datetime | None
    doubt: str = ""
    note: str = ""

    @property
    def notes(self) -> list[str]:
        """What belongs in the notes of a drill."""
        return [words for words in (self.doubt, self.note) if words]


class _Row(msgspec.Struct):
    payload: dict[str, msgspec.Raw] | None = None


_rows_decoder = msgspec.json.Decoder(list[_Row])


def payload_times(archive: ArchiveReader, field: str, written: datetime) -> PayloadTimes:
    """Read payload field `field` of every row; `moment_of` says which values are times.

    Args:
        written: when the archive was finished. A time after it, by more than clocks of machines differ, is no evidence
            of anything, and such rows are counted and left out.
    """
    seen = _Seen(written + CLOCK_SKEW)
    for index in range(len(archive.manifest.chunks)):
        for row in _rows_decoder.decode(b"[" + archive.chunk(index) + b"]"):
            seen.add((row.payload or {}).get(field))
    return seen.told(one_line(field, 60))


class _Seen:
    """The values of one field, row by row."""

    def __init__(self, latest: datetime) -> None:
        self._latest = latest
        self._newest: datetime | None = None
        self._rows = self._absent = self._future = self._odd = 0
        self._first_odd = ""

    def add(self, raw: msgspec.Raw | None) -> None:
        value = None if raw is None else msgspec.json.decode(raw)
        moment = moment_of(value)
        self._rows += 1
        if value is None:
            self._absent += 1
        elif moment is None:
            self._odd += 1
            self._first_odd = self._first_odd or one_line(bytes(raw or b"").decode("utf-8", "replace"), _SHOWN)
        elif moment > self._latest:
            self._future += 1
        elif self._newest is None or moment > self._newest:
            self._newest = moment

    def told(self, field: str) -> PayloadTimes:
        note = f"{self._rows_of(self._odd)} something in {field} that is no time, first {self._first_odd}"
        note = note if self._odd else ""
        if self._future:
            doubt = f"{self._rows_of(self._future)} a time in {field} that lies after the backup"
            return PayloadTimes(self._newest, f"{doubt}; they do not count", note)
        if self._newest is None and self._odd:
            return PayloadTimes(None, note)
        if self._newest is None:
            return PayloadTimes(None, f"none of {self._rows} rows has a field {field} in its payload")
        return PayloadTimes(self._newest, note=note)

    def _rows_of(self, number: int) -> str:
        return f"{number} of {self._rows} rows {'has' if number == 1 else 'have'}"


def moment_of(value: Any) -> datetime | None:
    """The time that a payload's value is, aware; None where it is none.

    Text is RFC 3339 (ISO 8601; UTC where it names no offset, midnight where it is a date). A number is Unix seconds
    from 1e8 on, and milliseconds from 1e11 on, which is 1973 either way; a smaller or larger one is no time.
    """
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if _SECONDS[0] <= value < _SECONDS[1]:
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromtimestamp(value / 1000, UTC) if _MILLISECONDS[0] <= value < _MILLISECONDS[1] else None


def _written(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
