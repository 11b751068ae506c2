"""The form to sign a record with. It stays open, with all that was typed, until the record is saved."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Static, TextArea

from qdrill.console.modals.dialogue import TEXT, TITLE, Dialogue
from qdrill.console.text import plain, shown
from qdrill.console.widgets.line import Line
from qdrill.console.widgets.say import Say
from qdrill.errors import QdrillError
from qdrill.records.amend import Amendment
from qdrill.records.model import DrillRecord

LINES = ("operator", "reviewer", "ticket", "grafana", "screenshot")
FIELDS = ("operator", "reviewer", "ticket", "notes", "grafana", "screenshot")


@dataclass(frozen=True, slots=True)
class Signed:
    """How the form was left: the record that was saved; or, with None, what had been typed until then."""

    record: DrillRecord | None
    typed: Mapping[str, str]


def texts_of(record: DrillRecord) -> dict[str, str]:
    """What a record has in the fields of the form; a field shows what it holds raw, so what hides is an escape here."""
    who, metrics = record.who, record.metrics
    found = {
        "operator": who.operator,
        "reviewer": who.reviewer,
        "ticket": who.ticket,
        "grafana": metrics.grafana or "",
        "screenshot": metrics.screenshot or "",
    }
    notes = "\n".join(shown(line) for line in who.notes.split("\n"))
    return {**{name: shown(text) for name, text in found.items()}, "notes": notes}


def amendment_of(texts: Mapping[str, str], record: DrillRecord) -> Amendment:
    """The fields that are others than in the record; those left alone stay as they are."""
    before = texts_of(record)
    return Amendment(**{name: text for name, text in texts.items() if text != before[name]})


class SignForm(Dialogue[Signed]):
    """Fills in a record's fields and saves it.

    Args:
        typed: what had been typed when the form of this record was left before; None begins with the record.
    """

    CSS_PATH = "../modals/dialogue.tcss"
    CSS = """
    SignForm > .dialogue { width: 96; }
    SignForm #fields { height: auto; max-height: 22; }
    SignForm .field { height: auto; }
    SignForm .field > Say { width: 20; height: 1; color: $text-muted; }
    SignForm .field Input { width: 1fr; height: 1; margin: 0; border: none; padding: 0 1; }
    SignForm .field TextArea { width: 1fr; height: 5; border: none; padding: 0 1; }
    SignForm #sign-problem { height: auto; max-height: 4; }
    SignForm .buttons { margin-top: 0; }
    """
    AUTO_FOCUS = "#sign-operator"

    def __init__(self, directory: Path, record: DrillRecord, typed: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._directory, self._record = directory, record
        self._texts = dict(typed) if typed is not None else texts_of(record)
        self._saving = False

    def compose(self) -> ComposeResult:
        """What was amended before; a line for each field; the two answers."""
        with Vertical(classes="dialogue"):
            yield Label("", id="sign-title", classes="title")
            yield Static(id="sign-amended", classes="muted", markup=False)
            with VerticalScroll(id="fields", can_focus=False):
                for name in FIELDS:
                    with Horizontal(classes="field"):
                        yield Say(f"records.field.{name}")
                        yield self._field(name)
            yield Static(id="sign-problem", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("", id="cancel")
                yield Button("", id="save", variant="primary")

    def _field(self, name: str) -> Input | TextArea:
        text = self._texts[name]
        if name == "notes":
            area = TextArea(text, id=f"sign-{name}", soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
            area.cursor_location = area.document.end
            return area
        return Line.filled(text, id=f"sign-{name}")

    def on_mount(self) -> None:
        """The words."""
        self.relabel()

    def relabel(self) -> None:
        """Words in the app's language; what was typed stays."""
        title = self.say("records.form.title", id=self._directory.name)
        self.query_one("#sign-title", Label).update(plain(title, TITLE))
        times = len(self._record.amended)
        key = "records.form.amended" if times else "records.form.never"
        self.query_one("#sign-amended", Static).update(plain(self.say(key, n=times), TEXT))
        for name in ("grafana", "screenshot"):
            self.query_one(f"#sign-{name}", Input).placeholder = self.say(f"records.hint.{name}")
        self.query_one("#cancel", Button).label = self.say("dialogue.cancel")
        self.query_one("#save", Button).label = self.say("records.form.save")

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields."""
        found = {name: self.query_one(f"#sign-{name}", Input).value for name in LINES}
        return {**found, "notes": self.query_one("#sign-notes", TextArea).text}

    @on(Input.Submitted)
    @on(Button.Pressed, "#save")
    def action_save(self) -> None:
        """Save; once, however often it is pressed."""
        if not self._saving:
            self._saving = True
            self._tell(self.say("records.form.saving"), wrong=False)
            self.run_worker(self._save(), name="sign", group="sign", exit_on_error=False)

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """Leave; what was typed is there when the form of this record is opened again."""
        if not self._saving:
            self.dismiss(Signed(None, self.typed))

    async def _save(self) -> None:
        app, typed = self.console_app, self.typed
        change = amendment_of(typed, self._record)
        try:
            record = await asyncio.to_thread(app.engine.amend, self._directory, change)
        except QdrillError as error:
            self._tell(self.sentence(str(error)), wrong=True)
        except Exception as error:  # noqa: BLE001 - a defect must not take what was typed with it
            app.tell_defect(error)
            self._tell("", wrong=True)
        else:
            self.dismiss(Signed(record, typed))
        finally:
            self._saving = False

    def _tell(self, text: str, *, wrong: bool) -> None:
        label = self.query_one("#sign-problem", Static)
        label.set_class(wrong, "error")
        label.update(plain(f"✗ {shown(text)}" if wrong and text else text, TEXT))
