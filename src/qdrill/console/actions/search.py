"""What can be done on the Search screen."""

from qdrill.console.actions.model import Action

ACTIONS = (
    Action("search.query", ("slash",)),
    Action("search.places", ("e",)),
    Action("search.kind", ("t",)),
    Action("search.like", ("l",)),
    Action("search.random", ("r",)),
    Action("search.keep", ("k",)),
    Action("search.json", ("j",)),
    Action("search.more", ("plus", "equals_sign"), handler="top_k", argument=1, shown=False),
    Action("search.fewer", ("minus",), handler="top_k", argument=-1, shown=False),
    Action("search.vector", ("v",), shown=False),
    Action("search.embedder", ("m",), shown=False),
    Action("search.cancel", ("x",), shown=False),
    Action("search.open", ("enter",), shown=False, palette=False),
)
