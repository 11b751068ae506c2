"""What the tests of faults share: servers to read from and write to, and runs that die."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from qdrill.drill import backup, sides
from qdrill.drill.chunks import size_chunks
from qdrill.errors import QdrillError
from qdrill.stores.server import ServerStore
from tests.support.crashing import CHUNK_BYTES, Crasher, crasher
from tests.support.places import REAL_SERVER
from tests.support.processes import RunningServer

URLS = ("server", "qdrant") if os.environ.get(REAL_SERVER) else ("server",)
NewName = Callable[[], str]


@pytest.fixture(params=URLS)
def qdrant_url(request: pytest.FixtureRequest, server: RunningServer) -> str:
    """The test server's address, then that of a real server where QDRILL_TEST_QDRANT_URL names one."""
    return os.environ[REAL_SERVER].rstrip("/") if request.param == "qdrant" else server.url


@pytest.fixture
def new_name(qdrant_url: str) -> Iterator[NewName]:
    """Names for collections, which are taken away after the test, with everything whose name begins alike."""
    mark = f"qdrill-test-{os.getpid()}-{secrets.token_hex(3)}"
    numbers = iter(range(1_000_000))
    yield lambda: f"{mark}-{next(numbers)}"
    store = ServerStore(qdrant_url)
    for name in store.collections():
        if name.startswith(mark):
            with suppress(QdrillError):
                store.writer(name).delete()
    store.close()


@pytest.fixture
def store(qdrant_url: str) -> Iterator[ServerStore]:
    opened = ServerStore(qdrant_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def crashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crasher]:
    with crasher(tmp_path_factory.mktemp("crasher")) as one:
        yield one


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut collections into chunks of about 2 KB, so that a few points make several."""
    small = partial(size_chunks, target_bytes=CHUNK_BYTES)
    monkeypatch.setattr(backup, "size_chunks", small)
    monkeypatch.setattr(sides, "size_chunks", small)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A working directory with nothing in it."""
    home = tmp_path / "home"
    home.mkdir()
    return home
