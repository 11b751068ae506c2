"""The caption of the walkthrough: what is seen, why it matters, and the keys, above the key bar of any screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult, RenderResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from qdrill.console.actions import action
from qdrill.console.text import plain
from qdrill.console.walkthrough.wrapping import wrap
from qdrill.console.widgets.say import Localised

if TYPE_CHECKING:
    from qdrill.console.walkthrough.app import WalkthroughApp

KEYS = ("walkthrough.pause", "walkthrough.back", "walkthrough.next", "walkthrough.take_over")


@dataclass(frozen=True, slots=True)
class Said:
    """What a caption says: words of the catalogue, already in the language at hand."""

    title: str
    place: str
    text: str
    state: str = ""


class Words(Widget):
    """The text, on as many lines as it needs."""

    DEFAULT_CSS = """
    Words { width: 100%; height: auto; color: $text; }
    """
    text = reactive("", layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """Lines."""
        return len(wrap(self.text, width))

    def render(self) -> RenderResult:
        """The lines."""
        return Content("\n".join(wrap(self.text, self.size.width)))


class Caption(Vertical, Localised):
    """A box at the foot. One stands on each screen that the walkthrough comes to; all show the same."""

    DEFAULT_CSS = """
    Caption {
        dock: bottom; height: auto; max-height: 9; margin-bottom: 1; padding: 0 1;
        background: $surface; border: round $accent; border-title-color: $accent; border-title-style: bold;
        border-subtitle-color: $text-muted;
    }
    .-tiny Caption { display: none; }
    """

    def __init__(self, said: Said) -> None:
        super().__init__()
        self._said: Said | None = None
        self._first = said

    def compose(self) -> ComposeResult:
        """The text."""
        yield Words()

    def on_mount(self) -> None:
        """Say it."""
        self.say_now(self._first)

    def say_now(self, said: Said) -> None:
        """Show another text, if it is another."""
        if said == self._said:
            return
        self._said = said
        self.border_title = Content.assemble(plain(said.title), "  ", (said.place, "dim"), "  ", (said.state, "bold"))
        self.border_subtitle = self._keys()
        self.query_one(Words).text = said.text

    def relabel(self) -> None:
        """In the app's language."""
        self._said = None
        self.say_now(cast("WalkthroughApp", self.app).said())

    def _keys(self) -> Content:
        app = cast("WalkthroughApp", self.app)
        parts: list[Content] = []
        for one in map(action, KEYS):
            key, label = app.key_of(one.id), app.caption_label(one)
            parts.append(Content.from_markup(f"[@click=app.do('{one.id}')][b]$key[/b] $label[/]", key=key, label=label))
        return Content("   ").join(parts)
