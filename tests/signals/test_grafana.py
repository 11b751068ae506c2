"""Grafana: links, annotations and rendered panels, against services that answer as Grafana does and as it must not."""

from __future__ import annotations

import struct
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from qdrill.config_services import GrafanaConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted
from qdrill.signals.grafana import HEIGHT, WIDTH, annotate, panel_link, render
from tests.support.odd_service import Behaviour, OddService, drip, hang, html, huge, reply, reset, wrong_length

START = datetime(2026, 3, 1, 12, 0, 0, 123_999, tzinfo=UTC)
END = START + timedelta(seconds=4, microseconds=2)
SECRET = "glsa_very-secret"
HOSTILE = 'a&b="x"/../ä #<script>\n登录'


def png(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A whole PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def config(url: str = "http://127.0.0.1:1", **more: Any) -> GrafanaConfig:
    return GrafanaConfig(**{"url": url, "dashboard_uid": "qdrill", "panel_id": 2, "timeout_seconds": 5.0, **more})


def mark(settings: GrafanaConfig, environ: dict[str, str] | None = None, **more: str) -> tuple[int | None, str]:
    told = {"drill_id": "20260301-1", "name": "nightly", "verdict": "fail", "reason": "3 points are missing", **more}
    return annotate(settings, environ or {}, JobControl(), **told, start=START, end=END)


def picture(settings: GrafanaConfig, environ: dict[str, str] | None = None) -> tuple[bytes | None, str]:
    return render(settings, environ or {}, JobControl(), START, END, "docs")


def plain(note: str) -> str:
    assert note
    assert note.isprintable()
    assert SECRET not in note
    return note


def test_the_link_is_the_contracts() -> None:
    link = panel_link(config("http://localhost:3000"), START, END, "docs")
    start = 1772366400123
    assert link == (
        f"http://localhost:3000/d/qdrill/qdrill?orgId=1&from={start}&to={start + 4002}&viewPanel=2&var-collection=docs"
    )


def test_the_links_window_holds_the_drill() -> None:
    east = timezone(timedelta(hours=8))
    query = parse_qs(urlsplit(panel_link(config(), START.astimezone(east), END, "c")).query)
    assert int(query["from"][0]) <= START.timestamp() * 1000 < int(query["from"][0]) + 1
    assert int(query["to"][0]) - 1 < END.timestamp() * 1000 <= int(query["to"][0])
    at_once = parse_qs(
        urlsplit(panel_link(config(), START.replace(microsecond=0), START.replace(microsecond=0), "c")).query
    )
    assert int(at_once["to"][0]) == int(at_once["from"][0]) + 1


def test_without_a_panel_the_link_is_the_dashboards() -> None:
    assert "viewPanel" not in panel_link(config(panel_id=None), START, END, "c")


def test_hostile_names_stay_values_of_the_link() -> None:
    link = panel_link(config("http://h:1/graf", dashboard_uid="a/b?c", slug="x y", org_id=7), START, END, HOSTILE)
    assert link.isascii()
    assert " " not in link
    parts = urlsplit(link)
    assert parts.path == "/graf/d/a%2Fb%3Fc/x%20y"
    assert parts.fragment == ""
    assert parse_qs(parts.query)["var-collection"] == [HOSTILE]
    assert parse_qs(parts.query)["orgId"] == ["7"]
    assert "\\udc80" in parse_qs(urlsplit(panel_link(config(), START, END, "\udc80")).query)["var-collection"][0]


def test_a_drill_is_annotated() -> None:
    with OddService(reply({"message": "Annotation added", "id": 41})) as service:
        assert mark(config(service.url)) == (41, "")
        asked = service.asked[0]
    assert (asked.method, asked.path) == ("POST", "/api/annotations")
    assert "authorization" not in asked.headers
    assert asked.headers["content-type"] == "application/json"
    assert asked.json == {
        "dashboardUID": "qdrill",
        "time": 1772366400123,
        "timeEnd": 1772366404125,
        "tags": ["qdrill", "drill:20260301-1", "verdict:fail"],
        "text": "qdrill nightly: fail. 3 points are missing",
    }


def test_hostile_words_are_escaped_in_annotations() -> None:
    with OddService(reply({"id": 1})) as service:
        assert mark(config(service.url), name="<img src=x>\x1b[31m", reason="a\nb & c" * 300)[0] == 1
        text = service.asked[0].json["text"]
    assert "&lt;img src=x&gt;" in text
    assert "<" not in text
    assert text.isprintable()
    assert len(text) < 2000


def test_the_token_is_sent_and_never_shown() -> None:
    environ = {"GRAFANA_TOKEN": SECRET}
    refusal = reply({"message": f"bad token {SECRET}"}, 401)
    with OddService([reply({"id": 9}), reply(png()), refusal]) as service:
        settings = config(service.url, api_key_env="GRAFANA_TOKEN")
        assert mark(settings, environ) == (9, "")
        assert picture(settings, environ)[0] == png()
        for ask in (mark, picture):
            found, note = ask(settings, environ)
            assert found is None
            assert "api_key_env" in plain(note)
            assert "bad token" in note
        assert {asked.headers["authorization"] for asked in service.asked} == {f"Bearer {SECRET}"}


@pytest.mark.parametrize("ask", [mark, picture])
def test_a_missing_key_is_a_note_and_nobody_is_asked(ask: Callable[..., tuple[object, str]]) -> None:
    with OddService(reply({"id": 9})) as service:
        found, note = ask(config(service.url, api_key_env="GRAFANA_TOKEN"), {})
        assert found is None
        assert "GRAFANA_TOKEN is not set" in plain(note)
        assert service.asked == []


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (reply({"message": "Dashboard not found"}, 404), "Dashboard not found"),
        (reply({"message": "no"}, 401), "api_key_env"),
        (reply({"message": "no"}, 403), "api_key_env"),
        (reply(b"", 302, {"Location": "/login"}), "302"),
        (html(500), "500"),
        (html(), "gave no id"),
        (reply({"id": "41"}), "gave no id"),
        (reply({"id": True}), "gave no id"),
        (reply({"id": 0}), "gave no id"),
        (reply([1]), "gave no id"),
        (reply(b'{"id": 1'), "gave no id"),
        (reply(b"[" * 100_000), "gave no id"),
        (huge(3 << 20), "longer than 1 MiB"),
        (reset(), "broke the connection"),
    ],
)
def test_an_annotation_that_fails_is_a_note(behaviour: Behaviour, said: str) -> None:
    with OddService(behaviour) as service:
        found, note = mark(config(service.url))
    assert found is None
    assert said in plain(note)
    assert note.startswith("no annotation: Grafana at http://127.0.0.1:")


def test_a_panel_is_rendered() -> None:
    with OddService(reply(png(), headers={"Content-Type": "image/png"})) as service:
        assert picture(config(service.url)) == (png(), "")
        asked = urlsplit(service.asked[0].path)
    assert (service.asked[0].method, asked.path) == ("GET", "/render/d-solo/qdrill/qdrill")
    query = parse_qs(asked.query)
    assert query == {
        "orgId": ["1"],
        "from": ["1772366400123"],
        "to": ["1772366404125"],
        "panelId": ["2"],
        "var-collection": ["docs"],
        "width": [str(WIDTH)],
        "height": [str(HEIGHT)],
        "tz": ["UTC"],
        "timeout": ["5"],
    }


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (html(), "page instead of a picture"),
        (html(500), "500"),
        (reply({"message": "not found"}, 404), "dashboard_uid"),
        (reply({"message": "no"}, 401), "api_key_env"),
        (reply(b"", 302, {"Location": "/login"}), "sign in"),
        (reply(b""), "is no PNG"),
        (reply({"a": 1}), "is no PNG"),
        (reply(png()[:-12]), "is cut short"),
        (reply(png()[:-1]), "is cut short"),
        (reply(png()[:60]), "is cut short"),
        (reply(png()[:-20] + b"\0" + png()[-19:]), "is damaged"),
        (reply(png(640, 80)), "image renderer is missing or failed"),
        (wrong_length(png()[:50], 5000), "broke the connection"),
        (huge((16 << 20) + 1), "longer than 16 MiB"),
        (reset(), "broke the connection"),
    ],
)
def test_what_is_no_panel_is_a_note(behaviour: Behaviour, said: str) -> None:
    with OddService(behaviour) as service:
        found, note = picture(config(service.url))
    assert found is None
    assert said in plain(note)


@pytest.mark.parametrize("behaviour", [hang(), drip()])
def test_a_grafana_that_hangs_costs_its_timeout_once(behaviour: Behaviour) -> None:
    with OddService(behaviour) as service:
        began = time.monotonic()
        found, note = picture(config(service.url, timeout_seconds=0.3))
        assert time.monotonic() - began < 2
    assert found is None
    assert "did not answer within 0.3 s" in plain(note)


def test_a_grafana_that_is_not_there_is_a_note() -> None:
    assert "cannot be reached" in plain(mark(config())[1])
    assert "cannot be reached" in plain(picture(config())[1])
    assert "user name" in plain(mark(config(f"http://u:{SECRET}@h:1"))[1])


def test_what_was_not_wanted_is_not_asked() -> None:
    with OddService(reply(png())) as service:
        assert picture(config(service.url, render=False)) == (None, "")
        assert "panel_id" in plain(picture(config(service.url, panel_id=None))[1])
        assert service.asked == []


def test_a_cancellation_is_the_only_thing_raised() -> None:
    control = JobControl()
    with OddService(hang()) as service:

        def cancel_once_asked() -> None:
            service.arrived.wait(5)
            control.cancel()

        cancel = threading.Thread(target=cancel_once_asked)
        cancel.start()
        with pytest.raises(Interrupted):
            render(config(service.url), {}, control, START, END, "docs")
        cancel.join()
