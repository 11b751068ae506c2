"""Playing an act: reading times, pause, steps forth and back, and giving the console to the person who takes over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal, Protocol

from qdrill.console.walkthrough.step import Act, Step

PlayState = Literal["playing", "ended", "taken", "stuck"]
# Nothing in the demonstration takes a tenth of this; a walkthrough that waits longer will wait for ever.
PATIENCE = 120.0


class Place(Protocol):
    """Where an act is played: the console, or a test's own."""

    async def enter(self, step: Step, *, first: bool) -> None:
        """Show the step; do what it does if this is the first time."""

    def reached(self, step: Step) -> bool:
        """Whether what the step waits for is so."""

    def busy(self) -> bool:
        """Whether the person is in something else, so that the walkthrough has to wait."""

    def reading(self, step: Step) -> float:
        """Seconds to read its caption."""

    def hurry(self, step: Step) -> None:
        """Somebody has read enough: what is slowed for the eye need not be any more."""

    def left(self, step: Step) -> None:
        """The step was played to its end for the first time."""

    def turned(self) -> None:
        """The state of the player changed."""


class Player:
    """Plays an act.

    Args:
        clock: monotonic seconds.

    Attributes:
        index: the step that is shown; -1 before the first.
        frontier: the last step whose work was begun; going back does no work again.
        paused: held by the person.
        state: playing; ended (the last step was read); taken over; stuck (a step's end never came).
    """

    def __init__(self, act: Act, place: Place, clock: Callable[[], float]) -> None:
        self.act, self._place, self._clock = act, place, clock
        self.index = self.frontier = -1
        self.paused = False
        self.state: PlayState = "playing"
        self._hurried = False
        self._read = self._waited = 0.0
        self._reading = 0.0
        self._last = clock()
        self._turn = asyncio.Lock()

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.act[max(0, self.index)]

    @property
    def at_end(self) -> bool:
        """Whether the last step is shown."""
        return self.index == len(self.act) - 1

    async def tick(self) -> None:
        """Go on, if it is time. Called some some times a second."""
        if self._turn.locked():
            return
        async with self._turn:
            now = self._clock()
            passed, self._last = now - self._last, now
            if self.state != "playing" or self._place.busy():
                return
            if self.index < 0:
                await self._go(0)
            elif not self.paused or self._hurried:
                await self._play(passed)

    async def _play(self, passed: float) -> None:
        self._read += passed
        if not (self._hurried or self._read >= self._reading):
            return
        if not self._done():
            self._waited += passed
            if self._waited > PATIENCE:
                self._turn_to("stuck")
            return
        self._leave()
        if self.at_end:
            self._hurried = False
            self._turn_to("ended")
        else:
            await self._go(self.index + 1)

    def _done(self) -> bool:
        return self.index < self.frontier or self._place.reached(self.step)

    def _leave(self) -> None:
        if self.index == self.frontier:
            self._place.left(self.step)

    async def _go(self, index: int) -> None:
        self.index, self._hurried = index, False
        self._read = self._waited = 0.0
        first = index > self.frontier
        self.frontier = max(self.frontier, index)
        self._reading = self._place.reading(self.step)
        await self._place.enter(self.step, first=first)
        # Entering may take a while, and nobody could read meanwhile.
        self._last = self._clock()

    def pause(self) -> None:
        """Hold, or go on."""
        if self.state == "playing":
            self.paused = not self.paused
            self._place.turned()

    async def move(self, by: int) -> None:
        """Show the next step (1) or the one before (-1); the next one comes when what is awaited has come."""
        async with self._turn:
            if self.index < 0 or self.state not in ("playing", "ended"):
                return
            if by < 0 and self.index > 0:
                self.state = "playing"
                await self._go(self.index - 1)
            elif by > 0 and self.state == "playing":
                self._hurried = True
                self._place.hurry(self.step)
            self._place.turned()

    def take_over(self) -> None:
        """The person goes on by hand."""
        if self.state in ("playing", "ended"):
            self._turn_to("taken")

    def _turn_to(self, state: PlayState) -> None:
        self.state = state
        self._place.turned()
