"""Payloads cut to a length, and what is said of the whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from blake3 import blake3
from hypothesis import given

from qdrill.results import Hit, Whole
from qdrill.rows.clip import MORE, clip_json, clip_payload, payload_evidence
from qdrill.rows.splice import NotAPage
from tests.rows.strategies import payloads


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


@given(payloads)
def test_what_is_short_stays_whole(payload: dict[str, Any]) -> None:
    raw = json.dumps(payload).encode()
    assert clip_json(raw, len(raw)) == (json.loads(raw), None)


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "x" * 100_000},
        {"text": "登录" * 50_000},
        {"many": list(range(100_000))},
        {str(n): n for n in range(50_000)},
        {"deep": [[[["y" * 50_000] * 3] * 3] * 3]},
        {"k" * 100_000: "v"},
        {"empty": [[]] * 100_000},
    ],
)
def test_what_is_long_is_bounded_and_its_digest_told(payload: dict[str, Any]) -> None:
    raw = json.dumps(payload, ensure_ascii=False).encode()
    kept, whole = clip_json(raw, 1000)
    assert 0 < size(kept) < 3000
    assert whole == Whole(len(raw), f"blake3:{blake3(raw).hexdigest()}")


def test_a_long_text_leaves_room_for_others_and_says_that_it_was_cut() -> None:
    kept = clip_payload({"blob": "x" * 9000, "text": "登录失败", "n": 7}, 1000)
    assert kept == {"blob": "x" * 250 + MORE, "text": "登录失败", "n": 7}
    assert clip_payload({"text": "登" * 100}, 40) == {"text": "登登登" + MORE}


def test_evidence_of_a_clipped_payload() -> None:
    assert payload_evidence(Hit(1, 0.5, {"a": 1})) == {"payload": {"a": 1}}
    assert payload_evidence(Hit(1, 0.5, None, unread="gone")) == {"payload": None, "payload_unread": "gone"}
    assert payload_evidence(Hit(1, 0.5, {}, Whole(9, "blake3:00"))) == {
        "payload": {},
        "payload_clipped": True,
        "payload_bytes": 9,
        "payload_digest": "blake3:00",
    }


@pytest.mark.parametrize("raw", [b"[1]", b"7", b'"x"', b"{", b"[" * 9999])
def test_what_is_no_payload(raw: bytes) -> None:
    with pytest.raises(NotAPage):
        clip_json(raw, 100)
