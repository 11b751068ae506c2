"""`qdrill demo`: the whole drill on one machine, with sample data and no server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qdrill.cli import drill_view, output
from qdrill.cli.console import wants_screen
from qdrill.cli.numbers import Finite
from qdrill.cli.options import lang_option, pass_app_for_screen, shared_options
from qdrill.cli.paths import any_path, output_file
from qdrill.errors import UsageError

if TYPE_CHECKING:
    from qdrill.cli.context import AppContext
    from qdrill.drill.runner import DrillOutcome
    from qdrill.language import Lang


@click.command()
@click.option("--headless", is_flag=True, help="Plain lines, no console; the default without a terminal.")
@click.option("--sabotage", is_flag=True, help="Damage the restored collection in three places: the drill must fail.")
@click.option(
    "--dir",
    "directory",
    type=any_path,
    metavar="PATH",
    default=Path(".qdrill/demo"),
    show_default=True,
    help="Where collections, archive and records of the demonstration live.",
)
@click.option("--speed", type=Finite(0.1, 100), default=1.0, show_default=True, help="Of the walkthrough; 2 is twice.")
@click.option("--record", type=output_file, metavar="FILE.cast", help="Record the walkthrough.")
@click.option("--storyboard", type=any_path, metavar="DIR", help="Write it as a page of pictures.")
@lang_option
@shared_options
@pass_app_for_screen
def demo(
    app: AppContext,
    *,
    headless: bool,
    sabotage: bool,
    directory: Path,
    speed: float,
    record: Path | None,
    storyboard: Path | None,
    lang: Lang | None,
) -> int:
    """Drill a bilingual help-desk collection on the embedded engine.

    Makes the collection, backs it up, restores it beside itself, compares every
    point, searches for 登录 on both sides, and shows the record: in the console, with
    captions, on a terminal, else as text. With --sabotage three small damages are
    done after the backup; the drill names each and fails.
    """
    played = record is not None or storyboard is not None
    if played and (headless or app.json):
        raise UsageError("--record and --storyboard play the console; leave --headless and --json out")
    if not played and (headless or not wants_screen(app.options)):
        return _headless(app, directory, sabotage=sabotage, lang=lang or app.lang)
    from qdrill.console.walkthrough import open_walkthrough

    return open_walkthrough(directory, sabotage=sabotage, speed=speed, record=record, storyboard=storyboard, lang=lang)


def _headless(app: AppContext, directory: Path, *, sabotage: bool, lang: Lang) -> int:
    from qdrill.config import Config
    from qdrill.demo.drill import run_demo

    app.cancel_on_signals()
    # What drills.toml says, even a broken one, is no concern of the demonstration.
    with app.session_with(Config()) as session:
        outcome = run_demo(session, directory, sabotage=sabotage)
    app.settle()
    _show(app, outcome, lang)
    return int(outcome.exit_code)


def _show(app: AppContext, outcome: DrillOutcome, lang: Lang) -> None:
    if app.json:
        output.emit_json(drill_view.as_document(outcome))
        return
    output.write(drill_view.template(outcome.record, lang))
    output.write(drill_view.as_text(outcome, app.colour, lang))
