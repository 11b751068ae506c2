"""All past drills in memory: what is known of each, which of them are shown, and which are to be looked at next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qdrill.console.panels.records_entries import Entry, Trust, before_broken
from qdrill.records.history import RecordRow


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a record found.

    Attributes:
        row: the row that was looked at.
        problems: a line each; none where the record is what its drill wrote.
        failed: why nobody could look; empty where somebody did.
    """

    row: RecordRow
    problems: tuple[str, ...] = ()
    failed: str = ""


class Shelf:
    """The drills by id. What was found out about a record stands until it is read anew and is another.

    Attributes:
        running: id of the drill that this console runs now.
        complete: whether all records were read.
        linked: whether nothing came since it was asked how the records follow on each other.
    """

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._seen: set[str] = set()
        self._unlooked: dict[str, None] = {}
        self._broken: frozenset[str] = frozenset()
        self._again = False
        self.linked = True
        self.running = ""
        self.complete = False

    @property
    def entries(self) -> Sequence[Entry]:
        """All of them, in no order."""
        return list(self._entries.values())

    def get(self, identifier: str) -> Entry | None:
        """The drill of that id."""
        return self._entries.get(identifier)

    def begin(self, *, again: bool) -> None:
        """A new reading begins: what is not among its rows is gone.

        Args:
            again: look at every record again; otherwise only at those that are new or others than before.
        """
        self._seen, self.complete = set(), False
        self._again = self._again or again

    def take(self, rows: Iterable[RecordRow]) -> None:
        """Rows that were read."""
        for row in rows:
            self._seen.add(row.id)
            before = self._entries.get(row.id)
            running = row.id == self.running
            new = before is None or before.row != row or before.running != running
            entry = Entry(row, running=running) if before is None or new else before
            self._entries[row.id] = entry
            self.linked = self.linked and not (new or self._again)
            if (new or self._again) and row.problem is None and not running:
                self._unlooked[row.id] = None

    def end(self) -> None:
        """All rows were read."""
        kept = {name: entry for name, entry in self._entries.items() if name in self._seen}
        self.linked = self.linked and len(kept) == len(self._entries)
        self._entries = kept
        self.complete, self._again = True, False

    def next_to_look(self, first: Iterable[Entry], limit: int) -> list[RecordRow]:
        """Rows to be looked at now: of `first` those that were not, then others; each is given out once."""
        wanted = dict.fromkeys(one.row.id for one in first if one.row.id in self._unlooked)
        found = list(wanted | self._unlooked)[:limit]
        for name in found:
            del self._unlooked[name]
        return [self._entries[name].row for name in found if name in self._entries]

    def looked(self, looks: Iterable[Looked]) -> None:
        """What looks at records found."""
        for look in looks:
            entry = self._entries.get(look.row.id)
            if entry is not None and entry.row == look.row:
                self._entries[look.row.id] = self._with(entry, look)

    def _with(self, entry: Entry, look: Looked) -> Entry:
        if look.failed:
            return replace(entry, trust="unchecked", problem=look.failed)
        if look.problems:
            more = len(look.problems) - 1
            return replace(entry, trust="edited", problem=look.problems[0] + (f" (+{more})" if more else ""))
        trust: Trust = "unproven" if entry.row.id in self._broken else "intact"
        return replace(entry, trust=trust, problem="")

    def chain(self, broken: Iterable[str]) -> None:
        """Drills whose record names one before it that is gone or was changed: the one before is not proven."""
        ids = sorted(self._entries)
        self._broken = frozenset(before_broken(ids, set(broken)))
        for name, entry in self._entries.items():
            if entry.trust in ("intact", "unproven"):
                self._entries[name] = replace(entry, trust="unproven" if name in self._broken else "intact")
