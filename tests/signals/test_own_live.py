"""What a running drill adds to the metrics of the records, and that no counter falls."""

from __future__ import annotations

from dataclasses import replace

from qdrill.events import DrillStarted, Event, Progress, StageFinished
from qdrill.records.model import DrillRecord, Origin
from qdrill.signals.own_live import LiveDrill
from qdrill.signals.own_metrics import (
    facts_of,
    summarise,
)
from tests.records import samples
from tests.signals.exposed import (
    at,
)

TARGET, SOURCE = "default_collection_restored", "default_collection"


class Heard:
    """A drill told by hand."""

    def __init__(self, collection: str = "given") -> None:
        self.live = LiveDrill(collection)
        self.passed_on: list[Event] = []
        self.sink = self.live.watch(self.passed_on.append)

    def tell(self, *events: Event) -> None:
        for event in events:
            self.sink(event)

    def rows(self, *records: DrillRecord) -> float | None:
        """Rows imported into the target of the sample drills."""
        facts = self.live.added_to([facts_of(one) for one in records])
        total = summarise(facts).imports.get(TARGET)
        return None if total is None else total.rows


def begun(origin: Origin = "real") -> DrillRecord:
    """The record of the sample drill as it is while that drill runs."""
    record = samples.record_of(replace(samples.passed(), backup=None, restore=None), origin=origin)
    return replace(record, verdict="interrupted", time=replace(record.time, finished=None))


def loaded(done: int, rejected: int = 0, batches: int = 1) -> Progress:
    return Progress("restore", "points", done, 100_000, rejected=rejected, batches=batches)


STARTED = DrillStarted(samples.passed().id, "somewhere")


def test_a_running_drill_adds_what_it_has_restored_so_far() -> None:
    heard, before = Heard(), samples.record_of(at(0, samples.lossy()))
    assert heard.rows(before, begun()) == 22
    heard.tell(STARTED)
    assert heard.rows(begun()) == 0
    events = (Progress("backup", "points", 500, 1000), loaded(1000, rejected=4, batches=2), loaded(7, batches=1))
    heard.tell(*events)
    assert heard.rows(before, begun()) == 22 + 996
    totals = summarise(heard.live.added_to([facts_of(begun())]))
    assert totals.imports[TARGET].batches == 2
    assert totals.imports[TARGET].skipped == {"error": 4, "conflict": 0}
    assert totals.exports[SOURCE].rows == 500
    assert heard.passed_on == [STARTED, *events]


def test_its_record_takes_the_place_of_what_was_heard() -> None:
    heard = Heard()
    heard.tell(STARTED, loaded(100_000, batches=156), StageFinished("restore", 2.9, True))
    while_running = summarise(heard.live.added_to([facts_of(begun())])).imports[TARGET]
    afterwards = summarise(heard.live.added_to([facts_of(samples.record_of(samples.passed()))])).imports[TARGET]
    assert while_running == afterwards
    assert (afterwards.rows, afterwards.counts[-1], afterwards.seconds) == (100_000, 1, 2.9)


def test_a_counter_does_not_fall_when_fewer_rows_are_found_than_were_acknowledged() -> None:
    heard = Heard()
    heard.tell(STARTED, loaded(25))
    lossy = replace(samples.record_of(samples.lossy()), id=STARTED.id)
    assert heard.rows(begun()) == 25
    assert heard.rows(lossy) == 25
    assert summarise([facts_of(lossy)]).imports[TARGET].rows == 22


def test_a_demonstration_counts_no_more_while_it_runs() -> None:
    heard = Heard()
    heard.tell(STARTED, loaded(25))
    assert heard.rows(begun("simulated")) is None


def test_a_stage_that_failed_is_no_duration() -> None:
    heard = Heard()
    heard.tell(STARTED, StageFinished("restore", 2.9, False))
    assert summarise(heard.live.added_to([facts_of(begun())])).imports[TARGET].counts[-1] == 0


def test_without_a_record_the_given_collection_is_named() -> None:
    heard = Heard("given")
    heard.tell(STARTED, loaded(25))
    found = summarise(heard.live.added_to(()))
    assert found.imports["given"].rows == 25
    assert found.drills == {}
