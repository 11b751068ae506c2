"""Embedders over HTTP against a real loopback server: the three kinds, and everything that goes wrong."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qdrill.control import JobControl
from qdrill.embedders.base import Embedder
from qdrill.embedders.open import open_embedder
from qdrill.embedders.transport import Patience, retry_after
from qdrill.errors import Interrupted, Refused, StoreError
from tests.embedders.conftest import Asked, FakeService, Reply, Settings

QUICK = Patience(connect=2.0, read=2.0, batch=5.0, delays=(0.0, 0.0), longest_retry_after=0.5)
RECORDED = Path(__file__).resolve().parents[1] / "data" / "wire" / "rag-api" / "07-embed.json"
KINDS = ("rag_api", "ollama", "openai")
Open = Callable[..., Embedder]


class NoSleep(JobControl):
    """Remembers waits instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def control() -> NoSleep:
    return NoSleep()


@pytest.fixture
def opened(service: FakeService, control: NoSleep) -> Iterator[Open]:
    embedders: list[Embedder] = []

    def make(kind: str = "ollama", *, patience: Patience = QUICK, **more: Any) -> Embedder:
        environ = more.pop("environ", {})
        steer = more.pop("control", control)
        settings = Settings(kind, **({"url": service.url, "model": "m"} | more))
        embedders.append(open_embedder("mine", settings, environ, steer, patience=patience))
        return embedders[-1]

    yield make
    for embedder in embedders:
        embedder.close()


def shape(kind: str, vectors: list[Any]) -> dict[str, Any]:
    """What a service of this kind answers."""
    if kind == "rag_api":
        return {"dimension": len(vectors[0]) if vectors else 0, "vectors": vectors}
    if kind == "ollama":
        return {"model": "m", "embeddings": vectors}
    data = [{"index": number, "embedding": vector} for number, vector in enumerate(vectors)]
    return {"object": "list", "data": data[::-1]}


def echo(kind: str) -> Callable[[Asked], Reply]:
    """Gives every text a vector that holds its length."""

    def reply(asked: Asked) -> Reply:
        texts = asked.body["texts" if kind == "rag_api" else "input"]
        return Reply(shape(kind, [[float(len(text)), 1.0] for text in texts]))

    return reply


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_gives_one_vector_a_text_in_order(kind: str, service: FakeService, opened: Open) -> None:
    service.replies = [echo(kind)]
    assert opened(kind).embed(["a", "登录", "ccc"], query=True) == [[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]]


@pytest.mark.parametrize(
    ("kind", "path", "body"),
    [
        ("rag_api", "/embedding/embed", {"texts": ["登录"]}),
        ("ollama", "/api/embed", {"model": "m", "input": ["登录"]}),
        ("openai", "/v1/embeddings", {"model": "m", "input": ["登录"]}),
    ],
)
def test_each_kind_is_asked_as_its_interface_says(
    kind: str, path: str, body: dict[str, Any], service: FakeService, opened: Open
) -> None:
    service.replies = [echo(kind)]
    opened(kind).embed(["登录"], query=False)
    assert [(asked.path, asked.body) for asked in service.asked] == [(path, body)]


@pytest.mark.parametrize("end", ["/v1", "/v1/", "/"])
def test_an_openai_url_may_end_in_v1(end: str, service: FakeService, opened: Open) -> None:
    service.replies = [echo("openai")]
    opened("openai", url=service.url + end).embed(["a"], query=True)
    assert service.asked[0].path == "/v1/embeddings"


def test_the_recorded_answer_of_the_rag_api_is_understood(service: FakeService, opened: Open) -> None:
    exchange = json.loads(RECORDED.read_text("utf-8"))
    service.replies = [Reply(exchange["response"]["json"])]
    (vector,) = opened("rag_api").embed(exchange["request"]["body"]["texts"], query=True)
    assert vector == exchange["response"]["json"]["vectors"][0]
    assert service.asked[0].body == exchange["request"]["body"]


def test_texts_go_out_sixty_four_at_a_time(service: FakeService, opened: Open) -> None:
    service.replies = [echo("ollama")]
    vectors = opened().embed(["x" * number for number in range(130)], query=False)
    assert [len(asked.body["input"]) for asked in service.asked] == [64, 64, 2]
    assert [vector[0] for vector in vectors] == [float(number) for number in range(130)]


def test_no_text_asks_nothing(service: FakeService, opened: Open) -> None:
    assert opened().embed([], query=True) == []
    assert service.asked == []


def test_key_and_tenant_travel_as_headers(service: FakeService, opened: Open) -> None:
    service.replies = [echo("rag_api")]
    environ = {"KEY": "s3cret", "RAG_TENANT_ID": "acme"}
    opened("rag_api", api_key_env="KEY", environ=environ).embed(["a"], query=True)
    headers = service.asked[0].headers
    assert (headers["authorization"], headers["x-tenant-id"]) == ("Bearer s3cret", "acme")


def test_without_a_key_no_authorization_is_sent(service: FakeService, opened: Open) -> None:
    service.replies = [echo("rag_api")]
    opened("rag_api").embed(["a"], query=True)
    assert not {"authorization", "x-tenant-id"} & set(service.asked[0].headers)


def test_a_500_is_tried_again(service: FakeService, opened: Open, control: NoSleep) -> None:
    service.replies = [Reply({"error": "busy"}, 500), echo("ollama")]
    assert opened(patience=Patience(delays=(0.25, 0.5))).embed(["a"], query=True) == [[1.0, 1.0]]
    assert (len(service.asked), control.slept) == (2, [0.25])


def test_retry_after_is_honoured_and_capped(service: FakeService, opened: Open, control: NoSleep) -> None:
    service.replies = [
        Reply({}, 429, {"Retry-After": "3"}),
        Reply({}, 429, {"Retry-After": "9999"}),
        echo("ollama"),
    ]
    opened(patience=Patience(delays=(0.1, 0.1), longest_retry_after=7.0)).embed(["a"], query=True)
    assert control.slept == [3.0, 7.0]


def test_tries_are_bounded(service: FakeService, opened: Open) -> None:
    service.replies = [Reply({"error": "overloaded"}, 503)]
    with pytest.raises(StoreError, match=r"embedder mine at http://127\.0.* answered 503: overloaded"):
        opened().embed(["a"], query=True)
    assert len(service.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_not_tried_again(status: int, service: FakeService, opened: Open) -> None:
    service.replies = [Reply({"error": {"message": "model not found,\n pull it"}}, status)]
    with pytest.raises(Refused) as refused:
        opened().embed(["a"], query=True)
    assert (refused.value.status, refused.value.reason) == (status, "model not found, pull it")
    assert len(service.asked) == 1


def test_a_redirect_is_not_followed(service: FakeService, opened: Open) -> None:
    service.replies = [Reply(b"", 302, {"Location": "/elsewhere"})]
    with pytest.raises(StoreError, match="answered 302"):
        opened().embed(["a"], query=True)
    assert len(service.asked) == 1


JUNK: list[tuple[Any, str]] = [
    (b"<html>login</html>", "is not JSON"),
    (b"", "is not JSON"),
    (b"[" * 100_000, "is not JSON"),
    ([], "is not a JSON object"),
    ({}, "has no list of vectors"),
    ({"embeddings": {"0": [1.0]}}, "has no list of vectors"),
    ({"embeddings": [[1.0]]}, "has 1 vectors for 2 texts"),
    ({"embeddings": [[1.0], [1.0], [1.0]]}, "has 3 vectors for 2 texts"),
    ({"embeddings": [[1.0, 2.0], [1.0]]}, "has 1 numbers in vector 2 where 2 belong"),
    ({"embeddings": [[], []]}, "has no numbers in vector 1"),
    ({"embeddings": [[1.0], [float("nan")]]}, "not a finite 32-bit number in vector 2"),
    ({"embeddings": [[float("inf")], [1.0]]}, "not a finite 32-bit number in vector 1"),
    ({"embeddings": [[1e39], [1.0]]}, "not a finite 32-bit number in vector 1"),
    ({"embeddings": [[True], [1.0]]}, "not a finite 32-bit number in vector 1"),
    ({"embeddings": [["1"], [1.0]]}, "not a finite 32-bit number in vector 1"),
    ({"embeddings": [[None], [1.0]]}, "not a finite 32-bit number in vector 1"),
]


@pytest.mark.parametrize(("body", "words"), JUNK, ids=[f"{words}-{n}" for n, (_, words) in enumerate(JUNK)])
def test_an_answer_that_cannot_be_used_is_one_plain_line(
    body: Any, words: str, service: FakeService, opened: Open
) -> None:
    service.replies = [Reply(body)]
    with pytest.raises(StoreError) as caught:
        opened().embed(["a", "b"], query=True)
    message = str(caught.value)
    assert words in message
    assert message.startswith("embedder mine at http://127.0.0.1:")
    assert message.endswith("check its url, model and dimension in drills.toml")
    assert "\n" not in message


def test_a_page_of_html_in_an_error_is_not_repeated(service: FakeService, opened: Open) -> None:
    service.replies = [Reply(b"<html><script>x</script></html>", 404)]
    with pytest.raises(Refused) as refused:
        opened().embed(["a"], query=True)
    assert refused.value.reason == "" and "html" not in str(refused.value)


def test_the_dimension_of_drills_toml_is_insisted_on(service: FakeService, opened: Open) -> None:
    service.replies = [echo("ollama")]
    with pytest.raises(StoreError, match="has 2 numbers in vector 1 where 768 belong"):
        opened(dimension=768).embed(["a"], query=True)


def test_the_dimension_may_not_change_between_batches(service: FakeService, opened: Open) -> None:
    service.replies = [echo("ollama"), Reply(shape("ollama", [[1.0, 2.0, 3.0]]))]
    with pytest.raises(StoreError, match="has 3 numbers in vector 1 where 2 belong"):
        opened().embed(["a"] * 65, query=False)


def test_the_rag_api_must_mean_the_dimension_it_claims(service: FakeService, opened: Open) -> None:
    service.replies = [Reply({"dimension": 512, "vectors": [[1.0, 2.0]]})]
    with pytest.raises(StoreError, match="has 2 numbers in vector 1 where 512 belong"):
        opened("rag_api").embed(["a"], query=True)


@pytest.mark.parametrize("indices", [[0, 0], [0, 2], [None, 1], ["0", "1"]])
def test_openai_indices_must_be_each_once(indices: list[Any], service: FakeService, opened: Open) -> None:
    service.replies = [Reply({"data": [{"index": index, "embedding": [1.0]} for index in indices]})]
    with pytest.raises(StoreError, match="has no list of vectors"):
        opened("openai").embed(["a", "b"], query=True)


def test_a_silent_service_times_out(service: FakeService, opened: Open) -> None:
    service.replies = [Reply({}, hold=service.release)]
    started = time.monotonic()
    with pytest.raises(StoreError, match=r"did not answer within 0\.05 s; check that it is running"):
        opened(patience=Patience(read=0.05, delays=())).embed(["a"], query=True)
    assert time.monotonic() - started < 2.0


def test_a_batch_has_a_limit_of_its_own(service: FakeService, opened: Open) -> None:
    service.replies = [Reply({}, hold=service.release)]
    with pytest.raises(StoreError, match=r"did not answer within 0\.2 s"):
        opened(patience=Patience(read=30.0, batch=0.2, delays=(0.0,))).embed(["a"], query=True)


def test_nobody_listening_is_said_in_one_line(opened: Open, control: NoSleep) -> None:
    gone = FakeService()
    url = gone.url
    gone.stop()
    with pytest.raises(StoreError, match="cannot be reached; check that it is running and its url"):
        opened(url=url).embed(["a"], query=True)
    assert control.slept == [0.0, 0.0]


def test_a_cancellation_ends_a_request_under_way(service: FakeService, opened: Open) -> None:
    control = JobControl()
    service.replies = [Reply({}, hold=service.release)]
    embedder = opened(control=control, patience=Patience(read=30.0))
    caught: list[BaseException] = []

    def work() -> None:
        try:
            embedder.embed(["a"], query=True)
        except Interrupted as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert service.arrived.wait(5)
    started = time.monotonic()
    control.cancel()
    thread.join(5)
    assert len(caught) == 1
    assert time.monotonic() - started < 1.0


def test_a_cancelled_job_asks_nothing(service: FakeService, opened: Open) -> None:
    control = JobControl()
    control.cancel()
    with pytest.raises(Interrupted):
        opened(control=control).embed(["a"], query=True)
    assert service.asked == []


def test_a_key_repeated_by_the_service_is_not_shown(service: FakeService, opened: Open) -> None:
    service.replies = [Reply({"error": "bad key s3cret-key \x1b[31m here"}, 401)]
    with pytest.raises(Refused) as refused:
        opened(api_key_env="KEY", environ={"KEY": "s3cret-key"}).embed(["a"], query=True)
    assert refused.value.reason == r"bad key *** \x1b[31m here"
    assert "s3cret-key" not in str(refused.value)


def test_an_answer_without_end_is_cut_off(service: FakeService, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qdrill.embedders.transport._LARGEST_ANSWER", 1 << 20)
    service.replies = [Reply(b" " * (2 << 20))]
    with pytest.raises(StoreError, match="is longer than 1 MiB"):
        opened().embed(["a"], query=True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("Thu, 01 Jan 1970 00:00:05 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=10.0) == seconds
