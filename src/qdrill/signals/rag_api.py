"""The runbook's RAG API as its clients see it: searches, preflight, import.

Requests and answers are those recorded in tests/data/wire/rag-api.

`/collections/ensure` is never called: it deletes a collection of another size.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qdrill.config import api_key
from qdrill.config_services import RagApiConfig
from qdrill.control import JobControl
from qdrill.embedders.rag_api import tenant_header
from qdrill.embedders.transport import retry_after
from qdrill.errors import SignalError
from qdrill.results import Hit
from qdrill.signals.rag_answers import (
    ImportAnswer,
    LineError,
    Preflight,
    error_words,
    read_import,
    read_matches,
    read_preflight,
)
from qdrill.urls import split_url

if TYPE_CHECKING:
    from qdrill.service_http import Answer

__all__ = ["ApiRefused", "ImportAnswer", "LineError", "Preflight", "RagApi"]

SEARCH = "/embedding/search"
PREFLIGHT = "/api/v1/rag/preflight"
IMPORT = "/collections/import"

_MOST = 32 << 20
_BUSY = frozenset({429, 503})
# Waits before the second and third try of a request that the service was too busy for, unless it says itself.
_DELAYS = (0.5, 2.0)
_LONGEST_WAIT = 10.0
# A request that took nearly its whole timeout has timed out, whatever the words of its error.
_TIMED_OUT = 0.9


class ApiRefused(SignalError):
    """The RAG API answered with a refusal.

    Attributes:
        status: HTTP status, 400 or more.
        reason: its own words, one line.
    """

    def __init__(self, message: str, *, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class RagApi:
    """The RAG API at `config.url`; threads may share one. Nothing is asked of it before the first call.

    A service that lets a request run into its timeout is not asked again: it costs a drill that timeout once.
    """

    def __init__(self, config: RagApiConfig, environ: Mapping[str, str], control: JobControl) -> None:
        """Raises UsageError: the variable for its token is not set, or a header cannot carry it or the tenant."""
        self._config, self._control = config, control
        self._headers, self._secret = _headers(config, environ)
        self._silent: SignalError | None = None
        self.label = f"the RAG API at {split_url(config.url)[0]}"

    def search(self, query: str, collection: str, top_k: int) -> tuple[Hit, ...]:
        """Matches for a text, best first; none where nothing fits, and where the collection is missing.

        Ids are as the service gives them.

        Raises:
            ApiRefused: a status of 400 or more (another dimension: 400). SignalError: no answer, or none that can
                be used. Interrupted: cancelled.
        """
        body = self._post(SEARCH, {"query": query, "collection": collection, "top_k": top_k})
        return read_matches(body, collection, self.label)

    def preflight(self, query: str, collection: str, top_k: int) -> Preflight:
        """What the service would answer from; errors as of `search`, though it mostly answers 200 and `ok: false`."""
        body = self._post(PREFLIGHT, {"query": query, "collection": collection, "top_k": top_k})
        return read_preflight(body, collection, self.label)

    def import_rows(
        self, collection: str, jsonl: bytes | str, batch_size: int, continue_on_error: bool = True
    ) -> ImportAnswer:
        """Import rows `{"id","vector":[…],"payload"}`, one a line, no empty lines; the collection must exist.

        Args:
            batch_size: rows that the service writes at once.
            continue_on_error: whether lines that cannot be taken are listed; otherwise the first refuses them all.

        Raises:
            ApiRefused, SignalError, Interrupted: as of `search`. UnicodeDecodeError: not UTF-8.
        """
        text = jsonl if isinstance(jsonl, str) else jsonl.decode()
        body = self._post(
            IMPORT,
            {
                "collection": collection,
                "jsonl": text,
                "continue_on_error": continue_on_error,
                "batch_size": batch_size,
            },
        )
        return read_import(body, collection, text.rstrip("\n").count("\n") + 1, self.label)

    def _post(self, path: str, body: Mapping[str, Any]) -> bytes:
        """The body of a 200 answer; one that was too busy is asked again, a bounded time later."""
        # Half of a surrogate pair has no UTF-8; what replaces it here is its JSON escape.
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
        answer = self._once(path, data)
        for delay in _DELAYS:
            if answer.status not in _BUSY:
                break
            asked = retry_after(answer.headers.get("retry-after"), time.time())
            self._control.count_retry()
            self._control.sleep(min(_LONGEST_WAIT, delay if asked is None else asked))
            answer = self._once(path, data)
        if answer.status != 200:
            raise self._refused(answer)
        return bytes(answer.body)

    def _once(self, path: str, data: bytes) -> Answer:
        from qdrill.service_http import ask

        self._control.checkpoint()
        if self._silent is not None:
            raise self._silent
        clock = time.monotonic()
        try:
            return ask(
                "POST",
                self._config.url.rstrip("/") + path,
                label=self.label,
                headers=self._headers,
                body=data,
                timeout=self._config.timeout_seconds,
                most=_MOST,
                control=self._control,
                secret=self._secret,
                ca_file=self._config.ca_file,
            )
        except SignalError as error:
            if time.monotonic() - clock >= _TIMED_OUT * self._config.timeout_seconds:
                self._silent = error
            raise

    def _refused(self, answer: Answer) -> ApiRefused:
        body = bytes(answer.body)
        if self._secret:
            body = body.replace(self._secret.encode(), b"***")
        reason = error_words(body)
        said = f": {reason}" if reason else ""
        message = f"{self.label} answered {answer.status}{said}; {_advice(answer.status)}"
        return ApiRefused(message, status=answer.status, reason=reason)


def _headers(config: RagApiConfig, environ: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The headers of every request, and the token that is in them ("" for none)."""
    headers = {"Content-Type": "application/json"}
    token = api_key(config, environ) or ""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return headers | tenant_header(config.tenant_id, environ, "the RAG API"), token


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check the token in the variable that api_key_env of [rag_api] names, and tenant_id"
    if status in (404, 405):
        return "check url of [rag_api]"
    if status in _BUSY or status >= 500:
        return "look at the service's log and try again when it is well"
    return "look at what the service was asked for"
