"""Where each value of the configuration came from: a line of drills.toml, the environment, or a default."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from qdrill.config_model import Config, Origin
from qdrill.names import terminal_text

Trail = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      \"{3}(?:\\.|[^\\])*?\"{3,5}(?!\")   # basic string over lines
    | '{3}.*?'{3,5}(?!')                  # literal string over lines
    | "(?:\\.|[^"\\\n])*" | '[^'\n]*'
    | \#[^\n]*
    | (?P<open>[\[{]) | (?P<close>[\]}])
    | (?P<end>\n)
    | [^\[\]{}"'\#\n]+
    """,
    re.VERBOSE | re.DOTALL,
)
_KEY = re.compile(r"""\s*((?:"(?:\\.|[^"\\])*"|'[^']*'|[^"'=])+)=""")
_FILE_KEYS = {"drills": "drill", "searches": "search", "queries": "query", "expects": "expect"}
_NOT_VALUES = {"name", "origins", "file", "lent"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One value as `doctor` shows it: dotted key, text for a terminal, origin. Never holds a key."""

    key: str
    value: str
    origin: Origin


def settings(config: Config, environ: Mapping[str, str]) -> tuple[Setting, ...]:
    """Every value of `config` with its origin, defaults too, in the order of the configuration."""
    return tuple(
        Setting(key := _dotted(path, config), _shown(path, value, environ), config.origins[key])
        for path, value in _leaves(config, ())
    )


def trace(config: Config, document: Mapping[str, Any], text: str, environ: Mapping[Trail, str]) -> dict[str, Origin]:
    """Origins of all values of `config`.

    `document` and `text` are drills.toml parsed and as written; `environ` has, by path, the environment
    variable that a value came from.
    """
    lines = _lines(text)
    found = {}
    for path, _value in _leaves(config, ()):
        if path in environ:
            origin = Origin(f"environment {environ[path]}")
        elif _written(document, path):
            origin = Origin("drills.toml", _nearest(lines, path))
        else:
            origin = Origin("default")
        found[_dotted(path, config)] = origin
    return found


def _leaves(value: object, path: Trail) -> Iterator[tuple[Trail, object]]:
    if is_dataclass(value):
        for field in fields(value):
            if field.name not in _NOT_VALUES:
                yield from _leaves(getattr(value, field.name), (*path, _FILE_KEYS.get(field.name, field.name)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, tuple) and any(is_dataclass(item) for item in value):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _dotted(path: Trail, config: Config) -> str:
    named = [str(part) for part in path]
    if path[0] == "drill" and len(path) > 1:
        named[1] = config.drills[int(path[1])].name
    return ".".join(named)


def _shown(path: Trail, value: object, environ: Mapping[str, str]) -> str:
    if path[-1] == "api_key_env":
        return f"set (from {value})" if environ.get(str(value)) else "not set"
    if value is None or value in ("", ()):
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if path[-1] == "query_vector" and isinstance(value, tuple):
        return f"{len(value)} numbers"
    return terminal_text(str(value))


def _written(document: object, path: Trail) -> bool:
    for part in path:
        if isinstance(document, Mapping) and part in document:
            document = document[str(part)]
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            return False
    return True


def _nearest(lines: Mapping[Trail, int], path: Trail) -> int | None:
    ends = range(len(path), 0, -1)
    return next((lines[path[:end]] for end in ends if path[:end] in lines), None)


def _lines(text: str) -> dict[Trail, int]:
    """Line of each table header and key of a file that is known to be right TOML."""
    lines: dict[Trail, int] = {}
    table: Trail = ()
    counts: dict[Trail, int] = {}
    for line, statement in _statements(text):
        body = statement.strip()
        if body.startswith("["):
            table = _header(body, counts)
            lines[table] = line
        elif not body.startswith("#") and (key := _KEY.match(body)):
            lines[(*table, *_key_path(f"{key[1]}=0"))] = line
    return lines


def _header(body: str, counts: dict[Trail, int]) -> Trail:
    document = tomllib.loads(body)
    plain = _key_path(body)
    placed: Trail = ()
    for part in plain:
        placed = (*placed, part)
        if placed in counts:
            placed = (*placed, counts[placed])
    if body.startswith("[[") and document:
        array = placed[:-1] if isinstance(placed[-1], int) else placed
        counts[array] = counts.get(array, -1) + 1
        return (*array, counts[array])
    return placed


def _key_path(statement: str) -> Sequence[str]:
    path: list[str] = []
    value: Any = tomllib.loads(statement)
    while value and isinstance(value, dict | list):
        if isinstance(value, list):
            value = value[0]
            continue
        (key,) = value
        path.append(key)
        value = value[key]
    return path


def _statements(text: str) -> Iterator[tuple[int, str]]:
    line, first, depth, start = 1, 1, 0, 0
    for token in _TOKEN.finditer(text + "\n"):
        depth += (token["open"] is not None) - (token["close"] is not None)
        if token["end"] is not None and depth == 0:
            yield first, text[start : token.start()]
            start, first = token.end(), line + 1
        line += token[0].count("\n")
