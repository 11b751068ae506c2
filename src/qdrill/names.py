"""Names from outside made harmless: as part of a file name, on a terminal line, in Markdown.

Collection names, payloads and server answers may hold anything. Whatever shows or stores one goes through a
function of this file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

MAX_PART_BYTES = 180
"""Longest encoded name that is kept whole: leaves room for prefixes and suffixes under 255 bytes."""

_DEVICE = re.compile(r"(con|prn|aux|nul|conin%24|conout%24|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)

# Letters and marks that print nothing, which their Unicode category does not tell.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_EMOJI_SELECTOR = "\ufe0f"
_SELECTORS = frozenset(map(chr, [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
_MARKS_IN_A_ROW = 3

_MARKDOWN = re.compile(r"[\\`*_\[\]#!|~$@]|:(?=//)|(?<=www)\.")
_MARKDOWN_START = re.compile(r"^(\d*)([-+=.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def safe_file_part(name: str) -> str:
    """`name` as part of a file name: never a separator, a leading dot, a device name or over 200 bytes.

    Letters, digits, `-`, `_` and `.` stay; everything else becomes `%XX` per UTF-8 byte, so different names
    stay different. Beyond 180 bytes the rest becomes `-` and 16 hex digits of a BLAKE2b digest of the name.
    """
    units = _file_units(name)
    part = "".join(units)
    if len(part.encode()) <= MAX_PART_BYTES:
        return part or "%"
    from hashlib import blake2b  # slow to load, and only long names need it

    ends = accumulate(len(unit.encode()) for unit in units)
    kept = [unit for unit, end in zip(units, ends, strict=True) if end <= MAX_PART_BYTES]
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{''.join(kept)}-{digest}"


def _file_units(name: str) -> list[str]:
    # Where a file system composes characters, two spellings would become one file: then only ASCII stays.
    composed = unicodedata.is_normalized("NFC", name)
    units = [char if _plain(char, composed) else _percent(char) for char in name]
    if units and (name[0] == "." or _DEVICE.match("".join(units))):
        units[0] = _percent(name[0])
    if units and name[-1] == ".":  # Windows drops a trailing dot
        units[-1] = _percent(".")
    return units


def _plain(char: str, composed: bool) -> bool:
    if char in "-_.":
        return True
    return (char.isalpha() or char.isdecimal()) and (char.isascii() or (composed and char not in _INVISIBLE))


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def default_archive(artifacts: Path, collection: str) -> Path:
    """Where the backup of `collection` goes: `<artifacts>/metrics/qdrant_backup_<collection>.json`."""
    return artifacts / "metrics" / f"qdrant_backup_{safe_file_part(collection)}.json"


def terminal_text(text: str, limit: int | None = None) -> str:
    r"""`text` on one terminal line; control, bidi and invisible characters show as `\x1b` or `\u202e`.

    `limit` is in terminal cells; longer text is cut there and ends in `…`. Nothing is cut inside an escape or
    between a letter and its marks.
    """
    return "".join(_visible(text)) if limit is None else _cut(_visible(text), limit)


def _cut(pieces: Iterator[str], limit: int) -> str:
    whole, short, width, before = "", "", 0, ""
    for piece in pieces:
        width += cell_width(before + piece) - cell_width(before)  # a selector widens the character before it
        if width > limit:
            return short + "…" if limit > 0 else ""
        whole, before = whole + piece, piece
        short = whole if width < limit else short
    return whole


def _visible(text: str) -> Iterator[str]:
    if text.isascii() and text.isprintable():
        yield from text
        return
    marks, before = _MARKS_IN_A_ROW, ""
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        yield _escape(char) if _hidden(char, category, marks, before) else char
        before = category


def _hidden(char: str, category: str, marks: int, before: str) -> bool:
    if category in {"Cc", "Cf", "Cs", "Zl", "Zp"} or char in _INVISIBLE:
        return True
    if char in _SELECTORS:
        return not (char == _EMOJI_SELECTOR and before == "So")
    return marks > _MARKS_IN_A_ROW or (ord(char) & 0xFFFE) == 0xFFFE


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def markdown_text(text: str) -> str:
    """`text` as one line of Markdown that shows as itself: no markup, HTML, link, table cell, comment end."""
    line = _MARKDOWN.sub(r"\\\g<0>", terminal_text(text))
    line = re.sub("[&<>]", lambda found: _ENTITIES[found.group()], line)
    if line.startswith(" "):
        return "&#32;" + line[1:]
    return _MARKDOWN_START.sub(r"\1\\\2", line)


def cell_width(text: str) -> int:
    """Terminal cells that `text` takes: two for wide characters, none for marks, formats and controls."""
    if text.isascii():
        return sum(1 for char in text if char.isprintable())
    width, before = 0, 0
    for char in text:
        cells = _char_cells(char)
        if char == _EMOJI_SELECTOR and before == 1:
            width, cells = width + 1, 0
        width += cells
        before = cells
    return width


def _char_cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cc", "Cf", "Cs", "Zl", "Zp"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def one_line(text: str, limit: int = 300) -> str:
    """Any text from outside, made harmless on one line of at most `limit` terminal cells."""
    return terminal_text(" ".join(text[: limit * 4].split()), limit)
