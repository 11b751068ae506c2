"""One row of a foreign dump: what is in it, whether Qdrant could take it, and its bytes in an archive's own form.

Values are decoded to be judged and thrown away; what goes into the archive is the row's own text.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from qdrill.archive.dump_stream import DumpRow, broken_dump
from qdrill.archive.dump_vectors import BadRow, Shape, shape_of
from qdrill.names import terminal_text
from qdrill.results import PointId
from qdrill.rows.order import id_token, normalize_id

# Deepest nesting of a row that a server's JSON parser takes inside an upsert (serde_json: 128 levels in all).
DEEPEST_ROW = 126
_KNOWN = frozenset({"id", "payload", "vector", "vectors"})
_HEX = "[0-9a-fA-F]"
_HYPHENATED = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
# The spellings that Qdrant's parser takes.
_UUID = re.compile(rf"{_HEX}{{32}}|{_HYPHENATED}|\{{{_HYPHENATED}\}}|urn:uuid:{_HYPHENATED}")


@dataclass(frozen=True, slots=True)
class Fit:
    """A row that Qdrant could take, as far as the row alone tells.

    Attributes:
        shape: its vectors by name; None where it has none at all (`{}`, an empty set of them, is ()).
        text: `payload.text` of a row without vectors; None where it is empty or no string.
        unusual: names of dense vectors that are not of length 1.
        dropped: keys that no archive keeps.
    """

    id: PointId
    shape: Shape | None
    text: str | None
    unusual: tuple[str, ...]
    dropped: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unfit:
    """A row that cannot be restored: how to name it, and why."""

    id: PointId | str
    reason: str


class _Parts(msgspec.Struct):
    id: msgspec.Raw = msgspec.Raw(b"")
    payload: msgspec.Raw = msgspec.Raw(b"")
    vector: msgspec.Raw = msgspec.Raw(b"")
    vectors: msgspec.Raw = msgspec.Raw(b"")


_parts_decoder = msgspec.json.Decoder(_Parts)


def judge_row(row: DumpRow, shown: str) -> Fit | Unfit:
    """What a row is.

    Raises:
        ArchiveError: it is not JSON; `shown` names the file.
    """
    try:
        decoded = orjson.loads(row.data)
    except orjson.JSONDecodeError as error:
        return _judge_strange(row, shown, error)
    if type(decoded) is not dict:
        return Unfit(_place(row), "not an object")
    try:
        return _fit(row, decoded)
    except BadRow as error:
        return Unfit(_name(row, decoded), str(error))


def _fit(row: DumpRow, decoded: dict[str, Any]) -> Fit:
    point_id = _point_id(row, decoded.get("id"))
    payload = decoded.get("payload")
    if payload is not None and type(payload) is not dict:
        raise BadRow("its payload is not an object")
    if row.deepest > DEEPEST_ROW:
        raise BadRow(f"it nests {row.deepest} levels deep; Qdrant takes {DEEPEST_ROW}")
    unusual: list[str] = []
    shape = shape_of(_vector(decoded), b"true" in row.data or b"false" in row.data, unusual)
    text = payload.get("text") if payload and shape is None else None
    usable = text if isinstance(text, str) and text.strip() else None
    return Fit(point_id, shape, usable, tuple(unusual), frozenset(decoded.keys() - _KNOWN))


def _vector(decoded: dict[str, Any]) -> Any:
    vector, vectors = decoded.get("vector"), decoded.get("vectors")
    if vector is not None and vectors is not None:
        raise BadRow('it has both "vector" and "vectors"')
    return vectors if vector is None else vector


# ---------------------------------------------------------------- ids


def _point_id(row: DumpRow, value: Any) -> PointId:
    if value is None:
        raise BadRow("no id")
    if isinstance(value, str) and not _UUID.fullmatch(value):
        raise BadRow(f"{_short(value)} is not a point id: an unsigned 64-bit integer or a UUID is")
    try:
        return normalize_id(value)
    except ValueError:
        raise BadRow(f"{_id_text(row)} is not a point id: an unsigned 64-bit integer or a UUID is") from None


def _name(row: DumpRow, decoded: dict[str, Any]) -> PointId | str:
    """How a rejected row is called: by its id, however wrong, or by its place."""
    value = decoded.get("id")
    if value is None:
        return _place(row)
    try:
        return _point_id(row, value)
    except BadRow:
        return _short(value) if isinstance(value, str) else _id_text(row)


def _id_text(row: DumpRow) -> str:
    """The id as the file spells it: decoding would turn 2^64 into a float."""
    try:
        return _short(bytes(_parts_decoder.decode(row.data).id).decode())
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _place(row)


def _place(row: DumpRow) -> str:
    return f"row {row.number}"


def _short(text: str) -> str:
    return terminal_text(text[:200], 60) or '""'


# ---------------------------------------------------------------- rows that are nearly JSON


def _judge_strange(row: DumpRow, shown: str, strict: orjson.JSONDecodeError) -> Unfit:
    """A row that strict JSON refuses: NaN and its like, as Python writes them, reject the row; the rest is damage."""
    try:
        decoded = json.loads(row.data.decode(), parse_int=_parse_int)
    except UnicodeDecodeError as error:
        raise broken_dump(shown, row.offset + error.start, "this is not UTF-8") from error
    except json.JSONDecodeError as error:
        at = row.offset + len(error.doc[: error.pos].encode())
        raise broken_dump(shown, at, f"this is not JSON ({error.msg})") from error
    if type(decoded) is not dict:
        return Unfit(_place(row), "not an object")
    for key in sorted(decoded, key=lambda key: key not in ("vector", "vectors")):
        if what := _oddity([key, decoded[key]]):
            label = "its vector" if key in ("vector", "vectors") else f"its {_short(key)}"
            return Unfit(_name_strange(row, decoded), f"{label} holds {what}")
    return Unfit(_name_strange(row, decoded), f"not strict JSON: {terminal_text(strict.msg, 100)}")


def _parse_int(digits: str) -> int | float:
    """Beyond a double's reach is infinity; Python itself refuses to read thousands of digits."""
    return int(digits) if len(digits) < 300 else math.inf


def _name_strange(row: DumpRow, decoded: dict[str, Any]) -> PointId | str:
    value = decoded.get("id")
    if isinstance(value, float) or _oddity(value):
        return f"{_place(row)} ({_short(repr(value))})"
    return _name(row, decoded)


def _oddity(value: Any) -> str:
    """The first thing in a value that JSON has no word for, "" for none."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend([*item.keys(), *item.values()])
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, float) and not math.isfinite(item):
            return "NaN" if math.isnan(item) else "infinity or a number beyond 64-bit floats"
        elif isinstance(item, str) and not item.isascii() and any("\ud800" <= char <= "\udfff" for char in item):
            return "half of a surrogate pair, which is no text"
    return ""


# ---------------------------------------------------------------- into the archive


@dataclass(frozen=True, slots=True)
class Pieces:
    """A row's own bytes, each on one line; `vector` is None where it has none."""

    id: PointId
    payload: bytes
    vector: bytes | None

    def joined(self, vector: bytes) -> bytes:
        """The row as an archive holds it."""
        return b'{"id":%b,"payload":%b,"vector":%b}' % (id_token(self.id), self.payload, vector)


def cut_row(data: bytes) -> Pieces:
    """A row that was judged fit, cut into its pieces without decoding them.

    Raises:
        ValueError: it is not that row any more.
    """
    try:
        parts = _parts_decoder.decode(data)
        point_id = normalize_id(msgspec.json.decode(parts.id))
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    vector = _given(parts.vector)
    return Pieces(point_id, _given(parts.payload) or b"{}", vector if vector is not None else _given(parts.vectors))


def _given(raw: msgspec.Raw) -> bytes | None:
    text = bytes(raw)
    if text in (b"", b"null"):
        return None
    return msgspec.json.format(text, indent=-1) if b"\n" in text or b"\r" in text else text
