"""Giving memory back to the system once it is no longer used."""

from __future__ import annotations

# glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
# Chunks are of about 1 MB and use their memory again; what is longer comes seldom.
_LARGE = 4 << 20


def give_back_large_blocks() -> None:
    """Let blocks of 4 MB and more go back to the system when they are freed; harmless when repeated.

    By itself glibc raises that limit to the largest block freed so far, 32 MB at most, and keeps as much for every
    thread. Other C libraries have no such limit, or none that can be set: nothing is done there.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _LARGE)
    mallopt(_M_TRIM_THRESHOLD, 2 * _LARGE)
