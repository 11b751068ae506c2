"""Backup, restore, compare: collections of every shape come back exactly, on stores of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qdrill.schema.config import configuration
from qdrill.stores.base import Store
from tests.drill.recipes import SHAPES
from tests.drill.stages import backup, compare_archive, restore_to
from tests.support.places import Kind, make, new_name

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.mark.parametrize("shape", SHAPES)
def test_everything_comes_back(shape: str, kind: Kind, place: Store, tmp_path: Path) -> None:
    recipe = SHAPES[shape]
    source = make(place, new_name(), recipe)
    first, second, third = (tmp_path / name for name in ("first.json", "second.json", "third.json"))
    made = backup(source, first)
    assert made.points == len(recipe.points)
    assert len(json.loads(first.read_bytes())) == len(recipe.points)

    restored = restore_to(first, place, new_name("restored"))
    target = restored.owned.writer.reader if restored.owned else None
    assert target is not None
    assert restored.result.points_restored == restored.result.points_expected == len(recipe.points)
    assert restored.result.rejected_total == 0
    assert restored.result.config_differences == ()
    assert configuration(target.info().data) == configuration(source.info().data)

    found = compare_archive(first, target)
    assert found.config == ()
    assert found.differences == ()
    assert (found.compared, found.equal) == (len(recipe.points), len(recipe.points))
    assert found.verdict == ("pass" if recipe.points else "inconclusive")

    assert backup(source, second).digest == made.digest
    assert backup(target, third).digest == made.digest
    assert first.read_bytes() == second.read_bytes() == third.read_bytes()
