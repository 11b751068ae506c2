"""Grafana: the link to a drill's panel, an annotation for the drill, and the panel as a picture.

Nothing here can fail a drill: whatever Grafana does becomes a note in one plain line.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from qdrill.config import api_key
from qdrill.config_services import GrafanaConfig
from qdrill.control import JobControl
from qdrill.errors import SignalError, UsageError
from qdrill.names import one_line
from qdrill.signals.png import BadPng, png_size
from qdrill.urls import BadUrl, split_url

if TYPE_CHECKING:
    from qdrill.service_http import Answer

WIDTH, HEIGHT = 1007, 503
"""Pixels of a rendered panel: a size that none of Grafana's own notices has, which come where no panel does."""
MOST_PICTURE = 16 << 20
_MOST_REPLY = 1 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# Grafana keeps 100 characters of a tag, and two halves of it around a colon.
_LONGEST_TAG = 80
_LONGEST_TEXT = 600
_TOKEN_HINT = "set [grafana] api_key_env to a variable with a service account token that may edit"
_DEFAULT_HINT = "check [grafana] in drills.toml"


@dataclass(frozen=True, slots=True)
class _Reply:
    """What Grafana answered with 200; `label` is how it is named to the user."""

    label: str
    body: bytes


def panel_link(config: GrafanaConfig, start: datetime, end: datetime, collection: str) -> str:
    """The link to the drill's window: to one panel where `panel_id` is set, else to the dashboard.

    Args:
        start, end: aware; widened to whole milliseconds.
        collection: value of the dashboard's variable of that name.
    """
    query = _window(config, start, end)
    if config.panel_id is not None:
        query["viewPanel"] = str(config.panel_id)
    return _address(config, "/d", {**query, "var-collection": collection})


def annotate(
    config: GrafanaConfig,
    environ: Mapping[str, str],
    control: JobControl,
    *,
    drill_id: str,
    name: str,
    verdict: str,
    reason: str,
    start: datetime,
    end: datetime,
) -> tuple[int | None, str]:
    """Mark the drill on the dashboard: (id of the annotation, ''), or (None, why there is none, in one plain line).

    Raises:
        Interrupted: cancelled.
    """
    body = {
        "dashboardUID": config.dashboard_uid,
        "time": _floor_ms(start),
        "timeEnd": _ceil_ms(end),
        "tags": ["qdrill", *(one_line(tag, _LONGEST_TAG) for tag in (f"drill:{drill_id}", f"verdict:{verdict}"))],
        # Grafana shows this text as HTML.
        "text": html.escape(one_line(f"qdrill {name}: {verdict}. {reason}", _LONGEST_TEXT)),
    }
    reply = _ask(config, environ, control, "POST", f"{config.url.rstrip('/')}/api/annotations", body, _MOST_REPLY)
    found = reply if isinstance(reply, str) else _annotation_id(reply)
    return (None, f"no annotation: {found}") if isinstance(found, str) else (found, "")


def render(
    config: GrafanaConfig,
    environ: Mapping[str, str],
    control: JobControl,
    start: datetime,
    end: datetime,
    collection: str,
) -> tuple[bytes | None, str]:
    """The panel as a PNG: (its bytes, ''), or (None, why there is none, in one plain line).

    Only a whole picture of the size asked for counts. Grafana without an image renderer, or with one that failed,
    answers 200 with a PNG all the same, its notice of that (`pkg/services/rendering/rendering.go`), which has
    another size.

    Raises:
        Interrupted: cancelled.
    """
    if not config.render:
        return None, ""
    if config.panel_id is None:
        return None, "no panel was rendered: [grafana] names no panel_id"
    url = _render_address(config, start, end, collection)
    reply = _ask(config, environ, control, "GET", url, None, MOST_PICTURE)
    found = reply if isinstance(reply, str) else _picture(reply)
    return (None, f"no panel was rendered: {found}") if isinstance(found, str) else (found, "")


def _render_address(config: GrafanaConfig, start: datetime, end: datetime, collection: str) -> str:
    query = {
        **_window(config, start, end),
        "panelId": str(config.panel_id),
        "var-collection": collection,
        "width": str(WIDTH),
        "height": str(HEIGHT),
        "tz": "UTC",
        "timeout": str(max(1, int(config.timeout_seconds))),
    }
    return _address(config, "/render/d-solo", query)


def _picture(reply: _Reply) -> bytes | str:
    """The picture, or what is wrong with it."""
    if wrong := _picture_fault(reply.body):
        return f"{reply.label} {wrong}"
    return reply.body


def _picture_fault(body: bytes) -> str:
    """What is wrong with a rendered picture, as the end of a sentence; '' where nothing is."""
    if body.lstrip()[:1] == b"<":
        return f"answered with a page instead of a picture; {_TOKEN_HINT}"
    try:
        size = png_size(body)
    except BadPng as error:
        return f"answered with a picture that {error}; {_DEFAULT_HINT}"
    if size != (WIDTH, HEIGHT):
        shown = f"{size[0]}x{size[1]} instead of {WIDTH}x{HEIGHT}"
        return f"answered with a notice ({shown}), not with the panel; its image renderer is missing or failed"
    return ""


def _window(config: GrafanaConfig, start: datetime, end: datetime) -> dict[str, str]:
    first, last = _floor_ms(start), _ceil_ms(end)
    return {"orgId": str(config.org_id), "from": str(first), "to": str(max(last, first + 1))}


def _floor_ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _ceil_ms(moment: datetime) -> int:
    return -((_EPOCH - moment) // _MILLISECOND)


def _address(config: GrafanaConfig, page: str, query: Mapping[str, str]) -> str:
    path = "/".join(quote(part, safe="", errors="backslashreplace") for part in (config.dashboard_uid, config.slug))
    asked = urlencode(query, quote_via=quote, safe="", errors="backslashreplace")
    return f"{config.url.rstrip('/')}{page}/{path}?{asked}"


def _ask(
    config: GrafanaConfig,
    environ: Mapping[str, str],
    control: JobControl,
    method: str,
    url: str,
    body: object,
    most: int,
) -> _Reply | str:
    """One exchange: what Grafana answered with 200, or why there is no such answer, in one plain line."""
    from qdrill.service_http import ask

    try:
        label = one_line(f"Grafana at {split_url(config.url)[0]}", 200)
        key = api_key(config, environ)
        answer = ask(
            method,
            url,
            label=label,
            headers=_headers(key, body is not None),
            body=None if body is None else json.dumps(body).encode(),
            timeout=config.timeout_seconds,
            most=most,
            control=control,
            secret=key or "",
            ca_file=config.ca_file,
        )
    except BadUrl as error:
        return f"the url of [grafana] {error}"
    except (SignalError, UsageError) as error:
        return str(error)
    return _Reply(label, answer.body) if answer.status == 200 else f"{label} {_refusal(answer)}"


def _headers(key: str | None, has_body: bool) -> dict[str, str]:
    headers = {"Accept": "application/json, image/png"}
    if has_body:
        headers["Content-Type"] = "application/json"
    return headers if key is None else {**headers, "Authorization": f"Bearer {key}"}


def _refusal(answer: Answer) -> str:
    """What a status other than 200 means, as the end of a sentence."""
    said = f"{answer.status}, {one_line(answer.words, 120)}" if answer.words else str(answer.status)
    if answer.status in (401, 403):
        return f"refused ({said}); {_TOKEN_HINT}"
    if answer.status == 404:
        return f"knows no such dashboard or call ({said}); check [grafana] url and dashboard_uid in drills.toml"
    if 300 <= answer.status < 400:
        return f"sends elsewhere ({said}), probably to sign in; {_TOKEN_HINT}"
    return f"answered {said}; {_DEFAULT_HINT}"


def _annotation_id(reply: _Reply) -> int | str:
    """The id that Grafana gave, or that it gave none."""
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        answer = None
    found = answer.get("id") if isinstance(answer, dict) else None
    # An id that is no id would be written into the record as if the annotation stood.
    if isinstance(found, int) and not isinstance(found, bool) and found > 0:
        return found
    return f"{reply.label} gave no id of it; {_DEFAULT_HINT}"
