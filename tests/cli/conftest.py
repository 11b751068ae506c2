"""One server for all tests of the command line; each test makes collections of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.collections import make_server_collection
from tests.support.processes import RunningServer, start_server

MakeCollection = Callable[..., str]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def collection(server: RunningServer) -> MakeCollection:
    """Makes a collection on the server under a name of its own, and returns its address."""

    def make(points: int = 20, dims: int = 4, name: str = "") -> str:
        name = name or f"docs{next(_numbers)}"
        make_server_collection(server.url, name, points=points, dims=dims)
        return f"{server.url}/{name}"

    return make


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A directory with a drills.toml that has one embedded store, `lab`."""
    (tmp_path / "drills.toml").write_text('[stores.lab]\npath = "edge"\n')
    return tmp_path
