"""The Search screen: one query against source and target, side by side, or against one collection alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from qdrill.console.actions import bindings_for
from qdrill.console.handover import Handover
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.confirm import Confirm
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.search_keep import Kept, keep, record_options
from qdrill.console.panels.search_places import Places, PlacesDialogue, pair_text, usual_places
from qdrill.console.panels.search_query import KINDS, QueryLine, QueryPanel
from qdrill.console.panels.search_rows import Row, as_json
from qdrill.console.panels.search_side import SHORTEST_TEXT, SidePanel, row_text, text_cells
from qdrill.console.panels.search_summary import Summary, SummaryView
from qdrill.console.screens.search_asking import Asking
from qdrill.console.screens.search_why import why_not
from qdrill.drill.ask import search_document
from qdrill.drill.search_plan import SearchSpec
from qdrill.names import terminal_text
from qdrill.rows.clip import payload_evidence

if TYPE_CHECKING:
    from qdrill.records.history import RecordRow


class SearchScreen(Asking):
    """The Search screen."""

    MODE = "search"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["base.tcss", "search.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("search")
    AUTO_FOCUS = "#source HitList"

    def __init__(self) -> None:
        super().__init__()
        self.kept: Kept | None = None
        self._chosen = False
        self._drill: Path | None = None

    def body(self) -> ComposeResult:
        """Query, both sides, summary."""
        yield QueryPanel()
        with Container(id="sides"):
            yield SidePanel("source")
            yield SidePanel("target")
        yield Summary()

    def on_mount(self) -> None:
        """Look where the drill looks."""
        self.show()
        self._look_at_drill(first=True)

    @on(events.ScreenResume)
    def _at_the_front(self) -> None:
        self._look_at_drill()

    def _look_at_drill(self, *, first: bool = False) -> None:
        """The source and target of the drill that runs, or of the last, unless somebody chose others."""
        directory, engine = self.console_app.drill_directory(), self.engine
        if self._chosen or (directory == self._drill and not first):
            return
        self._drill = directory
        self.ask(lambda: usual_places(engine, directory), self._usual, group="search usual")

    def _usual(self, places: Places) -> None:
        if not self._chosen and places.source:
            self.go_to(places)

    def take(self, handover: Handover) -> None:
        """Look at what another screen gives. A source that comes alone is looked at alone."""
        source = handover.source or self.places.source
        alone = handover.source is not None and handover.source != self.places.source
        target = handover.target if handover.target is not None else "" if alone else self.places.target
        self._chosen = True
        self.go_to(Places(source, target))
        self.do_query()

    # ------------------------------------------------------------------ what is shown

    @property
    def source(self) -> SidePanel:
        """The source's side."""
        return self.query_one("#source", SidePanel)

    @property
    def target(self) -> SidePanel:
        """The target's side."""
        return self.query_one("#target", SidePanel)

    @property
    def selected(self) -> Row | None:
        """The hit under the cursor: of the side that has the focus, else of the source, else of the target."""
        focused = (self.target, self.source) if self.target.list.has_focus else (self.source, self.target)
        return focused[0].selected or focused[1].selected

    def why_not(self, identifier: str) -> str | None:
        """Why an action cannot be done now."""
        return why_not(self, identifier)

    def relabel(self) -> None:
        """What is not a panel's: the title is made of addresses, and columns may be wider in another language."""
        self._arrange()

    def tick(self) -> None:
        """The seconds of a question under way."""
        if self.asking is not None:
            self.end_if_broken()
            self._show_summary()

    def show(self) -> None:
        """Show what changed."""
        self._arrange()
        self.source.show(self.sides.source)
        self.target.show(self.sides.target)
        self._show_summary()
        places = self.places
        self.top.show(pair_text(places))

    def _arrange(self) -> None:
        """Side by side, or one over the other where the texts would not be readable."""
        room = self.size.width // 2 - 3
        views = (self.sides.source, self.sides.target)
        stacked = any(text_cells(self.say, view, room) < SHORTEST_TEXT for view in views if view.rows)
        self.query_one("#sides").set_class(stacked, "-stacked")
        self.target.display = bool(self.places.target)

    def on_resize(self, event: events.Resize) -> None:
        """Side by side where there is room."""
        super().on_resize(event)
        self._arrange()

    def _show_summary(self) -> None:
        asking, kept = self.asking, self.kept
        view = SummaryView(
            self.reply,
            "" if asking is None else self._asking_words(asking.spec),
            0 if asking is None else int(self.console_app.clock() - self.began),
            self.failed,
            kept.name if kept is not None and kept.reply is self.reply else "",
        )
        self.query_one(Summary).show(view)

    def _asking_words(self, spec: SearchSpec) -> str:
        return self.say(f"search.ask.{spec.kind}", text=spec.text, point=spec.point)

    @on(SidePanel.Moved)
    def _moved(self, event: SidePanel.Moved) -> None:
        """The other side's cursor goes to the same point, wherever it stands there."""
        panel = event.panel
        other = self.target if panel is self.source else self.source
        if panel.list.has_focus and panel.selected is not None:
            other.point_at(panel.selected.hit.id)

    # ------------------------------------------------------------------ asking

    def do_query(self) -> None:
        """Type a query."""
        self.set_focus(self.panel.line)

    @on(QueryLine.Left)
    def _left(self) -> None:
        self.set_focus(self.source.list)

    @on(QueryPanel.Asked)
    def _asked(self, event: QueryPanel.Asked) -> None:
        """Enter. The answers get the focus, so that keys are keys again."""
        if not self.places.source:
            self.do_places()
            return
        self.set_focus(self.source.list)
        self.put(event.spec)

    def on_key(self, event: events.Key) -> None:
        """Esc gives up waiting; where nothing is asked it is nobody's key."""
        if event.key == "escape" and self.asking is not None:
            event.stop()
            self.do_cancel()

    def do_kind(self) -> None:
        """The next kind of query."""
        kind = KINDS[(KINDS.index(self.wish.kind) + 1) % len(KINDS)]
        self.panel.set_wish(replace(self.wish, kind=kind))

    def do_like(self) -> None:
        """Search for what is like the selected hit."""
        if self.selected is not None:
            self.panel.write("id", str(self.selected.hit.id))
            self.panel.ask()

    def do_random(self) -> None:
        """Search by a random point of the source."""
        self.put(self.wish.random())

    def do_places(self) -> None:
        """Choose source and target."""
        self.app.push_screen(PlacesDialogue(self.places), self._go)

    def _go(self, places: Places | None) -> None:
        if places is None or places == self.places:
            return
        self._chosen = True
        self.go_to(places)
        if self.last is not None:
            self.again()
        elif self.panel.line.value.strip():
            self.panel.ask()

    # ------------------------------------------------------------------ what is done with an answer

    def do_json(self) -> None:
        """The response as JSON."""
        if self.reply is None or self.reply.outcome is None:
            return
        outcome = self.reply.outcome
        document = search_document(self.reply.question.source, self.reply.target, [outcome])

        def reading() -> Reading:
            return Reading(self.say("search.json_title", what=self.sentence(outcome.name)), as_json(document))

        open_dialogue(self.app, reading)

    @on(SidePanel.Opened)
    def _opened(self, event: SidePanel.Opened) -> None:
        self._read(event.panel.selected)

    def do_open(self) -> None:
        """The whole payload of the selected hit."""
        self._read(self.selected)

    def _read(self, row: Row | None) -> None:
        if row is not None:
            hit = row.hit
            document = {"id": hit.id, "score": hit.score, **payload_evidence(hit)}
            open_dialogue(self.app, lambda: Reading(self.say("search.hit_title", id=hit.id), as_json(document)))

    def copied(self) -> str | None:
        """The selected hit's row."""
        return None if self.selected is None else row_text(self.selected)

    def do_keep(self) -> None:
        """Keep the answer as evidence: of the drill that runs, of the last one, or of one to choose."""
        directory, engine = self.console_app.drill_directory(), self.engine
        if directory is None:
            self.ask(engine.record_rows, self._choose_record, group="search records")
            return
        at_hand = directory
        self.ask(
            lambda: usual_places(engine, at_hand), lambda found: self._keep_in(at_hand, found), group="search keep"
        )

    def _keep_in(self, directory: Path, places: Places) -> None:
        """Keep it in the record of a drill between `places`; a search of other collections asks first."""
        asked = self.reply and Places(self.reply.question.source, self.reply.target or "")
        if not asked or {asked.source, asked.target} <= {places.source, places.target, ""}:
            self._keep(directory)
            return

        def question() -> Confirm:
            text = self.say("search.foreign_text", drill=pair_text(places), search=pair_text(asked))
            return Confirm(self.say("search.foreign_title"), text, self.say("search.foreign_yes"))

        open_dialogue(self.app, question, lambda yes: self._keep(directory) if yes else None)

    def _choose_record(self, rows: Sequence[RecordRow]) -> None:
        source = self.reply.question.source if self.reply is not None else ""
        if not record_options(self.say, rows, source):
            self.console_app.tell(self.say("search.no_records"), severity="warning")
            return

        def choice() -> Choose:
            return Choose(self.say("search.record_title"), record_options(self.say, rows, source))

        open_dialogue(self.app, choice, self._chose_record)

    def _chose_record(self, directory: str | None) -> None:
        if directory is not None:
            self._keep(Path(directory))

    def _keep(self, directory: Path) -> None:
        reply, engine = self.reply, self.engine
        if reply is not None:
            self.ask(lambda: keep(engine, directory, reply), self._kept, group="search keep")

    def _kept(self, kept: Kept) -> None:
        self.kept = kept
        key = "search.kept" if kept.listed else "search.kept_running"
        self.console_app.tell(self.say(key, path=terminal_text(str(kept.path), 120)))
        self._show_summary()
