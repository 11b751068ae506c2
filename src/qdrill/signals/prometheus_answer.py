"""What Prometheus answers with 200, from bytes to series, within limits: prometheus.io/docs, "HTTP API"."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from qdrill.names import one_line
from qdrill.signals.model import Labels, Series
from qdrill.signals.prometheus_failure import ELSEWHERE, Failed, is_page

MOST_SERIES = 1_000
"""Series of an answer; more are refused, as nobody looks at them."""

MOST_POINTS = 500_000
"""Points of an answer: about 64 MiB in memory."""

_NARROW = "narrow the query, or sum over its labels"


class _Data(msgspec.Struct):
    resultType: str
    result: msgspec.Raw


class _Envelope(msgspec.Struct):
    status: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""
    warnings: list[str] | None = None
    infos: list[str] | None = None


class _Found(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str] | None = None
    values: list[tuple[float, str]] = []
    histogram: msgspec.Raw = msgspec.Raw()
    histograms: msgspec.Raw = msgspec.Raw()


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed answer; `note` is what its reader must know, in one plain line."""

    series: tuple[Series, ...]
    note: str = ""


def too_many_series(count: int) -> None:
    """Raises Failed where `count` series are more than are kept."""
    if count > MOST_SERIES:
        raise Failed(f"answered with more than {MOST_SERIES:,} series; {_NARROW}")


def body_data(body: bytes) -> tuple[msgspec.Raw, str]:
    """The `data` of an answer of 200, and what the server says about it; raises Failed."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        what = "a web page" if is_page("", body) else "something that is not Prometheus's JSON"
        raise Failed(f"answered with {what}; {ELSEWHERE}") from None
    if envelope.status != "success":
        raise Failed(f"answered with an error ({one_line(envelope.error) or 'nothing said'}); check that it is well")
    return envelope.data, _warnings([*(envelope.warnings or []), *(envelope.infos or [])])


def _warnings(found: Sequence[str]) -> str:
    if not found:
        return ""
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return "Prometheus warns: " + one_line("; ".join(found[:3])) + more


def parse(body: bytes, gone: threading.Event) -> Answer:
    """The series of a query's answer, of every shape; raises Failed. Stops early once `gone` is set."""
    raw, warnings = body_data(body)
    try:
        data = msgspec.json.decode(raw, type=_Data)
        match data.resultType:
            case "vector" | "matrix":
                answer = _series(data.result, gone)
            case "scalar":
                answer = Answer((Series((), (_point(_pair(data.result)),)),))
            case "string":
                text = one_line(_pair(data.result)[1], 60)
                answer = Answer((), f'the answer is the text "{text}", not a number')
            case _:
                raise Failed(f"answered with a kind of result that is not known here; {ELSEWHERE}")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Failed(f"answered with something that is not Prometheus's JSON; {ELSEWHERE}") from None
    return Answer(answer.series, "; ".join(note for note in (answer.note, warnings) if note))


def _pair(raw: msgspec.Raw) -> tuple[float, str]:
    return msgspec.json.decode(raw, type=tuple[float, str])


def _series(result: msgspec.Raw, gone: threading.Event) -> Answer:
    """Series by series, so that only the numbers of one are in memory as text."""
    found = msgspec.json.decode(result, type=list[msgspec.Raw])
    too_many_series(len(found))
    kept: list[Series] = []
    histograms = points = 0
    for raw in found:
        if gone.is_set():
            raise Failed("was left before it had answered")
        one = msgspec.json.decode(raw, type=_Found)
        histograms += bytes(one.histogram) != b"" or bytes(one.histograms) != b""
        series = Series(_labels(one.metric), _points(one))
        points += len(series.points)
        if points > MOST_POINTS:
            raise Failed(f"answered with more than {MOST_POINTS:,} points; {_NARROW}")
        if series.points:
            kept.append(series)
    return Answer(tuple(kept), f"native histograms are left out: {histograms} series" if histograms else "")


def _labels(metric: dict[str, str]) -> Labels:
    return tuple(sorted(metric.items()))


def _points(found: _Found) -> tuple[tuple[float, float], ...]:
    pairs = found.values if found.value is None else [found.value]
    return tuple(sorted(map(_point, pairs), key=_at))


def _at(point: tuple[float, float]) -> float:
    return point[0]


def _point(pair: tuple[float, str]) -> tuple[float, float]:
    # Prometheus writes NaN, +Inf and -Inf as it writes numbers: as strings.
    return pair[0], float(pair[1])


def json_number(value: float) -> float | Literal["NaN", "+Inf", "-Inf"]:
    """`value` as JSON can hold it: those that are no JSON numbers as the strings that Prometheus has for them."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "+Inf" if value > 0 else "-Inf"


def version_of(body: bytes) -> str:
    """The version out of the answer about the build; raises Failed."""
    raw, _ = body_data(body)
    try:
        data: Any = msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        data = None
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(version, str) or not version:
        raise Failed(f"does not tell its version; {ELSEWHERE}")
    return one_line(version, 40)
