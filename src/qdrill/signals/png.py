"""Whether bytes are a whole PNG, and its size. Source: PNG specification (W3C), sections 5.2, 5.3 and 11.2.1."""

from __future__ import annotations

import struct
import zlib

_MAGIC = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 100_000


class BadPng(ValueError):
    """What is wrong with a picture, as the end of a sentence that begins with it."""


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG that is whole: every chunk there, with its right checksum, up to IEND.

    Raises:
        BadPng: it is no PNG, or cut short, or damaged.
    """
    if not data.startswith(_MAGIC):
        raise BadPng("is no PNG")
    at, size, pixels = len(_MAGIC), None, False
    for _ in range(_MOST_CHUNKS):
        kind, body, at = _chunk(data, at)
        if size is None:
            size = _header(kind, body)
        pixels = pixels or kind == b"IDAT"
        if kind == b"IEND":
            if not pixels:
                raise BadPng("has no pixels")
            return size
    raise BadPng("has too many parts")


def _chunk(data: bytes, at: int) -> tuple[bytes, memoryview, int]:
    """Kind and body of the chunk at `at`, and where the next one begins."""
    if at + 12 > len(data):
        raise BadPng("is cut short")
    length, kind = struct.unpack_from(">I4s", data, at)
    end = at + 8 + length
    if end + 4 > len(data):
        raise BadPng("is cut short")
    view = memoryview(data)
    if zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
        raise BadPng("is damaged")
    return kind, view[at + 8 : end], end + 4


def _header(kind: bytes, body: memoryview) -> tuple[int, int]:
    if kind != b"IHDR" or len(body) != 13:
        raise BadPng("has no header")
    width, height = struct.unpack_from(">II", body)
    if not width or not height:
        raise BadPng("has no pixels")
    return width, height
