"""What can be done on the Records screen."""

from qdrill.console.actions.model import Action

ACTIONS = (
    Action("records.open", ("enter",), palette=False),
    Action("records.sign", ("s",)),
    Action("records.filter", ("slash",)),
    Action("records.sort", ("o",)),
    Action("records.markdown", ("m",)),
    Action("records.copy", ("c",)),
    Action("records.folder", ("g",)),
    Action("records.reload", ("r",), shown=False),
    Action("records.close", ("escape",), shown=False, palette=False),
)
