"""Events in words: the one line that each is worth, and the parts of a progress line."""

from __future__ import annotations

from qdrill import units
from qdrill.events import CheckDone, Event, MomentReached, Notice, Phase, Progress, Retrying, StageFinished
from qdrill.names import terminal_text
from qdrill.rate import Pace

_WORTH_TELLING = 0.1
_NOUNS: dict[Phase, str] = {
    "ids": "ids",
    "points": "points",
    "sync": "points",
    "index": "payload indexes",
    "searches": "searches",
}


def sentence(event: Event) -> str | None:
    """One harmless line about an event; None for those that are not worth one."""
    text = _sentence(event)
    return None if text is None else terminal_text(text)


def _sentence(event: Event) -> str | None:
    match event:
        case Notice(level=level, text=text):
            return f"warning: {text}" if level == "warning" else text
        case Retrying(reason=reason, attempt=attempt, delay=delay):
            return f"trying again in {delay:.1f} s (try {attempt}): {reason}"
        case MomentReached(name=name, seconds=seconds):
            return f"{name} after {units.seconds(seconds)}"
        case StageFinished(stage=stage, seconds=seconds, ok=ok):
            return f"{'✓' if ok else '✗'} {stage:<10} {units.seconds(seconds):>8}"
        case CheckDone(check=check) if check.state in {"fail", "inconclusive"}:
            return f"  {check.state}: {check.name}: expected {check.expected}, saw {check.seen}"
    return None


def ends_work(event: Event) -> bool:
    """Whether the work shown as progress is over with this event, so that its last line belongs before it."""
    match event:
        case StageFinished() | MomentReached(name="loaded" | "verified"):
            return True
    return False


def label(event: Progress) -> str:
    """What is going on, in a word."""
    return "search" if event.phase == "searches" else event.job


def amount(pace: Pace, phase: Phase) -> str:
    """`62,000 of 100,000 points`; `62,000 ids` where the total is unknown."""
    noun = _NOUNS[phase]
    if pace.total is None:
        return f"{units.count(pace.done)} {noun}"
    return f"{units.count(pace.done)} of {units.count(pace.total)} {noun}"


def parts(pace: Pace, phase: Phase, retries: int = 0, rejected: int = 0) -> list[str]:
    """What a progress line says, the most important first."""
    found = [amount(pace, phase)]
    if pace.stalled is not None:
        found.append(f"stalled for {pace.stalled:.0f} s")
    elif pace.per_second is not None:
        found.append(f"{units.count(pace.per_second)}/s")
    if rejected:
        found.append(f"{units.count(rejected)} rejected")
    if retries:
        found.append(units.plural(retries, "retry", "retries"))
    if pace.stalled is None and pace.bytes_per_second is not None:
        found.append(f"{pace.bytes_per_second / 1e6:.1f} MB/s")
    if pace.elapsed >= _WORTH_TELLING:
        found.append(units.seconds(pace.elapsed))
    if pace.seconds_left is not None:
        found.append(units.about(pace.seconds_left))
    return found


def percent(pace: Pace) -> str:
    """`62 %`, cut and not rounded, so that 100 % means all; empty where the total is unknown."""
    if not pace.total:
        return ""
    return f"{min(100, pace.done * 100 // pace.total)} %"
