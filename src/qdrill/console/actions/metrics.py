"""What can be done on the Metrics screen."""

from qdrill.console.actions.model import Action

ACTIONS = (
    Action("metrics.open", ("enter",), palette=False),
    Action("metrics.expression", ("slash",)),
    Action("metrics.minutes", ("m",)),
    Action("metrics.view", ("v",)),
    Action("metrics.drill", ("d",)),
    Action("metrics.copy_what", ("c",)),
    Action("metrics.close", ("escape",), shown=False, palette=False),
)
