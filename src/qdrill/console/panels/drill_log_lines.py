"""Lines of the log as text: which match a filter, and how one looks on so many cells. Pure."""

from __future__ import annotations

from datetime import datetime

from rich.cells import cell_len

from qdrill.console.engine_words import sentence
from qdrill.console.feed import LogLine
from qdrill.console.panels.drill_log_words import LogWords, words_of
from qdrill.console.text import fit, shown
from qdrill.console.widgets.lines import Run

_TIME, _METHOD, _STATUS, _MS = 10, 6, 3, 9
_ROOMY = 64
_COLLECTIONS = "/collections/"


def matches(line: LogLine, wanted: str, words: LogWords) -> bool:
    """Whether all words of a filter are in a line, and none of those that begin with `!`; case does not matter."""
    text = searched(line, words)
    return all(_matches(text, word) for word in wanted.casefold().split())


def _matches(text: str, word: str) -> bool:
    if word.startswith("!") and len(word) > 1:
        return word[1:] not in text
    return word in text


def searched(line: LogLine, words: LogWords) -> str:
    """What a filter looks at: what is shown, and the level of a line that has one."""
    request = line.request
    if request is None:
        return f"{line.level} {words_of(line, words).text}".casefold()
    detail = sentence(words.language, request.detail)
    return f"{request.method} {request.path} {request.status} {detail}".casefold()


def time_of(line: LogLine, offset: float) -> str:
    """Time of day to a tenth; `offset` is what the wall clock is ahead of the feed's."""
    moment = datetime.fromtimestamp(line.at + offset)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 100_000}"


def log_row(line: LogLine, width: int, offset: float, words: LogWords) -> list[Run]:
    """A line on exactly `width` cells; runs are texts and their component classes."""
    time = time_of(line, offset)
    room = width - _TIME - 2
    if line.request is None:
        found = words_of(line, words)
        return [(f"{time}  ", "log--quiet"), (fit(f"{found.glyph} {found.text}", room), found.part)]
    request = line.request
    numbers = f" {request.status:>{_STATUS}}  {_milliseconds(request.milliseconds)}"
    method, left = f"{fit(request.method, _METHOD)} ", room - _METHOD - 1 - cell_len(numbers)
    detail = ""
    if left >= _ROOMY // 2 and request.detail:
        detail = "  " + shown(sentence(words.language, request.detail), max(12, left // 3))
    path = fit(short_path(request.path, left - cell_len(detail)), max(0, left - cell_len(detail)))
    part = "log--error" if request.status >= 400 else ""
    return [(f"{time}  ", "log--quiet"), (method + path, part), (detail, "log--quiet"), (numbers, part)]


def short_path(path: str, width: int) -> str:
    """A path that fits: where it is too long the collection's name goes, because its end says what was asked."""
    if cell_len(shown(path)) <= width or not path.startswith(_COLLECTIONS):
        return path
    _, slash, rest = path.removeprefix(_COLLECTIONS).partition("/")
    return f"…/{rest}" if slash else path


def full_text(line: LogLine, offset: float, words: LogWords) -> str:
    """Everything that is known of a line, for reading and copying."""
    request = line.request
    if request is None:
        found = words_of(line, words)
        return f"{time_of(line, offset)}\n{found.glyph} {found.text}"
    head = f"{time_of(line, offset)}  {request.method} {request.url or request.path}"
    figures = f"{request.status}  {request.milliseconds:.1f} ms  {request.detail}".rstrip()
    return "\n".join(part for part in (head, figures, request.body) if part)


def _milliseconds(value: float) -> str:
    return f"{value:,.0f} ms".rjust(_MS)
