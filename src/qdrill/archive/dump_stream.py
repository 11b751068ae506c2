"""Cutting the rows out of a foreign dump of any size, a block at a time.

A dump is `[row, …]`, `{"points":[row, …]}`, `{"result":{"points":[row, …]}}` (several such pages may follow each
other), or JSON Lines. Only brackets and quotes are looked at here; whether a row is JSON is for whoever decodes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, NoReturn

import msgspec

from qdrill.archive.dump_scan import DEEPEST, Walk
from qdrill.errors import ArchiveError
from qdrill.names import terminal_text

BLOCK = 1 << 20
LONGEST_ROW = 128 << 20

_SPACE = re.compile(rb"[ \t\r\n]*")
_SCALAR = re.compile(rb"[^ \t\r\n,:\[\]{}\"]*")
_BOM = b"\xef\xbb\xbf"
_ROW_KEYS = frozenset({"id", "payload", "vector", "vectors"})
_BELONGS = {b"]": "a comma or ]", b"}": "a comma or }"}
_MAGIC = (
    (b"<", "an HTML or XML page"),
    (b"\x1f\x8b", "compressed by gzip (unpack it first)"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd (unpack it first)"),
    (b"PK\x03\x04", "a zip file (unpack it first)"),
    (b"\xff\xfe", "UTF-16 text (convert it to UTF-8 first)"),
    (b"\xfe\xff", "UTF-16 text (convert it to UTF-8 first)"),
)


_LONGEST_MAGIC = max(len(magic) for magic, _ in _MAGIC)


class DumpRow(NamedTuple):
    """One row as it stands in the dump: its number from 1, byte offset, bytes, and how deep it nests (itself: 1)."""

    number: int
    offset: int
    data: bytes
    deepest: int


class DumpStream:
    """The rows of one dump, in the file's order.

    Args:
        stream: the dump, read from where it stands (its start).
        shown: the file's name, safe to show.
        tick: called with the number of bytes read after every block.

    Attributes:
        offset: bytes read so far.
        next_page: the `next_page_offset` of the last page as JSON; None where there is none.
    """

    def __init__(self, stream: BinaryIO, shown: str, tick: Callable[[int], None]) -> None:
        self._stream, self._shown, self._tick = stream, shown, tick
        self._data = b""
        self._base = self._at = self._rows = 0
        self._mark = -1
        self._paged = False
        self._keys: set[str] = set()
        self.next_page: bytes | None = None

    @property
    def offset(self) -> int:
        """Bytes read so far."""
        return self._base + len(self._data)

    def rows(self) -> Iterator[DumpRow]:
        """Every row, each once.

        Raises:
            ArchiveError: broken or truncated JSON, or no JSON at all; tells the byte.
        """
        self._skip_bom()
        first = self._peek()
        if first == b"[":
            yield from self._array()
            if self._peek():
                self._fail(self._here, "nothing may follow the array of rows")
        elif first == b"{":
            yield from self._objects()
        else:
            self._fail_at_start(first)

    # ------------------------------------------------------------ layouts

    def _objects(self) -> Iterator[DumpRow]:
        """Pages one after another, or JSON Lines. The first object that holds no page shows which."""
        while self._peek() == b"{":
            self._mark, self._paged = self._at, False
            self._keys.clear()
            yield from self._page(1)
            if not self._paged:
                yield from self._lines()
                return
        if self._peek():
            self._fail(self._here, "something other than another page follows the points")

    def _page(self, level: int) -> Iterator[DumpRow]:
        for key in self._members():
            opening = self._peek()
            if opening == b"[" and (key == "points" or (key == "result" and level == 1)):
                self._mark, self._paged = -1, True
                yield from self._array()
            elif opening == b"{" and key == "result" and level == 1:
                yield from self._page(2)
            else:
                value = self._cut()[0]
                self._keys.add(key)
                if key == "next_page_offset":
                    self.next_page = None if value == b"null" else value

    def _lines(self) -> Iterator[DumpRow]:
        """The object just looked through is a row, and so is every value after it."""
        if not self._peek() and not self._keys & _ROW_KEYS:
            seen = ", ".join(sorted(self._keys)[:5]) or "nothing"
            raise ArchiveError(
                f"{self._shown} holds no rows: byte 0 begins one object with {terminal_text(seen, 120)}; "
                'name a dump with an array of rows, {"points":[…]} or JSON Lines'
            )
        self._at, self._mark = self._mark, -1
        while self._peek():
            yield self._row()

    def _array(self) -> Iterator[DumpRow]:
        self._take(b"[")
        if self._peek() == b"]":
            self._at += 1
            return
        while True:
            yield self._row()
            if self._peek() != b",":
                self._take(b"]")
                return
            self._at += 1

    def _members(self) -> Iterator[str]:
        """Keys of the object at the cursor. Whoever iterates takes the value before asking for the next key."""
        self._take(b"{")
        if self._peek() == b"}":
            self._at += 1
            return
        while True:
            yield self._key()
            if self._peek() != b",":
                self._take(b"}")
                return
            self._at += 1

    def _key(self) -> str:
        opening = self._peek()
        if opening and opening != b'"':
            self._fail(self._here, "a key in quotes belongs here")
        start = self._here
        token = self._cut()[0]
        self._take(b":")
        try:
            return msgspec.json.decode(token, type=str)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._fail(start, "this key is not text")

    def _row(self) -> DumpRow:
        self._peek()
        start = self._here
        data, deepest = self._cut()
        self._rows += 1
        return DumpRow(self._rows, start, data, deepest)

    # ------------------------------------------------------------ values

    def _cut(self) -> tuple[bytes, int]:
        """The JSON value at the cursor as it stands, and its depth; the cursor moves behind it."""
        first = self._peek()
        if not first:
            self._fail_truncated()
        if first not in b'{["':
            return self._scalar(), 0
        walk = Walk()
        while (end := walk.end(self._data, self._at)) < 0:
            if not self._fill():
                self._fail_truncated()
        if walk.too_deep >= 0:
            self._fail(self._here + walk.too_deep, f"rows may nest {DEEPEST} levels deep, and this goes deeper")
        value = self._data[self._at : end]
        self._at = end
        return value, walk.deepest

    def _scalar(self) -> bytes:
        while (found := _SCALAR.match(self._data, self._at)) and found.end() == len(self._data) and self._fill():
            pass
        value = found.group() if found else b""
        if not value:
            self._fail(self._here, "a value belongs here")
        self._at += len(value)
        return value

    # ------------------------------------------------------------ the cursor

    @property
    def _here(self) -> int:
        """The cursor's byte offset in the file."""
        return self._base + self._at

    def _peek(self) -> bytes:
        """The next byte that is not white space, the cursor moved to it; empty at the end."""
        while True:
            found = _SPACE.match(self._data, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._fill():
                return b""

    def _take(self, wanted: bytes) -> None:
        found = self._peek()
        if not found:
            self._fail_truncated()
        if found != wanted:
            self._fail(self._here, f"{_BELONGS.get(wanted, wanted.decode())} belongs here")
        self._at += 1

    def _fill(self) -> bool:
        """Read on; what lies before the cursor (or the mark) goes. A long row doubles what is read, so none is slow."""
        keep = self._at if self._mark < 0 else self._mark
        kept = self._data[keep:]
        if len(kept) > LONGEST_ROW:
            self._fail(self._base + keep, f"what begins here does not end within {LONGEST_ROW >> 20} MiB")
        try:
            more = self._stream.read(max(BLOCK, len(kept)))
        except OSError as error:
            raise ArchiveError(
                f"cannot read {self._shown} at byte {self.offset}: {error.strerror}; copy it to a sound disk first"
            ) from error
        self._data = kept + more
        self._base, self._at = self._base + keep, self._at - keep
        self._mark = min(self._mark, 0)
        self._tick(self.offset)
        return bool(more)

    def _skip_bom(self) -> None:
        while len(self._data) < len(_BOM) and self._fill():
            pass
        if self._data.startswith(_BOM):
            self._at = len(_BOM)

    # ------------------------------------------------------------ what goes wrong

    def _fail(self, offset: int, what: str) -> NoReturn:
        raise broken_dump(self._shown, offset, what)

    def _fail_truncated(self) -> NoReturn:
        raise ArchiveError(
            f"{self._shown} ends early: it stops at byte {self.offset} in the middle of its JSON, after {self._rows} "
            "whole rows; make the dump again"
        )

    def _fail_at_start(self, first: bytes) -> NoReturn:
        if not first:
            raise ArchiveError(f"{self._shown} is empty (white space up to byte {self.offset}); name another file")
        while len(self._data) - self._at < _LONGEST_MAGIC and self._fill():
            pass
        kind = next(
            (words for magic, words in _MAGIC if self._data.startswith(magic, self._at)), "something other than JSON"
        )
        shown = terminal_text(first.decode("latin-1"))
        raise ArchiveError(
            f"{self._shown} is no dump but {kind}: byte {self._here} is {shown}, not [ or {{; name another file"
        )


def broken_dump(shown: str, offset: int, what: str) -> ArchiveError:
    """The error for JSON that is broken at a byte of the file."""
    return ArchiveError(f"{shown} is broken at byte {offset}: {what}; mend the file there or make the dump again")
