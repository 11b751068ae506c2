"""A cancellation is felt within a fraction of a second, whatever the job waits for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.backup import BackupOptions, back_up
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.restore import RestoreOptions, restore
from qdrill.drill.sides import ArchiveSide
from qdrill.errors import Interrupted
from qdrill.events import Event, Progress, Retrying, ignore
from qdrill.stores import connecting, wire
from qdrill.stores.base import Query
from qdrill.stores.server import ServerStore
from tests.drill.stages import backup
from tests.faults.conftest import NewName
from tests.support.collections import create_body, fill, point
from tests.support.fault_proxy import Fault, FaultProxy, Rule, Schedule

POINTS = 60
# Felt within 200 ms on a quiet machine; a busy one gets time to run our threads at all.
LIMIT = 1.0
STUCK = 8.0


@pytest.fixture(autouse=True)
def quick(small_chunks: None) -> None:
    """Several chunks of a few points."""


class Watch:
    """A job's control, and the moment at which it is to be cancelled."""

    def __init__(self, control: JobControl | None = None) -> None:
        self.control = control or JobControl()
        self.moment = threading.Event()

    def at(self, wanted: Callable[[Event], bool]) -> Callable[[Event], None]:
        """A sink of events: the moment has come with the first one wanted."""
        return lambda event: self.moment.set() if wanted(event) else None

    def on_path(self, path: str) -> bool:
        """For a rule of the proxy: the moment has come with the first request it looks at."""
        self.moment.set()
        return True

    def cancel(self, work: Callable[[], Any]) -> float:
        """Run `work`, cancel it at the moment: seconds until it ended, which it must by Interrupted."""
        ended: list[BaseException | None] = []

        def job() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - handed to the test
                ended.append(error)
            else:
                ended.append(None)

        thread = threading.Thread(target=job, daemon=True)
        thread.start()
        assert self.moment.wait(STUCK), "the moment never came"
        before = time.monotonic()
        self.control.cancel()
        thread.join(STUCK)
        seconds = time.monotonic() - before
        assert not thread.is_alive(), "the job never ended"
        assert isinstance(ended[0], Interrupted), ended[0]
        print(f"felt after {seconds * 1000:.0f} ms")
        assert seconds < LIMIT
        return seconds


@pytest.fixture
def source(store: ServerStore, new_name: NewName) -> str:
    name = new_name()
    fill(store.writer(name), [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    return name


@pytest.fixture
def archive(store: ServerStore, source: str, tmp_path: Path) -> Path:
    backup(store.reader(source), tmp_path / "a.json")
    return tmp_path / "a.json"


@contextmanager
def stuck(
    url: str, watch: Watch, fault: Fault = Fault.SLOW_DRIP, *, path: str, method: str = ""
) -> Iterator[ServerStore]:
    """A server whose answers to `path` take a minute."""
    rule = Rule(fault, method=method or None, path=lambda asked: asked.endswith(path) and watch.on_path(asked))
    with FaultProxy(url, Schedule([rule]), retry_after=60, drip_seconds=STUCK) as proxy:
        store = ServerStore(proxy.url, control=watch.control)
        try:
            yield store
        finally:
            store.close()


def test_a_throttled_backup(store: ServerStore, source: str, tmp_path: Path) -> None:
    watch = Watch(JobControl(delay_ms_per_point=200))
    emit = watch.at(lambda event: isinstance(event, Progress) and event.phase == "points")
    own = ServerStore(store.url, control=watch.control)
    reader, options = own.reader(source), BackupOptions("a/b")
    watch.cancel(lambda: back_up(reader, tmp_path / "a.json", options, watch.control, emit))
    own.close()
    assert not (tmp_path / "a.json").exists()


def test_a_paused_backup(store: ServerStore, source: str, tmp_path: Path) -> None:
    watch = Watch()

    def hold(event: Event) -> None:
        watch.control.pause()
        watch.moment.set()

    own = ServerStore(store.url, control=watch.control)
    reader = own.reader(source)
    watch.cancel(lambda: back_up(reader, tmp_path / "a.json", BackupOptions("a/b"), watch.control, hold))
    own.close()


@pytest.mark.parametrize("path", ["/points/scroll", "/points/count", "/telemetry"])
def test_a_backup_whose_answers_do_not_come(store: ServerStore, source: str, tmp_path: Path, path: str) -> None:
    watch = Watch()
    with stuck(store.url, watch, path=path) as slow:
        reader = slow.reader(source)
        watch.cancel(lambda: back_up(reader, tmp_path / "a.json", BackupOptions("a/b"), watch.control, ignore))
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize("path", ["/points", ""])
def test_a_restore_whose_answers_do_not_come(store: ServerStore, archive: Path, new_name: NewName, path: str) -> None:
    """While rows are sent, and while the collection is created."""
    watch, name = Watch(), new_name()
    with ArchiveReader(archive) as opened, stuck(store.url, watch, path=path or name, method="PUT") as slow:
        options = RestoreOptions("a/r")
        watch.cancel(lambda: restore(opened, slow.writer(name), options, watch.control, ignore))


def test_a_comparison_whose_answers_do_not_come(store: ServerStore, source: str, archive: Path) -> None:
    watch = Watch()
    with ArchiveReader(archive) as opened, stuck(store.url, watch, path="/points/scroll") as slow:
        right = slow.reader(source)
        watch.cancel(lambda: compare(ArchiveSide(opened), right, CompareOptions(), watch.control, ignore))


def test_a_wait_between_two_tries(store: ServerStore, source: str) -> None:
    watch = Watch()
    with stuck(store.url, watch, Fault.STATUS_429, path="/points/count") as slow:
        watch.moment.clear()
        slow.emit = watch.at(lambda event: isinstance(event, Retrying))
        reader = slow.reader(source)
        watch.cancel(reader.count)


@pytest.mark.parametrize("what", ["query", "sample_ids", "collections"])
def test_typed_requests_whose_answers_do_not_come(store: ServerStore, source: str, what: str) -> None:
    watch = Watch()
    with stuck(store.url, watch, path="/collections" if what == "collections" else "/points/query") as slow:
        reader = slow.reader(source)
        asks = {
            "query": lambda: reader.query(Query(point=1)),
            "sample_ids": lambda: reader.sample_ids(3, ""),
            "collections": slow.collections,
        }
        watch.cancel(asks[what])


@contextmanager
def silent_server(watch: Watch, *, answers: bool = True) -> Iterator[int]:
    """A port that takes connections, or is too busy for that, and never says a word; yields it."""
    held: list[socket.socket] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]

        def take() -> None:
            # Ends when the listener does, whether somebody connected or not.
            with suppress(OSError):
                taken, _ = listener.accept()
                with taken:
                    taken.recv(1)
            watch.moment.set()

        taker = threading.Thread(target=take)
        if answers:
            taker.start()
        else:
            held.extend(_fill_backlog(port))
        yield port
        listener.shutdown(socket.SHUT_RDWR)
        if answers:
            taker.join(STUCK)
        for one in held:
            one.close()


def _fill_backlog(port: int) -> Iterator[socket.socket]:
    """Connect until nobody is let in any more."""
    for _ in range(4):
        waiting = socket.socket()
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.1", port))
        yield waiting


class Counting(JobControl):
    """Tells when it was asked so often whether to go on."""

    def __init__(self, moment: threading.Event, often: int) -> None:
        super().__init__()
        self._moment, self._left = moment, often

    def checkpoint(self) -> None:
        super().checkpoint()
        self._left -= 1
        if self._left <= 0:
            self._moment.set()


def test_a_connection_that_is_never_taken() -> None:
    watch = Watch()
    watch.control = Counting(watch.moment, 3)
    with silent_server(watch, answers=False) as port:
        store = ServerStore(f"http://127.0.0.1:{port}", control=watch.control)
        watch.cancel(store.version)
        store.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_on_which_nothing_is_said(scheme: str) -> None:
    """With TLS this is a handshake that is never answered."""
    watch = Watch()
    with silent_server(watch) as port:
        store = ServerStore(f"{scheme}://127.0.0.1:{port}", control=watch.control)
        watch.cancel(store.version)
        store.close()


def test_a_cancellation_in_the_moment_of_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last look whether to go on, and before the connection is known to be cut."""
    watch, real = Watch(), connecting.connect

    def connect(*arguments: Any) -> socket.socket:
        connected = real(*arguments)
        watch.control.cancel()
        watch.moment.set()
        return connected

    monkeypatch.setattr(wire, "connect", connect)
    with silent_server(Watch()) as port:
        store = ServerStore(f"http://127.0.0.1:{port}", control=watch.control)
        watch.cancel(store.version)
        store.close()


def test_a_host_name_that_nobody_resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    watch, never = Watch(), threading.Event()
    real = socket.getaddrinfo

    def resolve(host: str, *arguments: Any, **named: Any) -> Any:
        if host != "qdrant.test":
            return real(host, *arguments, **named)
        if named.get("flags"):
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        watch.moment.set()
        never.wait(STUCK)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    store = ServerStore("http://qdrant.test:6333", control=watch.control)
    watch.cancel(store.version)
    never.set()
    store.close()
