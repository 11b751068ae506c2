"""What can be done on the Metrics screen."""

from qdrill.console.actions.model import Action

ACTIONS: tuple[Action, ...] = ()
