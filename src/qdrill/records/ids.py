"""Names of drills: sortable by time, unique in their directory."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from qdrill.errors import OutputError
from qdrill.files import make_directory, output_error
from qdrill.names import terminal_text

_TRIES = 64


def new_id(now: datetime, rng: random.Random) -> str:
    """An id such as `20261122T151107Z-7f3a` of the aware time `now`."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{rng.getrandbits(16):04x}"


def claim_directory(drills: Path, now: datetime, rng: random.Random) -> Path:
    """Create the directory of a new drill under `drills`; its name is the drill's id. Raises OutputError."""
    make_directory(drills)
    for _ in range(_TRIES):
        directory = drills / new_id(now, rng)
        try:
            directory.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise output_error(directory, error) from error
        return directory
    raise OutputError(f"cannot find a free drill id in {terminal_text(str(drills))}; wait a second, then run it again")
