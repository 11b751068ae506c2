"""Why an action of the Collections screen cannot be done now, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qdrill.console.screens.why import first_reason, not_steered

if TYPE_CHECKING:
    from qdrill.console.screens.collections import CollectionsScreen

_STARTS = ("collections.backup", "collections.restore")
_COLLECTION = tuple(f"collections.{name}" for name in ("backup", "compare", "search", "drill"))
_DETAIL = tuple(f"collections.{name}" for name in ("section", "defaults", "first_points"))
_STEER = ("collections.pause", "collections.cancel")


def why_not(screen: CollectionsScreen, identifier: str) -> str | None:
    """The reason in the app's language; None when it can be done."""
    if identifier in _STARTS and (reason := screen.why_busy()):
        return reason
    key = _why(screen, identifier)
    return screen.say(f"collections.why.{key}") if key else None


def _why(screen: CollectionsScreen, identifier: str) -> str:
    selected, row, page = screen.table.selected, screen.at_hand, screen.detail.page
    inside = screen.opened and screen.detail.has_focus_within
    none = "store_down" if selected is not None and selected.down else "no_collection"
    shut = not screen.opened
    reasons = (
        (not_steered(screen.job), identifier in _STEER),
        (none, identifier == "collections.open" and not inside and (selected is None or selected.down)),
        (none, identifier in _COLLECTION and (row is None or row.down)),
        ("gone", identifier in _COLLECTION and row is not None and row.mark == "gone"),
        ("no_detail", identifier in (*_DETAIL, "collections.next_points") and shut),
        ("last_page", identifier == "collections.next_points" and (page is None or page.next_id is None)),
    )
    return first_reason(reasons)
