"""The `qdrill` command: options that every command takes, and the commands, imported when they are run."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from qdrill import __version__
from qdrill.cli.failures import report
from qdrill.cli.options import Options, shared_options
from qdrill.cli.streams import open_streams
from qdrill.errors import ExitCode

# name -> (module, attribute, one line of help); in the order of the help.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "console": ("qdrill.cli.console", "console", "Open the console; so does qdrill alone on a terminal."),
    "demo": ("qdrill.cli.demo", "demo", "The whole drill on one machine, with sample data; no server."),
    "run": ("qdrill.cli.run", "run", "Run a drill of drills.toml, or --source A --target B."),
    "backup": ("qdrill.cli.backup", "backup", "Back a collection up to an archive."),
    "restore": ("qdrill.cli.restore", "restore", "Make a collection from an archive."),
    "verify": ("qdrill.cli.verify", "verify", "Compare an archive or a collection with a collection."),
    "search": ("qdrill.cli.search", "search", "Search a collection, or two side by side."),
    "collections": ("qdrill.cli.collections", "collections", "List what the stores hold."),
    "metrics": ("qdrill.cli.metrics", "metrics", "Show what the metrics say, now and during the last drill."),
    "export-metrics": ("qdrill.cli.export_metrics", "export_metrics", "Serve qdrill's own metrics for Prometheus."),
    "api": ("qdrill.cli.api", "api", "Serve the runbook's RAG API over a store; needs qdrill[api]."),
    "serve": ("qdrill.cli.serve", "serve", "The console in a browser on this machine."),
    "record": ("qdrill.cli.record", "record", "List, show and render drill records."),
    "doctor": ("qdrill.cli.doctor", "doctor", "Check configuration, stores, rights, disk space, versions."),
}
_EPILOG = """Exit codes: 0 passed, 1 failed, 2 usage or configuration, 3 store unreachable or refused, 4 inconclusive,
5 archive unusable or output cannot be written, 70 internal error, 130 interrupted."""


class LazyGroup(click.Group):
    """A group whose commands are imported only when one of them is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; an unknown name is answered with the nearest known one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from qdrill.config_model import instead, quoted

            ctx.fail(f"there is no command {quoted(args[0])}{instead(args[0], list(COMMANDS))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands with the help of the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=_EPILOG,
)
@shared_options
@click.version_option(__version__, "-v", "--version", prog_name="qdrill", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> int:
    """Rehearse the backup and restore of Qdrant collections, and prove the result.

    ADDR is STORE/COLLECTION, http://HOST:PORT/COLLECTION or edge:DIR/COLLECTION.
    """
    options: Options = context.obj
    if context.invoked_subcommand is not None:
        from qdrill.cli.context import AppContext

        options.app = AppContext(options)
        return 0
    from qdrill.cli.console import open_it, wants_screen

    if wants_screen(options):
        return open_it(options)
    click.echo(context.get_help())
    return 0


def run(arguments: Sequence[str]) -> int:
    """Run a command line; returns its exit code."""
    options = Options()
    try:
        code = _run(list(arguments), options)
        return int(ExitCode.ARCHIVE) if code == ExitCode.PASSED and _log_lost(options) else code
    except BaseException as error:  # noqa: BLE001 - the one place where every error ends
        if options.app is not None:
            options.app.settle()
        # A wrong command line may have ended before --json was read.
        before_dashes = arguments[: arguments.index("--")] if "--" in arguments else arguments
        options.json = options.json or (isinstance(error, click.UsageError) and "--json" in before_dashes)
        return report(error, options)
    finally:
        if options.app is not None:
            options.app.close()


def _run(arguments: list[str], options: Options) -> int:
    code: Any = cli.main(arguments, prog_name="qdrill", standalone_mode=False, obj=options)
    sys.stdout.flush()
    return int(code or 0)


def _log_lost(options: Options) -> bool:
    """Whether events were asked for as lines and some could not be written; only narration may go unheard."""
    return options.log_json and bool(getattr(sys.stderr, "lost", False))


def main() -> NoReturn:
    """Entry point of the installed command."""
    open_streams()
    sys.exit(run(sys.argv[1:]))
