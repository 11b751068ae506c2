"""What an answer of a server holds, and what is said of one that is none of Qdrant's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qdrill.stores.reply import Reply, decode, raw_result
from qdrill.stores.retry import Transient

DEEP = b"[" * 100_000


def reply(body: bytes) -> Reply:
    """An answer in a buffer that is longer than it."""
    return Reply(200, {}, bytearray(body + b"rest of an older answer"), len(body))


def test_the_result_is_the_bytes_that_came() -> None:
    assert raw_result(reply(b'{"result": {"b":1.0, "a":1},"time":0.1}')) == b'{"b":1.0, "a":1}'
    assert decode(reply(b'{"version":"1.19.0"}')) == {"version": "1.19.0"}


@pytest.mark.parametrize("look", [decode, raw_result])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "an HTML page came instead of JSON; something between here and the server answers for it"),
        (b"", "an empty answer came"),
        (b'{"result":{', "the JSON ends early or is not a page of points (11 bytes)"),
        (b'{"result":' + DEEP, "the JSON ends early or is not a page of points (100010 bytes)"),
    ],
)
def test_what_is_no_answer_is_asked_for_again(look: Callable[[Reply], object], body: bytes, words: str) -> None:
    with pytest.raises(Transient) as caught:
        look(reply(body))
    assert caught.value.reason == words
