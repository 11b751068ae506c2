"""What an action is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    Attributes:
        id: stable, `<scope>.<name>`; keys are remapped by it in drills.toml.
        keys: Textual key names, the first is the one shown.
        handler: the screen's (or app's) method that does it is `do_<handler>`; empty: `do_<name>`.
        argument: passed to that method where it is not None.
        shown: whether the bar at the foot shows it.
        palette: whether the command palette has it; only moves inside a widget leave it out.
    """

    id: str
    keys: tuple[str, ...]
    handler: str = ""
    argument: int | str | None = None
    shown: bool = True
    palette: bool = True

    @property
    def scope(self) -> str:
        """Where it belongs: the part of the id before the dot."""
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        """Name of the method that does it."""
        return f"do_{self.handler or self.id.partition('.')[2]}"

    @property
    def label_key(self) -> str:
        """Catalogue key of its name."""
        return f"action.{self.id}"

    @property
    def help_key(self) -> str:
        """Catalogue key of what it does."""
        return f"action.{self.id}.help"
