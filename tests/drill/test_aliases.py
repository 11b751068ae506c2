"""Aliases of a restore: free ones come back when asked; one that another collection holds is moved by consent alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.restore import OwnedTarget, RestoreOptions, restore
from qdrill.errors import Refused, UsageError
from qdrill.events import Event, Notice, ignore
from qdrill.records.render_toml import load_record
from qdrill.results import AliasOutcome
from qdrill.stores.base import CollectionWriter, Store
from tests.drill.drills import Rehearsal, check
from tests.drill.recipes import DOT4, points
from tests.drill.stages import backup, restore_to
from tests.support.places import Recipe, make, new_name

pytestmark = pytest.mark.usefixtures("small_chunks")
POINTS = points(range(1, 31))


class Aliased:
    """An archive whose source has an alias that is still there, and one that is gone since."""

    def __init__(self, place: Store, folder: Path) -> None:
        self.place, self.archive = place, folder / "docs.json"
        self.held, self.free = sorted(new_name("alias") for _ in range(2))
        self.old, self.source = new_name("old"), new_name("source")
        for name in (self.old, self.source):
            make(place, name, Recipe(DOT4, POINTS))
        for alias in (self.held, self.free):
            place.writer(self.old).add_alias(alias)
        backup(place.reader(self.old), self.archive)
        place.writer(self.old).delete()
        place.writer(self.source).add_alias(self.held)

    def holder(self, alias: str) -> str:
        return self.place.writer(self.source).holder_of(alias)


@pytest.fixture
def aliased(place: Store, tmp_path: Path) -> Aliased:
    return Aliased(place, tmp_path)


def test_they_come_back_only_when_asked(aliased: Aliased) -> None:
    name = new_name()
    restored = restore_to(aliased.archive, aliased.place, name)
    assert restored.result.aliases == ()
    assert (aliased.holder(aliased.held), aliased.holder(aliased.free)) == (aliased.source, "")


def test_a_free_one_is_set_and_a_held_one_is_left(aliased: Aliased) -> None:
    name = new_name()
    restored = restore_to(aliased.archive, aliased.place, name, aliases=True)
    assert (aliased.holder(aliased.held), aliased.holder(aliased.free)) == (aliased.source, name)
    assert restored.result.aliases == (
        AliasOutcome(aliased.held, "held", aliased.source),
        AliasOutcome(aliased.free, "set"),
    )
    assert restored.owned is not None
    assert restored.owned.aliases == {aliased.free}


def test_moving_needs_to_be_asked_for_and_is_told(aliased: Aliased) -> None:
    name, events = new_name(), list[Event]()
    with ArchiveReader(aliased.archive) as archive:
        options = RestoreOptions(f"test/{name}", aliases=True, move_aliases=True)
        restored = restore(archive, aliased.place.writer(name), options, JobControl(), events.append)
    assert (aliased.holder(aliased.held), aliased.holder(aliased.free)) == (name, name)
    assert restored.result.aliases[0] == AliasOutcome(aliased.held, "moved", aliased.source)
    told = f"the alias {aliased.held} was moved here from {aliased.source}"
    assert [event.text for event in events if isinstance(event, Notice)] == [told]


def test_nothing_is_moved_to_a_collection_that_is_not_whole(aliased: Aliased) -> None:
    name = new_name()
    options = RestoreOptions(f"test/{name}", aliases=True, move_aliases=True, rejected_total=1)
    with ArchiveReader(aliased.archive) as archive:
        restored = restore(archive, aliased.place.writer(name), options, JobControl(), ignore)
    assert aliased.holder(aliased.held) == aliased.source
    assert restored.result.aliases[0].state == "held"
    assert restored.result.aliases[0].reason == "the restored collection is not whole"


def test_the_name_of_a_collection_is_no_alias(aliased: Aliased) -> None:
    make(aliased.place, aliased.free, Recipe(DOT4))
    restored = restore_to(aliased.archive, aliased.place, new_name(), aliases=True, move_aliases=True)
    outcome = restored.result.aliases[1]
    assert (outcome.name, outcome.state, outcome.reason) == (
        aliased.free,
        "failed",
        "a collection of the target's store has this name",
    )


class NoRight:
    """A writer whose key may not set aliases."""

    def __init__(self, writer: CollectionWriter) -> None:
        self._writer = writer

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)

    def add_alias(self, alias: str) -> None:
        raise Refused(f"setting {alias}", status=403, reason="forbidden")


def test_one_that_the_store_refuses_is_listed_and_fails(aliased: Aliased) -> None:
    writer = NoRight(aliased.place.writer(new_name()))
    with ArchiveReader(aliased.archive) as archive:
        options = RestoreOptions("test/x", aliases=True)
        restored = restore(archive, writer, options, JobControl(), ignore)  # type: ignore[arg-type]
    assert restored.result.aliases[1] == AliasOutcome(aliased.free, "failed", "", "forbidden")
    assert restored.result.points_restored == len(POINTS)


def test_a_replaced_target_tells_which_aliases_go_with_it(aliased: Aliased) -> None:
    name, own, events = new_name(), new_name("own"), list[Event]()
    make(aliased.place, name, Recipe(DOT4))
    aliased.place.writer(name).add_alias(own)
    with ArchiveReader(aliased.archive) as archive:
        options = RestoreOptions(f"test/{name}", replace=name)
        restore(archive, aliased.place.writer(name), options, JobControl(), events.append)
    told = f"deleting test/{name} takes its aliases with it: {own}"
    assert [event.text for event in events if isinstance(event, Notice)] == [told]


# ---------------------------------------------------------------- in a drill


@pytest.fixture
def drill(place: Store, tmp_path: Path) -> Rehearsal:
    return Rehearsal(place, tmp_path, Recipe(DOT4, POINTS))


def test_a_drill_beside_its_source_leaves_the_sources_alias_and_cannot_pass(drill: Rehearsal) -> None:
    alias = new_name("alias")
    drill.place.writer(drill.source).add_alias(alias)
    outcome = drill.run(aliases=True, delete_target=True)
    assert drill.place.reader(drill.source).aliases() == (alias,)
    found = check(outcome.result, "aliases")
    assert (found.state, found.ids) == ("inconclusive", (f"{alias} ({drill.source})",))
    assert found.seen == f"0 of 1 set; the alias {alias} was left with {drill.source}, which holds it"
    assert (outcome.result.verdict, outcome.exit_code) == ("inconclusive", 4)
    assert outcome.result.target_removed
    record = load_record(outcome.record)
    assert f"the alias {alias} was left with {drill.source}, which holds it" in record.notes
    assert f"aliases: 0 of 1 set; the alias {alias} was left with {drill.source}" in record.reason


def test_a_drill_asks_nothing_about_aliases_that_nobody_asked_for(drill: Rehearsal) -> None:
    drill.place.writer(drill.source).add_alias(new_name("alias"))
    outcome = drill.run()
    assert outcome.result.verdict == "pass", outcome.result.reason
    assert "aliases" not in {one.name for one in outcome.result.checks}


def test_a_target_that_somebody_gave_an_alias_meanwhile_is_not_deleted(drill: Rehearsal) -> None:
    alias = new_name("alias")
    outcome = drill.run(delete_target=True, damage=lambda writer: writer.add_alias(alias))
    assert not outcome.result.target_removed
    assert drill.place.reader(drill.target).aliases() == (alias,)
    (note,) = [one for one in outcome.result.notes if "could not be deleted" in one]
    assert alias in note


def test_what_the_drill_set_itself_goes_with_its_target(place: Store, tmp_path: Path) -> None:
    aliased = Aliased(place, tmp_path)
    restored = restore_to(aliased.archive, place, new_name(), aliases=True)
    assert restored.owned is not None
    restored.owned.delete()
    assert (aliased.holder(aliased.held), aliased.holder(aliased.free)) == (aliased.source, "")
    with pytest.raises(UsageError, match="an alias that this drill did not set"):
        _stolen(aliased).delete()


def _stolen(aliased: Aliased) -> OwnedTarget:
    restored = restore_to(aliased.archive, aliased.place, new_name(), aliases=True)
    assert restored.owned is not None
    aliased.place.writer(restored.owned.writer.reader.name).add_alias(new_name("alias"))
    return restored.owned
