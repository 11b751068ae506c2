"""Open shards of this process: each directory is open at most once, shared by all who read and write it.

The engine allows one opening at a time and says so only when its log is taken; an exclusive `flock` on the
directory itself (which writes nothing into it) covers the moments between, and shards made without a log.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import qdrant_edge

from qdrill.errors import NotFound, Refused, StoreError
from qdrill.stores.base import OptimizerState
from qdrill.stores.edge_call import EngineCall
from qdrill.stores.edge_names import shown
from qdrill.stores.edge_optimize import OptimizeChild

if os.name == "posix":
    import fcntl


class OpenShard:
    """A shard open in this process, used by any number of threads; closing and reloading wait for them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.handles = 0
        self._turn = threading.Condition()
        self._using = 0
        self._taken = False
        self._closing = False
        self._child: OptimizeChild | None = None
        self._optimizing = False
        self._optimizer_error = ""
        self._written = False
        self._lock = lock_directory(directory)
        try:
            self._engine: qdrant_edge.EdgeShard | None = self._load()
        except BaseException:
            unlock(self._lock)
            raise

    def _load(self, config: qdrant_edge.EdgeConfig | None = None) -> qdrant_edge.EdgeShard:
        with EngineCall(f"opening {shown(self.directory)}"):
            return qdrant_edge.EdgeShard.load(str(self.directory), config)

    @contextmanager
    def use(self, what: str, *, writes: bool = False) -> Iterator[qdrant_edge.EdgeShard]:
        """The engine for one call; waits while the shard is optimized or reloaded.

        Raises:
            NotFound: the collection was deleted meanwhile. Else as `EngineCall`.
        """
        with self._turn:
            self._turn.wait_for(lambda: not self._taken)
            engine = self._engine
            if engine is None:
                raise NotFound(f"the collection in {shown(self.directory)} is closed; open it again")
            self._using += 1
            self._written = self._written or writes
        try:
            with EngineCall(what):
                yield engine
        finally:
            with self._turn:
                self._using -= 1
                self._turn.notify_all()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._turn:
            self._turn.wait_for(lambda: not self._taken)
            self._taken = True
            self._turn.wait_for(lambda: not self._using)
        try:
            yield
        finally:
            with self._turn:
                self._taken = False
                self._turn.notify_all()

    def reload(self, config: qdrant_edge.EdgeConfig) -> None:
        """Close and open again with other settings; with the old ones if the engine does not take them."""
        with self._alone():
            self._close_engine()
            try:
                self._engine = self._load(config)
            except (StoreError, Refused):
                self._engine = self._load()
                raise
            self._written = True

    def close(self, remove: Callable[[Path], None] | None = None) -> None:
        """Stop optimizing, close the engine, let `remove` take the directory away, release the lock.

        What is not flushed stays in the engine's log and is applied by the next opening.
        """
        self._stop_child()
        with self._alone():
            try:
                self._close_engine()
                if remove is not None:
                    remove(self.directory)
            finally:
                unlock(self._lock)
                self._lock = -1

    def _close_engine(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            with EngineCall(f"closing {shown(self.directory)}"):
                engine.close()

    # ------------------------------------------------------------ optimizing

    def optimizer_state(self, due: Callable[[], bool]) -> OptimizerState:
        """How far optimizing is. Starts it where this process has written, none runs, and `due()` says so."""
        with self._turn:
            if self._optimizing or self._child is not None:
                return OptimizerState("yellow", done=False, progress="building indexes in a child process")
            if self._optimizer_error:
                return OptimizerState("red", done=False, error=self._optimizer_error)
            written = self._written
        if not (written and due()):
            return OptimizerState("green", done=True)
        with self._turn:
            if not self._optimizing:
                self._optimizing = True
                threading.Thread(target=self._optimize_quietly, name="edge-optimize", daemon=True).start()
        return OptimizerState("yellow", done=False, progress="starting to build indexes")

    def _optimize_quietly(self) -> None:
        try:
            self.optimize()
        except (StoreError, OSError) as error:
            with self._turn:
                self._optimizer_error = str(error)
        finally:
            with self._turn:
                self._optimizing = False

    def optimize(self) -> None:
        """Build the indexes that are due, in a child process; everybody else waits meanwhile.

        Raises:
            StoreError: the engine could not.
        """
        with self._alone():
            if self._engine is None:
                return
            self._close_engine()
            try:
                self._run_child()
            finally:
                self._engine = self._load()

    def _run_child(self) -> None:
        with self._turn:
            if self._closing:
                return
            self._optimizer_error = ""
            child = self._child = OptimizeChild(self.directory)
        try:
            child.wait()
            self._written = False  # nobody else writes while the shard is taken
        finally:
            with self._turn:
                self._child = None

    def _stop_child(self) -> None:
        with self._turn:
            self._closing = True
            if self._child is not None:
                self._child.stop()


# ---------------------------------------------------------------- locks and sharing

_OPEN: dict[str, OpenShard] = {}
_OPENING = threading.RLock()


def acquire(directory: Path) -> OpenShard:
    """The shard in `directory`, opened or shared; give it back with `release`.

    Raises:
        StoreError: in use by another process, or the engine cannot load it.
    """
    key = os.path.realpath(directory)
    with _OPENING:
        shard = _OPEN.get(key) or OpenShard(Path(key))
        _OPEN[key] = shard
        shard.handles += 1
        return shard


def release(shard: OpenShard) -> None:
    """Give a shard back; the last one closes it."""
    with _OPENING:
        shard.handles -= 1
        if shard.handles == 0 and _OPEN.get(str(shard.directory)) is shard:
            del _OPEN[str(shard.directory)]
            shard.close()


def destroy(shard: OpenShard, remove: Callable[[Path], None]) -> None:
    """Close the shard under everybody who shares it and let `remove` take its directory away."""
    with _OPENING:
        _OPEN.pop(str(shard.directory), None)
        shard.close(remove)


@contextmanager
def directory_held(directory: Path) -> Iterator[None]:
    """Keep other processes out of `directory` for a moment, without opening its shard.

    Raises:
        StoreError: in use by another process.
    """
    key = os.path.realpath(directory)
    with _OPENING:
        lock = -1 if key in _OPEN else lock_directory(Path(key))
        try:
            yield
        finally:
            unlock(lock)


def lock_directory(directory: Path) -> int:
    """Take the exclusive lock of `directory`; -1 where the system has no such locks (the engine's own
    remains).

    Raises:
        StoreError: in use by another process, or not to be opened.
    """
    if os.name != "posix":
        return -1
    try:
        handle = os.open(directory, os.O_RDONLY)
    except OSError as error:
        raise StoreError(f"cannot open {shown(directory)}: {error.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise _in_use(directory) from None
    return handle


def _in_use(directory: Path) -> StoreError:
    return StoreError(f"{shown(directory)} is in use by another process; end that process and try again")


def unlock(handle: int) -> None:
    """Release what `lock_directory` returned."""
    if handle >= 0:
        os.close(handle)
