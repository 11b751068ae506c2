"""Comparing two collections, point by point, in id order and in constant memory.

Equal bytes are equal points: most chunks end at that. Only rows whose bytes differ are decoded and compared by value.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qdrill.control import JobControl
from qdrill.drill.chunks import PlannedChunk
from qdrill.drill.lanes import run_lanes
from qdrill.drill.quiet import Observation, nobody_wrote, observe
from qdrill.drill.ranges import count_points, iterate_range
from qdrill.drill.room import Room
from qdrill.drill.sides import Side
from qdrill.errors import ScrollBroken
from qdrill.events import Emit, Progress, ignore
from qdrill.results import CompareResult, Difference, DifferenceClass, Level, PointId, Verdict
from qdrill.rows.order import comes_before
from qdrill.rows.splice import rows_and_ids
from qdrill.rows.values import row_differences
from qdrill.schema.config import diff_configuration
from qdrill.stores.base import LONGEST_PAGE, CollectionReader
from qdrill.stores.wire import TooLong

LISTED_PER_CLASS = 100
SAMPLED_CHUNKS = 8
DifferenceSink = Callable[[Difference], None]


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """How to compare.

    Attributes:
        level: full compares every point; sample some chunks; count only numbers. Less than full never passes.
        lanes: connections used side by side.
        config: whether configuration counts.
        seed: of the sample.
    """

    level: Level = "full"
    lanes: int = 4
    config: bool = True
    seed: int = 0


def compare(
    left: Side,
    right: CollectionReader,
    options: CompareOptions,
    control: JobControl,
    emit: Emit,
    sink: DifferenceSink | None = None,
) -> CompareResult:
    """Compare everything `left` holds with the collection behind `right`.

    Args:
        sink: gets every difference, while the result lists the first of each class.

    Raises:
        ArchiveError: the left side is a damaged archive. StoreError, Interrupted.
    """
    clock = time.monotonic()
    plan = list(left.plan(lambda done: emit(Progress("verify", "ids", done, None))))
    tally, before = _Tally(sink), observe(right)
    _Comparison(left, right, options, control, emit, tally, plan).run()
    right_points = count_points(right)
    left_points = sum(chunk.rows for chunk in plan)
    if options.level == "full":
        left_points = tally.compared - tally.counts["extra"]
        _refuse_broken_scroll(right, before, right_points, tally)
    config = diff_configuration(left.info, right.info().data) if options.config else ()
    counts = tally.counts
    return CompareResult(
        level=options.level,
        verdict=_verdict(options.level, tally, bool(config), left_points == right_points, left_points),
        compared=tally.compared,
        equal=tally.equal,
        missing=counts["missing"],
        extra=counts["extra"],
        vector=counts["vector"],
        payload=counts["payload"],
        float_drift=counts["float_drift"],
        config=config,
        differences=tuple(tally.listed),
        left_points=left_points,
        right_points=right_points,
        seconds=time.monotonic() - clock,
    )


def different_ids(
    left: Side, right: CollectionReader, chunk: PlannedChunk, index: int, control: JobControl, room: Room
) -> set[PointId]:
    """Ids of the points of one chunk of `left` that the right side lacks or has otherwise; `room` is the lanes'."""
    found: set[PointId] = set()

    def note(difference: Difference) -> None:
        if difference.kind != "extra":
            found.add(difference.id)

    comparison = _Comparison(left, right, CompareOptions(), control, ignore, _Tally(note), [chunk])
    comparison.room = room
    comparison.compare(index, chunk, chunk.first_id)
    return found


def _refuse_broken_scroll(right: CollectionReader, before: Observation, counted: int, tally: _Tally) -> None:
    """Hold the points that were met on the right against its exact count: what a scroll hides is not lost.

    Raises:
        ScrollBroken: they contradict each other, and nobody wrote.
    """
    met = tally.compared - tally.counts["missing"]
    if met != counted and nobody_wrote(before, observe(right)):
        raise ScrollBroken(
            f"{right.name} counts {counted} points, {met} came, and nothing speaks of a writer: its scroll ends early "
            "or repeats; check the server and what stands between"
        )


def _verdict(level: Level, tally: _Tally, config_differs: bool, counts_agree: bool, points: int) -> Verdict:
    """Any difference fails; only a full comparison of something passes."""
    if tally.counts.total() or config_differs or not counts_agree:
        return "fail"
    return "pass" if level == "full" and points > 0 else "inconclusive"


class _Tally:
    """What was found so far; shared by the lanes."""

    def __init__(self, sink: DifferenceSink | None) -> None:
        self._lock = threading.Lock()
        self._sink = sink
        self.counts: Counter[DifferenceClass] = Counter()
        self.compared = 0
        self.equal = 0
        self.listed: list[Difference] = []

    def add_equal(self, points: int) -> int:
        """Note points that are the same; returns how many were compared so far."""
        with self._lock:
            self.compared += points
            self.equal += points
            return self.compared

    def add_different(self, differences: Sequence[Difference]) -> None:
        """Note one point that differs."""
        with self._lock:
            self.compared += 1
            for difference in differences:
                self.counts[difference.kind] += 1
                if self.counts[difference.kind] <= LISTED_PER_CLASS:
                    self.listed.append(difference)
                if self._sink is not None:
                    self._sink(difference)


class _Comparison:
    """One comparison; `run` returns when every chunk is tallied."""

    def __init__(
        self,
        left: Side,
        right: CollectionReader,
        options: CompareOptions,
        control: JobControl,
        emit: Emit,
        tally: _Tally,
        plan: Sequence[PlannedChunk],
    ) -> None:
        self.left, self.right, self.options = left, right, options
        self.control, self.emit, self.tally, self.plan = control, emit, tally, plan
        self.total = sum(chunk.rows for chunk in plan)
        self.bytes = 0
        self.room = Room()

    def run(self) -> None:
        if self.options.level == "count":
            return
        if not self.plan:
            self._count_extras()
            return
        indexes = list(range(len(self.plan)))
        if self.options.level == "sample" and len(indexes) > SAMPLED_CHUNKS:
            inner = random.Random(self.options.seed).sample(indexes[1:-1], SAMPLED_CHUNKS - 2)
            indexes = sorted({0, indexes[-1], *inner})
        run_lanes(self.options.lanes, indexes, self._one, self.control)

    def _one(self, _position: int, index: int) -> None:
        chunk = self.plan[index]
        self.compare(index, chunk, chunk.first_id if index else None)

    def compare(self, index: int, chunk: PlannedChunk, start: PointId | None) -> None:
        """Tally one chunk against the points of the right side from `start` (None: the first) on."""
        self.control.pace(chunk.rows)
        with self.room.of(2 * self.left.length(index, chunk)):
            if self._beside_others(index, chunk, start):
                return
        with self.room.alone():
            for part, ours, rows in self.left.parts(index, chunk):
                self._tell(ours, rows, part, start, self._same_bytes(ours, part, start))
                start = part.next_id

    def _beside_others(self, index: int, chunk: PlannedChunk, start: PointId | None) -> bool:
        """Tally a chunk while other lanes hold theirs; False, and nothing done, where a side of it is too long."""
        try:
            ours, rows = self.left.rows(index, chunk)
            same = self._same_bytes(ours, chunk, start, LONGEST_PAGE)
        except TooLong:
            return False
        self._tell(ours, rows, chunk, start, same)
        return True

    def _tell(self, ours: bytes, rows: int, chunk: PlannedChunk, start: PointId | None, same: bool) -> None:
        if same:
            done = self.tally.add_equal(rows)
        else:
            self._by_value(ours, start, chunk)
            done = self.tally.compared
        self.bytes += len(ours)
        self.emit(Progress("verify", "points", done, self.total, self.bytes, retries=self.control.retries))

    def _same_bytes(self, ours: bytes, chunk: PlannedChunk, start: PointId | None, longest: int | None = None) -> bool:
        """Whether the right side serves the very same bytes, and goes on where the chunk ends.

        Raises:
            TooLong: it serves more than `longest`; never for None.
        """
        try:
            page = self.right.scroll(start, chunk.rows, longest=longest)
        except TooLong:
            if longest is not None:
                raise
            return False
        buffer, begin, end = page.span()
        return page.next_id == chunk.next_id and end - begin == len(ours) and buffer.startswith(ours, begin)

    def _by_value(self, ours: bytes, start: PointId | None, chunk: PlannedChunk) -> None:
        theirs = iterate_range(self.right, start, chunk.next_id, chunk.rows)
        for point_id, left_row, right_row in merge(iter(rows_and_ids(ours)), theirs):
            self.control.checkpoint()
            if left_row is None:
                self.tally.add_different([Difference(point_id, "extra", "only there")])
            elif right_row is None:
                self.tally.add_different([Difference(point_id, "missing", "only here")])
            elif left_row == right_row or not (found := row_differences(point_id, left_row, right_row)):
                self.tally.add_equal(1)
            else:
                self.tally.add_different(found)

    def _count_extras(self) -> None:
        for point_id, _row in iterate_range(self.right, None, None, 1000):
            self.control.checkpoint()
            self.tally.add_different([Difference(point_id, "extra", "only there")])


def merge(
    left: Iterator[tuple[PointId, bytes]], right: Iterator[tuple[PointId, bytes]]
) -> Iterator[tuple[PointId, bytes | None, bytes | None]]:
    """Walk two streams in id order; None stands for the side that lacks the id.

    Raises:
        ScrollBroken: a stream is not in id order.
    """
    a, b = _pull(left, None), _pull(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and comes_before(a[0], b[0])):
            assert a is not None
            yield a[0], a[1], None
            a = _pull(left, a[0])
        elif a is None or comes_before(b[0], a[0]):
            yield b[0], None, b[1]
            b = _pull(right, b[0])
        else:
            yield a[0], a[1], b[1]
            a, b = _pull(left, a[0]), _pull(right, b[0])


def _pull(rows: Iterator[tuple[PointId, bytes]], last: PointId | None) -> tuple[PointId, bytes] | None:
    row = next(rows, None)
    if row is not None and last is not None and not comes_before(last, row[0]):
        raise ScrollBroken(f"points came out of order: {row[0]} after {last}; ascending ids were expected")
    return row
