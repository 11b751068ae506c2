"""Building a shard's indexes in a child process.

The engine's `optimize()` keeps Python's interpreter lock until it is done, a minute for 100,000 points:
called here it would freeze every thread of this process, screens and clocks included. A child can also be
stopped at any moment; the engine replaces segments only when their successors are complete, so a stopped
child loses no point.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from qdrill.errors import StoreError
from qdrill.stores.edge_names import shown

_CHILD = (
    "import sys, qdrant_edge\n"
    "shard = qdrant_edge.EdgeShard.load(sys.argv[1])\n"
    "shard.optimize()\n"
    "shard.flush()\n"
    "shard.close()\n"
)


class OptimizeChild:
    """One run of the engine's optimizers over the shard in `directory`, which must not be open here."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process = subprocess.Popen(
            # -P: a qdrant_edge.py in the working directory is not the engine.
            [sys.executable, "-P", "-c", _CHILD, str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.stopped = False

    def wait(self) -> None:
        """Return when the child is done or was stopped.

        Raises:
            StoreError: the engine could not optimize; with its last words.
        """
        _, errors = self._process.communicate()
        if self._process.returncode and not self.stopped:
            last = errors.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
            raise StoreError(f"the engine could not optimize {shown(self._directory)}: {shown(last[0])}")

    def stop(self) -> None:
        """End the child at once."""
        self.stopped = True
        self._process.kill()
