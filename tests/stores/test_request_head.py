"""The first lines of a request, as they go over the wire."""

from __future__ import annotations

import pytest

from qdrill.stores.request_head import host_header, request_head

HOST = ["Host: localhost:6333"]


@pytest.mark.parametrize(
    ("method", "length", "wanted"),
    [
        ("GET", 0, b"GET /a HTTP/1.1\r\nHost: localhost:6333\r\n\r\n"),
        ("PUT", 0, b"PUT /a HTTP/1.1\r\nHost: localhost:6333\r\nContent-Length: 0\r\n\r\n"),
        (
            "POST",
            7,
            b"POST /a HTTP/1.1\r\nHost: localhost:6333\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n",
        ),
    ],
)
def test_the_length_of_the_body_is_told(method: str, length: int, wanted: bytes) -> None:
    assert request_head(method, "/a", HOST, length) == wanted


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "/a\n", "/a\0"])
def test_a_path_cannot_begin_another_request(path: str) -> None:
    with pytest.raises(ValueError, match="must not hold"):
        request_head("GET", path, HOST, 0)


def test_neither_can_a_header() -> None:
    with pytest.raises(ValueError, match="must not hold"):
        request_head("GET", "/a", [*HOST, "api-key: x\r\nX: y"], 0)


def test_an_address_of_version_6_stands_in_brackets() -> None:
    assert host_header("::1", 6333) == "[::1]:6333"
    assert host_header("localhost", 80) == "localhost:80"
