"""Names of embedded collections: which are allowed, and how they are shown."""

from __future__ import annotations

from qdrill.errors import UsageError
from qdrill.names import terminal_text

_FORBIDDEN = frozenset('<>:"/\\|?*\0\x1f')
_LONGEST = 255


def shown(text: object, cells: int = 200) -> str:
    """`text` harmless and on one line for a message, cut after `cells` terminal cells."""
    # Cut first: what is shown may be a row of many megabytes.
    return terminal_text(str(text)[: 2 * cells], cells)


def check_name(name: str) -> None:
    """Refuse what Qdrant refuses: 1 to 255 bytes, none of `< > : " / \\ | ? *`, NUL or 0x1F.

    Raises:
        UsageError: the name is not allowed.
    """
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        raise UsageError(f"collection name '{shown(name)}' is not valid text; choose another") from None
    if not 1 <= length <= _LONGEST:
        raise UsageError(f"collection name '{shown(name, 40)}' has {length} bytes; use 1 to {_LONGEST}")
    if found := sorted(set(name) & _FORBIDDEN):
        raise UsageError(f"collection name '{shown(name)}' cannot contain {shown(found[0])}; choose another")
