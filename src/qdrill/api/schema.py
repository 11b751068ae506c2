"""The bodies of the four routes, and what is answered to one that does not fit: 422, as recorded."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request

from qdrill.api.errors import JSON, ApiError
from qdrill.names import one_line

LARGEST_BODY = 32 << 20
LONGEST_TEXT = 100_000
MOST_TEXTS = 1000
MOST_MATCHES = 1000
LARGEST_BATCH = 10_000
_MOST_FAULTS = 20
_LONGEST_ECHO = 2000

Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Model = TypeVar("Model", bound=BaseModel)


class SearchRequest(BaseModel):
    """`POST /embedding/search` and `POST /api/v1/rag/preflight`; without a collection, the runbook's."""

    query: Text
    collection: str | None = None
    top_k: Annotated[int, Field(ge=1, le=MOST_MATCHES)] = 5


class EmbedRequest(BaseModel):
    """`POST /embedding/embed`."""

    texts: Annotated[list[Text], Field(max_length=MOST_TEXTS)]


class ImportRequest(BaseModel):
    """`POST /collections/import`.

    Attributes:
        jsonl: a row `{"id", "vector", "payload"}` a line.
        continue_on_error: list bad rows and go on; otherwise the first one refuses the whole import.
        batch_size: rows a write.
        on_conflict: what to do with a row whose id is there: write over it (both other words), or `skip` it.
    """

    collection: str
    jsonl: str
    continue_on_error: bool = False
    batch_size: Annotated[int, Field(ge=1, le=LARGEST_BATCH)] = 500
    on_conflict: Literal["upsert", "overwrite", "skip"] = "upsert"


async def read_request(request: Request, model: type[Model]) -> Model:
    """The body of `request` as a `model`.

    Raises:
        ApiError: 413 beyond 32 MiB; 422 for what is not JSON, or JSON of another shape.
    """
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind != JSON:
        # A web page may send other types without asking first; JSON it may not.
        raise _unfit([_fault("content_type", [], f"The content-type must be {JSON}", one_line(kind, 100))])
    return checked(decoded(await _body(request)), model)


async def _body(request: Request) -> bytes:
    body = bytearray()
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > LARGEST_BODY):
        raise _too_large()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise _too_large()
    return bytes(body)


def _too_large() -> ApiError:
    return ApiError(413, f"the body is larger than {LARGEST_BODY >> 20} MiB; send fewer rows", headers=_CLOSE)


_CLOSE = {"connection": "close"}


def decoded(body: bytes) -> Any:
    """`body` as JSON; an ApiError of 422 where it is none, is nested too deep or holds NaN or half a surrogate pair."""
    if not body:
        raise _unfit([_fault("missing", [], "Field required", None)])
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        fault = _fault("json_invalid", [error.pos], "JSON decode error", {})
        raise _unfit([{**fault, "ctx": {"error": one_line(error.msg)}}]) from None


def checked(value: Any, model: type[Model]) -> Model:
    """`value` as a `model`; an ApiError of 422 that lists what is wrong."""
    if not isinstance(value, dict):
        words = "Input should be a valid dictionary or object to extract fields from"
        raise _unfit([_fault("model_attributes_type", [], words, value)])
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[:_MOST_FAULTS]
        raise _unfit([_fault(one["type"], one["loc"], one["msg"], one["input"]) for one in found]) from None


def _unfit(faults: list[dict[str, Any]]) -> ApiError:
    return ApiError(422, faults, error="ValidationError")


def _fault(kind: str, place: list[Any] | tuple[Any, ...], words: str, given: Any) -> dict[str, Any]:
    return {"type": kind, "loc": ["body", *place], "msg": words, "input": _echo(given)}


def _echo(value: Any) -> Any:
    """What was given, as it was; its beginning as text where it is long or too deep to be written."""
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:
        return "(nested too deep to show)"
    return value if len(text) <= _LONGEST_ECHO else one_line(text[:1000].decode("utf-8", "replace"), 200)
