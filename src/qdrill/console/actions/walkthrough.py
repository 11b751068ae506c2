"""What can be done while the walkthrough plays."""

from qdrill.console.actions.model import Action

ACTIONS = (
    Action("walkthrough.pause", ("space",), handler="walkthrough_pause", palette=False),
    Action("walkthrough.back", ("left",), handler="walkthrough_step", argument=-1, palette=False),
    Action("walkthrough.next", ("right",), handler="walkthrough_step", argument=1, palette=False),
    Action("walkthrough.take_over", ("escape",), handler="walkthrough_take_over", palette=False),
)
