"""What the embedded engine raises, as our errors."""

from __future__ import annotations

from qdrill.errors import Refused, StoreError
from qdrill.stores.edge_names import shown

# Anything else is a mistake of ours and must be seen as one.
_ENGINE_RAISES = (Exception, TypeError, ValueError, OverflowError)
_OWN_WORDS = ("Service ", "IO ", "I/O ", "Out of memory", "Disk ")


class EngineCall:
    """Turns what the engine raises inside a `with` into our errors, its panics (no `Exception`) included.

    Raises:
        StoreError: the engine failed, or the shard is in use by another process.
        Refused: the engine found fault with the request.
    """

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is None or isinstance(error, StoreError):
            return
        translated = _translated(error, self._what)
        if translated is not error:
            raise translated from None


def _translated(error: BaseException, what: str) -> BaseException:
    words = shown(str(error).partition("\n")[0])
    if type(error).__name__ == "PanicException":
        return StoreError(f"the embedded engine broke down while {what}: {words}; run qdrill doctor")
    if type(error) not in _ENGINE_RAISES and not isinstance(error, OSError):
        return error
    if "WouldBlock" in words:
        return StoreError(f"the shard is in use by another process ({what}); end that process and try again")
    if isinstance(error, OSError) or words.startswith(_OWN_WORDS):
        return StoreError(f"the embedded engine failed while {what}: {words}")
    message = f"the embedded engine refused while {what}: {words}"
    return Refused(message, status=400, reason=f"Wrong input: {words}")
