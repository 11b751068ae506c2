"""One exchange with a service that misbehaves: what is said, how long it takes, and what is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from qdrill.control import JobControl
from qdrill.errors import Interrupted, SignalError
from qdrill.service_http import Answer, Broken, Connections, ask
from qdrill.service_words import said
from qdrill.urls import is_local
from tests.support.odd_service import Behaviour, OddService, drip, hang, html, huge, reply, reset, wrong_length

KEY = "s3cret-key"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"


def asked(service: OddService, *, timeout: float = 5.0, most: int = 1 << 20, **more: Any) -> Answer:
    more = {"method": "GET", "url": service.url + "/metrics", "control": JobControl(), **more}
    method, url = more.pop("method"), more.pop("url")
    return ask(method, url, label="metrics rag", timeout=timeout, most=most, **more)


def wait_for_threads() -> None:
    """Until every thread of an exchange has ended: each one is joined, so nothing polls."""
    for thread in threading.enumerate():
        if thread.name == "qdrill-ask":
            thread.join(5)
            assert not thread.is_alive()


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield
    wait_for_threads()


def test_an_answer_is_given_as_it_came() -> None:
    with OddService(reply(b"body", 200, {"X-Any": "Yes"})) as service:
        answer = asked(service, method="POST", headers={"Authorization": "Bearer k"}, body=b"{}")
    assert (answer.status, answer.body, answer.headers["x-any"], answer.words) == (200, b"body", "Yes", "")
    (request,) = service.asked
    assert (request.method, request.path, request.body) == ("POST", "/metrics", b"{}")
    assert request.headers["authorization"] == "Bearer k"
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("behaviour", "status", "words"),
    [
        (reply({"error": {"message": "model\nnot found"}}, 404), 404, "model not found"),
        (reply({"detail": f"bad key {KEY}"}, 401), 401, "bad key ***"),
        (reply(b"plain \x1b[31mwords", 500), 500, r"plain \x1b[31mwords"),
        (reply(b"x" * 100_000, 429), 429, "x" * 299 + "…"),
        (html(502), 502, ""),
        (reply(b"", 302, {"Location": "http://127.0.0.1:1/elsewhere"}), 302, ""),
    ],
)
def test_any_status_is_an_answer_with_the_words_of_the_service(behaviour: Behaviour, status: int, words: str) -> None:
    with OddService(behaviour) as service:
        answer = asked(service, secret=KEY)
    assert (answer.status, answer.words) == (status, words)
    assert len(service.asked) == 1


def test_a_key_with_quotes_is_cut_out_of_broken_json_too() -> None:
    key = 'a"b\\c'
    assert said(b'{"error": "key a\\"b\\\\c', key) == r'{"error": "key ***'
    assert said(b'{"error": "key a\\"b\\\\c"}', key) == "key ***"


BROKEN = [
    (reset(), "broke the connection (ReadError); check that it is running and its url in drills.toml"),
    (reset(HEAD + b"half"), "broke the connection (ReadError)"),
    (wrong_length(b"short", 50), "broke the connection (RemoteProtocolError)"),
    (hang(b"junk that is no HTTP\r\n\r\n"), "broke the connection (RemoteProtocolError)"),
    (huge(100 << 20), "has an answer that is longer than 1 MiB; check its url in drills.toml"),
    (huge(100 << 20, claimed=False), "has an answer that is longer than 1 MiB"),
    (reply(b"\x1f\x8b", 200, {"Content-Encoding": "gzip"}), "has an answer that is packed although it must not be"),
]


@pytest.mark.parametrize(("behaviour", "words"), BROKEN, ids=[words[:40] for _, words in BROKEN])
def test_what_is_no_answer_is_one_plain_line(behaviour: Behaviour, words: str) -> None:
    with OddService(behaviour) as service, pytest.raises(SignalError) as caught:
        asked(service)
    assert str(caught.value).startswith(f"metrics rag {words}")
    assert "\n" not in str(caught.value)


def test_a_length_that_is_claimed_is_refused_before_it_is_read() -> None:
    only_a_head = hang(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n")
    with OddService(only_a_head) as service, pytest.raises(SignalError, match="longer than 1 MiB"):
        asked(service, timeout=30.0)


@pytest.mark.parametrize("most", [9, 10])
def test_the_limit_of_a_body_is_exact(most: int) -> None:
    with OddService(huge(10, claimed=False)) as service:
        if most == 10:
            assert len(asked(service, most=most).body) == 10
        else:
            with pytest.raises(SignalError, match="longer than 9 bytes"):
                asked(service, most=most)


SLOW = [hang(), hang(HEAD), drip(), drip(head=True)]


@pytest.mark.parametrize("behaviour", SLOW, ids=["silent", "no body", "drips a body", "drips a header"])
def test_the_timeout_is_for_the_whole_exchange(behaviour: Behaviour) -> None:
    with OddService(behaviour) as service:
        began = time.monotonic()
        with pytest.raises(SignalError, match=r"metrics rag did not answer within 0\.3 s; check that it is running"):
            asked(service, timeout=0.3)
        assert time.monotonic() - began < 2.0
        wait_for_threads()


@pytest.mark.parametrize("behaviour", SLOW, ids=["silent", "no body", "drips a body", "drips a header"])
def test_a_cancellation_ends_it_at_once(behaviour: Behaviour) -> None:
    control, raised = JobControl(), []
    with OddService(behaviour) as service:

        def work() -> None:
            with pytest.raises(Interrupted):
                asked(service, timeout=60.0, control=control)
            raised.append(time.monotonic())

        thread = threading.Thread(target=work)
        thread.start()
        assert service.arrived.wait(10)
        began = time.monotonic()
        control.cancel()
        thread.join(10)
        assert len(raised) == 1
        assert raised[0] - began < 1.0
        wait_for_threads()


def test_a_cancelled_job_asks_nothing() -> None:
    control = JobControl()
    control.cancel()
    with OddService(reply(b"")) as service, pytest.raises(Interrupted):
        asked(service, control=control)
    assert service.asked == []


def test_nobody_listening_is_said() -> None:
    with OddService(reply(b"")) as gone:
        pass
    with pytest.raises(SignalError, match="metrics rag cannot be reached; check that it is running"):
        asked(gone)


def test_a_url_that_is_none_is_one_line() -> None:
    with OddService(reply(b"")) as service, pytest.raises(SignalError, match="metrics rag cannot be asked"):
        asked(service, url="http://127.0.0.1/\n")


def test_the_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with OddService(reply(b"direct")) as service, OddService(reply(b"proxied")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert asked(service).body == b"direct"
        assert proxy.asked == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "x.localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_these_hosts_are_this_machine(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "128.0.0.1", "10.0.0.1", "::2", ""])
def test_these_hosts_are_not(host: str) -> None:
    assert not is_local(host)


def test_connections_are_kept_between_exchanges() -> None:
    ports: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ports.append(self.client_address[1])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        connections = Connections(url, connect=5.0, read=5.0)
        for _ in range(3):
            deadline = time.monotonic() + 5.0
            outcome = connections.exchange(
                "GET", url, headers={}, body=None, deadline=deadline, most=1, control=JobControl()
            )
            assert not isinstance(outcome, Broken)
        connections.close()
        server.shutdown()
        thread.join()
    assert len(ports) == 3 and len(set(ports)) == 1
