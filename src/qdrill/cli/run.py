"""`qdrill run [DRILL]`: a whole drill, from drills.toml or put together on the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import click

from qdrill.cli import drill_view, output
from qdrill.cli.context import AppContext
from qdrill.cli.numbers import Finite
from qdrill.cli.options import connections_option, pass_app, shared_options
from qdrill.cli.paths import any_path, archive_file, named
from qdrill.config_model import Method
from qdrill.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from qdrill.config_model import DrillConfig
    from qdrill.drill.plan import DrillPlan


@click.command()
@click.argument("name", metavar="[DRILL]", required=False, type=named)
@click.option("--source", type=named, metavar="ADDR", help="Collection to back up; it is only read.")
@click.option(
    "--target", type=named, metavar="ADDR", help="Collection to restore to (default: the source with _restored)."
)
@click.option("--method", type=click.Choice(list(get_args(Method))), help="How data get there (default: rows).")
@click.option("--replace", "replaced", metavar="NAME", help="The target's name, repeated: delete it first.")
@click.option("--delete-target", is_flag=True, help="At the end delete the target, if this drill made it.")
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="Sample search by text; may be repeated.")
@click.option("--random", "random_points", type=click.IntRange(1, 1000), metavar="N", help="Search by N random points.")
@click.option("--top-k", type=click.IntRange(1, 1000), default=10, show_default=True, metavar="K")
@click.option("--using", default="", metavar="VECTOR", help="Vector that the searches use, where there are several.")
@click.option("--embedder", default="", metavar="NAME", help="What embeds the texts.")
@click.option("--level", type=click.Choice(["count", "sample", "full"]), help="Points to compare (default: full).")
@click.option("--delay-ms-per-point", type=Finite(0, 3_600_000), metavar="X", help="Throttle.")
@click.option("--rto", type=Finite(0), metavar="SECONDS", help="Recovery time objective.")
@click.option("--rpo", type=Finite(0), metavar="SECONDS", help="Recovery point objective.")
@click.option("--aliases", is_flag=True, help="Restore the source's aliases too, where they are free.")
@click.option("--archive", type=archive_file, metavar="FILE", help="Archive to write.")
@click.option("--operator", metavar="WHO", help="For the record.")
@click.option("--ticket", metavar="ID", help="For the record.")
@click.option("--readme", type=any_path, metavar="FILE", help='Update its "Backup Signals" block.')
@click.option("--run-url", default="", metavar="URL", help="What that block links to (default: the record).")
@click.option("--optimize-wait", type=Finite(0), metavar="SECONDS", help="Longest wait for the optimizer.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@connections_option
@shared_options
@pass_app
def run(app: AppContext, *, name: str | None, connections: int | None, dry_run: bool, **asked: Any) -> int:
    """Run a drill: preflight, backup, restore, validate, record.

    DRILL is one of drills.toml; without it, the file's only drill, or one put
    together from --source and --target. Options given here win over the file.
    The record is written to artifacts/drills/ID/, whatever happens.
    """
    from qdrill.drill.start import make_plan, start_drill

    drill = chosen_drill(app, name, asked)
    plan = make_plan(
        app.session,
        drill,
        connections=connections,
        replace=asked["replaced"],
        readme=asked["readme"],
        run_url=asked["run_url"],
        optimize_seconds=asked["optimize_wait"],
    )
    if dry_run:
        return _dry_run(app, drill, plan)
    outcome = start_drill(app.session, drill, plan)
    app.settle()
    if app.json:
        output.emit_json(drill_view.as_document(outcome))
    else:
        output.write(drill_view.as_text(outcome, app.colour, app.lang))
    return int(outcome.exit_code)


def _dry_run(app: AppContext, drill: DrillConfig, plan: DrillPlan) -> int:
    """Say what the drill would do; exit code 2 where it would be refused."""
    from qdrill.drill.start import dry_run, open_ends, why_refused

    ends = open_ends(app.session, drill)
    steps = dry_run(plan, ends)
    if app.json:
        output.emit_json(dict(steps))
    else:
        output.write("\n".join(["dry run: nothing has been done", *output.pairs(steps)]))
    return ExitCode.USAGE if why_refused(plan, ends) else ExitCode.PASSED


def chosen_drill(app: AppContext, name: str | None, asked: dict[str, Any]) -> DrillConfig:
    """The drill meant, with the command line's values in place of the file's; raises UsageError."""
    from qdrill.address import parse_address, restored_address
    from qdrill.config_model import DrillConfig, SearchConfig, quoted

    if name is not None:
        drill = app.config.drill(name)
    elif asked["source"] is None and asked["target"] is None and len(app.config.drills) == 1:
        drill = app.config.drills[0]
    elif asked["source"] is None and asked["target"] is None and app.config.drills:
        names = ", ".join(quoted(one.name) for one in app.config.drills)
        raise UsageError(f"several drills are configured; name one of {names}, or give --source")
    else:
        source = parse_address(asked["source"] or app.config.default_store.name, app.config)
        target = asked["target"] or restored_address(source, app.config.restored_suffix)
        drill = DrillConfig("ad hoc", source.text, target)
    searches = [SearchConfig(text=text) for text in asked["texts"]]
    if asked["random_points"]:
        searches.append(SearchConfig(random=asked["random_points"]))
    if searches:
        common = {"top_k": asked["top_k"], "vector": asked["using"] or None}
        embedder = asked["embedder"] or None
        chosen = tuple(replace(one, embedder=embedder if one.text else None, **common) for one in searches)
        drill = replace(drill, searches=chosen)
    return replace(drill, **_given(drill, asked))


def _given(drill: DrillConfig, asked: dict[str, Any]) -> dict[str, Any]:
    """The drill's fields that the command line sets."""
    plain = ("source", "target", "method", "level", "delay_ms_per_point", "archive", "operator", "ticket")
    given = {key: asked[key] for key in plain if asked[key] is not None}
    if asked["aliases"]:
        given["aliases"] = True
    if asked["delete_target"]:
        given["after"] = "delete"
    goals = {f"{key}_seconds": asked[key] for key in ("rto", "rpo") if asked[key] is not None}
    return {**given, "objectives": replace(drill.objectives, **goals)}
