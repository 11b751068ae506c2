"""What can be done on every screen."""

from qdrill.console.actions.model import Action

ACTIONS = (
    Action("app.drill", ("1",), handler="mode", argument="drill", shown=False),
    Action("app.collections", ("2",), handler="mode", argument="collections", shown=False),
    Action("app.search", ("3",), handler="mode", argument="search", shown=False),
    Action("app.compare", ("4",), handler="mode", argument="compare", shown=False),
    Action("app.metrics", ("5",), handler="mode", argument="metrics", shown=False),
    Action("app.records", ("6",), handler="mode", argument="records", shown=False),
    Action("app.commands", ("colon", "f1"), handler="command_palette", palette=False),
    Action("app.help", ("question_mark",)),
    Action("app.language", ("f2",), shown=False),
    Action("app.theme", ("f3",), shown=False),
    Action("app.copy", ("y",), shown=False),
    Action("app.screenshot", ("f12",), handler="evidence_screenshot", shown=False),
    Action("app.retry", ("f5",), shown=False),
    Action("app.quit", ("q",), handler="leave"),
)
