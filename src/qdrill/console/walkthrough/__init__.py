"""The walkthrough: the whole drill on the embedded engine, played on the console with captions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp

DIRECTORY = Path(".qdrill/demo")


def open_walkthrough(
    directory: Path, *, sabotage: bool, speed: float, record: Path | None, storyboard: Path | None, lang: str | None
) -> int:
    """Play the walkthrough; returns the exit code: of its drill, or 130 when it was left before its end.

    Without a terminal it is played into the recording or the storyboard alone, on a screen of 120x36.

    Args:
        directory: where its collections, archive and records live.
        sabotage: the second act, in which the drill fails.
        speed: of reading times and waits; 2 is twice as fast.
        record: file to write an asciicast of it to.
        storyboard: directory to write it to as a page of pictures.
        lang: `en` or `zh`; None goes by the locale.

    Raises:
        StoreError: the sample collection cannot be made. OutputError: recording or storyboard cannot be written.
        Inconclusive: nobody is at the keys, and a step's end never came.
    """
    from qdrill.console.walkthrough.opening import Wishes, play

    return play(
        Wishes(directory, sabotage, speed, record, storyboard, "zh" if lang == "zh" else "en" if lang else None)
    )


def start_demo(app: QdrillApp) -> None:
    """Leave the console for the walkthrough: it has stores and records of its own, so it is a console of its own."""
    if app.jobs.running is not None:
        app.tell(app.say("walkthrough.job_runs"), severity="warning")
    elif app.is_web:
        # The page of a browser ends with the app that it shows.
        app.tell(app.say("walkthrough.terminal_only"), severity="warning")
    else:
        language = app.language
        app.then = lambda: open_walkthrough(
            DIRECTORY, sabotage=False, speed=1.0, record=None, storyboard=None, lang=language
        )
        app.exit(0)
