"""What a command works with: the configuration, open stores, the event stream, and the handle to stop it all."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.cli.options import Options
from qdrill.cli.progress import Sink, colour_on, open_sink
from qdrill.config import Config, StoreConfig, load_config
from qdrill.control import JobControl
from qdrill.errors import QdrillError, UsageError
from qdrill.events import Event, Notice

if TYPE_CHECKING:
    from qdrill.address import Address
    from qdrill.embedders.base import Embedder
    from qdrill.stores.base import CollectionReader, CollectionWriter, Store

_PlaceKey = tuple[str | None, Path | None, str | None, Path | None]


class AppContext:
    """One run of the command line.

    Attributes:
        options: what was asked for.
        environ: the environment variables.
        control: cancels everything under way.
        resumable: whether an interrupted command can be gone on with.
    """

    def __init__(self, options: Options, environ: Mapping[str, str] | None = None) -> None:
        self.options = options
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self.control = JobControl()
        self.resumable = False
        self._stores: dict[_PlaceKey, Store] = {}
        self._embedders: dict[str, Embedder] = {}

    @cached_property
    def sink(self) -> Sink:
        """Where events are shown; opened when first used, because options may follow the command's name."""
        return open_sink(self.options)

    @cached_property
    def config(self) -> Config:
        """The configuration; raises UsageError when it cannot be used."""
        return load_config(self.options.config, self.environ)

    @property
    def json(self) -> bool:
        """Whether stdout is to be one JSON document."""
        return self.options.json

    @property
    def colour(self) -> bool:
        """Whether text on stdout may have colours."""
        return colour_on(self.options, sys.stdout)

    def emit(self, event: Event) -> None:
        """Show an event."""
        self.sink(event)

    def note(self, text: str) -> None:
        """Tell the user something that is no result."""
        self.sink(Notice("info", text))

    def warn(self, text: str) -> None:
        """Tell the user something to look at."""
        self.sink(Notice("warning", text))

    def settle(self) -> None:
        """End the progress shown so far; call it before results are printed."""
        if "sink" in self.__dict__:
            self.sink.settle()

    def cancel(self) -> None:
        """Stop everything under way; what is durable stays."""
        self.sink.say("cancelling...")
        self.control.cancel()

    def store(self, config: StoreConfig) -> Store:
        """The open store; one for each place and key."""
        key = (config.url, config.path, config.api_key_env, config.ca_file)
        if key not in self._stores:
            from qdrill.stores.open import open_store

            self._stores[key] = open_store(config, self.environ, self.control, self.emit)
        return self._stores[key]

    def reader(self, address: Address) -> CollectionReader:
        """A reader of the collection at `address`; raises NotFound, StoreError."""
        return self.store(address.store.config).reader(address.collection)

    def target_writer(self, address: Address) -> CollectionWriter:
        """A writer of the collection at `address`, unless its store is guarded; raises UsageError then."""
        refuse_guarded(address)
        return self.store(address.store.config).writer(address.collection)

    def embedder(self, name: str) -> Embedder:
        """The open embedder `[embedders.NAME]`; raises UsageError, with the nearest name, where there is none."""
        if name not in self._embedders:
            from qdrill.config_model import instead, quoted
            from qdrill.embedders.open import open_embedder

            known = self.config.embedders
            if name not in known:
                raise UsageError(f"there is no embedder {quoted(name)}{instead(name, list(known))}")
            self._embedders[name] = open_embedder(name, known[name], self.environ, self.control)
        return self._embedders[name]

    def lanes(self, address: Address, asked: int | None) -> int:
        """Connections to use: as asked, else as the store is configured."""
        return asked or address.store.config.connections

    def artifacts_if_known(self) -> Path:
        """Where artifacts go, without reading the configuration for it."""
        config = self.__dict__.get("config")
        return config.artifacts if isinstance(config, Config) else Path("artifacts")

    def close(self) -> None:
        """Close every store and embedder; errors of closing hide nothing that matters."""
        closing = [one.close for one in self._stores.values()] + [one.close for one in self._embedders.values()]
        for close in closing:
            with suppress(QdrillError, OSError):
                close()
        self._stores.clear()
        self._embedders.clear()


def refuse_guarded(address: Address) -> None:
    """Refuse to write into a store that is marked production or read-only; raises UsageError."""
    store = address.store.config
    for mark in ("production", "read_only"):
        if getattr(store, mark):
            raise UsageError(
                f"{address} is in a store marked {mark} = true, and a restore never writes there; name a target in "
                "another store"
            )
