"""What is done with the record at hand: sign it, copy it, open its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from qdrill.console.i18n import Language
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.panels.records_entries import Entry
from qdrill.console.panels.records_folder import open_folder
from qdrill.console.panels.records_form import Signed, SignForm, texts_of
from qdrill.console.panels.records_view import RecordView
from qdrill.console.screens.records_desk import Desk
from qdrill.names import terminal_text
from qdrill.records.model import DrillRecord


class Deeds(Desk):
    """A screen with a record at hand."""

    def __init__(self) -> None:
        super().__init__()
        self._drafts: dict[Path, Mapping[str, str]] = {}

    @property
    def selected(self) -> Entry | None:
        """The drill at hand."""
        return None

    @property
    def view(self) -> RecordView:
        """The record that is open."""
        return self.query_one(RecordView)

    def do_reload(self) -> None:
        """Read again."""

    def do_folder(self) -> None:
        """Open the drill's folder; without a desktop its path is shown and copied."""
        entry, app = self.selected, self.console_app
        if entry is None:
            return
        directory = entry.row.directory

        def done(opened: bool) -> None:
            path = terminal_text(str(directory.absolute()), 200)
            app.tell(self.say("records.folder.opened" if opened else "records.folder.no_desktop", path=path))
            if not opened:
                app.copy_text(str(directory.absolute()))

        # In a browser the desktop is not the one of the person who looks.
        environ = {} if app.is_web else app.environ
        self.ask(lambda: open_folder(directory, environ), done, group="records-folder")

    def copied(self) -> str | None:
        """The Markdown of the record that is open, else the path of the one under the cursor."""
        opened, entry = self.view.opened, self.selected
        if opened is not None and opened.markdown:
            return opened.markdown
        return str(entry.row.directory.absolute()) if entry is not None else None

    def do_copy(self) -> None:
        """Choose what to copy of the record at hand."""
        entry, app, opened = self.selected, self.console_app, self.view.opened
        if entry is None:
            return
        works = self._copies(entry.row.directory, app.language if opened is None else opened.language)

        def chosen(key: str | None) -> None:
            if key is not None:
                self.ask(works[key], app.copy_text, group="records-copy")

        def choice() -> Choose:
            return Choose(self.say("records.copy_title"), [(key, self.say(f"records.copy.{key}")) for key in works])

        open_dialogue(app, choice, chosen)

    def _copies(self, directory: Path, language: Language) -> Mapping[str, Callable[[], str]]:
        engine = self.engine
        return {
            "path": lambda: str(directory.absolute()),
            "markdown": lambda: engine.record_markdown(directory, language),
            "toml": lambda: engine.record_file(directory),
        }

    def do_sign(self) -> None:
        """Open the form with what the record says, or with what was typed and not saved."""
        entry, engine = self.selected, self.engine
        if entry is not None:
            directory = entry.row.directory
            self.ask(lambda: engine.record(directory), lambda found: self._sign(directory, found), group="records-sign")

    def _sign(self, directory: Path, record: DrillRecord) -> None:
        form = SignForm(directory, record, self._drafts.get(directory))
        self.app.push_screen(form, lambda signed: self._signed(directory, record, signed))

    def _signed(self, directory: Path, before: DrillRecord, signed: Signed | None) -> None:
        self._drafts.pop(directory, None)
        if signed is None:
            return
        if signed.record is None:
            if signed.typed != texts_of(before):
                self._drafts[directory] = signed.typed
            return
        key = "saved" if signed.record.amended != before.amended else "nothing_new"
        self.console_app.tell(self.say(f"records.form.{key}", n=len(signed.record.amended)))
        self.do_reload()
