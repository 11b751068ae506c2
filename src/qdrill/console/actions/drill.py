"""What can be done on the Drill screen."""

from qdrill.console.actions.model import Action

# In the order in which the bar shows them: what a running drill needs is never the part that does not fit.
ACTIONS = (
    Action("drill.start", ("s",)),
    Action("drill.pause", ("p",)),
    Action("drill.throttle", ("t",), handler="ask_throttle"),
    Action("drill.cancel", ("x",)),
    Action("drill.choose", ("d",)),
    Action("drill.edit", ("e",)),
    Action("drill.dry_run", ("n",)),
    Action("drill.faster", ("plus", "equals_sign"), handler="throttle", argument=-1, shown=False),
    Action("drill.slower", ("minus",), handler="throttle", argument=1, shown=False),
    Action("drill.resume", ("u",), handler="resume_drill", shown=False),
    Action("drill.filter", ("slash",), shown=False),
    Action("drill.open", ("enter",), handler="open_check", shown=False, palette=False),
    Action("drill.curl", ("c",), shown=False),
    Action("drill.log", ("l",), shown=False),
    Action("drill.view", ("v",), shown=False),
    Action("drill.demo", ("m",), shown=False),
)
