"""Every error a user can meet: one plain line, and the exit code that goes with it.

QdrillError
├── UsageError            2  the command line or drills.toml is wrong
├── StoreError            3  a store cannot be reached, or refused
│   ├── NotFound          3  the collection is not there
│   ├── Refused           3  the store answered with a refusal (4xx); carries status and reason
│   └── ScrollBroken      3  the store's own pages contradict each other
├── Inconclusive          4  the question could not be answered
├── ArchiveError          5  an archive is damaged or not one
├── OutputError           5  our own output cannot be written
└── Interrupted         130  somebody cancelled

Any other exception is an error of qdrill itself: 70, as `EX_SOFTWARE` of sysexits.h.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command; an API, never renumbered."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    STORE = 3
    INCONCLUSIVE = 4
    ARCHIVE = 5
    INTERNAL = 70
    INTERRUPTED = 130


class QdrillError(Exception):
    """Base of all errors meant for the user. `str(error)` is one line, with the next step in it."""

    exit_code: ExitCode = ExitCode.USAGE


class UsageError(QdrillError):
    """The command line, an address or drills.toml is wrong."""


class StoreError(QdrillError):
    """A store cannot be reached, or its answer cannot be used."""

    exit_code = ExitCode.STORE


class NotFound(StoreError):
    """The collection named does not exist in its store."""


class Refused(StoreError):
    """The store refused a request.

    Attributes:
        status: HTTP status code; 400 for a refusal of the embedded engine.
        reason: the store's own words, one line, safe to show.
    """

    def __init__(self, message: str, *, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class SignalError(StoreError):
    """A service that gives evidence (metrics, RAG API, Grafana) did not answer, or not usably; fails no drill."""


class ScrollBroken(StoreError):
    """Pages of a scroll that end early, loop, repeat or contradict the id pass."""


class Inconclusive(QdrillError):
    """The question could not be answered; never to be read as a pass."""

    exit_code = ExitCode.INCONCLUSIVE


class ArchiveError(QdrillError):
    """An archive that is damaged, incomplete or not an archive."""

    exit_code = ExitCode.ARCHIVE


class OutputError(QdrillError):
    """Something of our own cannot be written: always fatal, never skipped."""

    exit_code = ExitCode.ARCHIVE


class Interrupted(QdrillError):
    """The work was cancelled by a person or a signal."""

    exit_code = ExitCode.INTERRUPTED
