"""Texts to an embedding service over HTTP: bounded in size, in time and in tries, and cancellable."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qdrill.control import JobControl
from qdrill.embedders.base import BATCH, Dense, Embedding, checked_vectors, unusable
from qdrill.errors import Refused, StoreError
from qdrill.service_http import Answer, Broken, Connections

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_LARGEST_ANSWER = 64 << 20


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how often to try again.

    Attributes:
        connect: for a connection.
        read: for the next bytes of an answer; a model that has to be loaded first needs long.
        batch: for one batch of texts, all tries and waits included.
        delays: waits before the second, third, ... try.
        longest_retry_after: what Retry-After is cut to.
    """

    connect: float = 5.0
    read: float = 60.0
    batch: float = 180.0
    delays: tuple[float, ...] = (0.25, 0.5, 1.0)
    longest_retry_after: float = 30.0


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of service is spoken to.

    Attributes:
        path: appended to the service's url.
        body: the request for a batch of texts.
        vectors: the list of vectors in an answer (unchecked), None where there is none.
        declared: the dimension that the answer claims; None where answers claim none.
    """

    path: str
    body: Callable[[Sequence[str]], Mapping[str, Any]]
    vectors: Callable[[Any], Any]
    declared: Callable[[Any], int | None] | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Where a service is. `headers` may hold a key and is never shown; `secret` is cut out of its answers."""

    label: str
    url: str
    headers: Mapping[str, str]
    secret: str = ""
    ca_file: Path | None = None


class HttpEmbedder:
    """An Embedder over HTTP; safe to share between threads. `query` makes no difference to it."""

    def __init__(
        self,
        name: str,
        service: Service,
        dialect: Dialect,
        control: JobControl,
        *,
        dimension: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._name = name
        self._service = service
        self._dialect = dialect
        self._control = control
        self._dimension = dimension
        self._patience = patience or Patience()
        self._connections = Connections(
            service.url, connect=self._patience.connect, read=self._patience.read, ca_file=service.ca_file
        )

    @property
    def name(self) -> str:
        """Its name in drills.toml."""
        return self._name

    def embed(self, texts: Sequence[str], *, query: bool) -> list[Embedding]:  # noqa: ARG002 - the protocol's
        """One dense vector a text, all of one dimension; asks for at most 64 texts at a time.

        Raises:
            Refused: the service answered 4xx.
            StoreError: it is not reachable, or its answer cannot be used.
            Interrupted: cancelled.
        """
        found: list[Embedding] = []
        for start in range(0, len(texts), BATCH):
            self._control.checkpoint()
            found.extend(self._batch(texts[start : start + BATCH]))
        return found

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()

    def _batch(self, texts: Sequence[str]) -> list[Dense]:
        label = self._service.label
        answer = self._decode(self._ask(json.dumps(self._dialect.body(texts)).encode()))
        declared = self._dialect.declared(answer) if self._dialect.declared else None
        wanted = self._dimension if self._dimension is not None else declared
        vectors = checked_vectors(self._dialect.vectors(answer), len(texts), wanted, label)
        if declared is not None and declared != len(vectors[0]):
            raise unusable(label, f"claims dimension {declared} and has vectors of {len(vectors[0])}")
        if self._dimension is None:
            self._dimension = len(vectors[0])
        return vectors

    def _decode(self, body: bytes) -> Any:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            raise unusable(self._service.label, "is not JSON") from None
        if not isinstance(answer, dict):
            raise unusable(self._service.label, "is not a JSON object")
        return answer

    def _ask(self, body: bytes) -> bytes:
        """The body of a 200 answer, tried again where the failure may pass by itself."""
        deadline = time.monotonic() + self._patience.batch
        outcome = self._once(body, deadline)
        for delay in self._patience.delays:
            if isinstance(outcome, bytes) or not outcome.transient:
                break
            wait = delay if outcome.retry_after is None else outcome.retry_after
            if time.monotonic() + wait >= deadline:
                break
            self._control.sleep(wait)
            outcome = self._once(body, deadline)
        if isinstance(outcome, bytes):
            return outcome
        raise outcome.error

    def _once(self, body: bytes, deadline: float) -> bytes | Failure:
        """One request, judged."""
        service = self._service
        answer = self._connections.exchange(
            "POST",
            service.url.rstrip("/") + self._dialect.path,
            headers={"Content-Type": "application/json", **service.headers},
            body=body,
            deadline=deadline,
            most=_LARGEST_ANSWER,
            control=self._control,
            secret=service.secret,
        )
        if isinstance(answer, Answer):
            return self._judge(answer)
        late = Broken(f"did not answer within {self._patience.batch:g} s")
        return Failure(StoreError((late if answer.late else answer).sentence(service.label)), transient=answer.passing)

    def _judge(self, answer: Answer) -> bytes | Failure:
        status, reason = answer.status, answer.words
        if status == 200:
            return answer.body
        said = f": {reason}" if reason else ""
        message = f"{self._service.label} answered {status}{said}; {_advice(status)}"
        error = Refused(message, status=status, reason=reason) if 400 <= status < 500 else StoreError(message)
        asked = retry_after(answer.headers.get("retry-after"), time.time())
        capped = None if asked is None else min(asked, self._patience.longest_retry_after)
        return Failure(error, transient=status in _TRANSIENT, retry_after=capped)


@dataclass(frozen=True, slots=True)
class Failure:
    """One try that gave no answer; `retry_after` in seconds, where the service asked for it."""

    error: StoreError
    transient: bool = False
    retry_after: float | None = None


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait by a Retry-After header, given as seconds or as a date; None when absent or junk.

    Source: RFC 9110, section 10.2.3. `now` is Unix time.
    """
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value[:12])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check the key in the variable that api_key_env names"
    if status == 404:
        return "check url and model in drills.toml"
    if status in _TRANSIENT:
        return "try again when the service is well"
    return "check model and url in drills.toml"
