"""Asking: the part of the Search screen that puts questions. Only the reply to the last one counts."""

from __future__ import annotations

from dataclasses import replace

from textual.timer import Timer

from qdrill.browse.detail import CollectionDetail
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.panels.search_places import Places
from qdrill.console.panels.search_query import MOST_HITS, QueryPanel, Wish, vector_words
from qdrill.console.panels.search_reply import Question, Reply, put
from qdrill.console.panels.search_sides import Sides
from qdrill.console.panels.search_vectors import names_of
from qdrill.console.screens.base import ConsoleScreen
from qdrill.drill.ask import parse_point_id
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import QdrillError

_GROUP = "search"
_SETTLE_SECONDS = 0.15
"""`+` and `-` wait that long for the next press before they ask anew."""
_RANDOM = "random point "


class Asking(ConsoleScreen):
    """What is asked, of whom, and what came of it.

    Attributes:
        places: where it looks. sides: what both sides show.
        asking: the question under way; None when none is. began: when, of the app's clock.
        last: the question asked last, whatever came of it.
        reply: the last reply that holds an answer; what `j`, `k` and the summary are about.
        failed: whether the last question got no answer at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.places = Places()
        self.sides = Sides()
        self.asking: Question | None = None
        self.last: Question | None = None
        self.reply: Reply | None = None
        self.failed = False
        self.began = 0.0
        self._settling: Timer | None = None

    @property
    def panel(self) -> QueryPanel:
        """The query line."""
        return self.query_one(QueryPanel)

    @property
    def wish(self) -> Wish:
        """How to ask."""
        return self.panel.wish

    def show(self) -> None:
        """Show what changed."""
        raise NotImplementedError

    def go_to(self, places: Places) -> None:
        """Look there from now on; answers of other collections go."""
        if places.source != self.places.source:
            # Another collection has other vectors.
            self.panel.set_wish(replace(self.wish, using=""))
        if places != self.places:
            self.places, self.sides = places, self.sides.at(places)
            self.reply, self.failed = None, False
            self._stop()
        self.show()

    def put(self, spec: SearchSpec) -> None:
        """Ask; the answer of an older question is not waited for any more."""
        question = Question(spec, self.places.source, self.places.target or None)
        self.asking = self.last = question
        self.began = self.console_app.clock()
        engine = self.engine
        self.ask(lambda: put(engine, question), self._replied, failed=self._broken, group=_GROUP)
        self.show()

    def again(self) -> None:
        """Ask what was asked last, as is wished now."""
        if self.last is not None and self.places.source:
            self.put(self.wish.again(self._same_point(self.last.spec)))

    def do_retry(self) -> None:
        """Ask again what was asked last."""
        self.again()

    def _same_point(self, spec: SearchSpec) -> SearchSpec:
        """A random point that answered is asked for by its id: to ask again is not to draw again."""
        outcome = self.reply.outcome if self.reply is not None and self.reply.question is self.last else None
        if spec.kind != "random" or outcome is None or not outcome.name.startswith(_RANDOM):
            return spec
        return replace(spec, kind="id", point=parse_point_id(outcome.name.removeprefix(_RANDOM)))

    def do_cancel(self) -> None:
        """Wait no longer; what stands there answers an earlier question."""
        self._stop()
        self.failed = self.reply is not None
        self.show()

    def _stop(self) -> None:
        """What is asked of places that nobody looks at any more counts for nothing."""
        self.asking = None
        self.workers.cancel_group(self, _GROUP)

    def _broken(self, error: QdrillError) -> None:
        self.asking = None
        self.console_app.tell_error(error)
        self.show()

    def _replied(self, reply: Reply) -> None:
        if reply.question is not self.asking:
            return
        self.asking = None
        if reply.embedders:
            self._choose_embedder(reply.embedders)
            self.show()
            return
        self.sides = self.sides.after(reply)
        self.failed = reply.outcome is None
        if reply.outcome is not None:
            self.reply = reply
        self.show()
        if reply.source_error and not self.wish.using:
            self._look_for_vectors(reply)

    def end_if_broken(self) -> None:
        """A question that ended by a defect of ours, which a toast told, is not under way any more."""
        if self.asking is None or any(one.group == _GROUP and one.is_running for one in self.workers):
            return
        self.asking = None
        self.show()

    # ------------------------------------------------------------------ how it is asked

    def do_top_k(self, by: int) -> None:
        """One answer more or fewer."""
        self.panel.set_wish(replace(self.wish, top_k=min(MOST_HITS, max(1, self.wish.top_k + by))))
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLE_SECONDS, self.again)

    def do_vector(self) -> None:
        """Choose the vector to search, from those that the source has."""
        address = self.places.source
        self.ask(lambda: self.engine.detail(address), self._choose_vector, group="search vectors")

    def _choose_vector(self, detail: CollectionDetail) -> None:
        names = names_of(detail.configuration)
        if len(names) < 2:
            self.console_app.tell(self.say("search.one_vector", vectors=detail.vectors))
            return

        def choice() -> Choose:
            options = [("", self.say("search.wish.vector_auto"))]
            options += [(name, vector_words(self.say, name)) for name in names if name]
            return Choose(self.say("search.vector_title"), options, self.wish.using)

        open_dialogue(self.app, choice, self._search_by)

    def _search_by(self, name: str | None) -> None:
        if name is not None and name != self.wish.using:
            self.panel.set_wish(replace(self.wish, using=name))
            self.again()

    def _look_for_vectors(self, reply: Reply) -> None:
        """An error of the source may be about several vectors; where there are, say how to choose."""

        def hint(detail: CollectionDetail) -> None:
            if self.last is reply.question and len(names_of(detail.configuration)) > 1:
                hint = self.key_hint("search.vector")
                self.sides = replace(self.sides, source=replace(self.sides.source, hint=hint))
                self.show()

        address = reply.question.source
        self.ask(lambda: self.engine.detail(address), hint, failed=lambda _: None, group="search hint")

    def do_embedder(self) -> None:
        """Choose what turns a text into a vector."""
        self._choose_embedder(tuple(self.engine.config.embedders))

    def _choose_embedder(self, names: tuple[str, ...]) -> None:
        options = [(name, name) for name in names]
        open_dialogue(
            self.app, lambda: Choose(self.say("search.embedder_title"), options, self.wish.embedder), self._embed_by
        )

    def _embed_by(self, name: str | None) -> None:
        if name is None:
            return
        self.panel.set_wish(replace(self.wish, embedder=name))
        if self.last is not None and self.last.spec.kind == "text":
            self.again()
