"""Words of a language, looked up by key; the languages themselves are `markdown_en` and `markdown_zh`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qdrill.records import markdown_en, markdown_zh
from qdrill.records.model import Lang


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Calling it with a key gives the text; `{name}` in it is filled from the keywords.

    Values filled in must be Markdown already: data goes through `markdown_blocks.data` before.
    """

    lang: Lang
    text: Mapping[str, str]
    sentences: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return self.text[key].format(**values)

    def sentence(self, english: str) -> str:
        """One of qdrill's own fixed sentences in this language; any other text as it is."""
        return self.sentences.get(english, english)


WORDS: Mapping[Lang, Words] = {
    "en": Words("en", markdown_en.TEXT, markdown_en.SENTENCES),
    "zh": Words("zh", markdown_zh.TEXT, markdown_zh.SENTENCES),
}
