"""Which failures pass by themselves, and how to wait for them.

Retried: lost connections, time-outs, 408, 429, 500, 502, 503, 504, and answers that are not JSON (a proxy's page, a
body cut short). Never 400, 401, 403, 404, 409, 422: the same request gets the same answer. Never 507: somebody has
to make room first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from qdrill.control import JobControl
from qdrill.errors import StoreError
from qdrill.events import Emit
from qdrill.events import Retrying as RetryingEvent
from qdrill.tls import UNTRUSTED, distrust

T = TypeVar("T")

TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
LONGEST_RETRY_AFTER = 60.0
ATTEMPTS = 7
FIRST_ATTEMPTS = 3


class Transient(Exception):
    """A failure worth another try.

    Attributes:
        reason: one line. status: HTTP status, 0 for none.
        retry_after: what the server asked for, in seconds.
        tries: how many tries it is worth in all.
        advice: what to do once they are used up.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int = 0,
        retry_after: float | None = None,
        tries: int = ATTEMPTS,
        advice: str = "check that the server is up and reachable",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after
        self.tries = tries
        self.advice = advice


def untrusted(where: str, error: BaseException) -> Transient | None:
    """The failure of a connection to `where` whose certificate is not trusted, which no second try mends; else None."""
    wrong = distrust(error)
    if wrong is None:
        return None
    return Transient(f"the certificate of {where} is not trusted ({wrong})", tries=1, advice=UNTRUSTED)


_backoff = wait_random_exponential(multiplier=0.2, max=10.0)


def _delay(state: RetryCallState) -> float:
    """Full-jitter exponential, or what Retry-After asked for plus up to a tenth, at most a minute."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Transient) and error.retry_after is not None:
        asked = min(error.retry_after, LONGEST_RETRY_AFTER)
        return asked + _backoff(state) % (0.1 * asked + 0.05)
    return _backoff(state)


def _tried_enough(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return not isinstance(error, Transient) or state.attempt_number >= error.tries


def with_retries(call: Callable[[], T], *, what: str, control: JobControl, emit: Emit) -> T:
    """Run `call`, again where it raises Transient; a cancellation ends the waiting at once.

    Raises:
        StoreError: it failed in a transient way every time.
        Interrupted: cancelled while waiting.
    """

    def announce(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        reason = error.reason if isinstance(error, Transient) else str(error)
        delay = state.next_action.sleep if state.next_action else 0.0
        control.count_retry()
        emit(RetryingEvent(what, state.attempt_number, delay, reason))

    came: list[T] = []
    failed: list[BaseException] = []

    def once() -> None:
        # tenacity keeps results and errors, with all that their frames hold, in a circle of references: a page of many
        # megabytes would outlive its use.
        try:
            came.append(call())
        except Transient:
            raise
        except BaseException as error:  # noqa: BLE001 - raised below
            failed.append(error)

    retrying = Retrying(
        retry=retry_if_exception_type(Transient),
        wait=_delay,
        stop=_tried_enough,
        sleep=control.sleep,
        before_sleep=announce,
        reraise=True,
    )
    try:
        retrying(once)
    except Transient as error:
        raise StoreError(f"{what}: {error.reason} (tried {plural_times(error.tries)}); {error.advice}") from error
    if failed:
        raise failed.pop()
    return came.pop()


def plural_times(tries: int) -> str:
    """`once`, or `7 times`."""
    return "once" if tries == 1 else f"{tries} times"
