"""Every action of the console, once: key bindings, palette, help and `docs/keys.md` are made from this registry.

An action's words are in the catalogue: `action.<id>` is its name, `action.<id>.help` what it does.
"""

from qdrill.console.actions.model import Action
from qdrill.console.actions.registry import ACTIONS, SCOPES, action, binding_in_dialogue, bindings_for, of_scope

__all__ = ["ACTIONS", "SCOPES", "Action", "action", "binding_in_dialogue", "bindings_for", "of_scope"]
