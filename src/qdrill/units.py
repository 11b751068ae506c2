"""Numbers as people read them."""

from __future__ import annotations

_STEPS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def count(number: float) -> str:
    """`100,000`."""
    return f"{number:,.0f}"


def plural(number: int, one: str, many: str = "") -> str:
    """`1 point`, `2,000 points`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def size(number: float) -> str:
    """Bytes in decimal units: `504.1 MB`, `12 bytes`."""
    for step, unit in _STEPS:
        if number >= step:
            return f"{number / step:.1f} {unit}"
    return f"{number:.0f} bytes"


def seconds(number: float) -> str:
    """`0.04 s`, `3.6 s`, `2 min 05 s`, `3 h 02 min`."""
    if number < 60:
        return f"{number:.2f} s" if number < 1 else f"{number:.1f} s"
    minutes, rest = divmod(round(number), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def about(number: float) -> str:
    """An estimate, never more exact than it is: `about 1 s left`."""
    if number < 60:
        return f"about {max(1, round(number))} s left"
    minutes = round(number / 60)
    if minutes < 60:
        return f"about {minutes} min left"
    return f"about {minutes // 60} h {minutes % 60:02d} min left"
