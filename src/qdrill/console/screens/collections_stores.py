"""What the stores hold, as the Collections screen keeps it: asked when it opens, on a key, and after a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from textual.widgets import Static

from qdrill.config_model import StoreConfig
from qdrill.console.jobs import Job
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.prompt import Prompt
from qdrill.console.panels.collections_cells import GUARD_GLYPHS, Guard
from qdrill.console.panels.collections_detail import DetailPanel
from qdrill.console.panels.collections_job import JobPanel
from qdrill.console.panels.collections_list import Listed, Listing, down_stores
from qdrill.console.panels.collections_load import Loading
from qdrill.console.panels.collections_table import TablePanel
from qdrill.console.screens.collections_work import Working
from qdrill.console.text import plain
from qdrill.errors import QdrillError


class Stores(Working):
    """Rows come in, go stale and vanish; the store at hand is marked where it is guarded."""

    def __init__(self) -> None:
        super().__init__()
        self.listing = Listing()
        self.asked: Loading | None = None
        self._watched: Job[object] | None = None
        self._guard: Guard = ""
        self._as_of = ""

    @property
    def table(self) -> TablePanel:
        """The table."""
        return self.query_one(TablePanel)

    @property
    def detail(self) -> DetailPanel:
        """The detail."""
        return self.query_one(DetailPanel)

    @property
    def opened(self) -> bool:
        """Whether a collection is shown in detail."""
        return self.has_class("-detail")

    @property
    def at_hand(self) -> Listed | None:
        """The collection in the detail, where that has the keys; else the one under the cursor."""
        if self.opened and (self.has_class("-compact") or self.detail.has_focus_within):
            return self.listing.get(self.detail.address)
        return self.table.selected

    def guard(self, row: Listed | None) -> Guard:
        """How the store of a row is marked."""
        return self.guards.get(row.summary.store, "") if row is not None else ""

    def ask_detail(self, address: str) -> None:
        """Ask for the collection that is shown in detail."""
        raise NotImplementedError

    def tick(self) -> None:
        """Take the rows that came in; look at the job."""
        if self.asked is not None:
            self._take(self.asked)
            self.table.show_asking(not self.asked.ended)
        job = self.job
        if self.query_one(JobPanel).show(job) and job is not None and job is not self._watched:
            self._watched = job
            self.load(self.engine.stores())

    def load(self, stores: Sequence[StoreConfig]) -> None:
        """Ask these stores; what is shown of them stays until they have answered."""
        if self.asked is not None:
            self.asked.leave()
        loading = self.asked = Loading(self.engine, stores)
        self.listing.keep_stores(store.label for store in self.engine.stores())
        self.listing.begin(store.label for store in stores)
        self.show_table()
        self.ask(loading.run, self._loaded, group="overview", failed=lambda error: self._not_loaded(loading, error))

    def _take(self, loading: Loading) -> None:
        if loading is self.asked and (came := loading.drain()):
            self._know(loading)
            self.listing.take(came)
            self.show_table()

    def _know(self, loading: Loading) -> None:
        self.guards |= loading.guards

    def _loaded(self, loading: Loading) -> None:
        if loading is self.asked:
            self._know(loading)
            self.listing.take(loading.drain())
            self.listing.end()
            self._as_of = f"{datetime.now(UTC).astimezone():%H:%M:%S}"
            self.asked = None
            self.show_table()

    def _not_loaded(self, loading: Loading, error: QdrillError) -> None:
        if loading is self.asked:
            self.listing.take(loading.drain())
            self.listing.give_up()
            self.asked = None
            self.show_table()
            self.console_app.tell_error(error)

    def show_table(self) -> None:
        """Show the rows as they are known now."""
        labels = [store.label for store in self.engine.stores()]
        self.table.show(self.listing.rows, labels, self.guards, asking=self.asked is not None, as_of=self._as_of)
        self.show_banner()

    def show_banner(self, *, anew: bool = False) -> None:
        """The store at hand is marked: say so in a word, in colour, and by the borders."""
        guard = self.guard(self.at_hand)
        if guard == self._guard and not anew:
            return
        self._guard = guard
        self.set_class(guard == "production", "-production")
        self.set_class(guard == "read_only", "-read-only")
        if guard:
            word = self.say(f"collections.guard.{guard}")
            text = self.say("collections.banner", glyph=GUARD_GLYPHS[guard], word=word)
            self.query_one("#banner", Static).update(plain(text))

    def on_table_panel_row_changed(self) -> None:
        """Another row may be of another store."""
        self.show_banner()

    def on_descendant_focus(self) -> None:
        """The keys went from the table to the detail, or back."""
        self.show_banner()

    def do_reload(self) -> None:
        """Ask all stores again, and for the detail."""
        self.load(self.engine.stores())
        if self.opened:
            self.ask_detail(self.detail.address)

    def do_retry(self) -> None:
        """Ask again what could not be reached: the detail, the stores that are down; else all."""
        if self.opened and self.detail.error:
            self.ask_detail(self.detail.address)
        down = down_stores(self.listing.rows)
        self.load([store for store in self.engine.stores() if not down or store.label in down])

    def do_add_address(self) -> None:
        """Ask for an address, whose store is shown too."""
        self._ask_address("", "")

    def _ask_address(self, value: str, problem: str) -> None:
        def question() -> Prompt:
            text = f"✗ {self.sentence(problem)}" if problem else self.say("collections.ask.address_text")
            return Prompt(self.say("collections.ask.address"), text, value)

        open_dialogue(self.app, question, lambda typed: self._add_address(typed.strip()) if typed else None)

    def _add_address(self, address: str) -> None:
        self.ask(
            lambda: self.engine.add_store(address),
            lambda store: self.load([store]),
            group="address",
            failed=lambda error: self._ask_address(address, str(error)),
        )

    def do_demo(self) -> None:
        """The walkthrough, in a console of its own."""
        from qdrill.console.walkthrough import start_demo

        start_demo(self.console_app)
