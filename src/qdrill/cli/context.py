"""What a command works with: its options, its session of the engine, and where events are shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.cli.options import Options
from qdrill.cli.sinks import Sink, colour_on, open_sink
from qdrill.config import Config, StoreConfig, load_config
from qdrill.control import JobControl
from qdrill.events import Event, Notice
from qdrill.language import Lang, language
from qdrill.session import Session

if TYPE_CHECKING:
    from qdrill.address import Address
    from qdrill.embedders.base import Embedder
    from qdrill.stores.base import CollectionReader, CollectionWriter, Store


class AppContext:
    """One run of the command line.

    Attributes:
        options: what was asked for.
        environ: the environment variables.
        control: cancels everything under way.
        resumable: whether an interrupted command can be gone on with.
        archive_option: the option that names the archive which the command writes; empty where there is none.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.environ: Mapping[str, str] = os.environ
        self.control = JobControl()
        self.resumable = False
        self.archive_option = ""

    @cached_property
    def sink(self) -> Sink:
        """Where events are shown; opened when first used, because options may follow the command's name."""
        return open_sink(self.options)

    @cached_property
    def config(self) -> Config:
        """The configuration; raises UsageError when it cannot be used."""
        return load_config(self.options.config, self.environ)

    @cached_property
    def session(self) -> Session:
        """The engine's session of this command; raises UsageError as `config` does."""
        return self.session_with(self.config)

    def session_with(self, config: Config) -> Session:
        """A session with another configuration, under the same control; whoever asks for it closes it."""
        return Session(config, self.environ, self.control, self.emit)

    @property
    def json(self) -> bool:
        """Whether stdout is to be one JSON document."""
        return self.options.json

    @property
    def colour(self) -> bool:
        """Whether text on stdout may have colours."""
        return colour_on(self.options, sys.stdout)

    @property
    def lang(self) -> Lang:
        """The language of what people read on stdout."""
        return language(self.environ)

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

    def cancel_on_signals(self) -> None:
        """Let Ctrl-C cancel the work from now on, and end the process when it comes a second time."""
        from qdrill.cli.signals import on_interrupt

        on_interrupt(self.cancel)

    def cancel(self) -> None:
        """Stop everything under way; what is durable stays."""
        self.sink.say("cancelling...")
        self.control.cancel()

    def store(self, config: StoreConfig) -> Store:
        """As `Session.store`."""
        return self.session.store(config)

    def reader(self, address: Address) -> CollectionReader:
        """As `Session.reader`."""
        return self.session.reader(address)

    def target_writer(self, address: Address) -> CollectionWriter:
        """As `Session.target_writer`."""
        return self.session.target_writer(address)

    def embedder(self, name: str) -> Embedder:
        """As `Session.embedder`."""
        return self.session.embedder(name)

    def lanes(self, address: Address, asked: int | None) -> int:
        """As `Session.lanes`."""
        return self.session.lanes(address, asked)

    def artifacts_if_known(self) -> Path:
        """Where artifacts go, without reading the configuration for it."""
        config = self.__dict__.get("config")
        return config.artifacts if isinstance(config, Config) else Path("artifacts")

    def close(self) -> None:
        """Close every store and embedder of the session."""
        if "session" in self.__dict__:
            self.session.close()
