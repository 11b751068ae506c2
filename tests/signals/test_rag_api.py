"""The RAG API's client against the recorded exchanges, and against all else that a service can answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from qdrill.config_services import RagApiConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted, QdrillError, SignalError, UsageError
from qdrill.results import Hit
from qdrill.signals.rag_api import ApiRefused, ImportAnswer, LineError, RagApi
from tests.embedders.conftest import Asked, FakeService, Reply, service

__all__ = ["service"]

RECORDINGS = Path(__file__).parents[1] / "data" / "wire" / "rag-api"
GOOD = {"collection": "docs", "matches": [{"id": 1, "score": 0.5, "payload": {"text": "a"}}]}
IMPORTED = {"collection": "docs", "imported": 1, "total_lines": 1, "skipped": 0, "conflicts_skipped": 0, "batches": 1,
            "errors": []}  # fmt: skip
OK = {"collection": "docs", "ok": True, "contexts_count": 1, "ctx_total_len": 7, "max_score": 0.5, "avg_score": 0.5}
KEY = "s3cret-t0ken"
Opened = Callable[..., RagApi]


def recorded(name: str) -> tuple[dict[str, Any], Reply]:
    """A recorded request's body, and the answer."""
    (path,) = RECORDINGS.glob(f"{name}*.json")
    exchange = json.loads(path.read_text())
    return exchange["request"]["body"], Reply(exchange["response"]["json"], exchange["response"]["status"])


@pytest.fixture
def opened(service: FakeService) -> Opened:
    def open_api(
        environ: Mapping[str, str] | None = None, control: JobControl | None = None, **settings: Any
    ) -> RagApi:
        config = RagApiConfig(url=service.url, **{"timeout_seconds": 5.0, **settings})
        return RagApi(config, environ or {}, control or JobControl())

    return open_api


# ---------------------------------------------------------------- the recordings


@pytest.mark.parametrize("name", ["03-search", "11-search-restored"])
def test_a_recorded_search(service: FakeService, opened: Opened, name: str) -> None:
    body, answer = recorded(name)
    service.replies = [answer]
    hits = opened().search(body["query"], body["collection"], body["top_k"])
    assert service.asked[0].body == body
    assert service.asked[0].path == "/embedding/search"
    assert hits[0] == Hit("8127ed8d-d8f8-43bc-ac3e-b154b48cccab", 0.5698029, {"text": "登录失败怎么办"})
    assert [hit.score for hit in hits] == [0.5698029, 0.48241815, 0.39244196]


def test_a_missing_collection_has_no_matches(service: FakeService, opened: Opened) -> None:
    body, answer = recorded("04-search-missing")
    service.replies = [answer]
    assert opened().search(body["query"], body["collection"], 3) == ()


def test_recorded_preflights(service: FakeService, opened: Opened) -> None:
    names = ("05-preflight", "06-preflight-missing", "12-preflight", "14-preflight-wrong")
    service.replies = [recorded(name)[1] for name in names]
    asked = [recorded(name)[0] for name in names]
    found = [opened().preflight(body["query"], body["collection"], body["top_k"]) for body in asked]
    assert [one.body for one in service.asked] == asked
    assert [(one.ok, one.contexts, one.max_score) for one in found] == [
        (True, 1, 0.5698029), (True, 0, None), (True, 1, 0.5698029), (False, 0, None),
    ]  # fmt: skip
    assert (found[0].length, found[0].sources[0].score) == (7, 0.5698029)
    assert "expected dim: 8, got 512" in found[3].error
    assert "\n" not in found[3].error


def test_a_recorded_import_sends_the_lines_as_they_are(service: FakeService, opened: Opened) -> None:
    body, answer = recorded("08-import")
    service.replies = [answer]
    found = opened().import_rows(body["collection"], body["jsonl"], 100)
    assert found == ImportAnswer(8, 8, 0, 0, 1, ())
    assert service.asked[0].body == body | {"continue_on_error": True, "batch_size": 100}


def test_lines_that_are_not_taken_are_listed(service: FakeService, opened: Opened) -> None:
    body, answer = recorded("09-import")
    service.replies = [answer]
    found = opened().import_rows(body["collection"], body["jsonl"].encode(), 100)
    assert (found.imported, found.skipped, found.batches) == (0, 2, 0)
    assert found.errors == (
        LineError(1, "vector dimension mismatch, expected 512, got 3"),
        LineError(2, "Expecting value: line 1 column 1 (char 0)"),
    )


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("10-import", 400, "invalid jsonl line at 1: vector dimension mismatch, expected 512, got 3"),
        ("13-search-wrong", 400, "vector dimension mismatch: collection expects 8, query has 512"),
        ("15-search-bad", 422, "body.query: Field required"),
    ],
)
def test_recorded_refusals(service: FakeService, opened: Opened, name: str, status: int, words: str) -> None:
    service.replies = [recorded(name)[1]]
    with pytest.raises(ApiRefused) as refused:
        opened().search("a", "docs", 3)
    assert (refused.value.status, refused.value.reason) == (status, words)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


# ---------------------------------------------------------------- headers


def test_token_and_tenant_travel_as_headers_and_are_never_shown(service: FakeService, opened: Opened) -> None:
    service.replies = [Reply(GOOD), Reply({"detail": f"who is {KEY}?"}, 401)]
    api = opened({"KEY": KEY}, api_key_env="KEY", tenant_id="acme")
    api.search("登录", "docs", 1)
    headers = service.asked[0].headers
    assert (headers["authorization"], headers["x-tenant-id"]) == (f"Bearer {KEY}", "acme")
    assert service.asked[0].body["query"] == "登录"
    with pytest.raises(ApiRefused, match=r"who is \*\*\*\?; check the token") as refused:
        api.search("a", "docs", 1)
    assert KEY not in str(refused.value) + refused.value.reason


def test_the_environments_tenant_comes_first(service: FakeService, opened: Opened) -> None:
    service.replies = [Reply(GOOD)]
    opened({"RAG_TENANT_ID": "other"}, tenant_id="acme").search("a", "docs", 1)
    assert service.asked[0].headers["x-tenant-id"] == "other"
    opened().search("a", "docs", 1)
    assert not {"x-tenant-id", "authorization"} & set(service.asked[1].headers)


@pytest.mark.parametrize(
    ("environ", "settings"),
    [({}, {"api_key_env": "KEY"}), ({"KEY": "a\nb"}, {"api_key_env": "KEY"}), ({}, {"tenant_id": "租户"})],
)
def test_headers_that_cannot_be_sent_are_refused(
    opened: Opened, environ: Mapping[str, str], settings: Mapping[str, str]
) -> None:
    with pytest.raises(UsageError) as refused:
        opened(environ, **settings)
    assert "\n" not in str(refused.value)


# ---------------------------------------------------------------- answers that are none

BAD_MATCHES: list[Any] = [
    [{"score": 1.0}], [{"id": True, "score": 1.0}], [{"id": -1, "score": 1.0}], [{"id": 2**64, "score": 1.0}],
    [{"id": "", "score": 1.0}], [{"id": 1}], [{"id": 1, "score": "0.5"}], [{"id": 1, "score": True}], ["x"], None, {},
]  # fmt: skip


@pytest.mark.parametrize("matches", BAD_MATCHES, ids=repr)
def test_matches_of_another_shape_are_refused(service: FakeService, opened: Opened, matches: Any) -> None:
    service.replies = [Reply({"collection": "docs", "matches": matches})]
    with pytest.raises(SignalError, match=r"^the RAG API at http://127.0.0.1:\d+: its answer ha"):
        opened().search("a", "docs", 1)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>hello</html>", b"[]", b"nul", b"\xff\xfe", b"[" * 100_000, b'{"matches":' + b"9" * 5000 + b"}",
     {"collection": "other\x1b[2J\n", "matches": []}],
    ids=lambda body: repr(body)[:20],
)  # fmt: skip
def test_what_is_no_answer_is_one_plain_line(service: FakeService, opened: Opened, body: Any) -> None:
    service.replies = [Reply(body)]
    api = opened()
    asks: tuple[Callable[[], object], ...] = (
        lambda: api.search("a", "docs", 1),
        lambda: api.preflight("a", "docs", 1),
        lambda: api.import_rows("docs", "{}", 1),
    )
    for ask in asks:
        with pytest.raises(SignalError) as refused:
            ask()
        assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "changed",
    [{"ok": None}, {"ok": "yes"}, {"contexts_count": -1}, {"contexts_count": True}, {"contexts_count": None},
     {"ctx_total_len": 1.5}, {"max_score": "high"}, {"sources": [{"id": None}]}],
    ids=repr,
)  # fmt: skip
def test_preflights_of_another_shape_are_refused(service: FakeService, opened: Opened, changed: dict[str, Any]) -> None:
    service.replies = [Reply(OK | changed)]
    with pytest.raises(SignalError, match="its answer"):
        opened().preflight("a", "docs", 1)


@pytest.mark.parametrize(
    "changed",
    [{"imported": 2}, {"total_lines": 2}, {"total_lines": None}, {"errors": None}, {"errors": [{"line_no": 0}]},
     {"errors": [{"line_no": 2}]}, {"errors": [{"error": "x"}]}, {"errors": ["x"]}, {"batches": "1"}],
    ids=repr,
)  # fmt: skip
def test_imports_that_contradict_what_was_sent_are_refused(
    service: FakeService, opened: Opened, changed: dict[str, Any]
) -> None:
    service.replies = [Reply(IMPORTED | changed)]
    with pytest.raises(SignalError, match="its answer"):
        opened().import_rows("docs", '{"id":1}\n', 1)


def test_hostile_words_of_the_service_reach_nobody_unescaped(service: FakeService, opened: Opened) -> None:
    service.replies = [
        Reply({"detail": "a\x1b[2J\nb\u202e"}, 500),
        Reply(IMPORTED | {"imported": 0, "errors": [{"line_no": 1, "error": "\x1b]0;x\x07"}]}),
        Reply(OK | {"ok": False, "error": "first\nsecond\x1b[31m"}),
    ]
    with pytest.raises(ApiRefused) as refused:
        opened().search("a", "docs", 1)
    (error,) = opened().import_rows("docs", "{}", 1).errors
    assert all(text.isprintable() for text in (str(refused.value), error.error))
    assert opened().preflight("a", "docs", 1).error == "first second\\x1b[31m"


def test_half_a_surrogate_pair_is_sent_as_json_has_it(service: FakeService, opened: Opened) -> None:
    service.replies = [Reply(GOOD)]
    opened().search("a\ud83d", "docs", 1)
    assert service.asked[0].body["query"] == "a\ud83d"


# ---------------------------------------------------------------- busy, slow, gone


class Waits(JobControl):
    """Sleeps are noted instead of slept."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.checkpoint()


@pytest.mark.parametrize(
    ("headers", "waited"), [({}, [0.5]), ({"Retry-After": "3"}, [3.0]), ({"Retry-After": "86400"}, [10.0])]
)
def test_a_busy_service_is_asked_again_when_it_says_so(
    service: FakeService, opened: Opened, headers: Mapping[str, str], waited: list[float]
) -> None:
    service.replies = [Reply({"detail": "slow down"}, 429, headers), Reply(GOOD)]
    control = Waits()
    assert len(opened(control=control).search("a", "docs", 1)) == 1
    assert (control.slept, control.retries) == (waited, 1)


def test_a_service_that_stays_busy_is_given_up(service: FakeService, opened: Opened) -> None:
    service.replies = [Reply({"detail": "slow down"}, 429)]
    with pytest.raises(ApiRefused, match="answered 429: slow down; look at the service's log") as refused:
        opened(control=Waits()).search("a", "docs", 1)
    assert (refused.value.status, len(service.asked)) == (429, 3)


@pytest.mark.parametrize("status", [301, 400, 404, 405, 500, 502])
def test_other_refusals_are_not_repeated(service: FakeService, opened: Opened, status: int) -> None:
    service.replies = [Reply(b"<html><body>Bad Gateway</body></html>", status)]
    with pytest.raises(ApiRefused, match=f"answered {status}: an HTML page; "):
        opened().search("a", "docs", 1)
    assert len(service.asked) == 1


def test_a_service_that_hangs_costs_its_timeout_once(service: FakeService, opened: Opened) -> None:
    service.replies = [Reply(GOOD, hold=service.release)]
    api = opened(timeout_seconds=0.3)
    with pytest.raises(SignalError, match=r"did not answer within 0\.3 s") as first:
        api.search("a", "docs", 1)
    with pytest.raises(SignalError) as second:
        api.preflight("a", "docs", 1)
    assert (str(second.value), len(service.asked)) == (str(first.value), 1)


def test_a_service_that_is_not_there_is_one_line(service: FakeService, opened: Opened) -> None:
    service.stop()
    with pytest.raises(SignalError, match="cannot be reached; check that it is running"):
        opened().search("a", "docs", 1)


def test_cancelling_ends_a_wait(service: FakeService, opened: Opened) -> None:
    service.replies = [Reply(GOOD, hold=service.release)]
    control, failures = JobControl(), list[QdrillError]()
    api = opened(control=control)

    def ask() -> None:
        try:
            api.search("a", "docs", 1)
        except QdrillError as error:
            failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert service.arrived.wait(5)
    control.cancel()
    asking.join(2)
    assert [type(error) for error in failures] == [Interrupted]


def test_nothing_ever_asks_for_a_collection_to_be_ensured(service: FakeService, opened: Opened) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply({"/embedding/search": GOOD, "/collections/import": IMPORTED}.get(asked.path, OK))

    service.replies = [answer]
    api = opened()
    api.search("a", "docs", 1)
    api.preflight("a", "docs", 1)
    api.import_rows("docs", "{}", 1)
    assert [asked.path for asked in service.asked] == [
        "/embedding/search", "/api/v1/rag/preflight", "/collections/import",
    ]  # fmt: skip
