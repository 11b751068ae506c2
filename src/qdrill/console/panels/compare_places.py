"""The two places of a comparison: what is asked for, and what is wrong with a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qdrill.address import Address, ArchivePath, parse_place, same_place
from qdrill.config_model import Config
from qdrill.console.engine import Engine
from qdrill.console.i18n import Say
from qdrill.console.known_places import archive_text
from qdrill.drill.runner import DrillOutcome
from qdrill.errors import QdrillError
from qdrill.names import terminal_text
from qdrill.results import Level

LEVELS: tuple[Level, ...] = ("full", "sample", "count")
FIELDS = ("left", "right", "searches")
# The same limit as on the command line.
_MOST_SEARCHES = 10_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison as it is asked for; places are as a user writes them, and empty where none is chosen yet."""

    left: str = ""
    right: str = ""
    level: Level = "full"
    searches: int = 0

    @property
    def complete(self) -> bool:
        """Whether both places are chosen."""
        return bool(self.left and self.right)


def default_places(engine: Engine, outcome: DrillOutcome | None) -> tuple[str, str] | None:
    """The last drill's archive, or its source where that is gone, against its target.

    Args:
        outcome: of a drill of this console; without one the records tell. Reads files: call it from a thread.
    """
    if outcome is not None:
        result = outcome.result
        archive = result.backup.archive if result.backup is not None else None
        return None if result.target_removed else (_archive_or(archive, result.source.address), result.target.address)
    for row in engine.record_rows():
        if row.problem is None and row.source and row.target:
            record = engine.record(row.directory)
            archive = Path(record.backup.file) if record.backup is not None else None
            return None if record.target.removed else (_archive_or(archive, row.source), row.target)
    return None


def _archive_or(archive: Path | None, source: str) -> str:
    return archive_text(archive) if archive is not None and archive.is_file() else source


def read_places(
    texts: Mapping[str, str], base: Comparison, config: Config, say: Say
) -> tuple[Comparison | None, dict[str, str]]:
    """The comparison that the texts of `FIELDS` make of `base`, or None and a line for each field that is wrong.

    Asks no store, but may ask DNS: call it from a thread.
    """
    wrong: dict[str, str] = {}
    places: dict[str, Address | ArchivePath] = {}
    for side in ("left", "right"):
        try:
            places[side] = parse_place(texts[side].strip(), config)
        except QdrillError as error:
            wrong[side] = str(error) if texts[side].strip() else say("compare.wrong.place")
    if len(places) == 2 and _same(places["left"], places["right"]):
        wrong["right"] = say("compare.wrong.same")
    number = _whole(texts["searches"].strip())
    if number is None:
        wrong["searches"] = say("compare.wrong.searches", most=f"{_MOST_SEARCHES:,}")
    elif number and any(isinstance(place, ArchivePath) for place in places.values()):
        wrong["searches"] = say("compare.wrong.archive_searches")
    if wrong or number is None:
        return None, wrong
    return Comparison(texts["left"].strip(), texts["right"].strip(), base.level, number), {}


def _whole(text: str) -> int | None:
    """A number of searches; None for what is none. An empty text is 0."""
    if not text:
        return 0
    good = text.isascii() and text.isdigit() and int(text[:9]) <= _MOST_SEARCHES
    return int(text[:9]) if good else None


def _same(left: Address | ArchivePath, right: Address | ArchivePath) -> bool:
    """Whether both are one place as far as names tell; the engine looks closer."""
    if isinstance(left, Address) and isinstance(right, Address):
        return same_place(left, right)
    if isinstance(left, ArchivePath) and isinstance(right, ArchivePath):
        try:
            return left.path.samefile(right.path)
        except OSError:
            return left.path == right.path
    return False


def side_of(error: str, asked: Comparison, config: Config) -> str:
    """`left` or `right`, where an error speaks of one of the two alone; else empty. May ask DNS."""
    found = []
    for side, text in (("left", asked.left), ("right", asked.right)):
        try:
            names = _names(parse_place(text, config))
        except QdrillError:
            continue
        if any(_speaks_of(error, name) for name in names):
            found.append(side)
    return found[0] if len(found) == 1 else ""


def _names(place: Address | ArchivePath) -> tuple[str, ...]:
    """What errors call a place."""
    if isinstance(place, ArchivePath):
        return (str(place),)
    collection = terminal_text(place.collection)
    named = (str(place), f"{place.store.label}/{collection}")
    folder = place.store.config.path
    return named if folder is None else (*named, f"'{collection}' in {terminal_text(str(folder))}")


def _speaks_of(error: str, name: str) -> bool:
    """Whether `name` stands in an error, and not as the beginning or end of a longer one."""
    return re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w/-]|\.\w)", error) is not None
