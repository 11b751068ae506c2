"""What a step of the walkthrough is: data, which the player plays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qdrill.results import StageName

if TYPE_CHECKING:
    from qdrill.console.walkthrough.app import WalkthroughApp

Mode = Literal["drill", "collections", "search", "compare", "records"]
Move = Callable[["WalkthroughApp"], Awaitable[None]]
Condition = Callable[["WalkthroughApp"], bool]
Facts = Callable[["WalkthroughApp"], Mapping[str, object]]


def always(app: WalkthroughApp) -> bool:  # noqa: ARG001 - a condition
    """Nothing is waited for."""
    return True


def no_facts(app: WalkthroughApp) -> Mapping[str, object]:  # noqa: ARG001 - facts
    """The caption has no figures."""
    return {}


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        name: of its picture in a storyboard; unique in its act.
        caption: catalogue key of what is said; `<caption>.title` is its title.
        mode: the screen it is played on.
        do: action ids and moves, done when the step is reached for the first time.
        show: the same, done each time the step is shown: they change nothing but what is seen.
        until: what has to be so before the next step may come.
        picture: the moment of the picture in a storyboard, once it is there; else the end of the step.
        facts: fields of the caption, asked when the step is shown.
        stage: the stage of the drill that this step lets begin.
        dialogue: whether the step shows a dialogue.
    """

    name: str
    caption: str
    mode: Mode
    do: tuple[str | Move, ...] = ()
    show: tuple[str | Move, ...] = ()
    until: Condition = always
    picture: Condition | None = None
    facts: Facts = no_facts
    stage: StageName | None = None
    dialogue: bool = False


Act = tuple[Step, ...]
