"""What can be done on the Compare screen."""

from qdrill.console.actions.model import Action

ACTIONS = (
    Action("compare.places", ("e",)),
    Action("compare.start", ("s",)),
    Action("compare.level", ("l",)),
    Action("compare.filter", ("f",)),
    Action("compare.section", ("t",)),
    Action("compare.cancel", ("x",)),
    Action("compare.pause", ("p",), shown=False),
    Action("compare.open", ("enter",), handler="open_row", palette=False),
    Action("compare.close", ("escape",), shown=False, palette=False),
    Action("compare.document", ("Y",), shown=False),
)
