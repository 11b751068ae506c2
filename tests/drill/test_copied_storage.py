"""Servers that share a peer id: a copy of the storage can be compared; what may be the source is not written into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.config_model import Config, DrillConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.drill.restore import RestoreOptions, restore
from qdrill.drill.start import make_plan, open_ends, why_refused
from qdrill.drill.verify import verification_document, verify_places
from qdrill.errors import UsageError
from qdrill.events import Event, Notice, ignore
from qdrill.session import Session
from qdrill.stores.server import ServerStore
from tests.drill.recipes import DOT4, points
from tests.drill.stages import backup
from tests.support.fault_proxy import FaultProxy, Schedule
from tests.support.places import Recipe, make
from tests.support.processes import start_server

POINTS = points(range(1, 31))
COPY = "answer with the same peer id 1001: one is a copy of the other's storage"


class Twins:
    """Two test servers, which all have one peer id, with the same collection `docs`; and a session on both."""

    def __init__(self, urls: list[str], folder: Path) -> None:
        self.urls, self.folder = urls, folder
        self.events: list[Event] = []
        for url in urls:
            store = ServerStore(url)
            make(store, "docs", Recipe(DOT4, POINTS))
            store.close()
        stores = {name: StoreConfig(name, url=url) for name, url in zip(("one", "two"), urls, strict=True)}
        self.session = Session(Config(folder / "artifacts", stores=stores), {}, JobControl(), self.events.append)


@pytest.fixture
def twins(tmp_path: Path) -> Iterator[Twins]:
    with ExitStack() as stack:
        urls = [stack.enter_context(start_server(tmp_path / name)).url for name in ("one", "two")]
        found = Twins(urls, tmp_path)
        with found.session:
            yield found


def test_a_copy_of_the_storage_is_compared_and_said_to_look_the_same(twins: Twins) -> None:
    found = verify_places(twins.session, "one/docs", "two/docs")
    assert (found.verdict, found.result.equal) == ("pass", len(POINTS))
    assert found.notes == (f"the servers of one/docs and two/docs {COPY}",)
    assert verification_document(found)["notes"] == list(found.notes)
    assert [event.text for event in twins.events if isinstance(event, Notice)] == list(found.notes)


def test_where_nobody_tells_which_process_answers_it_may_be_a_proxy(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerStore, "process", lambda _store: "")
    (note,) = verify_places(twins.session, "one/docs", "two/docs").notes
    assert note.endswith("one may be a copy of the other's storage, or its proxy")


def test_one_server_under_two_names_is_never_compared_with_itself(twins: Twins) -> None:
    port = twins.urls[0].rpartition(":")[2]
    with FaultProxy(twins.urls[0], Schedule()) as proxy:
        for other in (f"http://localhost:{port}/docs", f"http://127.0.0.1:{port}/docs", f"{proxy.url}/docs"):
            with pytest.raises(UsageError, match="are the same collection; name two"):
                verify_places(twins.session, "one/docs", other)


def test_writing_stays_refused_and_the_reason_is_the_true_one(twins: Twins) -> None:
    archive = twins.folder / "docs.json"
    one, two = (ServerStore(url) for url in twins.urls)
    backup(one.reader("docs"), archive)
    why = "the peer id of both servers is 1001, as of one server under two names, and as of a copy of its storage"
    with ArchiveReader(archive) as opened, pytest.raises(UsageError) as caught:
        restore(opened, two.writer("docs"), RestoreOptions("two/docs", replace="docs"), JobControl(), ignore)
    assert str(caught.value) == (
        f"two/docs counts as the source of this archive (test/docs): {why}; a restore never writes into its source: "
        "name another collection, or a server whose storage is no copy"
    )
    drill = DrillConfig("d", "one/docs", "two/docs")
    plan = replace(make_plan(twins.session, drill), replace="docs")
    assert why_refused(plan, open_ends(twins.session, drill)) == (
        f"the target two/docs counts as the source one/docs: {why}; a drill never writes into its source: name another "
        "collection, or a server whose storage is no copy"
    )
    for store in (one, two):
        assert store.reader("docs").count() == len(POINTS)
        store.close()
