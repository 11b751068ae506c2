"""Opening the walkthrough: on the terminal at hand, or without one into a recording or a page of pictures."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from qdrill.console.app import run_app
from qdrill.console.walkthrough.app import WalkthroughApp
from qdrill.console.walkthrough.cast import Cast
from qdrill.console.walkthrough.engine import DemoEngine
from qdrill.console.walkthrough.script import ACTS
from qdrill.console.walkthrough.storyboard import Storyboard
from qdrill.errors import ExitCode
from qdrill.files import make_directory
from qdrill.language import Lang, language

# Pictures alone need no time to be read.
PICTURES_SPEED = 20.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What `open_walkthrough` was asked for."""

    directory: Path
    sabotage: bool = False
    speed: float = 1.0
    record: Path | None = None
    storyboard: Path | None = None
    lang: Lang | None = None


def play(asked: Wishes) -> int:
    """Play it to its end; returns the exit code. Errors as `open_walkthrough`."""
    alone = not on_terminal()
    with _no_path_on_the_screen(asked) as wishes, contextlib.ExitStack() as closing:
        spoken = wishes.lang or language(os.environ)
        name = "sabotage" if wishes.sabotage else "drill"
        cast = Cast(wishes.record, f"qdrill demo: {name}") if wishes.record else None
        if cast is not None:
            closing.callback(cast.close)
        board = Storyboard(wishes.storyboard, name, spoken) if wishes.storyboard else None
        engine = DemoEngine(wishes.directory, os.environ, sabotage=wishes.sabotage, language=spoken)
        closing.callback(engine.close)
        engine.prepare()
        app = WalkthroughApp(
            engine,
            ACTS[name],
            speed=max(wishes.speed, PICTURES_SPEED) if alone and cast is None else wishes.speed,
            cast=cast,
            storyboard=board,
            alone=alone,
            leaves=cast is not None or board is not None,
        )
        code = _run(app)
        if board is not None and app.player.state == "ended":
            board.write(app.say(f"walkthrough.{name}.page"), app.say(f"walkthrough.{name}.about"))
    return app.then() if app.then is not None and not app.crash_line else code


def _run(app: WalkthroughApp) -> int:
    returned = run_app(app)
    if app.crash_line:
        return int(ExitCode.INTERNAL)
    if app.alone and app.failure is not None:
        raise app.failure
    return app.exit_code(returned)


def on_terminal() -> bool:
    """Whether there is a terminal that shows a screen, and somebody at its keys."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return os.environ.get("TERM") != "dumb" and all(one is not None and one.isatty() for one in streams)


@contextlib.contextmanager
def _no_path_on_the_screen(wishes: Wishes) -> Iterator[Wishes]:
    """What is recorded is shown to others: screens and records name files from the demonstration's own folder."""
    shown = wishes.record is not None or wishes.storyboard is not None
    if not (shown and wishes.directory.is_absolute()):
        yield wishes
        return
    inside = replace(
        wishes,
        directory=Path(wishes.directory.name),
        record=wishes.record and wishes.record.absolute(),
        storyboard=wishes.storyboard and wishes.storyboard.absolute(),
    )
    make_directory(wishes.directory.parent)
    with contextlib.chdir(wishes.directory.parent):
        yield inside
