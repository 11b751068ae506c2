"""The dialogue in which the two places are chosen: typed, or taken from what is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from qdrill.console.known_places import Offers
from qdrill.console.modals.dialogue import LINE, TEXT
from qdrill.console.modals.form import Form
from qdrill.console.panels.compare_places import FIELDS, Comparison, read_places
from qdrill.console.text import plain
from qdrill.console.widgets.line import Line
from qdrill.console.widgets.say import Say

SIDES = ("left", "right")


class CompareForm(Form[Comparison]):
    """Returns the comparison put together; it starts nothing. `offer` gives it what can be chosen from."""

    USE = "compare.form.use"
    FIELDS = FIELDS
    CSS = """
    CompareForm #offered { height: auto; max-height: 3; margin-top: 1; color: $text-muted; }
    CompareForm OptionList { height: 10; max-height: 10; border: none; background: transparent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "offers", show=False)]
    AUTO_FOCUS = "#field-left"

    def __init__(self, asked: Comparison) -> None:
        super().__init__()
        self._asked = asked
        self._offers: Offers | None = None
        self._problem = ""
        self._stands = False
        self._side = "left"
        self._shown: tuple[str, ...] = ()
        # What stood in the field when it got the focus: until that changes, all offers are shown.
        self._before = asked.left

    def compose(self) -> ComposeResult:
        """A line for each field, what can be chosen, the two answers."""
        asked = self._asked
        values = {"left": asked.left, "right": asked.right, "searches": str(asked.searches or "")}
        with Vertical(classes="dialogue"):
            yield Say("compare.form.title", classes="title")
            for name in FIELDS:
                yield from self.row(name, Line.filled(values[name], id=f"field-{name}"))
            yield Static(id="offered", markup=False)
            yield OptionList(id="offers")
            yield from self.answers()

    def on_mount(self) -> None:
        """The words."""
        self._stands = True
        self.relabel()

    def relabel(self) -> None:
        """Everything that is not data, in the app's language; what was typed stays."""
        super().relabel()
        self.query_one("#field-searches", Input).placeholder = self.say("compare.form.no_searches")
        self._list()

    def offer(self, offers: Offers) -> None:
        """What can be chosen."""
        self._offers = offers
        self._list()

    def offer_nothing(self, problem: str) -> None:
        """What is at hand could not be listed; a place can still be typed."""
        self._problem = problem
        self._list()

    def action_offers(self) -> None:
        """From a field into the list."""
        if self._shown:
            self.query_one("#offers", OptionList).focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The list is for the field that had the focus last."""
        name = (event.widget.id or "").removeprefix("field-")
        if name in SIDES and name != self._side:
            self._side = name
            self._before = self._value
            self._list()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if event.input.id == f"field-{self._side}" and event.input.has_focus:
            self._list()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        side, following = self._side, "right" if self._side == "left" else "searches"
        self.query_one(f"#field-{side}", Input).value = self._shown[event.option_index]
        self.query_one(f"#field-{following}", Input).focus()

    @property
    def _value(self) -> str:
        return self.query_one(f"#field-{self._side}", Line).text

    def _list(self) -> None:
        """The offers that hold what was typed; all of them until something was."""
        if not self._stands:  # they may come before it does; then it lists them
            return
        options = self.query_one("#offers", OptionList)
        wanted = self._value.strip().casefold() if self._value != self._before else ""
        offers = self._offers or Offers()
        named = [("archive", text) for text in offers.archives] + [("collection", text) for text in offers.collections]
        named = [(kind, text) for kind, text in named if wanted in text.casefold()]
        self._shown = tuple(text for _, text in named)
        options.clear_options()
        options.add_options(
            Option(Content.assemble((f"{self.say(f'compare.form.{kind}')}  ", "$text-muted"), plain(text, LINE)))
            for kind, text in named
        )
        if named:
            options.highlighted = 0
        self.query_one("#offered", Static).update(plain(self._offered(len(named)), TEXT))

    def _offered(self, number: int) -> str:
        if self._problem:
            return self.sentence(self._problem)
        if self._offers is None:
            return self.say("compare.form.listing")
        side = self.say(f"compare.field.{self._side}")
        words = self.say("compare.form.offered", n=number, side=side)
        return "   ".join([words, *(f"! {self._told(problem)}" for problem in self._offers.problems)])

    def _told(self, problem: str) -> str:
        """What keeps a store from being listed; its name stands before it where the error does not name it."""
        store, _, error = problem.partition(": ")
        words = self.sentence(error)
        return words if f" {store}: " in error else self.say("compare.form.problem", store=store, error=words)

    def key_of_field(self, name: str) -> str:
        """See `Form`."""
        return f"compare.field.{name}"

    def read(self, texts: Mapping[str, str]) -> tuple[Comparison | None, dict[str, str]]:
        """See `Form`."""
        return read_places(texts, self._asked, self.console_app.engine.config, self.say)
