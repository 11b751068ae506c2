"""Texts from outside that attack markup, terminals, layout, paths and encodings."""

from __future__ import annotations

from itertools import product

MARKUP = (
    "[/",
    "[/foo]",
    "[bold",
    "[bold]x[/bold]",
    "[@click=app.quit]x[/]",
    "[$x",
    "$x",
    "\\[",
    "[link=https://x]y[/link]",
)
TERMINAL = ("\x1b[31mred", "\x1b]52;c;AAAA\x07", "\x9b31m", "\x00", "bell\x07", "back\x08space", "a\rb")
SHAPE = (
    "two\nlines",
    "tab\tbed",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "z\u0301\u0301\u0301",
    "表格表格",
    "👩‍👩‍👧‍👦",
    "\u200b",
    "",
    " ",
)
PATHS = ("../../etc/x", "/etc/passwd", "a/b\\c", "~", "-rf")
SIZE = ("x" * 10_240, "宽" * 5_000, "b" * 255)
SURROGATE = "lone \udc80 surrogate"
FORMATS = ("{x}", "{0}", "{}", "%s", "{x.__class__}")

HOSTILE: tuple[str, ...] = (*MARKUP, *TERMINAL, *SHAPE, *PATHS, *SIZE, SURROGATE, *FORMATS)
"""All of them, also such as no JSON and no file can hold."""

ENCODABLE: tuple[str, ...] = tuple(text for text in HOSTILE if text != SURROGATE)
"""Those that UTF-8 can hold."""

NAMES: tuple[str, ...] = tuple(text for text in ENCODABLE if text and len(text.encode()) <= 255)
"""Those that a store might take for a collection's name."""

WORST = "[/ [@click=app.quit]x[/] [bold \x1b[31m \x1b]52;c;AA\x07 \u202e表\n{x} $x"
"""Much of it in one text, for a field where there is room for one."""


def raw_controls(text: str) -> set[str]:
    """Control and bidi characters in a text that is to be harmless; line feeds do not count."""
    bidi = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)}
    controls = {chr(first + second) for first, second in product((0x00, 0x80), range(0x20))} | {"\x7f"}
    return set(text) & ((controls | bidi) - {"\n"})
