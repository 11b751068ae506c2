"""The errors of the REST surface, with the texts of Qdrant 1.19."""

from __future__ import annotations


class ApiError(Exception):
    """An answer other than 200: status code, text, and how the connection goes on."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        retry_after: int | None = None,
        close: bool = False,
        plain: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after
        self.close = close
        self.plain = plain


def bad_request(message: str) -> ApiError:
    return ApiError(400, f"Bad request: {message}")


def wrong_input(message: str) -> ApiError:
    return ApiError(400, f"Wrong input: {message}")


def not_found(message: str) -> ApiError:
    return ApiError(404, f"Not found: {message}")


def no_collection(name: str) -> ApiError:
    return not_found(f"Collection `{name}` doesn't exist!")


def collection_exists(name: str) -> ApiError:
    return ApiError(409, f"Wrong input: Collection `{name}` already exists!")


def format_error(message: str) -> ApiError:
    return ApiError(400, f"Format error in JSON body: {message}")


def invalid(where: str, field: str, message: str) -> ApiError:
    return ApiError(422, f"Validation error in {where}: [{field}: {message}]", close=where != "JSON body")


def strict_mode(message: str, advice: str) -> ApiError:
    return bad_request(f"{message}. Help: {advice}")


def no_variant(enum: str, body: bytes) -> ApiError:
    return format_error(f"data did not match any variant of untagged enum {enum}{position(body, len(body))}")


def position(body: bytes, offset: int) -> str:
    """Where serde would say it stopped: lines from 1, columns counted in bytes."""
    line = body.count(b"\n", 0, offset) + 1
    column = offset - (body.rfind(b"\n", 0, offset) + 1)
    return f" at line {line} column {column}"
