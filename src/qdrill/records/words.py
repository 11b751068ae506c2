"""Words of a language, looked up by key; the languages themselves are `markdown_en` and `markdown_zh`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from qdrill.records import errors_zh, markdown_en, markdown_zh, sentences_zh
from qdrill.records.model import Lang

# `{0}` in a template is the first group as it stands, `{0*}` translated, `{0#}` names of checks.
_SLOT = re.compile(r"\{(\d+)([*#]?)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Calling it with a key gives the text; `{name}` in it is filled from the keywords.

    Values filled in must be Markdown already: data goes through `markdown_blocks.data` before.
    """

    lang: Lang
    text: Mapping[str, str]
    sentences: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[tuple[str, str], ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, key: str, **values: object) -> str:
        return self.text[key].format(**values)

    def sentence(self, english: str) -> str:
        """One of qdrill's own sentences in this language; any other text as it is."""
        if english in self.sentences:
            return self.sentences[english]
        if parts := self._of_checks(english):
            return "；".join(parts)
        if parts := self._open(english):
            return "；未决：".join(parts)
        for pattern, template in self.patterns:
            if found := re.fullmatch(pattern, english, re.DOTALL):
                return self._filled(template, found)
        return english

    def _of_checks(self, english: str) -> list[str]:
        """The parts of a verdict's reason, `name: what was seen` of each check; none where it is no such sentence."""
        names = "|".join(map(re.escape, self.checks))
        if not names or not re.match(f"(?:{names}): ", english):
            return []
        parts = re.split(rf"; (?=(?:{names}): |and \d+ more$)", english)
        named = (part.partition(": ") for part in parts)
        return [
            f"{self.check(name)}：{self.sentence(seen)}" if sep else self.sentence(name) for name, sep, seen in named
        ]

    def _open(self, english: str) -> list[str]:
        """What a drill that passed says, and the checks that stayed open: `…; open: name (what was seen), …`."""
        passed, mark, rest = english.partition("; open: ")
        if not mark or passed not in self.sentences:
            return []
        names = "|".join(map(re.escape, self.checks))
        parts = re.split(rf", (?=(?:{names}) \(|and \d+ more$)", rest)
        return [self.sentence(passed), "、".join(map(self._open_check, parts))]

    def _open_check(self, english: str) -> str:
        name, mark, seen = english.removesuffix(")").partition(" (")
        return f"{self.check(name)}（{self.sentence(seen)}）" if mark else self.sentence(english)

    def _filled(self, template: str, found: re.Match[str]) -> str:
        def slot(match: re.Match[str]) -> str:
            part = found.group(int(match[1]) + 1)
            if match[2] == "#":
                return "、".join(self.check(name) for name in part.split(", "))
            return self.sentence(part) if match[2] else part

        return _SLOT.sub(slot, template)

    def check(self, name: str) -> str:
        """The name of a check in this language, its identifier behind it; the identifier alone where there is none."""
        return f"{self.checks[name]} {name}" if name in self.checks else name


WORDS: Mapping[Lang, Words] = {
    "en": Words("en", markdown_en.TEXT),
    "zh": Words(
        "zh",
        markdown_zh.TEXT,
        sentences_zh.FIXED,
        (*sentences_zh.PATTERNS, *errors_zh.PATTERNS),
        sentences_zh.CHECKS,
    ),
}
