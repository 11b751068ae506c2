"""The standard streams as a command finds them: closed, full, or with nobody at the other end."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, TypeVar

from qdrill.errors import OutputError

S = TypeVar("S", bound=io.TextIOWrapper)
_ESCAPED = "backslashreplace"


class OutputLost(OutputError):
    """Standard output cannot be written."""


class ReaderGone(OutputLost):
    """Whoever read standard output has seen enough: nothing to talk about."""


class Output(io.TextIOWrapper):
    """Standard output; what cannot be written raises OutputLost or ReaderGone, whoever wrote it."""

    def write(self, text: str, /) -> int:
        """As of every text stream."""
        with _output_errors():
            return super().write(text)

    def flush(self) -> None:
        """As of every text stream."""
        with _output_errors():
            super().flush()


class Narration(io.TextIOWrapper):
    """Standard error: a drill goes on although nobody can be told of it.

    Attributes:
        lost: whether something could not be written.
    """

    lost = False

    def write(self, text: str, /) -> int:
        """As of every text stream, but raises nothing."""
        try:
            return super().write(text)
        except OSError:
            self.lost = True
        return len(text)

    def flush(self) -> None:
        """As of every text stream, but raises nothing."""
        try:
            super().flush()
        except OSError:
            self.lost = True


@contextmanager
def _output_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGone("nobody reads standard output any more") from error
    except OSError as error:
        if error.errno == errno.EBADF:
            raise OutputLost("standard output is closed; write to a file or a terminal") from error
        reason = error.strerror or type(error).__name__
        raise OutputLost(f"cannot write to standard output: {reason}; make room or write elsewhere") from error


def open_streams() -> None:
    """Set standard output and error to streams that fail as said above, also where they are closed.

    What the terminal's encoding lacks is shown escaped; it never stops a drill.
    """
    for descriptor in (0, 1, 2):
        _occupy(descriptor)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - open as long as we run
    sys.stdout = _again(Output, sys.stdout, 1)
    sys.stderr = _again(Narration, sys.stderr, 2)


def forget_output() -> None:
    """Nothing more can be written to standard output; the interpreter's last flush goes nowhere and stays quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _occupy(descriptor: int) -> None:
    """Keep the number of a closed stream from the next file that is opened, into which others would then write.

    Opened for reading alone, so that to write to it fails as it does to a closed one.
    """
    try:
        os.fstat(descriptor)
    except OSError:
        # The lowest free number is the one: those before it are taken.
        os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)


def _again(kind: type[S], stream: TextIO | None, descriptor: int) -> S:
    """The stream as one of `kind`; the one that it was before is left as it is, for the library of the screens."""
    if not isinstance(stream, io.TextIOWrapper):
        # Nothing else stands there in a process of ours but None, for a closed one.
        return kind(open(descriptor, "wb", closefd=False), encoding="utf-8", errors=_ESCAPED)
    return kind(
        stream.buffer,
        encoding=stream.encoding,
        errors=_ESCAPED,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
