"""The first reading of a foreign dump: every row judged and its place noted, nothing written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from qdrill.archive.dump_file import DumpFile
from qdrill.archive.dump_index import DumpIndex, Place, key_of
from qdrill.archive.dump_rows import Fit, Unfit, judge_row
from qdrill.archive.dump_stream import DumpRow, DumpStream
from qdrill.archive.dump_vectors import Shape
from qdrill.control import JobControl
from qdrill.errors import ArchiveError
from qdrill.events import Emit, Progress
from qdrill.results import Rejected

_MOST_SHAPES = 10_000
_MOST_KEYS = 100
_NO_EMBEDDER = "no vector, and no embedder to make one from payload.text"
_NO_TEXT = "no vector, and no payload.text to make one from"


@dataclass(slots=True)
class Survey:
    """What a dump holds.

    Attributes:
        rows: rows seen. fit: those that could be restored, as far as each row alone tells.
        shapes: the sets of vectors that occur, numbered from 0; None is a row without any.
        counts: rows of each shape.
        unusual: for each vector name, how many are not of length 1.
        dropped: keys of rows that no archive keeps.
        next_page: id after the last row where the dump says that more belong to it, as JSON.
    """

    rows: int = 0
    fit: int = 0
    shapes: list[Shape | None] = field(default_factory=list)
    counts: Counter[Shape | None] = field(default_factory=Counter)
    unusual: Counter[str] = field(default_factory=Counter)
    dropped: set[str] = field(default_factory=set)
    next_page: bytes | None = None


class Surveyor:
    """Judges rows and keeps count.

    Args:
        embedding: whether rows without a vector can get one from their text.
    """

    def __init__(self, file: DumpFile, index: DumpIndex, *, embedding: bool) -> None:
        self._file, self._index, self._embedding = file, index, embedding
        self._found = Survey()
        self._numbers: dict[Shape | None, int] = {}

    def survey(self, emit: Emit, control: JobControl) -> Survey:
        """All rows of the dump.

        Raises:
            ArchiveError: it is broken.
            Interrupted: cancelled.
        """

        def tell(offset: int) -> None:
            control.checkpoint()
            emit(Progress("backup", "ids", self._found.rows, None, offset, self._file.size))

        stream = DumpStream(self._file.stream, self._file.shown, tell)
        for row in stream.rows():
            self._judge(row)
        self._found.next_page = stream.next_page
        return self._found

    def _judge(self, row: DumpRow) -> None:
        self._found.rows += 1
        judged = judge_row(row, self._file.shown)
        if isinstance(judged, Fit) and judged.shape is None and not (self._embedding and judged.text):
            judged = Unfit(judged.id, _NO_TEXT if self._embedding else _NO_EMBEDDER)
        if isinstance(judged, Unfit):
            self._index.reject(row.number, Rejected(judged.id, judged.reason))
            return
        self._found.fit += 1
        self._found.counts[judged.shape] += 1
        self._found.unusual.update(judged.unusual)
        if judged.dropped and len(self._found.dropped) < _MOST_KEYS:
            self._found.dropped |= judged.dropped
        self._index.add(Place(key_of(judged.id), row.number, row.offset, len(row.data), self._number(judged.shape)))

    def _number(self, shape: Shape | None) -> int:
        number = self._numbers.get(shape)
        if number is None:
            number = self._numbers[shape] = len(self._numbers)
            self._found.shapes.append(shape)
            if number >= _MOST_SHAPES:
                raise ArchiveError(
                    f"{self._file.shown} has rows with more than {_MOST_SHAPES} different sets of vectors; that is no "
                    "dump of one collection"
                )
        return number
