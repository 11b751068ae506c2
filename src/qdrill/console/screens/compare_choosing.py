"""Before a comparison: its two places and how closely to look."""

from __future__ import annotations

from dataclasses import replace

from qdrill.console.handover import Handover
from qdrill.console.known_places import offers_of
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.panels.compare_form import CompareForm
from qdrill.console.panels.compare_places import LEVELS, Comparison, default_places
from qdrill.console.screens.base import ConsoleScreen
from qdrill.drill.runner import DrillOutcome


class Choosing(ConsoleScreen):
    """The part of the Compare screen that leads to a comparison.

    Attributes:
        asked: what `start` would compare.
        chosen: somebody chose it; until then it follows the last drill.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked = Comparison()
        self.chosen = False

    def on_screen_resume(self) -> None:
        """Unless somebody chose the places, they are those of the last drill."""
        if not self.chosen:
            job, engine = self.console_app.jobs.last("drill"), self.engine
            outcome = job.result if job is not None and isinstance(job.result, DrillOutcome) else None
            # A record that cannot be read is told where the records are.
            self.ask(
                lambda: default_places(engine, outcome), self._default, group="default", failed=lambda _error: None
            )

    def _default(self, places: tuple[str, str] | None) -> None:
        if not self.chosen and places is not None:
            self.asked = replace(self.asked, left=places[0], right=places[1])
            self.tick()

    def take(self, handover: Handover) -> None:
        """Compare what another screen gives; what is missing then is asked for."""
        left, right = handover.source or self.asked.left, handover.target or self.asked.right
        self._choose(Comparison(left, "" if left == right else right, self.asked.level))
        if not self.asked.complete:
            self.do_places()

    def _choose(self, asked: Comparison | None) -> None:
        if asked is not None:
            self.asked, self.chosen = asked, True
            self.tick()

    def do_places(self) -> None:
        """Choose the two sides."""
        form, engine = CompareForm(self.asked), self.engine
        self.app.push_screen(form, self._choose)
        self.ask(
            lambda: offers_of(engine),
            lambda offers: form.offer(offers) if form.is_attached else None,
            group="offers",
            failed=lambda error: form.offer_nothing(str(error)) if form.is_attached else None,
        )

    def do_level(self) -> None:
        """Choose how closely to look."""

        def choice() -> Choose:
            options = [(level, self.say(f"compare.level_is.{level}")) for level in LEVELS]
            return Choose(self.say("compare.level_title"), options, self.asked.level)

        open_dialogue(self.app, choice, self._set_level)

    def _set_level(self, level: str | None) -> None:
        for known in LEVELS:
            if known == level:
                self.asked = replace(self.asked, level=known)
                self.tick()
