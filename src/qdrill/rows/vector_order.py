"""Named vectors of a row put in the order of their names.

A server keeps them in hash maps and serves them in another order each time; everything else of a row stays byte for
byte. Without this, two backups of the same data would not be the same file.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from qdrill.rows.splice import UNREADABLE, Buffer, NotAPage

_rows = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def in_name_order(rows: Buffer) -> bytes:
    """Comma-joined rows, each with its named vectors in order of their names.

    Raises:
        NotAPage: the bytes are not comma-joined JSON objects.
    """
    try:
        return b",".join([_ordered(row) for row in _rows.decode(b"[" + bytes(rows) + b"]")])
    except UNREADABLE as error:
        raise NotAPage(f"these bytes are not rows: {error}") from error


def _ordered(row: dict[str, msgspec.Raw]) -> bytes:
    vector = row.get("vector")
    if vector is not None and bytes(memoryview(vector)[:1]) == b"{":
        by_name = _members.decode(vector)
        row["vector"] = msgspec.Raw(_joined({name: by_name[name] for name in sorted(by_name)}))
    return _joined(row)


def _joined(members: Mapping[str, msgspec.Raw]) -> bytes:
    return b"{%b}" % b",".join([b"%b:%b" % (msgspec.json.encode(name), raw) for name, raw in members.items()])
