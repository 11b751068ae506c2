"""The player alone: reading times, pause, steps forth and back, and who has the console."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from qdrill.console.walkthrough.player import PATIENCE, Player
from qdrill.console.walkthrough.step import Step
from tests.console.support.clock import FakeClock

ACT = tuple(Step(name, f"caption.{name}", "drill") for name in ("one", "two", "three"))
READING = 5.0


@dataclass
class Stage:
    """Where the act is played: notes what it was asked."""

    entered: list[tuple[str, bool]] = field(default_factory=list)
    hurried: list[str] = field(default_factory=list)
    left_steps: list[str] = field(default_factory=list)
    turns: int = 0
    held: bool = False
    there: Callable[[Step], bool] = lambda step: True

    async def enter(self, step: Step, *, first: bool) -> None:
        """Show the step."""
        self.entered.append((step.name, first))

    def reached(self, step: Step) -> bool:
        """What the test says."""
        return self.there(step)

    def busy(self) -> bool:
        """What the test says."""
        return self.held

    def reading(self, step: Step) -> float:
        """The same for all."""
        return READING

    def hurry(self, step: Step) -> None:
        """Note it."""
        self.hurried.append(step.name)

    def left(self, step: Step) -> None:
        """Note it."""
        self.left_steps.append(step.name)

    def turned(self) -> None:
        """Count it."""
        self.turns += 1


async def begun() -> tuple[Player, Stage, FakeClock]:
    """A player on its first step."""
    stage, clock = Stage(), FakeClock()
    player = Player(ACT, stage, clock)
    await player.tick()
    assert stage.entered == [("one", True)]
    return player, stage, clock


async def pass_time(player: Player, clock: FakeClock, seconds: float) -> None:
    """Tick for so long, ten times a second."""
    for _ in range(round(seconds * 10)):
        clock.advance(0.1)
        await player.tick()


async def test_each_step_is_shown_for_its_reading_time_and_the_last_ends_the_act() -> None:
    player, stage, clock = await begun()
    await pass_time(player, clock, READING - 0.2)
    assert player.index == 0
    await pass_time(player, clock, 0.3)
    assert player.index == 1
    await pass_time(player, clock, 2 * READING + 0.4)
    assert player.state == "ended"
    assert stage.entered == [("one", True), ("two", True), ("three", True)]
    assert stage.left_steps == ["one", "two", "three"]


async def test_a_step_waits_for_what_it_waits_for() -> None:
    player, stage, clock = await begun()
    stage.there = lambda step: False
    await pass_time(player, clock, 3 * READING)
    assert player.index == 0
    stage.there = lambda step: True
    await pass_time(player, clock, 0.1)
    assert player.index == 1


async def test_a_pause_holds_and_goes_on_where_it_was() -> None:
    player, stage, clock = await begun()
    await pass_time(player, clock, READING - 1)
    player.pause()
    await pass_time(player, clock, 100)
    assert (player.index, player.paused) == (0, True)
    player.pause()
    await pass_time(player, clock, 0.5)
    assert player.index == 0
    await pass_time(player, clock, 0.7)
    assert player.index == 1
    assert stage.turns == 2


async def test_an_arrow_goes_on_at_once_also_while_paused_and_then_it_is_paused_still() -> None:
    player, _, clock = await begun()
    player.pause()
    await player.move(1)
    await pass_time(player, clock, 0.1)
    assert (player.index, player.paused) == (1, True)
    await pass_time(player, clock, 100)
    assert player.index == 1


async def test_an_arrow_waits_for_what_the_step_waits_for_and_asks_to_hurry() -> None:
    player, stage, clock = await begun()
    stage.there = lambda step: False
    await player.move(1)
    await pass_time(player, clock, 1)
    assert (player.index, stage.hurried) == (0, ["one"])
    stage.there = lambda step: True
    await pass_time(player, clock, 0.1)
    assert player.index == 1


async def test_back_shows_a_step_again_without_its_work_and_forth_does_only_new_work() -> None:
    player, stage, clock = await begun()
    await player.move(1)
    await pass_time(player, clock, 0.1)
    await player.move(-1)
    assert stage.entered[-1] == ("one", False)
    # What step one waits for was so once; that it is not any more says nothing.
    stage.there = lambda step: step.name != "one"
    for _ in range(2):
        await player.move(1)
        await pass_time(player, clock, 0.1)
    assert stage.entered[-2:] == [("two", False), ("three", True)]
    assert stage.left_steps == ["one", "two"]


async def test_back_before_the_first_step_and_forth_after_the_last_change_nothing() -> None:
    player, stage, clock = await begun()
    await player.move(-1)
    assert stage.entered == [("one", True)]
    await pass_time(player, clock, 3 * READING + 1)
    assert player.state == "ended"
    await player.move(1)
    await pass_time(player, clock, 1)
    assert (player.index, player.state) == (2, "ended")


async def test_back_from_the_end_plays_on_from_there() -> None:
    player, stage, clock = await begun()
    await pass_time(player, clock, 3 * READING + 1)
    await player.move(-1)
    assert (player.index, player.state) == (1, "playing")
    await pass_time(player, clock, 2 * READING + 1)
    assert player.state == "ended"
    assert [step for step, first in stage.entered if first] == ["one", "two", "three"]


async def test_it_stands_still_while_the_person_is_in_something_else() -> None:
    player, stage, clock = await begun()
    stage.held = True
    await pass_time(player, clock, 100)
    assert player.index == 0
    stage.held = False
    await pass_time(player, clock, READING - 0.5)
    assert player.index == 0
    await pass_time(player, clock, 0.7)
    assert player.index == 1


async def test_taken_over_it_does_nothing_any_more() -> None:
    player, stage, clock = await begun()
    player.take_over()
    await pass_time(player, clock, 100)
    await player.move(1)
    await player.move(-1)
    player.pause()
    assert (player.index, player.state, player.paused) == (0, "taken", False)
    assert stage.entered == [("one", True)]


async def test_a_step_whose_end_never_comes_is_told_and_not_waited_for_for_ever() -> None:
    player, stage, clock = await begun()
    stage.there = lambda step: False
    await pass_time(player, clock, READING + PATIENCE - 1)
    states = [player.state]
    await pass_time(player, clock, 2)
    assert [*states, player.state] == ["playing", "stuck"]
