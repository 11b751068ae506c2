"""Doing an action: one path for keys, bar, palette and mouse. What cannot be done now says why."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING

from qdrill.console.actions import action

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp


async def do_action(app: QdrillApp, identifier: str) -> None:
    """Do the action on the app, or on its own screen, which comes to the front first."""
    wanted = action(identifier)
    if wanted.scope not in ("app", "walkthrough") and app.current_mode != wanted.scope:
        await app.switch_mode(wanted.scope)
    place = app if wanted.scope in ("app", "walkthrough") else app.base_screen
    reason = place.why_not(identifier)
    if reason is not None:
        app.tell(reason, severity="warning")
        return
    method = getattr(place, wanted.method)
    done = method() if wanted.argument is None else method(wanted.argument)
    if isawaitable(done):
        await done
