"""Who may ask, which embedder answers, how it starts and how it ends."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from qdrill.api.gate import is_loopback
from qdrill.api.serving import parse_listen
from qdrill.cli.main import run
from qdrill.errors import UsageError
from qdrill.stores.edge import EdgeStore
from tests.api.service import STOP_SECONDS, create, edge_lab, serving
from tests.cli.runner import qdrill
from tests.cli.test_import_hygiene import HEAVY, modules_after

SEARCH = "/embedding/search"
BODY = {"query": "a", "collection": "docs"}


def test_a_token_is_asked_for(tmp_path: Path) -> None:
    edge_lab(tmp_path)
    with serving(tmp_path, "--token-env", "MY_TOKEN", env={"MY_TOKEN": "s3cret"}) as service:
        for sent in (
            {},
            {"Authorization": "Bearer s3cre"},
            {"Authorization": "s3cret"},
            {"Authorization": "Basic s3cret"},
        ):
            answer = service.post(SEARCH, BODY, headers=sent)
            assert answer.status_code == 401
            assert answer.json()["error"] == "HTTPError"
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "s3cret" not in answer.text
            assert service.client.get("/metrics", headers=sent).status_code == 401
        assert service.client.get("/health").json() == {"status": "ok"}
        for scheme in ("Bearer", "bearer"):
            assert service.post(SEARCH, BODY, headers={"Authorization": f"{scheme} s3cret"}).status_code == 200


def test_the_tenant_is_given_back(tmp_path: Path) -> None:
    edge_lab(tmp_path)
    with serving(tmp_path) as service:
        for sent, seen in (("acme", "acme"), ("a\x85\xadb" + "x" * 200, "a \\xadb" + "x" * 92 + "…"), ("", "_anon_")):
            answer = service.client.post(
                "/api/v1/rag/preflight", json=BODY, headers=[(b"x-tenant-id", sent.encode("latin-1"))]
            )
            assert answer.json()["meta"]["tenant"] == seen


def test_web_pages_and_other_names_are_turned_away(tmp_path: Path) -> None:
    edge_lab(tmp_path)
    with serving(tmp_path) as service:
        port = urlsplit(service.url).port
        for sent in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": f"evil.example:{port}"}):
            answer = service.post(SEARCH, BODY, headers=sent)
            assert answer.status_code == 403
            assert answer.json()["error"] == "HTTPError"
        for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "127.0.0.9"):
            assert service.post(SEARCH, BODY, headers={"Host": host}).status_code == 200


def test_the_store_is_everybodys_between_requests(tmp_path: Path) -> None:
    lab = edge_lab(tmp_path)
    create(lab, "docs", 512)
    with serving(tmp_path) as service:
        for _ in range(3):
            assert service.post(SEARCH, BODY).status_code == 200
            assert "docs" in qdrill("collections", "lab", cwd=tmp_path).out
        reader = EdgeStore(tmp_path / "edge", "lab").reader("docs")
        answer = service.post(SEARCH, BODY)
        assert answer.status_code == 503
        assert "in use by another process" in answer.json()["detail"]
        preflight = service.post("/api/v1/rag/preflight", BODY)
        assert (preflight.status_code, preflight.json()["ok"]) == (200, False)
        reader.close()
        assert service.post(SEARCH, BODY).status_code == 200


OLLAMA = '[embedders.{name}]\nkind = "ollama"\nmodel = "m"\nurl = "http://127.0.0.1:{port}"\n'


@contextmanager
def silent_embedder() -> Iterator[tuple[int, Callable[[], None]]]:
    """A port that takes connections and answers nothing; a function that waits for the first of them."""
    asked = threading.Event()
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            with suppress(OSError):
                while True:
                    taken.append(listening.accept()[0])
                    asked.set()

        threading.Thread(target=take, daemon=True).start()
        yield listening.getsockname()[1], lambda: _must(asked.wait(STOP_SECONDS))
        listening.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


def _must(happened: bool) -> None:
    assert happened


def test_a_slow_embedder_holds_up_nobody_else_and_no_ending(tmp_path: Path) -> None:
    with silent_embedder() as (port, wait_until_asked):
        create(edge_lab(tmp_path, OLLAMA.format(name="slow", port=port)), "docs", 512)
        with serving(tmp_path) as service:
            answers: list[httpx.Response] = []
            asking = threading.Thread(target=lambda: answers.append(service.post("/api/v1/rag/preflight", BODY)))
            asking.start()
            wait_until_asked()
            assert service.client.get("/health").status_code == 200
            service.process.send_signal(signal.SIGINT)
            wait_until_refused(service.url)
            service.process.send_signal(signal.SIGINT)
            asking.join(STOP_SECONDS)
            assert [answer.json()["ok"] for answer in answers] == [False]


def wait_until_refused(url: str) -> None:
    place = urlsplit(url)
    while True:
        try:
            socket.create_connection((place.hostname or "", place.port or 0), timeout=STOP_SECONDS).close()
        except ConnectionError:
            return


def test_an_embedder_that_is_down(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    create(edge_lab(tmp_path, OLLAMA.format(name="down", port=port)), "docs", 512)
    with serving(tmp_path) as service:
        answer = service.post(SEARCH, BODY)
        assert answer.status_code == 503
        assert "embedder down" in answer.json()["detail"]
        preflight = service.post("/api/v1/rag/preflight", BODY)
        assert preflight.status_code == 200
        assert preflight.json()["error"].startswith("preflight embed failed: embedder down ")


def test_sparse_vectors(tmp_path: Path) -> None:
    lab = edge_lab(tmp_path, '[embedders.words]\nkind = "bm25"\n')
    lab.writer("docs").create({"vectors": {}, "sparse_vectors": {"bm25": {"modifier": "idf"}}})
    create(lab, "dense", 4)
    with serving(tmp_path) as service:
        assert service.post(SEARCH, BODY).json()["matches"] == []
        assert "no sparse vector" in service.post(SEARCH, {**BODY, "collection": "dense"}).json()["detail"]
        answer = service.post("/embedding/embed", {"texts": ["a"]})
        assert answer.status_code == 400
        assert "sparse vectors" in answer.json()["detail"]


TWO = '[embedders.a]\nkind = "bm25"\n[embedders.b]\nkind = "bm25"\n'
RAG = '[rag_api]\nurl = "http://localhost:8000"\n[embedders.rag]\nkind = "rag_api"\n'


@pytest.mark.parametrize(
    ("extra", "arguments", "words"),
    [
        ("", ("--store", "nix"), 'there is no store "nix"'),
        ("", ("--store", "lab/docs"), "name the store alone: lab"),
        ("", ("--embedder", "nix"), 'there is no embedder "nix"'),
        ("", ("--embedder", "x", "--dimension", "4"), "--dimension is for the built-in embedder"),
        ("", ("--token-env", "QDRANT_NO_SUCH"), '"QDRANT_NO_SUCH" is not set'),
        ("", ("--listen", "here"), "--listen must be HOST:PORT"),
        ("", ("--listen", "127.0.0.1:99999"), "--listen must be HOST:PORT"),
        ("", ("--listen", "203.0.113.1:8000"), "203.0.113.1:8000 cannot be used"),
        (TWO, (), 'several embedders could be used ("a", "b")'),
        (RAG, ("--embedder", "rag"), "would ask itself"),
    ],
)
def test_what_cannot_work_is_said_at_once(tmp_path: Path, extra: str, arguments: tuple[str, ...], words: str) -> None:
    edge_lab(tmp_path, extra)
    ran = qdrill("api", *arguments, cwd=tmp_path)
    assert ran.code == 2
    assert words in ran.error


def test_a_broken_store_is_said_at_once(tmp_path: Path) -> None:
    edge_lab(tmp_path)
    (tmp_path / "edge").write_text("no directory")
    ran = qdrill("api", cwd=tmp_path)
    assert ran.code == 3
    assert "edge" in ran.error


def test_a_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    edge_lab(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        assert f"{place} is in use" in qdrill("api", "--listen", place, cwd=tmp_path).error


def test_an_embedder_that_would_ask_itself_is_not_chosen(tmp_path: Path) -> None:
    edge_lab(tmp_path, RAG)
    with serving(tmp_path) as service:
        assert service.post("/embedding/embed", {"texts": ["a"]}).json()["dimension"] == 512


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edge_lab(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert run(["api"]) == 2
    assert capsys.readouterr().err == 'qdrill: the RAG API needs two more packages: pip install "qdrill[api]"\n'


@pytest.mark.parametrize(
    ("text", "place"),
    [("127.0.0.1:8000", ("127.0.0.1", 8000)), ("[::1]:0", ("::1", 0)), ("localhost:1", ("localhost", 1))],
)
def test_places_to_listen_at(text: str, place: tuple[str, int]) -> None:
    assert parse_listen(text) == place


@pytest.mark.parametrize("text", ["", ":8000", "host", "host:", "host:x", "a@b:1", "host:1/x", "::1:80", "a b:1", "0"])
def test_places_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="--listen must be HOST:PORT"):
        parse_listen(text)


def test_which_hosts_are_this_machine_alone() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "", "example.org", "localhost.evil", "10.0.0.1"))


def test_sigterm_ends_it_too(tmp_path: Path) -> None:
    edge_lab(tmp_path)
    with serving(tmp_path) as service:
        assert service.client.get("/health").status_code == 200
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(STOP_SECONDS) == 0


def test_help_is_quick_and_says_that_there_is_no_login(tmp_path: Path) -> None:
    code, names, shown = modules_after("api", "--help", cwd=tmp_path)
    assert code == 0
    assert names & (HEAVY | {"starlette", "uvicorn", "pydantic", "prometheus_client"}) == set()
    assert "no login unless --token-env" in shown
    assert "demonstrations" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
