"""One record: what is against it, where it lies, what was kept beside it, and its Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from qdrill.console.engine import Engine
from qdrill.console.i18n import LANGUAGES, Language, Say
from qdrill.console.panels.records_entries import local
from qdrill.console.panels.records_page import RecordPage
from qdrill.console.text import fit_parts, lines, plain, shown
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.state import GLYPHS
from qdrill.errors import QdrillError
from qdrill.records.model import DrillRecord

MOST_PATHS = 30
"""Paths of one kind that are listed above the Markdown, which lists all of them."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that was read to be shown.

    Attributes:
        record: None where it is damaged.
        problems: what is against it, a line each.
        failed: why nobody could look whether it is what its drill wrote; empty where somebody did.
        unproven: the drill after it names another record before itself.
        markdown: in `language`; empty where it is damaged.
    """

    directory: Path
    language: Language
    record: DrillRecord | None = None
    problems: tuple[str, ...] = ()
    failed: str = ""
    unproven: bool = False
    markdown: str = ""


def read_record(engine: Engine, directory: Path, language: Language, unproven: bool) -> Opened:
    """Read a record to be shown; a damaged one comes with its problem. Blocks."""
    try:
        record = engine.record(directory)
    except QdrillError as error:
        return Opened(directory, language, problems=(str(error),))
    problems: tuple[str, ...] = ()
    failed = ""
    try:
        problems = engine.check_record(directory)
    except QdrillError as error:
        failed = str(error)
    return Opened(directory, language, record, problems, failed, unproven, engine.record_markdown(directory, language))


def against_lines(say: Say, opened: Opened) -> list[str]:
    """Why the record cannot be believed; nothing where all is well."""
    key = "damaged" if opened.record is None else "edited"
    found = [f"{GLYPHS['fail']} {say(f'records.word.{key}')}: {problem}" for problem in opened.problems]
    if opened.failed:
        found.append(f"{GLYPHS['inconclusive']} {say('records.trust.failed', problem=opened.failed)}")
    if opened.unproven:
        found.append(f"{GLYPHS['inconclusive']} {say('records.trust.unproven')}")
    return found


def place_lines(say: Say, opened: Opened, width: int) -> list[str]:
    """Where the record and its evidence lie."""
    record = opened.record
    found = [say("records.view.folder", path=shown(str(opened.directory.absolute())))]
    if record is None:
        return found
    kept = [one.path for one in record.kept]
    pictures = [*record.screenshots, *([record.metrics.screenshot] if record.metrics.screenshot else [])]
    found += _paths(say, "screenshots", pictures, width)
    found += _paths(say, "kept", kept, width)
    if record.metrics.grafana:
        found.append(say("records.view.grafana", link=shown(record.metrics.grafana)))
    if record.amended:
        when = local(record.amended[-1].at)
        at = when.isoformat(" ", "seconds")[:16] if when is not None else ""
        found.append(say("records.view.amended", n=len(record.amended), at=at))
    return [shown(line, max(1, width)) for line in found]


def _paths(say: Say, kind: str, paths: list[str], width: int) -> list[str]:
    if not paths:
        return []
    head = say(f"records.view.{kind}", n=len(paths))
    return [fit_parts([f"{head} {paths[0]}", *paths[1:MOST_PATHS]], width, gap=2)]


class RecordView(Vertical, Localised):
    """A record over the whole of the screen. `m` changes its language alone."""

    DEFAULT_CSS = """
    RecordView { height: 1fr; }
    RecordView #view-against { display: none; height: auto; max-height: 4; color: $state-fail; text-style: bold; }
    RecordView.-against #view-against { display: block; }
    RecordView #view-places { height: auto; max-height: 5; color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self.opened: Opened | None = None

    def compose(self) -> ComposeResult:
        """Against, places, Markdown."""
        yield Static(id="view-against", markup=False)
        yield Static(id="view-places", markup=False)
        yield RecordPage(id="view-page")

    def show(self, opened: Opened) -> None:
        """Show a record; another one begins at its top."""
        before, self.opened = self.opened, opened
        other = before is None or before.directory != opened.directory
        self.query_one(RecordPage).show(opened.markdown, home=other)
        self.relabel()

    def close(self) -> None:
        """Forget the record."""
        self.opened = None

    def relabel(self) -> None:
        """Words in the app's language."""
        opened, width = self.opened, max(20, self.content_size.width)
        if opened is None:
            return
        title = self.say("records.view.title", id=opened.directory.name, tongue=LANGUAGES[opened.language])
        self.border_title = plain(title, max(20, self.size.width - 6))
        against = against_lines(self.say, opened)
        self.set_class(bool(against), "-against")
        self.query_one("#view-against", Static).update(lines("\n".join(against)))
        self.query_one("#view-places", Static).update(lines("\n".join(place_lines(self.say, opened, width))))

    def on_resize(self) -> None:
        """As much of the paths as there is room for."""
        self.relabel()
