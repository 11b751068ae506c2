"""Copying: to the clipboard by OSC 52, which nobody can confirm, and to a file, which is always there."""

from __future__ import annotations

from pathlib import Path

from qdrill.console.mixins.host import AppPart
from qdrill.errors import QdrillError
from qdrill.files import make_directory, write_text
from qdrill.names import terminal_text

# Terminals and tmux drop longer OSC 52 texts, most of them at 74,994 bytes of text.
LONGEST_CLIPBOARD = 74_994


class Copying(AppPart):
    """`y`."""

    def do_copy(self) -> None:
        """Copy what is selected on the screen at hand."""
        text = self.host.base_screen.copied()
        if text is None:
            self.host.tell(self.host.say("copy.nothing"), severity="warning")
        else:
            self.copy_text(text)

    def copy_text(self, text: str) -> None:
        """Copy `text`, and say where it is."""
        host, path = self.host, self.host.engine.config.artifacts / "copied.txt"
        try:
            make_directory(path.parent)
            write_text(path, text)
        except QdrillError as error:
            host.tell_error(error)
            return
        short = len(text.encode("utf-8", "replace")) <= LONGEST_CLIPBOARD
        if short:
            host.copy_to_clipboard(text.encode("utf-8", "replace").decode())
        host.tell(host.say("copy.done" if short else "copy.file_only", path=_shown(path)))


def _shown(path: Path) -> str:
    return terminal_text(str(path), 300)
