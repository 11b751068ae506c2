"""The command palette: every action of the registry, in the app's language."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import BindingType
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.style import Style
from textual.widgets import Input

from qdrill.console.actions import ACTIONS, Action, binding_in_dialogue
from qdrill.console.text import shown
from qdrill.console.widgets.say import Localised

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp

_LONGEST = 200
_HARMLESS = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]*"


class Palette(CommandPalette, Localised):
    """Textual's palette, into which nothing can be pasted that a terminal would obey."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding_in_dialogue("app.screenshot"),
        binding_in_dialogue("app.language"),
    ]

    def on_mount(self) -> None:
        """Its line is Textual's own, which sends what it holds to the terminal as it is."""
        self.query_one(Input).restrict = _HARMLESS

    def relabel(self) -> None:
        """Look again for what was typed, among the names in the app's language."""
        line = self.query_one(Input)
        line.placeholder = self.say("app.palette")
        line.post_message(Input.Changed(line, line.value))


class ActionCommands(Provider):
    """Finds actions by their name, their screen and what they do; those of the screen at hand come first.

    Textual reads strings of hits as markup, and a key may be `[`, so all that is shown is content.
    """

    async def search(self, query: str) -> Hits:
        """Actions that match; one line that says so where none does."""
        fuzzy, found = FuzzySearch(), False
        for one in self._actions():
            name, about = self._words(one)
            score, places = fuzzy.match(query, name)
            score = max(score, 0.5 * fuzzy.match(query, about)[0])
            if score > 0:
                found = True
                yield Hit(score, self._display(name, about, places), self._run(one), text=name)
        if not found:
            nothing = self._app.say("app.no_action")
            yield Hit(0.01, Content.styled(nothing, "$text-muted"), self._app.action_nothing, text=nothing)

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for one in self._actions():
            name, about = self._words(one)
            yield DiscoveryHit(self._display(name, about), self._run(one), text=name)

    def _actions(self) -> Iterator[Action]:
        here = self._app.base_screen.MODE
        ordered = sorted(ACTIONS, key=lambda one: (one.scope != here, one.scope != "app"))
        return (one for one in ordered if one.palette)

    def _words(self, one: Action) -> tuple[str, str]:
        say, key = self._app.say, self._app.key_of(one.id)
        name = say(one.label_key)
        if one.scope != "app":
            name = say("app.command", place=say(f"action.app.{one.scope}"), name=name)
        name += f"  ({key})" if key else ""
        reason = self._app.why_not_now(one.id) if one.scope in ("app", self._app.base_screen.MODE) else None
        return name, shown(reason or say(one.help_key), _LONGEST)

    def _display(self, name: str, about: str, places: Sequence[int] = ()) -> Content:
        content, style = Content(name), self.match_style or Style(reverse=True)
        for place in places:
            content = content.stylize(style, place, place + 1)
        return Content.assemble(content, "\n", (about, "not bold $text-muted"))

    def _run(self, one: Action) -> Callable[[], Coroutine[Any, Any, None]]:
        async def run() -> None:
            await self._app.action_do(one.id)

        return run

    @property
    def _app(self) -> QdrillApp:
        return cast("QdrillApp", self.app)
