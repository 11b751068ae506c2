"""One test server for each test module, and the stores of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from qdrill.stores.base import Store
from tests.support.places import KINDS, Kind, open_place
from tests.support.processes import RunningServer, start_server

# A shared machine has no deadlines, and what was found once belongs into a test, not into a database.
settings.register_profile("suite", deadline=None, database=None)
settings.load_profile("suite")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The test server, shared by a module's tests: each uses collection names of its own."""
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def edge_dir(tmp_path: Path) -> Path:
    """The directory of an embedded store."""
    return tmp_path / "edge"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of store in turn; `qdrant` where QDRILL_TEST_QDRANT_URL names a server."""
    kind: Kind = request.param
    return kind


@pytest.fixture
def place(kind: Kind, edge_dir: Path, server: RunningServer) -> Iterator[Store]:
    """A store of that kind. Collections are to be named by `tests.support.places.new_name`."""
    with open_place(kind, edge_dir, server.url) as store:
        yield store
