"""`qdrill metrics`: what endpoints and Prometheus say, now and during a drill."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from qdrill.cli import metrics_view, output
from qdrill.cli.context import AppContext
from qdrill.cli.options import pass_app, shared_options
from qdrill.cli.paths import named
from qdrill.errors import ExitCode, SignalError, UsageError

if TYPE_CHECKING:
    from qdrill.signals.board import BoardReader
    from qdrill.signals.board_model import Board

_DEFAULT_MINUTES = 5
# How lines about a query end that is itself at fault, and not who was asked.
_MEND = ("mend the expression", "the expression is empty")


@click.command()
@click.argument("drill", required=False, type=named)
@click.option("--query", metavar="PROMQL", help="Ask Prometheus this instead, and print the series.")
@click.option("--minutes", type=click.Choice(["5", "15", "60"]), help="How far back to look.  [default: 5]")
@shared_options
@pass_app
def metrics(app: AppContext, drill: str | None, query: str | None, minutes: str | None) -> int:
    """Show what the metrics say, now and during the last drill, or the last of DRILL.

    The numbers are those of the endpoints [metrics.NAME] and of [prometheus] in
    drills.toml. A service that does not answer is said on stderr; exit 4 when
    nothing could be read at all. A number that nobody knows is never shown as 0.
    """
    from qdrill.signals.board import BoardReader

    if query is not None and drill is not None:
        raise UsageError("--query asks Prometheus about anything; leave DRILL out, or --query")
    reader = BoardReader(app.config, app.environ, app.control, app.config.artifacts / "drills")
    try:
        back = _DEFAULT_MINUTES if minutes is None else int(minutes)
        return _board(app, reader, drill, back) if query is None else _query(app, reader, query, back)
    finally:
        reader.close()


def _board(app: AppContext, reader: BoardReader, drill: str | None, minutes: int) -> int:
    board = reader.read(drill)
    if minutes != _DEFAULT_MINUTES and board.configured:
        board = _further_back(reader, board, minutes)
    app.settle()
    code = _exit_code(board)
    if app.json:
        output.emit_json({**asdict(board), "exit_code": code})
    else:
        output.write(metrics_view.board_text(board, minutes, app.lang))
    for text in board.problems:
        app.sink.say(f"qdrill: {metrics_view.sentence(text, app.lang)}")
    return code


def _further_back(reader: BoardReader, board: Board, minutes: int) -> Board:
    """The board with its sparklines over `minutes`."""
    charts = {tile.key: reader.chart(tile.key, minutes) for tile in board.tiles}
    points = {key: next((one.points for one in chart.series), ()) for key, chart in charts.items()}
    return replace(board, tiles=tuple(replace(tile, spark=points[tile.key]) for tile in board.tiles))


def _exit_code(board: Board) -> int:
    read = any(tile.value is not None for tile in board.tiles)
    return int(ExitCode.PASSED if read or not board.problems else ExitCode.INCONCLUSIVE)


def _query(app: AppContext, reader: BoardReader, promql: str, minutes: int) -> int:
    if app.config.prometheus is None:
        from qdrill.signals.board import NO_PROMETHEUS

        raise UsageError(NO_PROMETHEUS)
    answer = reader.expression(promql, minutes)
    app.settle()
    if answer.state == "failed":
        raise (UsageError if answer.note.endswith(_MEND) else SignalError)(answer.note)
    if app.json:
        output.emit_json(asdict(answer))
    else:
        output.write(metrics_view.query_text(answer, minutes, app.lang))
    return int(ExitCode.PASSED)
