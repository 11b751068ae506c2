"""The lines under both sides: how far the answers agree, how long they took, and what is being asked now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from qdrill.console.engine_words import sentence
from qdrill.console.i18n import Say
from qdrill.console.panels.search_query import vector_words
from qdrill.console.panels.search_reply import Reply
from qdrill.console.panels.search_rows import amount_text, overlap_counts
from qdrill.console.text import UNKNOWN, fit_parts, plain, shown
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.state import State, StateValue, state_content
from qdrill.results import SearchOutcome

if TYPE_CHECKING:
    from qdrill.console.i18n import Language


@dataclass(frozen=True, slots=True)
class SummaryView:
    """What the summary is about.

    Attributes:
        reply: the last that holds an answer; None before the first.
        asking: what is being asked now, "" when nothing is; `seconds` whole seconds of that.
        failed: whether the last question got no answer at all: what stands there answers an earlier one.
        kept: where the answer was kept as evidence.
    """

    reply: Reply | None = None
    asking: str = ""
    seconds: int = 0
    failed: bool = False
    kept: str = ""


def figures(say: Say, reply: Reply) -> list[str]:
    """Overlap, order, largest score change and the latency of both sides; of one collection its hits and latency."""
    outcome = reply.outcome
    assert outcome is not None
    if reply.target is None:
        return [say("search.hits", n=len(outcome.source_hits)), latency(say, outcome.source_ms)]
    counts = overlap_counts(outcome)
    overlap = UNKNOWN if counts is None else f"{counts[0]}/{counts[1]}"
    change = UNKNOWN if outcome.max_score_change is None else amount_text(outcome.max_score_change)
    both = f"{latency(say, outcome.source_ms)} │ {latency(say, outcome.target_ms)}"
    return [
        say("search.overlap", n=overlap),
        say("search.order", words=_order(say, outcome)),
        say("search.largest", n=change),
        both,
    ]


def _order(say: Say, outcome: SearchOutcome) -> str:
    if outcome.same_order is None:
        return UNKNOWN
    return say("search.order_same" if outcome.same_order else "search.order_changed")


def latency(say: Say, milliseconds: float | None) -> str:
    """`12 ms`, `0.4 ms`; a side that gave no answer says so."""
    if milliseconds is None:
        return say("search.no_answer")
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


def asked_words(say: Say, language: Language, reply: Reply) -> list[str]:
    """`text 登录`, `top 3`, `vector text`, `exact`: what the answer answers."""
    outcome = reply.outcome
    assert outcome is not None
    words = [sentence(language, outcome.name), say("search.wish.top", k=outcome.top_k)]
    return [*words, vector_words(say, outcome.using), say("search.wish.exact")]


def state_of(reply: Reply) -> State | None:
    """The comparison's state; None where one collection alone was wished. Half an answer proves nothing."""
    assert reply.outcome is not None
    if reply.target is not None:
        return reply.outcome.state
    return None if reply.question.target is None else "inconclusive"


class Summary(Static, Localised):
    """Two or three lines."""

    DEFAULT_CSS = """
    Summary { height: auto; max-height: 4; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="summary", markup=False)
        self.view = SummaryView()

    def show(self, view: SummaryView) -> None:
        """Show another view."""
        if view != self.view:
            self.view = view
            self.relabel()

    def on_resize(self) -> None:
        """As many figures as fit."""
        self.relabel()

    def relabel(self) -> None:
        """The same in the app's language."""
        app, room = self.console_app, max(20, self.size.width)
        found: list[Content] = []
        if self.view.asking:
            found.append(self._asking(room))
        elif self.view.reply is not None:
            found += self._lines(self.view.reply, app.language, room)
        self.update(Content("\n").join(found))

    def _lines(self, reply: Reply, language: Language, room: int) -> list[Content]:
        assert reply.outcome is not None
        state, parts = state_of(reply), asked_words(self.say, language, reply)
        if self.view.failed:
            parts.insert(0, self.say("search.earlier"))
        if self.view.kept:
            parts.insert(1, self.say("search.kept_in", path=self.view.kept))
        lines = [Content(fit_parts(figures(self.say, reply), room))]
        if state is None:
            return [*lines, Content(fit_parts(parts, room))]
        word = state_content(StateValue(state, self.say(f"search.state.{state}")))
        lines.append(Content.assemble(word, "   ", fit_parts(parts, room - word.cell_length - 3)))
        reason = reply.outcome.reason
        if state != "pass" and reply.target is not None and reason not in (reply.source_error, reply.target_error):
            lines.append(plain(sentence(language, reason)))
        return lines

    def _asking(self, room: int) -> Content:
        """What is asked. The verdict on the answers still shown was on the query before, and is not repeated."""
        seconds = f"{self.view.seconds} s" if self.view.seconds else ""
        cancel = self.say("search.asking_cancel", press=self.console_app.key_of("search.cancel"))
        parts = fit_parts([part for part in (seconds, cancel) if part], max(8, room // 3))
        key = "search.asking" if self.view.reply is None else "search.asking_on"
        frame = cell_len(self.say(key, what=""))
        text = self.say(key, what=shown(self.view.asking, max(8, room - frame - cell_len(parts) - 5)))
        return Content.assemble(state_content(StateValue("running", text)), f"   {parts}")
