"""Payloads cut to a length that can be kept and shown; the digest of the whole says which one it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from qdrill.results import Hit, Whole
from qdrill.rows.digest import digest_of
from qdrill.rows.splice import UNREADABLE, Buffer, NotAPage

MORE = "…"
# What a number, a key or a container costs beside its text.
_OVERHEAD = 8
_LONGEST_NAME = 200


def clip_json(raw: Buffer, limit: int) -> tuple[dict[str, Any], Whole | None]:
    """A payload's JSON decoded, cut to about `limit` bytes where it is longer; then what it was.

    Raises:
        NotAPage: it is no JSON object.
    """
    try:
        payload = msgspec.json.decode(raw)
    except UNREADABLE as error:
        raise NotAPage(f"a payload cannot be read as JSON: {error}") from error
    if payload is None:
        payload = {}
    if not isinstance(payload, dict):
        raise NotAPage("a payload is no JSON object")
    if len(raw) <= limit:
        return payload, None
    return clip_payload(payload, limit), Whole(len(raw), digest_of(raw))


def clip_payload(payload: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """`payload` cut to about `limit` bytes of text: no text takes more than a quarter, so that others are seen too.

    A text that was cut ends in `…`; keys and items beyond the limit are left out.
    """
    cut = _Cut(limit)
    return dict(cut.items(payload))


def payload_evidence(hit: Hit) -> dict[str, Any]:
    """A hit's payload as evidence keeps it: `payload`, and where it is not all of it, what is said of the whole."""
    kept: dict[str, Any] = {"payload": hit.payload}
    if hit.whole is not None:
        kept |= {"payload_clipped": True, "payload_bytes": hit.whole.bytes, "payload_digest": hit.whole.digest}
    if hit.unread:
        kept["payload_unread"] = hit.unread
    return kept


class _Cut:
    """What is left of the limit, while a payload is walked through."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.text = max(1, limit // 4)

    def items(self, mapping: Mapping[str, Any]) -> Any:
        for key, value in mapping.items():
            if self.left <= 0:
                return
            yield self.string(key, _LONGEST_NAME), self.value(value)

    def value(self, value: Any) -> Any:
        self.left -= _OVERHEAD
        if isinstance(value, str):
            return self.string(value, self.text)
        if isinstance(value, dict):
            return dict(self.items(value))
        if isinstance(value, list):
            kept = []
            for inner in value:
                if self.left <= 0:
                    break
                kept.append(self.value(inner))
            return kept
        return value

    def string(self, text: str, most: int) -> str:
        room = max(0, min(most, self.left))
        # Every character takes one byte at least.
        head = text[: room + 1].encode("utf-8", "replace")
        self.left -= min(len(head), room)
        if len(head) <= room:
            return text
        return head[:room].decode("utf-8", "ignore") + MORE
