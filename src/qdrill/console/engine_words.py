"""The engine's own words in the console's language: its sentences, and the names of its checks."""

from __future__ import annotations

import re
from functools import lru_cache

from qdrill import units
from qdrill.console.i18n import Language
from qdrill.records.words import WORDS

# Amounts alone: ids, years, sizes in bytes and digits within names stay as they are.
_AMOUNT = re.compile(r"(?<![^\s，；：（(])\d{4,}(?= (?:of \d|points?\b|rows?\b|equal\b)|, with a writer| ?[个行])")


def check_name(language: Language, name: str) -> str:
    """`points restored`, `恢复条目数`; the identifier as it is where nobody has named it."""
    return name.replace("_", " ") if language == "en" else WORDS[language].checks.get(name, name)


@lru_cache(maxsize=512)
def sentence(language: Language, english: str) -> str:
    """One of qdrill's own sentences; any other text, names and server answers among them, as it is and whole."""
    words = WORDS[language]
    translated = words.sentence(english)
    if translated != english or "; " not in english:
        return translated
    # Two sentences joined are two sentences.
    parts = english.split("; ")
    found = [words.sentence(part) for part in parts]
    return english if found == parts else "；".join(found)


def check_words(language: Language, english: str) -> str:
    """What a check, or a verdict's reason, says: a sentence whose amounts are shown as everywhere else, `30,000`."""
    return _AMOUNT.sub(lambda found: units.count(int(found.group())), sentence(language, english))
