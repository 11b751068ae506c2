"""Strict mode: limits on a request, and token buckets for reads and writes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.support.restserver.errors import ApiError, bad_request, strict_mode
from tests.support.restserver.jsonbody import JsonDict


class TokenBucket:
    """Tokens per minute, full at the start, as Qdrant's own limiter counts them."""

    def __init__(self, kind: str, per_minute: int) -> None:
        self._kind = kind
        self._capacity = per_minute
        self._tokens = float(per_minute)
        self._checked = time.monotonic()
        self._lock = threading.Lock()

    def take(self, cost: int) -> None:
        if cost > self._capacity:
            message = "request larger than rate limiter capacity, please try to split your request"
            raise self._refusal(f", {message}", None)
        with self._lock:
            self._refill()
            if self._tokens >= cost:
                self._tokens -= cost
                return
            wait = math.ceil((cost - self._tokens) * 60 / self._capacity)
            available = f"{self._tokens:.1f}"
        text = f": Operation requires {cost} tokens but only {available} were available. Retry after {wait}s"
        raise self._refusal(text, wait)

    def _refill(self) -> None:
        now = time.monotonic()
        self._tokens = min(self._capacity, self._tokens + (now - self._checked) * self._capacity / 60)
        self._checked = now

    def _refusal(self, text: str, retry_after: int | None) -> ApiError:
        message = f"Rate limiting exceeded: {self._kind} rate limit exceeded{text}"
        return ApiError(429, message, retry_after=retry_after)


class StrictMode:
    """The strict-mode configuration of one collection, with its buckets; off when not enabled."""

    def __init__(self, config: JsonDict | None) -> None:
        active = config if config and config.get("enabled") is True else {}
        self._config: JsonDict = active
        self._read = _bucket("Read", active.get("read_rate_limit"))
        self._write = _bucket("Write", active.get("write_rate_limit"))

    def read(self, cost: int) -> None:
        if self._read:
            self._read.take(cost)

    def write(self, cost: int) -> None:
        if self._write:
            self._write.take(max(1, cost))

    def check_limit(self, value: int | None, option: str, name: str) -> None:
        limit = self._config.get(option)
        if limit is not None and value is not None and value > limit:
            advice = f'Reduce the "{name}" parameter to or below {limit}.'
            raise strict_mode(f'Limit exceeded {value} > {limit} for "{name}"', advice)

    def check_exact(self, exact: object) -> None:
        if exact is True and self._config.get("search_allow_exact") is False:
            raise strict_mode("Exact search disabled!", "Set exact=false.")

    def check_filter(self, conditions: int, largest: int) -> None:
        most = self._config.get("filter_max_conditions")
        if most is not None and conditions > most:
            advice = "Reduce the amount of conditions of your filter."
            raise strict_mode(f"Filter condition limit reached ({conditions} > {most})", advice)
        size = self._config.get("condition_max_size")
        if size is not None and largest > size:
            advice = "Reduce the size of your condition."
            raise strict_mode(f"Condition size limit reached ({largest} > {size})", advice)

    def check_points_count(self, count: Callable[[], int]) -> None:
        limit = self._config.get("max_points_count")
        if limit is not None and count() >= limit:
            raise bad_request(f"Max points count limit of {limit} reached!")


def _bucket(kind: str, per_minute: Any) -> TokenBucket | None:
    return TokenBucket(kind, per_minute) if isinstance(per_minute, int) else None
