"""The engine's sentences in the console's language."""

from __future__ import annotations

from qdrill.console.i18n import Language
from qdrill.console.panels import drill_words


def sentence(language: Language, english: str) -> str:
    """One of qdrill's own sentences; one that nobody translated is left whole, not in two halves."""
    translated = drill_words.sentence(language, english)
    return english if translated == english.replace("; ", "；") else translated
