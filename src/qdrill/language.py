"""Which of qdrill's two languages somebody reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Lang = Literal["en", "zh"]
# In the order in which POSIX lets them win: XBD 8.2, "Internationalization Variables".
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language(environ: Mapping[str, str]) -> Lang:
    """The language of the locale that `environ` sets: `zh` for every Chinese one, else `en`.

    An empty variable counts as not set, as POSIX has it.
    """
    chosen = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"
