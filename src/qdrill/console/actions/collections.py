"""What can be done on the Collections screen."""

from qdrill.console.actions.model import Action

ACTIONS = (
    Action("collections.open", ("enter",), palette=False),
    Action("collections.filter", ("slash",)),
    Action("collections.sort", ("o",)),
    Action("collections.backup", ("b",)),
    Action("collections.restore", ("w",)),
    Action("collections.drill", ("d",)),
    Action("collections.compare", ("c",)),
    Action("collections.search", ("f",)),
    Action("collections.reload", ("r",)),
    Action("collections.address", ("a",), handler="add_address"),
    Action("collections.demo", ("m",), shown=False),
    Action("collections.section", ("v",), shown=False),
    Action("collections.defaults", ("e",), shown=False),
    Action("collections.next_points", ("right_square_bracket",), handler="points", argument=1, shown=False),
    Action("collections.first_points", ("left_square_bracket",), handler="points", argument=0, shown=False),
    Action("collections.pause", ("p",), shown=False),
    Action("collections.cancel", ("x",), shown=False),
    Action("collections.close", ("escape",), shown=False, palette=False),
)
