"""What a service says is wrong, in its own words."""

from __future__ import annotations

import json

from qdrill.names import one_line

_MOST_WORDS = 4000
# What is shorter stands in every answer by chance, and is no secret.
_SHORTEST_SECRET = 4


def said(body: bytes, secret: str = "") -> str:
    """A service's own words about what is wrong, on one line and without the secret; '' for a page of HTML.

    Understands JSON with `error`, `detail` or `message`, the first of them possibly an object with a `message`.
    """
    return one_line(_error_text(without_secret(body, secret)[:_MOST_WORDS].decode("utf-8", "replace")))


def without_secret(body: bytes, secret: str) -> bytes:
    """`body` without the secret, should the service repeat it: what it says goes on to records and screens."""
    if len(secret) < _SHORTEST_SECRET:
        return body
    for form in {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
        body = body.replace(form.encode("utf-8", "replace"), b"***")
    return body


def _error_text(text: str) -> str:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return "" if text.lstrip()[:1] == "<" else text
    # Where there are both, `error` is the kind of it, and `detail` says what is wrong.
    for key in ("detail", "error", "message"):
        found = answer.get(key) if isinstance(answer, dict) else None
        if isinstance(found, dict):
            found = found.get("message")
        if isinstance(found, str) and found:
            return found
    return text
