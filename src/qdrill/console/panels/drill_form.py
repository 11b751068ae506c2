"""The dialogue in which a drill is put together. Every field's error stands at the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import Reactive
from textual.suggester import SuggestFromList
from textual.widgets import Input, Select

from qdrill.config_model import DrillConfig
from qdrill.console.known_places import default_target, known_addresses
from qdrill.console.modals.form import Form
from qdrill.console.panels.drill_fields import (
    AFTERS,
    LEVELS,
    methods,
    others,
    read_fields,
    texts_of,
)
from qdrill.console.text import plain
from qdrill.console.widgets.line import Line
from qdrill.console.widgets.say import Say

ADDRESSES = ("source", "target")
# The methods depend on what is configured.
_CHOICES: dict[str, tuple[str, ...]] = {"method": (), "level": LEVELS, "after": AFTERS}
_VALUE = cast("Reactive[object]", vars(Select)["value"])


class DrillForm(Form[DrillConfig]):
    """Returns the drill put together; it starts nothing."""

    USE = "drill.form.use"
    FIELDS = (
        *("source", "target", "throttle", "rto", "rpo", "overlap"),
        *("search_text", "search_random", "top_k", "vector"),
        *("name", "operator", "ticket"),
    )
    CSS = """
    DrillForm > .dialogue { max-height: 96%; }
    DrillForm #fields { height: auto; max-height: 28; }
    DrillForm .line Select { width: 1fr; height: auto; }
    DrillForm .line Select > SelectCurrent { padding: 0 1; }
    """
    AUTO_FOCUS = "#field-source"

    def __init__(self, drill: DrillConfig) -> None:
        super().__init__()
        self._drill = drill
        self._texts = texts_of(drill)

    def compose(self) -> ComposeResult:
        """A line for each field; the choices; the two answers."""
        config = self.console_app.engine.config
        with Vertical(classes="dialogue"):
            yield Say("drill.form.title", classes="title")
            with VerticalScroll(id="fields", can_focus=False):
                for name in self.FIELDS[:2]:
                    yield from self._input(name)
                yield from self._choice("method", self._named("method"))
                for name in self.FIELDS[2:]:
                    yield from self._input(name)
                embedders: list[tuple[object, str]] = [(plain(name), name) for name in config.embedders]
                yield from self._choice("embedder", embedders, allow_blank=True)
                yield from self._choice("level", self._named("level"))
                yield from self._choice("after", self._named("after"))
                if more := others(self._drill):
                    yield Say("drill.form.others", classes="muted", n=more)
            yield from self.answers()

    def on_mount(self) -> None:
        """Where the restore goes unless it is said."""
        self._hint_target()

    def relabel(self) -> None:
        """Choices and answers in the app's language; what was typed and chosen stays."""
        super().relabel()
        for name in _CHOICES:
            select = cast("Select[str]", self.query_one(f"#field-{name}", Select))
            chosen = select.value
            select.set_options(self._named(name))  # type: ignore[arg-type]
            select.value = chosen
            # The same value would keep its old words.
            select.mutate_reactive(_VALUE)

    def _named(self, name: str) -> list[tuple[object, str]]:
        config = self.console_app.engine.config
        choices = methods(config, self._drill.method) if name == "method" else _CHOICES[name]
        return [(Content(self.say(f"drill.{name}.{one}")), one) for one in choices]

    def _input(self, name: str) -> ComposeResult:
        suggester = SuggestFromList(known_addresses(self.console_app.engine.config)) if name in ADDRESSES else None
        yield from self.row(name, Line.filled(self._texts[name], id=f"field-{name}", suggester=suggester))

    def _choice(self, name: str, options: list[tuple[object, str]], *, allow_blank: bool = False) -> ComposeResult:
        chosen = self._texts[name]
        known = [value for _, value in options]
        if allow_blank:
            # Set after it is made, a value is taken but not shown.
            value = chosen if chosen in known else Select.NULL
            select: Select[str] = Select(options, value=value, id=f"field-{name}", compact=True, prompt="–")  # type: ignore[arg-type]
        else:
            select = Select(options, value=chosen, allow_blank=False, id=f"field-{name}", compact=True)  # type: ignore[arg-type]
        yield from self.row(name, select)

    @on(Input.Changed, "#field-source")
    def _hint_target(self) -> None:
        source = self.query_one("#field-source", Line).text
        self.query_one("#field-target", Input).placeholder = default_target(source, self.console_app.engine.config)

    def key_of_field(self, name: str) -> str:
        """See `Form`."""
        return f"drill.field.{name}"

    def read(self, texts: Mapping[str, str]) -> tuple[DrillConfig | None, dict[str, str]]:
        """See `Form`."""
        return read_fields(texts, self._drill, self.console_app.engine.config, self.say)

    def texts(self) -> dict[str, str]:
        """The lines and the choices."""
        chosen = {name: self.query_one(f"#field-{name}", Select).value for name in ("embedder", *_CHOICES)}
        return super().texts() | {name: value if isinstance(value, str) else "" for name, value in chosen.items()}
