"""Finding where a JSON container or string ends, over as many blocks as it takes.

Regular expressions and `bytes.find` do the looking: a loop over bytes would take longer than all the rest.
"""

from __future__ import annotations

import re

DEEPEST = 499
"""Levels that a value may nest; beyond them decoders overflow."""

_STRUCTURE = re.compile(rb'[\[\]{}"]')
_QUOTE, _BACKSLASH, _BRACKET, _BRACE = b'"\\[{'


class Walk:
    """Finding the end of a container or string, over as many blocks as it takes.

    Attributes:
        deepest: levels of nesting seen.
        too_deep: where, from the value's start, it nests deeper than allowed; -1 where it does not.
    """

    def __init__(self) -> None:
        self._depth = self._done = 0
        self.deepest = 0
        self.too_deep = -1

    def end(self, data: bytes, start: int) -> int:
        """Index behind the value that begins at `start`; -1 where more data is needed first."""
        at, depth = start + self._done, self._depth
        while (found := _STRUCTURE.search(data, at)) is not None:
            at = found.start()
            char = data[at]
            if char == _QUOTE:
                end = _string_end(data, at + 1)
                if end < 0:
                    return self._pause(at - start, depth)
                at = end
            elif char in (_BRACKET, _BRACE):
                depth += 1
                if depth > self.deepest and self._deeper(depth, at - start):
                    return at
                at = _flat_end(data, at + 1) if char == _BRACKET else at + 1
            else:
                depth -= 1
                at += 1
            if depth == 0:
                return at
        return self._pause(len(data) - start, depth)

    def _deeper(self, depth: int, at: int) -> bool:
        self.deepest = depth
        if depth > DEEPEST:
            self.too_deep = at
        return depth > DEEPEST

    def _pause(self, done: int, depth: int) -> int:
        self._done, self._depth = done, depth
        return -1


def _flat_end(data: bytes, start: int) -> int:
    """Where to go on inside an array: at its end when it is one of plain numbers, which needs no closer look."""
    close = data.find(b"]", start)
    if close < 0 or data.find(b'"', start, close) >= 0:
        return start
    return start if data.find(b"[", start, close) >= 0 or data.find(b"{", start, close) >= 0 else close


def _string_end(data: bytes, start: int) -> int:
    """Index behind the quote that ends the string whose text begins at `start`; -1 where it is not there."""
    while (quote := data.find(b'"', start)) >= 0:
        if data[quote - 1] != _BACKSLASH:
            return quote + 1
        text = data[start:quote]
        if (len(text) - len(text.rstrip(b"\\"))) % 2 == 0:
            return quote + 1
        start = quote + 1
    return -1
