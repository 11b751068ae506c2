"""Looking at an embedded collection leaves it free for other processes, however long the session lasts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qdrill.browse.detail import detail, sample
from qdrill.browse.overview import overview
from qdrill.config_model import StoreConfig
from qdrill.drill.ask import ask_now
from qdrill.drill.point_versions import point_versions
from qdrill.drill.search_plan import SearchSpec
from qdrill.drill.verify import verify_places
from qdrill.session import Session
from qdrill.stores.edge_catalog import existing
from qdrill.stores.edge_shard import lock_directory, unlock
from tests.support.collections import make_edge_collection
from tests.support.sessions import STORE, session_of

LOOKS: dict[str, Callable[[Session], object]] = {
    "overview": lambda session: list(overview(session, list(session.config.stores.values()))),
    "detail": lambda session: detail(session, "lab/a"),
    "sample": lambda session: sample(session, "lab/a", None, 5),
    "ask one": lambda session: ask_now(session, SearchSpec("id", point=1), "lab/a"),
    "ask two": lambda session: ask_now(session, SearchSpec("id", point=1), "lab/a", "lab/b"),
    "verify": lambda session: verify_places(session, "lab/a", "lab/b", searches=1),
    "point versions": lambda session: point_versions(session, "lab/a", "lab/b", 1),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_nothing_stays_open(look: Callable[[Session], object], tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_edge_collection(tmp_path, name, points=5)
    with session_of(StoreConfig(STORE, path=tmp_path)) as session:
        assert look(session)
        for name in ("a", "b"):
            unlock(lock_directory(existing(tmp_path, name).directory))
