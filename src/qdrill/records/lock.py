"""One writer at a time in a drill's directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qdrill.errors import UsageError
from qdrill.files import output_error
from qdrill.names import terminal_text


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Hold the lock of the drill in `directory`; waits for another thread or process that holds it.

    The lock is on the directory itself, so that it leaves no file behind, and the system frees it when its
    holder dies. Not to be taken twice by one thread.

    Raises:
        UsageError: there is no such directory.
        OutputError: it cannot be locked.
    """
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        name = terminal_text(str(directory))
        raise UsageError(f"{name} is no drill's directory; see qdrill record list") from None
    except OSError as error:
        raise output_error(directory, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:
        os.close(handle)
        raise output_error(directory, error) from error
    try:
        yield
    finally:
        os.close(handle)
