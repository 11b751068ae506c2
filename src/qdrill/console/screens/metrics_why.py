"""Why an action of the Metrics screen cannot be done now, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qdrill.console.screens.why import first_reason

if TYPE_CHECKING:
    from qdrill.console.screens.metrics import MetricsScreen

_CHART = ("metrics.minutes", "metrics.view")
_TILE = ("metrics.open", "metrics.copy_what")


def why_not(screen: MetricsScreen, identifier: str) -> str | None:
    """The reason in the app's language; None when it can be done."""
    key = _why(screen, identifier)
    return screen.say(f"metrics.why.{key}") if key else None


def _why(screen: MetricsScreen, identifier: str) -> str:
    board = screen.board
    bare = board is not None and not board.configured
    asks = identifier == "metrics.expression"
    reasons = (
        ("nothing", bare and identifier in (*_CHART, *_TILE, "metrics.expression", "metrics.drill")),
        ("no_prometheus", asks and screen.engine.config.prometheus is None),
        ("not_read", identifier in _TILE and board is None),
    )
    return first_reason(reasons)
