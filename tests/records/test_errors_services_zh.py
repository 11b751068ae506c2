"""What services do instead of answering, in Chinese: said by the code that asks them, of services that misbehave."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qdrill.config import api_key
from qdrill.config_services import (
    ExporterConfig,
    GrafanaConfig,
    MetricsConfig,
    PrometheusConfig,
    RagApiConfig,
)
from qdrill.console.keymap import keymap
from qdrill.console.themes import load_themes
from qdrill.control import JobControl
from qdrill.errors import QdrillError, SignalError
from qdrill.names import one_line
from qdrill.records.words import WORDS
from qdrill.signals import grafana
from qdrill.signals.exporter import push, serve
from qdrill.signals.exposition import parse, read
from qdrill.signals.prometheus import Prometheus
from qdrill.signals.rag_api import RagApi
from tests.records.zh_words import chinese, left
from tests.signals.asking import NOW, refused, success
from tests.signals.exposed import registry_of
from tests.signals.test_grafana import png
from tests.support.odd_service import Behaviour, OddService, hang, html, huge, reply, reset, wrong_length

NOWHERE = "http://127.0.0.1:9"
START = datetime(2026, 3, 1, tzinfo=UTC)
END = START + timedelta(seconds=4)
WORDS_OF_A_SERVICE = "no luck; check that it is well"
NAMES = (WORDS_OF_A_SERVICE, "no luck", "rag", "docs", "internal", "timeout:", "imported")
OFTEN: list[Behaviour] = [
    *(reply({"error": WORDS_OF_A_SERVICE}, status) for status in (400, 401, 404, 405, 429, 500)),
    *(reply(b"", status) for status in (204, 403, 404, 500)),
    reply(b"", 302, {"Location": "/login"}),
    html(),
    html(500),
    reply(b"no luck"),
    reply({}),
    reset(),
    wrong_length(b"{}", 50),
    huge(1 << 40),
    reply(b"{}", headers={"Content-Encoding": "gzip"}),
]


def failed(work: Callable[[], object]) -> str:
    with pytest.raises(QdrillError) as caught:
        work()
    return str(caught.value)


def of_endpoint(url: str, seconds: float = 20.0) -> str:
    return failed(lambda: read(MetricsConfig("rag", url, timeout_seconds=seconds), {}, JobControl()))


def of_prometheus(url: str, seconds: float = 20.0) -> str:
    with Prometheus(PrometheusConfig(url, timeout_seconds=seconds), {}, JobControl()) as prometheus:
        return prometheus.instant("one", "up", NOW).note


def of_rag_api(url: str, seconds: float = 20.0) -> str:
    api = RagApi(RagApiConfig(url, timeout_seconds=seconds), {}, Hurried())
    return failed(lambda: api.search("登录", "docs", 1))


def of_annotation(url: str, seconds: float = 20.0) -> str:
    told = {"drill_id": "1", "name": "n", "verdict": "pass", "reason": "r"}
    config = GrafanaConfig(url, "board", panel_id=2, timeout_seconds=seconds)
    return grafana.annotate(config, {}, JobControl(), **told, start=START, end=END)[1]


def of_panel(url: str, seconds: float = 20.0) -> str:
    config = GrafanaConfig(url, "board", panel_id=2, timeout_seconds=seconds)
    return grafana.render(config, {}, JobControl(), START, END, "docs")[1]


def of_push(url: str, seconds: float = 20.0) -> str:
    return failed(lambda: push(url, registry_of(Path("nothing")), seconds))


class Hurried(JobControl):
    """Does not sleep."""

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0


ASKED = [of_endpoint, of_prometheus, of_rag_api, of_annotation, of_panel]


@pytest.mark.parametrize("number", range(len(OFTEN)))
@pytest.mark.parametrize("ask", ASKED)
def test_every_way_to_misbehave(ask: Callable[[str], str], number: int) -> None:
    with OddService(OFTEN[number]) as service:
        try:
            english = ask(service.url)
        except pytest.fail.Exception:  # an endpoint may have no metrics at all
            assert ask is of_endpoint
            return
    assert left(english, *NAMES) == "", english
    for words in (WORDS_OF_A_SERVICE, "no luck"):
        assert (words in chinese(english)) == (words in english)


@pytest.mark.parametrize("ask", [*ASKED, of_push])
def test_one_that_hangs_and_one_that_is_not_there(ask: Callable[[str, float], str]) -> None:
    with OddService(hang()) as service:
        assert "0.3 秒内没有应答" in chinese(ask(service.url, 0.3))
    assert left(ask(NOWHERE, 20.0), "rag", "Connection refused") == ""


@pytest.mark.parametrize(
    "behaviour",
    [
        reply(refused("bad_data", WORDS_OF_A_SERVICE), 400),
        reply(refused("timeout", "no luck"), 503),
        reply(refused("internal", "no luck"), 500),
        reply({"status": "error", "error": "no luck"}),
        reply(success("tensor", [])),
        huge(1 << 40, b" " * 65_536),
        huge(1 << 40, b'{"metric":{"a":"1"},"value":[1,"2"]},' * 999),
    ],
)
def test_what_prometheus_does(behaviour: Behaviour) -> None:
    with OddService(behaviour) as service:
        assert left(of_prometheus(service.url), *NAMES) == ""


def test_a_prometheus_that_is_not_asked() -> None:
    config = PrometheusConfig(NOWHERE, "KEY_OF_IT")
    with Prometheus(config, {}, JobControl()) as prometheus:
        assert left(prometheus.instant("one", "up", NOW).note, "KEY_OF_IT") == ""
        assert left(prometheus.instant("one", "up", NOW.replace(tzinfo=None)).note) == ""
    with Prometheus(config, {"KEY_OF_IT": "a"}, JobControl()) as prometheus:
        assert left(prometheus.instant("one", "\udc80", NOW).note) == ""
        prometheus.close()
        assert left(prometheus.instant("one", "up", NOW).note) == ""
    with OddService(hang()) as service, Prometheus(PrometheusConfig(service.url, None, 0.2), {}, JobControl()) as slow:
        assert slow.instant("one", "up", NOW).state == "failed"
        assert chinese(slow.instant("two", "up", NOW).note).endswith("：未查询：它在 0.2 秒内没有应答之前的一次查询")


def test_long_words_that_leave_no_room_for_advice() -> None:
    with OddService(reply(refused("bad", "no luck " * 200), 400)) as service:
        note = one_line(of_prometheus(service.url))
    assert note.endswith("…")
    assert left(note, "no luck", "bad", "no luc", "no lu", "no") == ""


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"a 1\nb\n", b"a 1\nb 12", b"a 1\na 1\n", b"a 1\nb 2\n", b'a{b="' + b"x" * (16 << 10) + b'"} 1\n'],
)
def test_what_is_no_exposition(body: bytes) -> None:
    found = failed(lambda: parse(body, "metrics rag at http://h:1", most_series=1 if body == b"a 1\nb 2\n" else 9))
    assert left(found, "rag") == ""
    assert chinese(found).startswith("指标端点 rag（http://h:1）：其应答不可用：")


@pytest.mark.parametrize("picture", [png()[:-12], png()[:60], png(640, 80), png()[:-20] + b"\0" + png()[-19:], b"x"])
def test_what_is_no_panel(picture: bytes) -> None:
    with OddService(reply(picture)) as service:
        assert left(of_panel(service.url)) == ""


@pytest.mark.parametrize(
    "answer",
    [
        b"[]", {"collection": "no luck"}, {"matches": [1]}, {"matches": [{}]}, {"matches": [{"id": 1}]},
    ],
)  # fmt: skip
def test_what_is_no_answer_of_the_rag_api(answer: object) -> None:
    with OddService(reply(answer)) as service:
        assert left(of_rag_api(service.url), *NAMES) == ""
    body = answer if isinstance(answer, dict) else {}
    with OddService(reply({"ok": "no", **body})) as service:
        api = RagApi(RagApiConfig(service.url), {}, JobControl())
        assert left(failed(lambda: api.preflight("q", "docs", 1)), *NAMES) == ""
        assert left(failed(lambda: api.import_rows("docs", b"{}", 1)), *NAMES) == ""


def test_a_pushgateway_that_refuses() -> None:
    for behaviour in (reply(b"no luck", 500), reply(b"", 404), wrong_length(b"", 9), reset()):
        with OddService(behaviour) as service:
            try:
                english = of_push(service.url)
            except pytest.fail.Exception:
                continue
        assert left(english, "no luck", "Connection reset by peer") == "", english


def test_an_exporter_that_cannot_listen() -> None:
    with OddService(reply(b"")) as service:
        taken = service.url.removeprefix("http://")
        for listen in (taken, "nowhere", "203.0.113.7:80"):
            english = failed(lambda listen=listen: serve(listen, registry_of(Path("nothing"))))  # type: ignore[misc]
            assert left(english, "nowhere", "Cannot assign requested address") == ""
    assert ExporterConfig().listen


def test_keys_that_cannot_be_had() -> None:
    config = MetricsConfig("rag", NOWHERE, "THE_KEY")
    assert left(failed(lambda: api_key(config, {})), "THE_KEY", "metrics.rag") == ""
    assert left(failed(lambda: api_key(config, {"THE_KEY": "a b"})), "THE_KEY") == ""
    assert left(failed(lambda: RagApi(RagApiConfig(NOWHERE, tenant_id="登录"), {}, JobControl()))) == ""


def test_themes_that_cannot_be_used(tmp_path: Path) -> None:
    bad = (
        'name = "A B"', "x = 1", 'name = "a"\ndark = 1', 'name = "a"\ndark = true', "no luck", "\x00" * 70_000,
        'name = "a"\ndark = true\ncolors = 1', 'name = "a"\ndark = true\ncolors = {primary = "no luck"}',
        'name = "dracula"\ndark = true\ncolors = {primary = "red"}', 'colors = 1\ncolours = 2',
    )  # fmt: skip
    for number, text in enumerate(bad):
        (tmp_path / f"{number}.toml").write_text(text)
    (tmp_path / "a.toml").write_bytes(b"\xff")
    found = load_themes([tmp_path])
    assert len(found.problems) == len(bad) + 1
    said = ("colors.primary", "colours", "colors", "primary", "dark", "name", "my-theme", "states", "drill", "textual",
            "dracula", "no luck", "rrggbb", "toml", str(tmp_path.resolve()))  # fmt: skip
    for problem in found.problems:
        words = problem.partition("is not TOML: ")[2]
        assert left(problem, *said, *([words] if words else [])) == "", problem
    assert left(found.message, *said) == "", found.message
    assert "另有 8 项" in chinese(found.message)


def test_keys_that_cannot_be_used() -> None:
    _, problems = keymap({"app.nothing": "f9", "app.help": "no luck", "app.copy": "ctrl+c", "app.retry": "y"})
    assert len(problems) == 4
    for problem in problems:
        assert (
            left(
                problem, "app.nothing", "app.help", "app.copy", "app.retry", "no luck", "ctrl", "app", "app.collections"
            )
            == ""
        ), problem


def test_a_collection_that_is_listed_takes_no_error_in() -> None:
    assert chinese("listing the collections of local") == "列出 local 的集合"
    odd = "listing the collections of local: something; else"
    assert WORDS["zh"].sentence(odd) == odd
    down = "listing the collections of a b: h:1 refuses the connection (tried once); check that the server is up and "
    assert chinese(f"{down}reachable").startswith("列出 a b 的集合：h:1 拒绝连接（已尝试 1 次）；")


def test_a_services_own_words_are_never_translated() -> None:
    words = "metrics rag at http://h:1 answered 500: the same; look into the log of the service"
    assert chinese(words) == "指标端点 rag（http://h:1）：返回 500：the same；请查看该服务的日志"
    assert json.dumps(chinese("Prometheus warns: absent")) == json.dumps("Prometheus 警告：absent")
    assert chinese(str(SignalError("Prometheus at http://h answered 500 (is damaged); check that it is well"))) == (
        "Prometheus（http://h）：返回 500（is damaged）；请检查它的状态"
    )
