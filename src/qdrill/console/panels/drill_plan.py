"""Before a drill: what it would be, or, where none is at hand, what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from qdrill.address import parse_address
from qdrill.config_model import Config, DrillConfig
from qdrill.console.i18n import Say
from qdrill.console.panels.drill_words import goal_words, searches_words, throttle_words
from qdrill.console.text import lines, pad, plain, shown
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.say import Say as Label
from qdrill.errors import QdrillError
from qdrill.session import refuse_guarded

Guard = Literal["", "production", "read_only"]
Offer = Literal["demo", "address"]
OFFERS: tuple[Offer, ...] = ("demo", "address")


@dataclass(frozen=True, slots=True)
class EndsLook:
    """What the configuration says about the ends of a drill.

    Attributes:
        source: how the source's store is marked.
        problem: why the drill cannot run as it is: an address that cannot be used, a guarded target.
    """

    source: Guard = ""
    problem: str = ""


def look_at(drill: DrillConfig, config: Config) -> EndsLook:
    """Look at a drill's addresses; asks no store, but may ask DNS."""
    try:
        source = parse_address(drill.source, config)
    except QdrillError as error:
        return EndsLook(problem=str(error))
    store = source.store.config
    guard: Guard = "production" if store.production else "read_only" if store.read_only else ""
    try:
        refuse_guarded(parse_address(drill.target, config))
    except QdrillError as error:
        return EndsLook(guard, str(error))
    return EndsLook(guard)


def plan_rows(say: Say, drill: DrillConfig) -> list[tuple[str, str]]:
    """A drill as (name, value)."""
    goals = drill.objectives
    rows = [
        ("name", drill.name),
        ("source", drill.source),
        ("target", drill.target),
        ("method", say(f"drill.method.{drill.method}")),
        ("throttle", throttle_words(say, drill.delay_ms_per_point)),
        ("rto", goal_words(goals.rto_seconds)),
        ("rpo", goal_words(goals.rpo_seconds)),
        ("overlap", f"{goals.min_overlap:g}"),
        ("searches", searches_words(say, drill)),
        ("level", say(f"drill.level.{drill.level}")),
        ("after", say(f"drill.after.{drill.after}")),
    ]
    optional = [("archive", str(drill.archive or "")), ("operator", drill.operator), ("ticket", drill.ticket)]
    return [*rows, *((name, value) for name, value in optional if value)]


class PlanPanel(Vertical, Localised):
    """The drill at hand, or the offers where there is none; under it what keeps it from starting."""

    DEFAULT_CSS = """
    PlanPanel {
        height: 1fr;
        & #plan-rows { height: auto; }
        & #plan-scroll { height: auto; max-height: 1fr; }
        & #plan-problem { height: auto; margin-top: 1; color: $text-error; display: none; }
        & #plan-backup { height: auto; margin-top: 1; color: $state-interrupted; display: none; }
        &.-backup #plan-backup { display: block; }
        & #plan-keys { height: auto; margin-top: 1; color: $text-muted; }
        & #offers { height: auto; border: none; margin-top: 1; background: transparent; }
        & #offer-text { height: auto; }
        &.-none #plan-scroll, &.-none #plan-keys { display: none; }
        &.-chosen #offers, &.-chosen #offer-text { display: none; }
        &.-problem #plan-problem { display: block; }
        &.-waiting #plan-problem { display: block; color: $text-muted; }
    }
    """

    class Offered(Message):
        """One of the offers was taken."""

        def __init__(self, offer: Offer) -> None:
            super().__init__()
            self.offer = offer

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel -none")
        self._drill: DrillConfig | None = None
        self._problem = self._waiting = self._hint = self._backup = ""

    def compose(self) -> ComposeResult:
        """Drill, problem, keys; offers."""
        yield Label("drill.offer.text", id="offer-text")
        yield OptionList(id="offers")
        with VerticalScroll(id="plan-scroll", can_focus=False):
            yield Static(id="plan-rows", markup=False)
        yield Static(id="plan-problem", markup=False)
        yield Static(id="plan-backup", markup=False)
        yield Static(id="plan-keys", markup=False)

    def on_mount(self) -> None:
        """The words."""
        self.relabel()

    def show(
        self, drill: DrillConfig | None, problem: str = "", waiting: str = "", hint: str = "", backup: str = ""
    ) -> None:
        """Show a drill, or the offers; why it cannot start, and what to do then; or what is waited for.

        Args:
            backup: what can be done with its unfinished backup; empty where there is none.
        """
        fresh = (drill, problem, waiting, hint, backup)
        if fresh != (self._drill, self._problem, self._waiting, self._hint, self._backup):
            self._drill, self._problem, self._waiting, self._hint, self._backup = fresh
            self.relabel()

    def on_resize(self) -> None:
        """Lines wrap elsewhere."""
        self._rows()

    def relabel(self) -> None:
        """Everything, in the app's language."""
        self.set_class(self._drill is None, "-none").set_class(self._drill is not None, "-chosen")
        self.set_class(bool(self._problem), "-problem").set_class(bool(self._waiting), "-waiting")
        self.border_title = self.say("drill.plan.title")
        offers = self.query_one("#offers", OptionList)
        highlighted = offers.highlighted or 0
        offers.clear_options()
        offers.add_options(Option(plain(self.say(f"drill.offer.{offer}")), id=offer) for offer in OFFERS)
        offers.highlighted = highlighted
        app = self.console_app
        problem = f"✗ {self._problem}\n{self._hint}".rstrip() if self._problem else f"… {self._waiting}"
        self.query_one("#plan-problem", Static).update(lines(problem))
        self.set_class(bool(self._backup), "-backup")
        self.query_one("#plan-backup", Static).update(plain(f"! {self._backup}"))
        keys = {name: app.key_of(f"drill.{name}") for name in ("start", "dry_run", "edit", "choose")}
        self.query_one("#plan-keys", Static).update(plain(self.say("drill.plan.keys", **keys)))
        self._rows()

    def _rows(self) -> None:
        if self._drill is None:
            return
        rows = [(self.say(f"drill.row.{name}"), value) for name, value in plan_rows(self.say, self._drill)]
        names = max(cell_len(name) for name, _ in rows)
        pieces: list[tuple[str, str] | str] = []
        for name, value in rows:
            pieces += [(f"{pad(name, names)}  ", "$foreground 60%"), f"{shown(value, 500)}\n"]
        self.query_one("#plan-rows", Static).update(Content.assemble(*pieces).rstrip())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """An offer was taken."""
        event.stop()
        self.post_message(self.Offered(OFFERS[event.option_index]))
