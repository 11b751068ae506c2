"""Both versions of one point, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qdrill.drill.point_versions import point_versions
from qdrill.errors import ArchiveError, NotFound, UsageError
from qdrill.session import Session
from qdrill.stores.base import Store
from tests.drill.recipes import DOT4, points, uuid_of
from tests.drill.stages import backup
from tests.support.places import Kind, Recipe, make, new_name, write
from tests.support.processes import RunningServer
from tests.support.sessions import STORE, session_of, store_config

pytestmark = pytest.mark.usefixtures("small_chunks")

UUID = uuid_of(1)
POINTS = points([*range(10, 60), UUID])


@pytest.fixture
def session(kind: Kind, edge_dir: Path, server: RunningServer) -> Iterator[Session]:
    with session_of(store_config(kind, edge_dir, server.url)) as opened:
        yield opened


@pytest.fixture
def places(place: Store, tmp_path: Path) -> tuple[str, str]:
    """An archive, and the address of a collection that was changed since."""
    name = new_name()
    archive = tmp_path / "a.json"
    backup(make(place, name, Recipe(DOT4, POINTS)), archive)
    vector = [*POINTS[7]["vector"][:3], 9.5]
    write(place.writer(name), [{"id": 17, "payload": {"seq": 7.0, "tags": ["a"]}, "vector": vector}])
    write(place.writer(name), [{**POINTS[0], "id": 99}])
    return str(archive), f"{STORE}/{name}"


def test_both_versions_and_what_differs(session: Session, places: tuple[str, str]) -> None:
    archive, address = places
    found = point_versions(session, archive, address, 17)
    assert found.left is not None
    assert found.right is not None
    assert (found.left.payload["seq"], found.right.payload) == (7, {"seq": 7.0, "tags": ["a"]})
    by_path = {change.path: (change.left, change.right) for change in found.changes}
    assert by_path["payload.seq"] == ("7", "7.0")
    assert by_path["payload.tags"] == ("absent", '["a"]')
    assert by_path["vector[3]"][1] == "9.5"
    assert [(one.name, one.changed, one.numbers) for one in found.vectors] == [("", 1, 4)]
    back = point_versions(session, address, archive, 17)
    assert [(one.right, one.left) for one in back.changes] == [(one.left, one.right) for one in found.changes]


def test_the_same_on_both_sides(session: Session, places: tuple[str, str]) -> None:
    for point_id in (10, 59, UUID, UUID.upper()):
        found = point_versions(session, *places, point_id)
        assert found.id == (UUID if isinstance(point_id, str) else point_id)
        assert found.left is not None
        assert found.right is not None
        assert (found.left.payload, found.changes) == (found.right.payload, ())


def test_a_side_without_the_point(session: Session, places: tuple[str, str]) -> None:
    found = point_versions(session, *places, 99)
    assert (found.left, found.changes) == (None, ())
    assert found.right is not None
    assert found.right.id == 99
    nowhere = point_versions(session, *places, 5)
    assert (nowhere.left, nowhere.right) == (None, None)


def test_what_cannot_be_asked(session: Session, places: tuple[str, str], tmp_path: Path) -> None:
    archive, address = places
    with pytest.raises(UsageError, match="is not a point id"):
        point_versions(session, archive, address, "no id")
    with pytest.raises(NotFound):
        point_versions(session, archive, f"{STORE}/{new_name('nowhere')}", 10)
    (tmp_path / "dump.json").write_text("[]")
    with pytest.raises(ArchiveError, match=r"dump\.json has no dump\.manifest\.json beside it"):
        point_versions(session, str(tmp_path / "dump.json"), address, 10)
