"""The app's captions: what they say, and one of them on whatever screen the walkthrough has come to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from qdrill.console.actions import Action
from qdrill.console.app import QdrillApp
from qdrill.console.modals.dialogue import Dialogue
from qdrill.console.screens.base import ConsoleScreen
from qdrill.console.walkthrough.caption import Caption, Said
from qdrill.console.walkthrough.player import Player


class Captioned(QdrillApp):
    """The console with captions.

    Attributes:
        player: says which step is shown.
        facts: fields of its caption.
        shown_to_others: a recording or pictures are made of what is shown.
    """

    player: Player
    facts: Mapping[str, object] = {}
    shown_to_others = False

    def say(self, key: str, **values: object) -> str:
        """As every app; what is recorded to be shown to others names no directory of this machine."""
        if self.shown_to_others:
            here = f"{Path.cwd()}{os.sep}"
            values = {name: one.replace(here, "") if isinstance(one, str) else one for name, one in values.items()}
        return super().say(key, **values)

    def said(self) -> Said:
        """What the caption says now."""
        step, player = self.player.step, self.player
        place = self.say("walkthrough.place", number=player.index + 1, of=len(player.act))
        state = ""
        if player.paused:
            state = self.say("walkthrough.paused")
        elif player.state == "ended":
            state = self.say("walkthrough.ended", quit=self.key_of("app.quit"))
        text = self.say(step.caption, **self.facts) if self.facts else self.say(step.caption)
        return Said(self.say(f"{step.caption}.title"), place, text, state)

    def caption_label(self, one: Action) -> str:
        """The name of a key of the caption; that of a pause says what it would do."""
        paused = one.id == "walkthrough.pause" and self.player.paused
        return self.say("walkthrough.go_on") if paused else self.say(one.label_key)

    async def stand_caption(self) -> None:
        """One caption on the screen in front, if that is the step's."""
        screen = self.screen
        ours = isinstance(screen, ConsoleScreen) or (isinstance(screen, Dialogue) and self.own_dialogue)
        if not ours or self.player.index < 0 or self.player.state not in ("playing", "ended"):
            return
        said = self.said()
        for one in self.screen_stack:
            for caption in one.query(Caption):
                caption.say_now(said)
        if screen.is_mounted and not screen.query(Caption):
            await screen.mount(Caption(said))

    def query_captions(self, each: Callable[[Caption], object]) -> None:
        """Do something with the captions of all screens."""
        for stack in self._screen_stacks.values():
            for screen in stack:
                for caption in screen.query(Caption):
                    each(caption)

    @property
    def own_dialogue(self) -> bool:
        """Whether the dialogue in front is the step's."""
        return self.player.step.dialogue and isinstance(self.screen, Dialogue)
