"""A walkthrough as a page of pictures: `index.md` (`index.zh.md` in Chinese), and one SVG a step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from qdrill.console.i18n import Language
from qdrill.files import make_directory, refuse_foreign, write_text
from qdrill.names import terminal_text

# How a page and a picture of this begin; the first picture of a page follows its title and a paragraph or two.
_PAGE = re.compile(rb"# [\s\S]*?\n!\[[^\n]*\]\([a-z]+(?:\.zh)?-01-[a-z0-9-]+\.svg\)\n")
_PICTURE = re.compile(rb'<svg class="rich-terminal"')
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


@dataclass(frozen=True, slots=True)
class Panel:
    """One step: the name of its picture's file, its title and its caption."""

    picture: str
    title: str
    caption: str


class Storyboard:
    """Pictures and captions that go to `directory`.

    Args:
        name: of the act; begins the names of the pictures.
        language: decides the names of page and pictures, so that both languages do too.

    Raises:
        OutputError: the directory cannot be made, or its page is not one of ours.
    """

    def __init__(self, directory: Path, name: str, language: Language) -> None:
        self.directory, self._name, self._language = directory, name, language
        self.panels: list[Panel] = []
        make_directory(directory)
        refuse_foreign(self._page, _PAGE, "page of pictures")

    def add(self, step: str, title: str, caption: str, svg: str) -> Path:
        """Keep the picture of a step; raises OutputError."""
        number = len(self.panels) + 1
        panel = Panel(f"{self._name}{self._suffix}-{number:02d}-{step}.svg", title, caption)
        path = self.directory / panel.picture
        refuse_foreign(path, _PICTURE, "picture of a page")
        write_text(path, svg)
        self.panels.append(panel)
        return path

    def write(self, title: str, about: str) -> Path:
        """Write the page; `about` is Markdown. Raises OutputError."""
        parts = [f"# {as_markdown(title)}", about]
        for number, panel in enumerate(self.panels, 1):
            heading = as_markdown(panel.title)
            parts += [
                f"## {number}. {heading}",
                as_markdown(panel.caption),
                f"![{heading}]({panel.picture})",
            ]
        write_text(self._page, "\n\n".join(parts) + "\n")
        return self._page

    @property
    def _page(self) -> Path:
        return self.directory / f"index{self._suffix}.md"

    @property
    def _suffix(self) -> str:
        return ".zh" if self._language == "zh" else ""


def as_markdown(text: str) -> str:
    """Plain text as Markdown that shows just that, on one line."""
    return _SPECIAL.sub(r"\\\1", terminal_text(text))
