"""The first lines of a request, made in one piece: a small body then travels with them, and wakes the server once."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote


def host_header(host: str, port: int) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def collection_path(collection: str, *more: str) -> str:
    """`/collections/{name}/...`, every part percent-encoded."""
    return "/".join(["/collections", quote(collection, safe=""), *more])


def request_head(method: str, path: str, header_lines: Sequence[str], length: int) -> bytes:
    """Request line and headers of a request with a JSON body of `length` bytes (0: none).

    Raises:
        ValueError: a line break, or a space in the path, by which one request could be read as two.
    """
    lines = [f"{method} {path} HTTP/1.1", *header_lines]
    if length:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    elif method in ("PUT", "POST", "PATCH"):
        lines.append("Content-Length: 0")
    if " " in path or any(character in line for line in lines for character in "\r\n\0"):
        raise ValueError("a request's head must not hold line breaks, nor its path spaces")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
