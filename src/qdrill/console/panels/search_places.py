"""Where a search looks: the dialogue that asks for source and target, and what they are unless somebody says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from qdrill.address import parse_address
from qdrill.config import Config
from qdrill.console.engine import Engine
from qdrill.console.known_places import default_target
from qdrill.console.modals.dialogue import LINE, TEXT, Dialogue
from qdrill.console.text import plain, shown
from qdrill.console.widgets.line import Line
from qdrill.console.widgets.say import Say
from qdrill.errors import QdrillError
from qdrill.units import count

if TYPE_CHECKING:
    from qdrill.browse.overview import CollectionSummary


_REFRESH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses as a user writes them; an empty target is a search of the source alone."""

    source: str = ""
    target: str = ""


def pair_text(places: Places) -> str:
    """`local/a ─► local/b`; the source where it is searched alone."""
    return f"{places.source} ─► {places.target}" if places.target else places.source


def drill_places(config: Config) -> list[tuple[str, Places]]:
    """Name, source and target of every drill of drills.toml."""
    return [
        (drill.name, Places(drill.source, drill.target or default_target(drill.source, config)))
        for drill in config.drills
    ]


def usual_places(engine: Engine, directory: Path | None) -> Places:
    """Those of the drill in `directory`, else of the first of drills.toml, else none. Called in a thread."""
    if directory is not None:
        try:
            record = engine.record(directory)
        except QdrillError:
            pass  # its first record is not written yet, or damaged: the Records screen tells about that
        else:
            return Places(record.source.address, record.target.address)
    return next((places for _, places in drill_places(engine.config)), Places())


class PlacesDialogue(Dialogue[Places]):
    """Returns source and target: of a drill, of the collections that there are, or typed."""

    CSS_PATH = "../modals/dialogue.tcss"
    CSS = """
    PlacesDialogue > .dialogue { width: 90; }
    PlacesDialogue .line { height: 1; }
    PlacesDialogue .line Say { width: 9; color: $text-muted; }
    PlacesDialogue .line Input { width: 1fr; height: 1; margin: 0; border: none; padding: 0 1; }
    PlacesDialogue OptionList { max-height: 14; margin-top: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    PlacesDialogue #problem { color: $text-error; height: auto; }
    """
    AUTO_FOCUS = "#place-source"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "list", show=False)]

    class Found(Message):
        """A collection was listed, in a thread."""

        def __init__(self, row: CollectionSummary) -> None:
            super().__init__()
            self.row = row

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        self._field = "source"
        self._drills: list[tuple[str, Places]] = []
        self._rows: list[CollectionSummary] = []
        self._new: list[CollectionSummary] = []
        self._listed: list[Places | str] = []
        # A line shows a name with what harms as an escape; this is the name behind it.
        self._meant = {shown(name): name for name in (places.source, places.target)}

    def compose(self) -> ComposeResult:
        """Two lines to type in, and what there is."""
        with Vertical(classes="dialogue"):
            yield Say("search.places.title", classes="title")
            for name, value in (("source", self._places.source), ("target", self._places.target)):
                with Horizontal(classes="line"):
                    yield Say(f"search.places.{name}")
                    yield Line(value, id=f"place-{name}", compact=True, select_on_focus=True)
            yield OptionList(id="known")
            yield Static(id="problem", markup=False)
            yield Say("search.places.foot", classes="muted foot")

    def on_mount(self) -> None:
        """Ask what there is: the drills of the configuration at once, collections as their stores tell them."""
        self.relabel()
        # Hundreds of collections come in one by one; the list is not made anew for each.
        self.set_interval(_REFRESH_SECONDS, self._show_new)
        engine = self.console_app.engine
        self.console_app.base_screen.ask(lambda: drill_places(engine.config), self._know_drills, group="search drills")
        self.console_app.base_screen.ask(self._list, lambda _: None, group="search places")

    def relabel(self) -> None:
        """Placeholder and list, in the app's language; what was typed stays."""
        self.query_one("#place-target", Input).placeholder = self.say("search.places.alone")
        self._show()

    def _list(self) -> None:
        engine = self.console_app.engine
        for row in engine.overview(engine.stores()):
            if not self.post_message(self.Found(row)):
                return

    def _know_drills(self, drills: Sequence[tuple[str, Places]]) -> None:
        self._drills = list(drills)
        self._show()

    @on(Found)
    def _found(self, message: Found) -> None:
        if message.row.collection is not None:
            self._new.append(message.row)

    def _show_new(self) -> None:
        if self._new:
            self._rows = sorted([*self._rows, *self._new], key=lambda row: row.address)
            self._new.clear()
            self._show()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show()

    def on_descendant_focus(self) -> None:
        """A collection chosen from the list goes into the line that was typed in last."""
        focused = self.focused
        if isinstance(focused, Input):
            self._field = "target" if focused.id == "place-target" else "source"
            self._show()

    def _wanted(self) -> str:
        """What the list is narrowed to: what was typed, not what stood there."""
        value = self.query_one(f"#place-{self._field}", Input).value.strip()
        return "" if value in self._meant else value.casefold()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        wanted, listed = self._wanted(), list[tuple[Places | str, str]]()
        for name, places in self._drills:
            listed.append((places, self.say("search.places.drill", name=name, places=_arrow(places))))
        listed += [(row.address, self._words(row)) for row in self._rows]
        listed = [(value, words) for value, words in listed if wanted in words.casefold()]
        known = self.query_one("#known", OptionList)
        chosen = known.highlighted
        self._listed = [value for value, _ in listed]
        known.set_options(Option(plain(words, LINE)) for _, words in listed)
        known.highlighted = min(chosen, len(listed) - 1) if chosen is not None and listed else None
        known.display = bool(listed)

    def _words(self, row: CollectionSummary) -> str:
        return (
            row.address
            if row.points is None
            else self.say("search.places.collection", address=row.address, points=count(row.points))
        )

    def action_list(self) -> None:
        """Down from a line goes into the list."""
        known = self.query_one("#known", OptionList)
        if known.option_count:
            known.focus()
            known.highlighted = known.highlighted or 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        chosen = self._listed[event.option_index]
        if isinstance(chosen, Places):
            self.dismiss(chosen)
            return
        self._meant[shown(chosen)] = chosen
        self.query_one(f"#place-{self._field}", Input).value = chosen
        self.query_one("#place-target", Input).focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        source, target = (self._address(name) for name in ("source", "target"))
        if not source:
            self._complain(self.say("search.places.needed"))
            return
        config, places = self.console_app.engine.config, Places(source, target)
        self.console_app.base_screen.ask(
            lambda: [parse_address(text, config) for text in (source, target) if text],
            lambda _: self._accept(places),
            failed=lambda error: self._complain(str(error)),
            group="search address",
        )

    def _address(self, name: str) -> str:
        typed = self.query_one(f"#place-{name}", Input).value
        return self._meant.get(typed, typed.strip())

    def _accept(self, places: Places) -> None:
        if self.is_current:
            self.dismiss(places)

    def _complain(self, why: str) -> None:
        if self.is_mounted:
            self.query_one("#problem", Static).update(plain(f"✗ {self.sentence(why)}", TEXT))


def _arrow(places: Places) -> str:
    return f"{places.source} ─► {places.target}" if places.target else places.source
