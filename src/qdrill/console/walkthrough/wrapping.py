"""Breaking a caption into lines: English between words, Chinese between characters, but for where no line may begin.

Textual and rich break between spaces alone, which leaves half a line empty before each run of Chinese.
"""

from __future__ import annotations

import re

from rich.cells import cell_len

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60"
_CLOSING, _OPENING = "，。、；：！？）》」』”’…", "（《「『“‘"
# A unit is never broken: a wide character with the opening marks before and the closing marks after it, a word, a gap.
_UNIT = re.compile(
    rf"[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}]+)[{_CLOSING}]*|[{_OPENING}{_CLOSING}]+|\s+"
)


def wrap(text: str, width: int) -> list[str]:
    """The lines of `text`, each of at most `width` cells; a word that is longer stands alone on its line."""
    lines = [""]
    for unit in _UNIT.findall(text):
        if unit.isspace():
            lines[-1] += " " if lines[-1] else ""
        elif not lines[-1] or cell_len(lines[-1] + unit) <= width:
            lines[-1] += unit
        else:
            lines.append(unit)
    return [line.rstrip() for line in lines]
