"""Exposition endpoints (`/metrics`): bounded in size, in series and in time; every line is understood or refused.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4; what OpenMetrics adds to a sample
line is understood too, because prometheus_client does.
"""

from __future__ import annotations

import io
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice

from qdrill.config import api_key
from qdrill.config_services import MetricsConfig
from qdrill.control import JobControl
from qdrill.errors import SignalError
from qdrill.names import one_line
from qdrill.service_http import Answer, ask
from qdrill.signals.model import Exposition, Labels
from qdrill.units import count
from qdrill.urls import BadUrl, split_url

MOST_BYTES = 32 << 20
MOST_SERIES = 200_000
# Beyond any label set of use; the library's time grows with the square of a line's length.
LONGEST_LINE = 16 << 10

_STARTED = "process_start_time_seconds"
# Exposed by a Pushgateway and by the textfile collector of node_exporter as soon as they hold what others counted.
_RELAYS = ("push_time_seconds", "node_textfile_mtime_seconds")
_ACCEPT = "text/plain;version=0.0.4,text/plain;q=0.9,*/*;q=0.1"
_OPEN_METRICS = "application/openmetrics-text"
_CHECK_EVERY = 256
_LABEL = r'(?!__)[a-zA-Z_][a-zA-Z0-9_]*+="[^"\\]*+"'
# The lines that all but a few are made of: no escape, one space, a plain number, at most a time after it.
_ORDINARY = re.compile(
    rf"([a-zA-Z_:][a-zA-Z0-9_:]*+)(?:\{{((?:{_LABEL}(?:,{_LABEL})*+,?)?)\}})? "
    r"([0-9.eE+-]{1,40}|[+-]?Inf|NaN)(?: -?[0-9]{1,19})?"
)
_PAIR = re.compile(r'([a-zA-Z0-9_]++)="([^"]*)"')
_GAP = re.compile(r"[\s{]")

Pair = tuple[str, str]
Sample = tuple[str, Labels, float]


def read(config: MetricsConfig, environ: Mapping[str, str], control: JobControl) -> Exposition:
    """Ask an endpoint and understand its answer, all within its timeout.

    Raises:
        SignalError: no answer, another status than 200, or not an exposition; one plain line.
        UsageError: the variable that should hold its key does not.
        Interrupted: cancelled, within 200 ms.
    """
    label, key = endpoint_label(config), api_key(config, environ) or ""
    headers = {"Accept": _ACCEPT, **({"Authorization": f"Bearer {key}"} if key else {})}
    at, began = datetime.now(UTC), time.monotonic()
    answer = ask(
        "GET",
        config.url,
        label=label,
        headers=headers,
        timeout=config.timeout_seconds,
        most=MOST_BYTES,
        control=control,
        secret=key,
        ca_file=config.ca_file,
    )
    _check_answer(answer, label)

    def check() -> None:
        if control.cancelled:
            control.checkpoint()
        if time.monotonic() - began > config.timeout_seconds:
            limit = f"{config.timeout_seconds:g} s"
            raise SignalError(f"{label} takes longer than {limit} to understand; raise its timeout_seconds")

    samples = parse(answer.body, label, check=check)
    seconds = time.monotonic() - began
    return Exposition(config.name, at, samples, _started(samples), seconds, len(answer.body))


def endpoint_label(config: MetricsConfig) -> str:
    """How an endpoint is named in errors: `metrics rag at http://localhost:8000`."""
    name = f"metrics {one_line(config.name, 60)}"
    try:
        return f"{name} at {split_url(config.url)[0]}"
    except BadUrl:
        return name


def parse(
    body: bytes, label: str, *, most_series: int = MOST_SERIES, check: Callable[[], None] = lambda: None
) -> Mapping[str, Mapping[Labels, float]]:
    """Every sample of an exposition by its name as exposed, then by its labels; `..._created` is left out.

    Args:
        label: the endpoint, for the error.
        most_series: how many series it may have.
        check: called every few milliseconds; raises what is to end the work.

    Raises:
        SignalError: a page of HTML, a line that is no sample, a series twice, too much; one plain line.
    """
    if body[:200].lstrip()[:1] == b"<":
        raise _unusable(label, "is a page and not metrics")
    if _too_many(body, most_series, check):
        raise _unusable(label, f"has more than {count(most_series)} series")
    found: dict[str, dict[Labels, float]] = {}
    for number, (name, labels, value) in _samples(body, label, check):
        if name.endswith("_created"):
            continue
        series = found.setdefault(name, {})
        if labels in series:
            raise _unusable(label, f"has the same series twice, again in line {number}")
        series[labels] = value
    return found


def _check_answer(answer: Answer, label: str) -> None:
    if answer.status != 200:
        words = f": {answer.words}" if answer.words else ""
        raise SignalError(f"{label} answered {answer.status}{words}; {_advice(answer.status)}")
    kind = answer.headers.get("content-type", "").strip().lower()
    if kind.startswith(_OPEN_METRICS) and not answer.body.rstrip().endswith(b"# EOF"):
        raise _unusable(label, "ends before its # EOF")


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check the key in the variable that api_key_env names"
    if status == 429 or status >= 500:
        return "look into the log of the service"
    return "check its url in drills.toml"


def _lines(body: bytes, check: Callable[[], None]) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that should be a sample: neither blank nor a comment."""
    for number, line in enumerate(io.BytesIO(body), start=1):
        if number % _CHECK_EVERY == 0:
            check()
        if line.strip()[:1] not in (b"", b"#"):
            yield number, line


def _too_many(body: bytes, most: int, check: Callable[[], None]) -> bool:
    """Whether more than `most` lines should be samples; makes nothing of them, so that a million cost no memory."""
    if body.count(b"\n") < most:
        return False
    return next(islice(_lines(body, check), most, None), None) is not None


def _samples(body: bytes, label: str, check: Callable[[], None]) -> Iterator[tuple[int, Sample]]:
    """Line number and sample of each sample line."""
    shared: dict[Pair, Pair] = {}  # one `le="0.5"` for all series
    for number, line in _lines(body, check):
        if not line.endswith(b"\n"):
            raise _unusable(label, f"breaks off in line {number}")
        if len(line) > LONGEST_LINE:
            raise _unusable(label, f"has more than {count(LONGEST_LINE)} bytes in line {number}")
        sample = _ordinary(line, shared)
        if sample is None:
            check()
            sample = _unusual(line)
        if sample is None:
            raise _unusable(label, f"has something else than a sample in line {number}")
        yield number, sample


def _ordinary(line: bytes, shared: dict[Pair, Pair]) -> Sample | None:
    """The sample of an ordinary line; None for any other, right or wrong.

    prometheus_client looks at each character in Python, 25 µs a line: 20,000 series would take longer than they may.
    """
    try:
        found = _ORDINARY.fullmatch(line.decode().strip())
        if found is None:
            return None
        name, inside, value = found.groups()
        pairs: list[Pair] = _PAIR.findall(inside) if inside else []
        if len(pairs) > 1:
            pairs.sort()
            if len(dict(pairs)) < len(pairs):
                return None
        return name, tuple(shared.setdefault(pair, pair) for pair in pairs), float(value)
    except ValueError:
        return None


def _unusual(line: bytes) -> Sample | None:
    """The sample of any line, by prometheus_client; None where it finds none."""
    from prometheus_client.parser import text_fd_to_metric_families

    try:
        text = line.decode().strip()
        # Without its TYPE line, a sample keeps the name that it is exposed by.
        families = text_fd_to_metric_families(io.StringIO(text))
        ((name, labels, value, *_),) = [sample for family in families for sample in family.samples]
        # It takes the word `inf` for a sample `in` whose value is `inf`.
        return (name, tuple(sorted(labels.items())), float(value)) if _GAP.search(text) else None
    except (ValueError, IndexError, KeyError, TypeError, OverflowError):
        return None


def _started(samples: Mapping[str, Mapping[Labels, float]]) -> float | None:
    """When the process that counts was started; what an endpoint tells of other processes has labels.

    A relay's own start says nothing about counters that others handed to it.
    """
    value = samples.get(_STARTED, {}).get((), math.nan)
    return value if math.isfinite(value) and not any(name in samples for name in _RELAYS) else None


def _unusable(label: str, what: str) -> SignalError:
    return SignalError(f"{label} answers with what cannot be used: it {what}; check its url in drills.toml")
