"""The actions of all scopes put together, and Textual's bindings made of them."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from qdrill.console.actions import app, collections, compare, drill, metrics, records, search, walkthrough
from qdrill.console.actions.model import Action

SCOPES: tuple[str, ...] = ("app", "drill", "collections", "search", "compare", "metrics", "records", "walkthrough")
ACTIONS: tuple[Action, ...] = (
    *app.ACTIONS,
    *drill.ACTIONS,
    *collections.ACTIONS,
    *search.ACTIONS,
    *compare.ACTIONS,
    *metrics.ACTIONS,
    *records.ACTIONS,
    *walkthrough.ACTIONS,
)
_BY_ID = {one.id: one for one in ACTIONS}


def action(identifier: str) -> Action:
    """The action of that id; raises KeyError."""
    return _BY_ID[identifier]


def of_scope(scope: str) -> tuple[Action, ...]:
    """The actions of a scope, in the order in which they are shown."""
    return tuple(one for one in ACTIONS if one.scope == scope)


def binding_in_dialogue(identifier: str) -> BindingType:
    """The binding of an action of the app for a dialogue, which the app's own bindings do not reach."""
    one = action(identifier)
    return Binding(",".join(one.keys), f"app.do('{one.id}')", one.id, show=False, id=one.id)


def bindings_for(scope: str) -> list[BindingType]:
    """Textual's bindings of a scope; each runs `action_do(id)`. What people read comes from the catalogue."""
    return [
        Binding(",".join(one.keys), f"do('{one.id}')", one.id, show=False, id=one.id)
        for one in of_scope(scope)
        if one.keys
    ]
