"""The line in which a query is typed, and how it is asked: by text, point id or vector, top k, which vector."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from qdrill.console.engine_words import sentence
from qdrill.console.i18n import Say
from qdrill.console.text import fit_parts, plain, shown
from qdrill.console.widgets.say import Localised
from qdrill.drill.ask import parse_point_id, parse_vector
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import UsageError
from qdrill.names import terminal_text

Kind = Literal["text", "id", "vector"]
KINDS: tuple[Kind, ...] = ("text", "id", "vector")
MOST_HITS = 100
"""More than anybody compares by eye; `qdrill search` gives up to 10,000."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How to ask.

    Attributes:
        using: name of the vector to search; "" leaves it to the engine.
        embedder: "" takes the only one.
    """

    kind: Kind = "text"
    top_k: int = 10
    using: str = ""
    embedder: str = ""

    def spec(self, typed: str) -> SearchSpec:
        """What is asked by what was typed; raises UsageError."""
        if self.kind == "id":
            return SearchSpec("id", point=parse_point_id(typed), top_k=self.top_k, using=self.using)
        if self.kind == "vector":
            return SearchSpec("vector", vector=parse_vector(typed), top_k=self.top_k, using=self.using)
        return SearchSpec("text", text=typed, top_k=self.top_k, using=self.using, embedder=self.embedder)

    def random(self) -> SearchSpec:
        """A random point of the source."""
        return SearchSpec("random", top_k=self.top_k, using=self.using)

    def again(self, spec: SearchSpec) -> SearchSpec:
        """What was asked, asked as is wished now."""
        embedder = self.embedder if spec.kind == "text" else ""
        return replace(spec, top_k=self.top_k, using=self.using, embedder=embedder)


class QueryLine(Input):
    """The line; Esc and Down leave it for the answers, so that keys are keys again.

    What is asked stays as it was typed: a joiner is part of a Persian word or of an emoji. Only what is painted is
    made harmless.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,down", "leave", show=False)]

    class Left(Message):
        """Somebody wants to go to the answers."""

    @property
    def _value(self) -> Text:
        """What Textual paints, one character for each of the value's, so that the cursor stays where it is."""
        return Text(harmless(self.value), no_wrap=True, overflow="ignore", end="")

    def action_leave(self) -> None:
        """To the answers."""
        self.post_message(self.Left())


@lru_cache(maxsize=8)
def harmless(text: str) -> str:
    """`text` with a sign in the place of each control, bidi or invisible character."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if terminal_text(char) == char else "\ufffd" for char in text)


class QueryPanel(Vertical, Localised):
    """Line and wish."""

    DEFAULT_CSS = """
    QueryPanel {
        height: auto; padding: 0 1;
        & QueryLine { background: transparent; padding: 0; }
        & #query-problem { display: none; height: auto; max-height: 3; color: $text-error; }
        &.-wrong #query-problem { display: block; }
    }
    """

    class Asked(Message):
        """Enter: ask this."""

        def __init__(self, spec: SearchSpec) -> None:
            super().__init__()
            self.spec = spec

    def __init__(self) -> None:
        super().__init__(id="query", classes="panel")
        self.wish = Wish()
        self._problem = ""
        # A text is no point id: each kind of query keeps what was typed for it.
        self._kept: dict[Kind, str] = {}

    def compose(self) -> ComposeResult:
        """The line and what is wrong with it."""
        yield QueryLine(id="query-line", select_on_focus=True, compact=True)
        yield Static(id="query-problem", markup=False)

    def on_mount(self) -> None:
        """Words."""
        self.relabel()

    def on_resize(self) -> None:
        """As many words as fit."""
        self.relabel()

    @property
    def line(self) -> QueryLine:
        """The line."""
        return self.query_one(QueryLine)

    def set_wish(self, wish: Wish) -> None:
        """Ask otherwise from now on."""
        if wish.kind != self.wish.kind:
            self._kept[self.wish.kind] = self.line.value
            self.line.value = self._kept.get(wish.kind, "")
        self.wish = wish
        self.complain("")
        self.relabel()

    def write(self, kind: Kind, typed: str) -> None:
        """Have that in the line, as if somebody had typed it."""
        self.set_wish(replace(self.wish, kind=kind))
        self.line.value = typed

    def complain(self, why: str) -> None:
        """Say what is wrong with the query, a line of the engine; "" is nothing."""
        self._problem = why
        self.set_class(bool(why), "-wrong")
        language = self.console_app.language
        self.query_one("#query-problem", Static).update(plain(f"✗ {sentence(language, why)}" if why else ""))

    def ask(self) -> None:
        """Ask what stands in the line, or say why not."""
        try:
            spec = self.wish.spec(self.line.value.strip())
        except UsageError as error:
            self.complain(str(error))
            return
        self.complain("")
        self.post_message(self.Asked(spec))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.ask()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._problem:
            self.complain("")

    def relabel(self) -> None:
        """Title, placeholder, wish; what was typed stays, and so does the cursor."""
        if not self.is_mounted:
            return
        wish, room = self.wish, max(8, self.size.width - 4)
        self.line.placeholder = self.say(f"search.placeholder.{wish.kind}")
        title = Content(self.say(f"search.by.{wish.kind}"))
        parts = wish_words(self.say, wish, list(self.console_app.engine.config.embedders))
        for name, content in (("border_title", title), ("border_subtitle", Content(fit_parts(parts, room)))):
            setattr(self, name, content)
        self.complain(self._problem)


def wish_words(say: Say, wish: Wish, embedders: list[str]) -> list[str]:
    """`top 10`, `vector chosen by itself`, `embedder bm25`, `exact`."""
    parts = [say("search.wish.top", k=wish.top_k)]
    if wish.kind == "text":
        name = wish.embedder or (embedders[0] if len(embedders) == 1 else "")
        parts.append(say("search.wish.embedder", name=shown(name, 30)) if name else _no_embedder(say, embedders))
    vector = vector_words(say, wish.using) if wish.using else say("search.wish.vector_auto")
    return [*parts, vector, say("search.wish.exact")]


def _no_embedder(say: Say, embedders: list[str]) -> str:
    return say("search.wish.embedders", n=len(embedders)) if embedders else say("search.wish.no_embedder")


def vector_words(say: Say, name: str) -> str:
    """`vector text`; the one without a name is called that."""
    return say("search.wish.vector", name=shown(name, 30)) if name else say("search.wish.unnamed")
