"""Words about a drill in the console's language: names of checks, qdrill's own sentences, amounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from qdrill import units
from qdrill.config_model import DrillConfig, SearchConfig
from qdrill.console.i18n import Language
from qdrill.console.text import UNKNOWN
from qdrill.console.widgets.state import State
from qdrill.drill.results import Check
from qdrill.records.words import WORDS

Say = Callable[..., str]
"""`app.say`: a key of the catalogue and its values."""

# What the engine's dry run says; each group fills the field of that name, numbers and names stay as they are.
_DRY: tuple[tuple[str, str], ...] = (
    ("read", r"read (?P<source>.+) \((?P<n>[\d,]+|an unknown number of) points\); nothing is written"),
    ("write", r"write (?P<file>.+) over (?P<lanes>\d+) connections"),
    ("refused", r"(?P<target>.+): REFUSED: (?P<why>.+)"),
    ("replace", r"(?P<target>.+): delete .+, then create it anew; load every row, indexes, settings"),
    ("create", r"(?P<target>.+): create it; load every row, indexes, settings"),
    ("validate", r"(?P<n>\d+) sample search(?:es)?, points compared: (?P<level>\w+)"),
    ("delete", r"delete the target, if this drill made it"),
    ("keep", r"keep the target"),
)


def check_name(language: Language, name: str) -> str:
    """`points restored`, `恢复条目数`; the identifier as it is where nobody has named it."""
    return name.replace("_", " ") if language == "en" else WORDS[language].checks.get(name, name)


@lru_cache(maxsize=512)
def sentence(language: Language, english: str) -> str:
    """One of qdrill's own sentences; any other text, names and server answers among them, as it is."""
    translated = WORDS[language].sentence(english)
    if translated != english or language == "en":
        return translated
    # Two sentences joined are two sentences.
    parts = english.split("; ")
    return "；".join(WORDS[language].sentence(part) for part in parts) if len(parts) > 1 else translated


def count_states(say: Say, checks: Sequence[Check]) -> list[str]:
    """`1 fail`, `9 pass`: every state that occurs, the worst first."""
    order: tuple[State, ...] = ("fail", "inconclusive", "skipped", "not_applicable", "pass")
    found = [(state, sum(check.state == state for check in checks)) for state in order]
    return [say("drill.n_state", n=n, state=say(f"drill.state.{state}")) for state, n in found if n]


def throttle_words(say: Say, delay: float) -> str:
    """`off`, `0.05 ms a point`."""
    return say("drill.ms_a_point", n=f"{delay:g}") if delay > 0 else say("drill.off")


def seconds_words(value: float | None) -> str:
    """A measured time, or that it is not known."""
    return UNKNOWN if value is None else units.seconds(value)


def goal_words(value: float | None) -> str:
    """An objective in seconds as it was written; units of a minute would hide what was asked for."""
    return UNKNOWN if value is None else f"{value:,.1f}".removesuffix(".0") + " s"


def search_words(say: Say, search: SearchConfig) -> str:
    """`text 登录, top 3`."""
    if search.text is not None:
        what = say("drill.search.text", text=search.text)
    elif search.point is not None:
        what = say("drill.search.point", id=search.point)
    elif search.random is not None:
        what = say("drill.search.random", n=search.random)
    else:
        what = say("drill.search.vector")
    extras = [extra for extra in (search.vector, search.embedder or search.via) if extra]
    return say("drill.search.top", what=what, k=search.top_k) + "".join(f", {extra}" for extra in extras)


def searches_words(say: Say, drill: DrillConfig) -> str:
    """All searches of a drill; where it names none, what is asked then."""
    if not drill.searches:
        return say("drill.search.default")
    return "; ".join(search_words(say, search) for search in drill.searches)


def dry_words(say: Say, words: str) -> str:
    """What a step of the dry run would do, in the console's language; a text we do not know as it is."""
    for key, pattern in _DRY:
        if found := re.fullmatch(pattern, words, re.DOTALL):
            values = found.groupdict()
            if values.get("n", "").startswith("an"):
                values["n"] = say("drill.dry.unknown")
            if "level" in values:
                values["level"] = say(f"drill.level.{values['level']}")
            return say(f"drill.dry.{key}", **values)
    return words
