"""What a server answered, in words."""

from __future__ import annotations

import pytest

from qdrill.stores.answers import in_words, small_text

PAGE = """<!DOCTYPE html>
<html><head><title>502 Bad\n Gateway</title></head><body><h1>nginx</h1>\x1b[31m</body></html>"""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (PAGE, "an HTML page: 502 Bad Gateway"),
        ("<html><body><h1>Service <b>Unavailable</b></h1>", "an HTML page: Service Unavailable"),
        ("<html><body><h1>A &amp; B</h1></body>", "an HTML page: A & B"),
        ("<html>", "an HTML page"),
        ('{"status":{"error":"Not found: x"},"time":0.1}', "Not found: x"),
        ('{"status":"ok"}', '{"status":"ok"}'),
        ("two\n\nlines \x1b[31m", "two lines \\x1b[31m"),
        ("[" * 100_000, "[" * 299 + "…"),
        ("", ""),
    ],
)
def test_an_answer_is_one_line_of_words(answer: str, words: str) -> None:
    assert in_words(answer) == words


def test_a_small_body_is_told_and_a_large_one_is_not() -> None:
    assert small_text([b'{"limit":', memoryview(b"1}")]) == '{"limit":1}'
    assert small_text([b"x" * 2049]) == ""
    assert small_text([]) == ""
