"""JSON request bodies: parsed by orjson, refused with serde's words."""

from __future__ import annotations

import re
from typing import Any

import orjson

from tests.support.restserver.errors import ApiError, format_error, position

JsonDict = dict[str, Any]

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|"|[{}\[\]]', re.DOTALL)


def parse(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _refusal(body, error) from error


def parse_object(body: bytes) -> JsonDict:
    value = parse(body)
    if not isinstance(value, dict):
        raise format_error(f"invalid type: {_kind(value)}, expected a map{position(body, len(body))}")
    return value


def _refusal(body: bytes, error: orjson.JSONDecodeError) -> ApiError:
    rest = body.rstrip(b" \t\r\n")
    reached = len(body[: 4 * error.pos].decode("utf-8", "replace")[: error.pos].encode())
    if reached >= len(rest):
        return format_error(f"EOF while parsing {_unfinished(rest)}{position(body, len(body))}")
    return format_error(f"expected value{position(body, reached + 1)}")


def _unfinished(body: bytes) -> str:
    """What serde was in the middle of when the text ended."""
    open_brackets: list[bytes] = []
    for match in _TOKENS.finditer(body):
        token = match.group()
        if token == b'"':
            return "a string"
        if token in b"{[":
            open_brackets.append(token)
        elif token in b"}]" and open_brackets:
            open_brackets.pop()
    if not open_brackets or body[-1:] in b":,":
        return "a value"
    return "an object" if open_brackets[-1] == b"{" else "a list"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return "sequence"
    if isinstance(value, str):
        return f'string "{value}"'
    return f"{'boolean' if isinstance(value, bool) else 'number'} `{orjson.dumps(value).decode()}`"
