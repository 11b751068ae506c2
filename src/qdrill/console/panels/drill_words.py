"""Words about a drill in the console's language: states, searches, the dry run, amounts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from qdrill import units
from qdrill.config_model import DrillConfig, SearchConfig
from qdrill.console.i18n import Say
from qdrill.console.text import UNKNOWN
from qdrill.console.widgets.state import State
from qdrill.results import Check

# What the engine's dry run says; each group fills the field of that name, numbers and names stay as they are.
_DRY: tuple[tuple[str, str], ...] = (
    ("read", r"read (?P<source>.+) \((?P<n>[\d,]+|an unknown number of) points\); nothing is written"),
    ("write", r"write (?P<file>.+) over (?P<lanes>\d+) connections"),
    ("snapshot", r"have the server make a snapshot, write (?P<file>.+), delete the snapshot on the server"),
    ("refused", r"(?P<target>.+): REFUSED: (?P<why>.+)"),
    ("replace", r"(?P<target>.+): delete .+, then create it anew; load every row, indexes, settings"),
    ("create", r"(?P<target>.+): create it; load every row, indexes, settings"),
    ("replace_snapshot", r"(?P<target>.+): delete .+, then create it anew; upload the snapshot"),
    ("create_snapshot", r"(?P<target>.+): create it; upload the snapshot"),
    (
        "replace_rag_api",
        r"(?P<target>.+): delete .+, then create it anew; import every row through the RAG API, then indexes, settings",
    ),
    ("create_rag_api", r"(?P<target>.+): create it; import every row through the RAG API, then indexes, settings"),
    ("validate", r"(?P<n>\d+) sample search(?:es)?, points compared: (?P<level>\w+)"),
    (
        "aliases_both",
        r"set (?P<free>.+); leave (?P<held>.+): a drill never moves an alias",
    ),
    ("aliases_held", r"leave (?P<held>.+): a drill never moves an alias"),
    ("aliases_free", r"set (?P<free>.+)"),
    ("aliases_none", r"the source has none"),
    ("delete", r"delete the target, if this drill made it"),
    ("keep", r"keep the target"),
)


def near_target(drill: DrillConfig) -> str:
    """The target beside its source: a store is not said twice."""
    store, _, collection = drill.target.rpartition("/")
    return collection if drill.source.rpartition("/")[0] == store else drill.target


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


def recovery_words(value: float | None) -> str:
    """A time of the recovery, raised to tenths as the clock shows it: `1.0 s`, `2 min 05.3 s`, `1 h 02 min 03.4 s`."""
    if value is None:
        return UNKNOWN
    tenths = math.ceil(round(max(0.0, value) * 10, 6))
    minutes, rest = divmod(tenths, 600)
    if not minutes:
        return f"{rest / 10:.1f} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min {rest / 10:04.1f} s" if hours else f"{minutes} min {rest / 10:04.1f} s"


def goal_words(value: float | None) -> str:
    """An objective in seconds as it was written; units of a minute would hide what was asked for."""
    return UNKNOWN if value is None else f"{value:,.1f}".removesuffix(".0") + " s"


def search_words(say: Say, search: SearchConfig) -> str:
    """`text 登录, top 3, embedder bm25`."""
    if search.text is not None:
        what = say("drill.search.text", text=search.text)
    elif search.point is not None:
        what = say("drill.search.point", id=search.point)
    elif search.random is not None:
        what = say("drill.search.random", n=search.random)
    else:
        what = say("drill.search.vector")
    extras = (("named", search.vector), ("embedder", search.embedder), ("via", search.via))
    parts = [say(f"drill.search.{key}", name=name) for key, name in extras if name]
    return say("drill.comma").join([say("drill.search.top", what=what, k=search.top_k), *parts])


def searches_words(say: Say, drill: DrillConfig) -> str:
    """All searches of a drill; where it names none, what is asked then."""
    if not drill.searches:
        return say("drill.search.default")
    return say("drill.semicolon").join(search_words(say, search) for search in drill.searches)


def dry_words(say: Say, words: str, sentence: Callable[[str], str] = str) -> str:
    """What a step of the dry run would do, in the console's language; a text we do not know as it is.

    Args:
        sentence: translates why a step is refused.
    """
    for key, pattern in _DRY:
        if found := re.fullmatch(pattern, words, re.DOTALL):
            values = found.groupdict()
            if values.get("n", "").startswith("an"):
                values["n"] = say("drill.dry.unknown")
            if "why" in values:
                values["why"] = sentence(values["why"])
            if "level" in values:
                values["level"] = say(f"drill.level.{values['level']}")
            return say(f"drill.dry.{key}", **values)
    return words
