"""The dialogue in which a drill is put together. Every field's error stands at the field."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Select, Static

from qdrill.config_model import DrillConfig
from qdrill.console.modals.dialogue import Dialogue
from qdrill.console.panels.drill_fields import (
    AFTERS,
    LEVELS,
    default_target,
    known_addresses,
    others,
    read_fields,
    texts_of,
)
from qdrill.console.text import plain
from qdrill.console.widgets.line import Line
from qdrill.console.widgets.say import Say

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp

ADDRESSES = ("source", "target")
INPUTS = (
    *("source", "target", "throttle", "rto", "rpo", "overlap"),
    *("search_text", "search_random", "top_k", "vector"),
    *("name", "operator", "ticket"),
)


class DrillForm(Dialogue[DrillConfig]):
    """Returns the drill put together; it starts nothing."""

    CSS_PATH = "../modals/dialogue.tcss"
    CSS = """
    DrillForm > .dialogue { width: 96; height: auto; max-height: 96%; }
    DrillForm #fields { height: auto; max-height: 28; }
    DrillForm .field { height: auto; }
    DrillForm .field > Say { width: 22; height: 1; color: $text-muted; }
    DrillForm .field > .fixed { width: 1fr; }
    DrillForm .field Input { width: 1fr; height: 1; margin: 0; border: none; padding: 0 1; }
    DrillForm .field Select { width: 1fr; height: auto; }
    DrillForm .problem { display: none; height: auto; margin-left: 22; color: $text-error; }
    DrillForm .-wrong .problem { display: block; }
    DrillForm .line { height: auto; }
    """
    AUTO_FOCUS = "#field-source"

    def __init__(self, drill: DrillConfig) -> None:
        super().__init__()
        self._drill = drill
        self._texts = texts_of(drill)

    def compose(self) -> ComposeResult:
        """A line for each field; the choices; the two answers."""
        config = self._app.engine.config
        with Vertical(classes="dialogue"):
            yield Say("drill.form.title", classes="title")
            with VerticalScroll(id="fields", can_focus=False):
                for name in INPUTS[:2]:
                    yield from self._input(name)
                yield from self._line("method", Say("drill.method_rows_only", classes="fixed"))
                for name in INPUTS[2:]:
                    yield from self._input(name)
                embedders: list[tuple[object, str]] = [(plain(name), name) for name in config.embedders]
                yield from self._choice("embedder", embedders, allow_blank=True)
                yield from self._choice("level", [(self.say(f"drill.level.{one}"), one) for one in LEVELS])
                yield from self._choice("after", [(self.say(f"drill.after.{one}"), one) for one in AFTERS])
                if more := others(self._drill):
                    yield Say("drill.form.others", classes="muted", n=more)
            with Horizontal(classes="buttons"):
                yield Button(self.say("dialogue.cancel"), id="cancel")
                yield Button(self.say("drill.form.use"), id="use", variant="primary")

    def on_mount(self) -> None:
        """Where the restore goes unless it is said."""
        self._hint_target()

    @property
    def _app(self) -> QdrillApp:
        return cast("QdrillApp", self.app)

    def _line(self, name: str, widget: Input | Select[str] | Say) -> ComposeResult:
        with Vertical(classes="field", id=f"row-{name}"):
            with Horizontal(classes="field line"):
                yield Say(f"drill.field.{name}")
                yield widget
            yield Static(classes="problem", markup=False)

    def _input(self, name: str) -> ComposeResult:
        suggester = SuggestFromList(known_addresses(self._app.engine.config)) if name in ADDRESSES else None
        yield from self._line(name, Line.filled(self._texts[name], id=f"field-{name}", suggester=suggester))

    def _choice(self, name: str, options: list[tuple[object, str]], *, allow_blank: bool = False) -> ComposeResult:
        chosen = self._texts[name]
        known = [value for _, value in options]
        if allow_blank:
            select: Select[str] = Select(options, allow_blank=True, id=f"field-{name}", compact=True, prompt="–")  # type: ignore[arg-type]
            if chosen in known:
                select.value = chosen
        else:
            select = Select(options, value=chosen, allow_blank=False, id=f"field-{name}", compact=True)  # type: ignore[arg-type]
        yield from self._line(name, select)

    @on(Input.Changed, "#field-source")
    def _hint_target(self) -> None:
        source = self.query_one("#field-source", Line).text
        self.query_one("#field-target", Input).placeholder = default_target(source, self._app.engine.config)

    @on(Input.Submitted)
    @on(Button.Pressed, "#use")
    def _read(self) -> None:
        self.run_worker(self._check(), name="form", group="form", exclusive=True, exit_on_error=False)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.action_leave()

    async def _check(self) -> None:
        texts, config = self._read_texts(), self._app.engine.config
        drill, wrong = await asyncio.to_thread(read_fields, texts, self._drill, config, self.say)
        for name in INPUTS:
            row = self.query_one(f"#row-{name}")
            row.set_class(name in wrong, "-wrong")
            row.query_one(".problem", Static).update(plain(f"✗ {wrong.get(name, '')}"))
        if wrong:
            self.query_one(f"#field-{next(iter(wrong))}").focus()
        elif drill is not None and self.is_current:
            self.dismiss(drill)

    def _read_texts(self) -> dict[str, str]:
        texts = {name: self.query_one(f"#field-{name}", Line).text for name in INPUTS}
        for name in ("embedder", "level", "after"):
            value = self.query_one(f"#field-{name}", Select).value
            texts[name] = value if isinstance(value, str) else ""
        return texts
