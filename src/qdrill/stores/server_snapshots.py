"""Qdrant's own snapshots over HTTP: made on a server, downloaded, uploaded, restored.

Each has a connection of its own, because it takes as long as the collection is large; memory stays the same.
"""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from collections.abc import Iterable, Mapping, Set
from itertools import chain
from typing import Any
from urllib.parse import quote

from qdrill.control import JobControl
from qdrill.errors import Interrupted, QdrillError, StoreError, UsageError
from qdrill.events import Emit, Event, ignore
from qdrill.names import terminal_text
from qdrill.stores.answers import in_words
from qdrill.stores.base import ServerSnapshot, SnapshotSink, Store
from qdrill.stores.long_request import asked
from qdrill.stores.request_head import collection_path
from qdrill.stores.retry import TRANSIENT_STATUSES, Transient, with_retries
from qdrill.stores.server import ServerStore

BLOCK = 1 << 20
_POLL_SECONDS = 0.05
# What a cancelled job may still spend on tidying up.
_CANCELLED_PATIENCE = 0.1
_LONGEST_ERROR = 4096
_FIELD = (
    b'--%b\r\nContent-Disposition: form-data; name="snapshot"; filename="%b"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n"
)


def snapshots_of(store: Store, collection: str) -> ServerSnapshots:
    """The snapshots of a collection of `store`; raises UsageError where that is no server."""
    if isinstance(store, ServerStore):
        return ServerSnapshots(store, collection)
    raise UsageError(f"{terminal_text(store.label)} is no server, and has no snapshots; use method rows")


class ServerSnapshots:
    """Snapshots of one collection of a server: a `SnapshotSource` and a `SnapshotTarget`."""

    def __init__(self, store: ServerStore, collection: str) -> None:
        self._store = store
        self._name = collection
        self._path = collection_path(collection, "snapshots")
        self._shown = store.show(collection)

    def shards(self) -> Mapping[str, Any]:
        """Where the shards of the collection are."""
        path = collection_path(self._name, "cluster")
        found: dict[str, Any] = json.loads(self._store.result("GET", path, what=f"reading {self._shown}"))
        return found

    def cluster(self) -> Mapping[str, Any]:
        """The server's cluster."""
        what = f"asking {self._store.label} for its cluster"
        found: dict[str, Any] = json.loads(self._store.result("GET", "/cluster", what=what))
        return found

    def make(self) -> ServerSnapshot:
        """Make a snapshot; asked for once only, because a second one would be a second file."""
        self._store.control.checkpoint()
        return _Making(self, self._store.emit).wait(self._store.control)

    def ask_to_make(self, emit: Emit, control: JobControl) -> ServerSnapshot:
        """The request that makes a snapshot, and its answer."""
        what = f"making a snapshot of {self._shown}"
        before = {str(row["name"]) for row in json.loads(self._store.result("GET", self._path, what=what))}
        try:
            with asked(self._store, "POST", f"{self._path}?wait=true", control, emit) as response:
                return _description(self._answer(response, what), before)
        except Transient as error:
            raise StoreError(
                f"{what}: {error.reason}; the server may still be making it, and then it stays there: "
                "look at its snapshots before trying again"
            ) from error

    def download(self, snapshot: ServerSnapshot, sink: SnapshotSink) -> None:
        """All bytes of a snapshot; after a lost connection it goes on where it stopped, if the server can."""
        path = f"{self._path}/{quote(snapshot.name, safe='')}"
        what = f"downloading the snapshot of {self._shown}"

        def once() -> None:
            headers = {"Range": f"bytes={sink.position}-"} if sink.position else {}
            with asked(self._store, "GET", path, self._store.control, self._store.emit, headers) as response:
                if response.status not in (200, 206):
                    self._answer(response, what)
                if not (response.getheader("content-range") or "").startswith(f"bytes {sink.position}-"):
                    sink.restart()
                _copy(response, sink)

        with_retries(once, what=what, control=self._store.control, emit=self._store.emit)

    def upload(self, blocks: Iterable[memoryview], size: int, sha256: str) -> str:
        """Send a snapshot, and return when the server has restored it; '' or why its copy of the file stays there."""
        what = f"restoring {self._shown} from a snapshot"
        boundary, name = secrets.token_hex(16), f"qdrill-{secrets.token_hex(8)}.snapshot"
        head, tail = _FIELD % (boundary.encode(), name.encode()), f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + size + len(tail)),
        }
        target = f"{self._path}/upload?priority=snapshot&wait=true&checksum={sha256}"
        body = chain([memoryview(head)], blocks, [memoryview(tail)])
        try:
            with asked(self._store, "POST", target, self._store.control, self._store.emit, headers, body) as response:
                self._answer(response, what, transient=())
        except Transient as error:
            raise StoreError(
                f"{what}: {error.reason}; it is not known what the server has restored, so {self._shown} stays "
                "unfinished: run the same command again with --resume"
            ) from error
        return self.remove(name)

    def remove(self, name: str) -> str:
        """Delete the snapshot of that name; '' or why it is still there."""
        outcome: list[str] = ["the server has not answered in time"]

        def delete() -> None:
            try:
                path = f"{self._path}/{quote(name, safe='')}"
                with asked(self._store, "DELETE", path, JobControl(), ignore) as response:
                    gone = response.status in (200, 202, 404)
                    outcome[0] = "" if gone else in_words(response.read(_LONGEST_ERROR).decode("utf-8", "replace"))
            except (Transient, QdrillError) as error:
                outcome[0] = str(error)

        thread = threading.Thread(target=delete, name="qdrill-snapshot", daemon=True)
        thread.start()
        thread.join(_CANCELLED_PATIENCE if self._store.control.cancelled else self._store.timeout)
        return outcome[0]

    def _answer(
        self, response: http.client.HTTPResponse, what: str, transient: Iterable[int] = TRANSIENT_STATUSES
    ) -> Any:
        """`result` of a JSON answer; raises Transient for a status of `transient`, NotFound and Refused for others."""
        text = response.read(_LONGEST_ERROR).decode("utf-8", "replace")
        if response.status in transient:
            raise Transient(f"the server answered {response.status}: {in_words(text)}", status=response.status)
        if response.status >= 300:
            raise self._store.refusal(response.status, in_words(text), what)
        try:
            return json.loads(text)["result"]
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise Transient(f"the answer is not Qdrant's: {in_words(text, 100)}") from error


class _Making:
    """A snapshot being made, on a thread of its own: the server cannot be told to stop.

    Given up, the thread goes on to its end and deletes what was made.
    """

    def __init__(self, snapshots: ServerSnapshots, emit: Emit) -> None:
        self._snapshots, self._tell = snapshots, emit
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._given_up = False
        self._made: ServerSnapshot | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="qdrill-snapshot", daemon=True).start()

    def wait(self, control: JobControl) -> ServerSnapshot:
        """The snapshot; raises Interrupted once cancelled."""
        while not self._ended.wait(_POLL_SECONDS):
            if control.cancelled and self._give_up():
                raise Interrupted("interrupted")
        if self._error is not None:
            raise self._error
        assert self._made is not None
        return self._made

    def _give_up(self) -> bool:
        with self._lock:
            self._given_up = not self._ended.is_set()
            return self._given_up

    def _run(self) -> None:
        try:
            self._made = self._snapshots.ask_to_make(self._emit, JobControl())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._error = error
        with self._lock:
            self._ended.set()
            given_up = self._given_up
        if given_up and self._made is not None and self._made.ours:
            self._snapshots.remove(self._made.name)

    def _emit(self, event: Event) -> None:
        if not self._given_up:
            self._tell(event)


def _copy(response: http.client.HTTPResponse, sink: SnapshotSink) -> None:
    """The body into the sink, a block at a time."""
    with memoryview(bytearray(BLOCK)) as block:
        while count := response.readinto(block):
            sink.write(block[:count])
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)


def _description(result: Any, before: Set[str]) -> ServerSnapshot:
    try:
        name, checksum = str(result["name"]), str(result.get("checksum") or "").lower()
        return ServerSnapshot(name, int(result["size"]), checksum, name not in before)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError("the server does not say what snapshot it made; look at its snapshots") from error
