"""Every collection of some stores, a line each, as they come."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qdrill.config_model import StoreConfig
from qdrill.drill.lanes import run_lanes
from qdrill.errors import Interrupted, QdrillError, StoreError

if TYPE_CHECKING:
    from qdrill.session import Session
    from qdrill.stores.base import CollectionReader, Store

# A store that does not answer holds one of them until its time is out; the others go on.
_STORES_AT_ONCE = 8
_LANES = 4


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """A collection in a line; what is not known is None.

    Attributes:
        store: label of the store.
        address: text that names the collection (or the store, where there is none) to every command.
        collection: None for a store that cannot be listed; `error` says why.
        points: counted exactly; None also where strict mode forbids that.
        vectors: names, sizes and distances in words.
        indexed: vectors that are in an index. segments: how many the store keeps.
        error: why it could not be read, one line: it may have vanished since it was listed.
    """

    store: str
    address: str
    collection: str | None
    points: int | None = None
    status: str | None = None
    vectors: str | None = None
    indexed: int | None = None
    segments: int | None = None
    aliases: tuple[str, ...] = ()
    error: str | None = None


def overview(session: Session, stores: Sequence[StoreConfig]) -> Iterator[CollectionSummary]:
    """The collections of `stores`, each as soon as it is known, in no particular order.

    A store that is down is one line with an error, and keeps no other waiting. Leaving the iterator ends the work
    after the requests under way.

    Raises:
        Interrupted: the session was cancelled.
    """
    found: queue.SimpleQueue[CollectionSummary | _End] = queue.SimpleQueue()
    left = threading.Event()

    def look() -> None:
        failure: BaseException | None = None
        try:
            lanes = min(len(stores), _STORES_AT_ONCE)
            run_lanes(lanes, stores, lambda _, one: _store(session, one, found.put, left), session.control)
        except BaseException as error:  # noqa: BLE001 - carried to the taker's thread
            failure = error
        found.put(_End(failure))

    threading.Thread(target=look, name="qdrill-overview", daemon=True).start()
    try:
        while not isinstance(item := found.get(), _End):
            yield item
        if item.failure is not None:
            raise item.failure
    finally:
        left.set()


def address_text(store: StoreConfig, collection: str) -> str:
    """The address of a collection as a user would write it; `address.parse_address` reads it back."""
    if store.name:
        return f"{store.name}/{collection}"
    return f"{_bare(store)}/{quote(collection, safe='')}"


def number_of(info: Mapping[str, Any], key: str) -> int | None:
    """A count of a collection's info; None where the store does not tell it."""
    value = info.get(key)
    return value if isinstance(value, int) else None


class _End:
    """The last item; carries a failure, if there was one."""

    def __init__(self, failure: BaseException | None) -> None:
        self.failure = failure


def _bare(store: StoreConfig) -> str:
    return store.name or store.url or f"edge:{store.path}"


def _store(
    session: Session, config: StoreConfig, put: Callable[[CollectionSummary], None], left: threading.Event
) -> None:
    try:
        store = session.store(config)
        names, look = _names(store), _looker(store)
    except Interrupted:
        raise
    except QdrillError as error:
        put(CollectionSummary(config.label, _bare(config), None, error=str(error)))
        return
    # The embedded engine opens a directory at a time, and side by side that is no faster.
    lanes = min(_LANES, config.connections) if config.kind == "server" else 1
    asked = takewhile(lambda _: not left.is_set(), names)
    run_lanes(lanes, asked, lambda _, name: put(_summary(config, name, look)), session.control)


def _names(store: Store) -> Sequence[str]:
    """The collections of a store. A server is asked without qdrant-client, which alone takes a second to import."""
    from qdrill.stores.server import ServerStore

    if not isinstance(store, ServerStore):
        return store.collections()
    raw = store.result("GET", "/collections", what=f"listing the collections of {store.label}")
    try:
        return sorted(str(row["name"]) for row in json.loads(raw)["collections"])
    except (LookupError, TypeError) as error:
        raise StoreError(f"{store.label} gave no list of collections; is that a Qdrant server?") from error


@dataclass(frozen=True, slots=True)
class _Looker:
    """How to read one collection of a store whose collections were just listed."""

    open: Callable[[str], CollectionReader]
    aliases: Callable[[CollectionReader], tuple[str, ...]]


def _looker(store: Store) -> _Looker:
    """Opens collections by the names that were listed: resolving each by name would list everything again."""
    from qdrill.stores.server import ServerStore

    if isinstance(store, ServerStore):
        from qdrill.stores.server_reader import ServerReader

        aliases: dict[str, list[str]] = {}
        for alias, collection in store.alias_map().items():
            aliases.setdefault(collection, []).append(alias)
        return _Looker(
            lambda name: ServerReader(store, name), lambda reader: tuple(sorted(aliases.get(reader.name, ())))
        )
    return _Looker(_embedded(store), lambda reader: reader.aliases())


def _embedded(store: Store) -> Callable[[str], CollectionReader]:
    from qdrill.stores.edge import EdgeReader, EdgeStore
    from qdrill.stores.edge_catalog import catalog

    if not isinstance(store, EdgeStore):
        return store.reader
    entries = catalog(store.path)
    return lambda name: EdgeReader(entries[name]) if name in entries else store.reader(name)


def _summary(config: StoreConfig, name: str, look: _Looker) -> CollectionSummary:
    from qdrill.schema.compat import describe_vectors

    label, address = config.label, address_text(config, name)
    try:
        reader = look.open(name)
        try:
            info = reader.info().data
            return CollectionSummary(
                label,
                address,
                name,
                points=reader.count(),
                status=str(info.get("status", "unknown")),
                vectors=describe_vectors(info),
                indexed=number_of(info, "indexed_vectors_count"),
                segments=number_of(info, "segments_count"),
                aliases=look.aliases(reader),
            )
        finally:
            reader.close()
    except Interrupted:
        raise
    except QdrillError as error:
        return CollectionSummary(label, address, name, error=str(error))
