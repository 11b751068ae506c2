"""The one place where an exception becomes a line on stderr and an exit code."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qdrill.cli.plain import write_line
from qdrill.cli.streams import OutputLost, ReaderGone, forget_output
from qdrill.errors import ExitCode, Interrupted, QdrillError, StoreError
from qdrill.names import terminal_text

if TYPE_CHECKING:
    from qdrill.cli.options import Options


def report(error: BaseException, options: Options) -> int:
    """Say what went wrong, as the options ask for it; returns the exit code."""
    if isinstance(error, SystemExit):
        if not error.code:
            return int(ExitCode.PASSED)
        # click takes any broken pipe for the reader of our output, which is told by an error of its own here.
        error = error.__context__ if isinstance(error.__context__, BrokenPipeError) else error
    if isinstance(error, OutputLost):
        forget_output()
        if isinstance(error, ReaderGone):
            return int(error.exit_code)
    text, code = describe(error, options)
    _say(text, code, options)
    return code


def describe(error: BaseException, options: Options) -> tuple[str, int]:
    """One line about an exception, and its exit code."""
    cancelled = options.app is not None and options.app.control.cancelled
    if isinstance(error, Interrupted) or (cancelled and isinstance(error, StoreError)):
        # A connection that was cut by the cancellation is no failure of the store.
        resumable = options.app is not None and options.app.resumable
        hint = "; run the same command with --resume to go on" if resumable else ""
        return f"interrupted{hint}", int(ExitCode.INTERRUPTED)
    if isinstance(error, QdrillError):
        return _with_option(str(error) or type(error).__name__, options), int(error.exit_code)
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "interrupted", int(ExitCode.INTERRUPTED)
    if isinstance(error, click.ClickException):
        return _usage(error), int(ExitCode.USAGE)
    return _crash(error, options), int(ExitCode.INTERNAL)


def _with_option(text: str, options: Options) -> str:
    """A line that asks for another archive, with the option of this command that names one."""
    option = options.app.archive_option if options.app is not None else ""
    if option:
        from qdrill.archive.place import ELSEWHERE

        return f"{text} with {option}" if text.endswith(ELSEWHERE) else text
    return text


def _usage(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "qdrill"
    return f"{text.rstrip('.')}; see `{command} --help`"


def _say(text: str, code: int, options: Options) -> None:
    if options.json:
        from qdrill.cli.output import emit_json

        try:
            emit_json({"error": text, "exit_code": code})
        except OutputLost:
            forget_output()
    if options.log_json:
        from qdrill.cli.log_json import JsonSink

        JsonSink(sys.stderr).record("error", {"error": text, "exit_code": code})
        return
    write_line(sys.stderr, f"qdrill: {terminal_text(text)}")


def _crash(error: BaseException, options: Options) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{_module(frames[-1].filename)}:{frames[-1].lineno}" if frames else "unknown place"
    text = f"internal error: {type(error).__name__} at {where}; please report it"
    details = _write_details(error, options)
    return f"{text}; details in {details}" if details else text


def _module(filename: str) -> str:
    path = Path(filename)
    parts = path.with_suffix("").parts
    start = len(parts) - 1 - parts[::-1].index("qdrill") if "qdrill" in parts else len(parts) - 1
    return ".".join(parts[start:])


def _write_details(error: BaseException, options: Options) -> str:
    """Write where it happened to a new file; empty where none can be written.

    Only types and places: values and messages may hold data or keys.
    """
    lines = "".join(_trace(error))
    artifacts = options.app.artifacts_if_known() if options.app is not None else Path("artifacts")
    for folder in (artifacts, Path(tempfile.gettempdir())):
        try:
            descriptor, name = tempfile.mkstemp(prefix="qdrill-crash-", suffix=".txt", dir=folder)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(lines)
        except OSError:
            continue
        return name
    return ""


def _trace(error: BaseException) -> list[str]:
    from qdrill import __version__

    lines = [f"qdrill {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n"]
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines += [f"\n{type(current).__module__}.{type(current).__qualname__}\n"]
        lines += traceback.format_list(traceback.extract_tb(current.__traceback__))
        current = current.__cause__ or current.__context__
    return lines
