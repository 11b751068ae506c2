"""`?`: the keys of the screen at hand."""

from __future__ import annotations

from qdrill.console.mixins.host import AppPart
from qdrill.console.modals.help import Help


class Helping(AppPart):
    """`?`."""

    def do_help(self) -> None:
        """Show what can be done here."""
        self.host.push_screen(Help(self.host.base_screen.MODE))
