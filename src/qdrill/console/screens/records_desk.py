"""How the Records screen reads: rows as they come, then a look at each record, what is in sight first."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from qdrill.console.engine import Engine
from qdrill.console.panels.records_entries import Entry
from qdrill.console.panels.records_shelf import Looked, Shelf
from qdrill.console.screens.base import ConsoleScreen
from qdrill.errors import QdrillError
from qdrill.records.history import RecordRow

SLICE_SECONDS = 0.05
"""How long a thread reads before the table shows what it found."""
SHOW_SECONDS = 0.3
"""How often a table of a thousand drills is put in order while it fills."""
LOOKS = 8
"""Records that are looked at before the table shows what was found: some 40 ms."""


def read_some(rows: Iterator[RecordRow], seconds: float = SLICE_SECONDS) -> tuple[list[RecordRow], bool]:
    """Rows, as many as can be read in that time, at least one; and whether there may be more."""
    found: list[RecordRow] = []
    until = time.monotonic() + seconds
    for row in rows:
        found.append(row)
        if time.monotonic() > until:
            return found, True
    return found, False


def look_at(engine: Engine, rows: Iterable[RecordRow]) -> list[Looked]:
    """Look whether records are what their drills wrote. Never raises: what cannot be looked at says why."""
    return [_look(engine, row) for row in rows]


def _look(engine: Engine, row: RecordRow) -> Looked:
    try:
        return Looked(row, engine.check_record(row.directory))
    except QdrillError as error:
        return Looked(row, failed=str(error))


class Desk(ConsoleScreen):
    """A screen whose `shelf` fills by itself; subclasses say what is in sight, and show what came."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf()
        self.failure = ""
        self.looking = self._stale = False
        self._shown_at = 0.0

    @property
    def first(self) -> Sequence[Entry]:
        """The drills to look at before others."""
        return ()

    def show_shelf(self) -> None:
        """Show what is on the shelf."""

    def came(self) -> None:
        """The shelf has changed: show it, while it fills not more than a few times a second."""
        now = time.monotonic()
        busy = self.looking or not (self.shelf.complete or self.failure)
        self._stale = busy and now - self._shown_at < SHOW_SECONDS
        if not self._stale:
            self._shown_at = now
            self.show_shelf()

    def tick(self) -> None:
        """Show what was not shown yet."""
        if self._stale:
            self.came()

    def reload(self, *, again: bool = True) -> None:
        """Read the records; one whose file is the same is not read again, and looked at only if asked for `again`."""
        self.shelf.begin(again=again)
        self.failure = ""
        self._read(self.engine.each_record())

    def _read(self, rows: Iterator[RecordRow]) -> None:
        def done(answer: tuple[list[RecordRow], bool]) -> None:
            found, more = answer
            self.shelf.take(found)
            if more:
                self._read(rows)
            else:
                self.shelf.end()
                self._look()
            self.came()

        self.ask(lambda: read_some(rows), done, group="records-read", failed=self._failed)

    def _failed(self, error: QdrillError) -> None:
        self.failure = str(error)
        self.came()

    def _look(self) -> None:
        """Go on looking, unless that is under way; at the end, at how the records follow on each other."""
        if not self.looking:
            self.looking = True
            self._look_on()

    def _look_on(self) -> None:
        rows, engine = self.shelf.next_to_look(self.first, LOOKS), self.engine
        if not rows and self.shelf.linked:
            self.looking = False
            return
        if not rows:
            # What comes while the chain is read is asked about again.
            self.shelf.linked = True
            self.ask(engine.broken_links, self._linked, group="records-look", failed=self._unlinked)
            return

        def done(looks: list[Looked]) -> None:
            self.shelf.looked(looks)
            self._look_on()
            self.came()

        self.ask(lambda: look_at(engine, rows), done, group="records-look")

    def _linked(self, broken: tuple[str, ...]) -> None:
        self.looking = False
        self.shelf.chain(broken)
        self._look()
        self.came()

    def _unlinked(self, error: QdrillError) -> None:
        self.looking = False
        self._failed(error)
