"""What the log says of anything that is no request, in the language of the screen. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from qdrill import units
from qdrill.console.engine_words import check_name, check_words, sentence
from qdrill.console.feed import LogLine, Told
from qdrill.console.i18n import Language, Say, say
from qdrill.console.panels.drill_words import recovery_words
from qdrill.console.widgets.state import GLYPHS
from qdrill.events import CheckDone, DrillFinished, MomentReached, StageFinished, StageStarted
from qdrill.results import Check

_PARTS = {"fail": "log--error", "inconclusive": "log--retry", "interrupted": "log--retry", "skipped": "log--retry"}


@dataclass(frozen=True, slots=True)
class LogWords:
    """The language of the log."""

    say: Say
    language: Language


ENGLISH = LogWords(partial(say, "en"), "en")


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line: its glyph, its text, which may be hostile, and the component class of its colour."""

    glyph: str
    text: str
    part: str = ""


def words_of(line: LogLine, words: LogWords) -> LineWords:
    """The words of a line that is no request."""
    if line.told is not None:
        return _told(line.told, words)
    if line.level == "retry":
        return LineWords("↻", _labelled(words, "retry", line.text), "log--retry")
    text = sentence(words.language, line.text)
    if line.level == "warning":
        return LineWords("!", _labelled(words, "warning", text), "log--warning")
    return LineWords("i", _labelled(words, "info", text))


def _labelled(words: LogWords, level: str, text: str) -> str:
    return words.say("drill.log.labelled", label=words.say(f"drill.log.{level}"), text=text)


def _told(event: Told, words: LogWords) -> LineWords:
    say = words.say
    match event:
        case StageStarted():
            return LineWords(GLYPHS["running"], say("drill.log.began", stage=say(f"drill.stage.{event.stage}")))
        case StageFinished():
            # That a stage came to its end says nothing of its checks: it is no pass.
            glyph, key, part = ("i", "ended", "") if event.ok else ("!", "unended", "log--warning")
            stage, time = say(f"drill.stage.{event.stage}"), units.seconds(event.seconds)
            return LineWords(glyph, say(f"drill.log.{key}", stage=stage, time=time), part)
        case MomentReached():
            moment = say(f"drill.moment.{event.name}")
            return LineWords("i", say("drill.log.moment", moment=moment, time=recovery_words(event.seconds)))
        case CheckDone():
            return _check(event.check, words)
        case DrillFinished():
            verdict, reason = say(f"drill.verdict.{event.verdict}"), check_words(words.language, event.reason)
            text = say("drill.log.verdict", verdict=verdict, reason=reason)
            return LineWords(GLYPHS[event.verdict], text, _PARTS.get(event.verdict, ""))


def _check(check: Check, words: LogWords) -> LineWords:
    """A check; what was expected is said where it was not seen."""
    key = "check" if check.state == "pass" else "check_against"
    text = words.say(
        f"drill.log.{key}",
        name=check_name(words.language, check.name),
        state=words.say(f"drill.state.{check.state}"),
        expected=check_words(words.language, check.expected),
        seen=check_words(words.language, check.seen),
    )
    return LineWords(GLYPHS[check.state], text, _PARTS.get(check.state, ""))
