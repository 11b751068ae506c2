"""Names of embedded collections: which are allowed, which directory each gets, and how they are shown.

A directory name is a reversible spelling of the collection's name as far as 255 bytes go; the name itself is
kept in the collection's sidecar, so nothing ever needs to decode a directory name.
"""

from __future__ import annotations

import hashlib

from qdrill.errors import UsageError

_FORBIDDEN = frozenset('<>:"/\\|?*\0\x1f')
_LONGEST = 255
_PLAIN = frozenset("._-")


def shown(text: object, longest: int = 200) -> str:
    """`text` on one line with everything unprintable escaped, cut after `longest` characters."""
    characters = [c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(text)[: longest + 1]]
    return "".join(characters) if len(characters) <= longest else "".join(characters[:longest]) + "…"


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


def directory_name(name: str) -> str:
    """The directory of collection `name`: injective, never hidden, at most 255 bytes.

    Letters and digits of any script, `.`, `-` and `_` stay; other characters become `%XX` of their UTF-8
    bytes, as does a leading dot. A spelling too long is cut and ends in `%-` and a hash, which no other
    spelling contains.
    """
    spelled = [_spelling(c, first=i == 0) for i, c in enumerate(name)]
    whole = "".join(spelled)
    if len(whole.encode()) <= _LONGEST:
        return whole
    digest = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
    return _cut(spelled, _LONGEST - len(digest) - 2) + "%-" + digest


def _spelling(character: str, *, first: bool) -> str:
    if character.isalnum() or (character in _PLAIN and not (first and character == ".")):
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode())


def _cut(spelled: list[str], room: int) -> str:
    kept: list[str] = []
    for piece in spelled:
        room -= len(piece.encode())
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept)
