"""A store that was closed while a thread still asks: nobody is left with an open connection."""

from __future__ import annotations

import gc
import threading
import warnings

from qdrill.control import JobControl
from qdrill.events import ignore
from qdrill.stores.wire import Wire
from tests.support.processes import RunningServer


def test_who_asks_on_after_close_leaves_no_connection_open(server: RunningServer) -> None:
    wire = Wire(server.url, headers={}, timeout=10, control=JobControl(), emit=ignore)
    closed, asked = threading.Event(), threading.Event()
    answers: list[int] = []

    def ask() -> None:
        answers.append(wire.request("GET", "/").status)
        asked.set()
        assert closed.wait(60)
        answers.append(wire.request("GET", "/").status)

    thread = threading.Thread(target=ask)
    thread.start()
    assert asked.wait(60)
    wire.close()
    closed.set()
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        thread.join()
        answers.append(wire.request("GET", "/").status)
        del thread
        gc.collect()
    assert answers == [200, 200, 200]
    assert [str(one.message) for one in found if issubclass(one.category, ResourceWarning)] == []
