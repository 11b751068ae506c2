"""The options that every command takes, before its name or after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import click

from qdrill.cli.paths import any_path

if TYPE_CHECKING:
    from qdrill.cli.context import AppContext

F = TypeVar("F", bound=Callable[..., Any])
Colour = Literal["auto", "always", "never"]


@dataclass
class Options:
    """What was asked for; `app` is there once a command is about to run."""

    config: Path | None = None
    json: bool = False
    log_json: bool = False
    quiet: bool = False
    color: Colour = "auto"
    app: AppContext | None = None


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and parameter.name is not None:
        setattr(context.find_root().obj, parameter.name, value)


def shared_options(command: F) -> F:
    """Give a command (or the group) --config, --json, --log-json, --quiet and --color.

    Their values go to `Options`, not to the command's function.
    """
    for option in reversed(_SHARED):
        command = option(command)
    return command


def _flag(*names: str, text: str) -> Callable[[F], F]:
    return click.option(
        *names, is_flag=True, flag_value=True, default=None, expose_value=False, callback=_remember, help=text
    )


_SHARED: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--config",
        type=any_path,
        metavar="FILE",
        expose_value=False,
        callback=_remember,
        help="Configuration to use instead of ./drills.toml.",
    ),
    _flag("--json", text="Print one JSON document on stdout."),
    _flag("--log-json", text="Print events as JSON lines on stderr."),
    _flag("-q", "--quiet", text="No progress, no notes; errors only."),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        expose_value=False,
        callback=_remember,
        help="Colours; auto is on for terminals, and NO_COLOR turns it off.",
    ),
)


def pass_app(function: F) -> F:
    """Call a command's function with the `AppContext` as its first argument; Ctrl-C cancels what it does."""
    return _passing(function, cancellable=True)


def pass_app_for_screen(function: F) -> F:
    """As `pass_app`, but signals are left alone, for those who may hand the terminal to a screen."""
    return _passing(function, cancellable=False)


def _passing(function: F, *, cancellable: bool) -> F:
    def call(*arguments: Any, **values: Any) -> Any:
        app = click.get_current_context().find_root().obj.app
        if cancellable:
            app.cancel_on_signals()
        return function(app, *arguments, **values)

    call.__doc__ = function.__doc__
    call.__name__ = function.__name__
    if hasattr(function, "__click_params__"):
        call.__click_params__ = function.__click_params__  # type: ignore[attr-defined]
    return cast("F", call)


def lang_option(command: F) -> F:
    """`--lang en|zh`; None leaves it to the locale."""
    return click.option(
        "--lang", type=click.Choice(["en", "zh"]), help="Language (default: by LC_ALL, LC_MESSAGES, LANG)."
    )(command)


def connections_option(command: F) -> F:
    """`--connections N`: requests under way at once; None leaves it to the store's configuration."""
    return click.option(
        "--connections",
        type=click.IntRange(1, 64),
        metavar="N",
        help="Requests under way at once (default: as the store is configured, 6).",
    )(command)
