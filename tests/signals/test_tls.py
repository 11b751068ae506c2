"""Services behind TLS with certificates of a house's own, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from qdrill.config_model import EmbedderConfig
from qdrill.config_services import MetricsConfig, PrometheusConfig
from qdrill.control import JobControl
from qdrill.embedders.open import open_embedder
from qdrill.errors import QdrillError, SignalError, UsageError
from qdrill.records.words import WORDS
from qdrill.service_http import ask
from qdrill.signals.exposition import read
from qdrill.signals.prometheus import Prometheus
from tests.signals.asking import NOW, success
from tests.support.odd_service import Behaviour, OddService, reply
from tests.support.tls_front import TlsFront

Asking = Callable[[str, Path | None], object]


@contextmanager
def behind_tls(
    behaviour: Behaviour, folder: Path, name: str = "localhost", cut: int | None = None
) -> Iterator[TlsFront]:
    with OddService(behaviour) as service:
        address = urlsplit(service.url)
        assert address.hostname and address.port
        with TlsFront((address.hostname, address.port), folder, name=name, cut_after=cut) as front:
            yield front


def service(url: str, ca_file: Path | None) -> object:
    control = JobControl()
    return ask("GET", url, label="it", timeout=20.0, most=1000, control=control, ca_file=ca_file).status


def endpoint(url: str, ca_file: Path | None) -> object:
    return dict(read(MetricsConfig("it", url, ca_file=ca_file), {}, JobControl()).samples)


def prometheus(url: str, ca_file: Path | None) -> object:
    with Prometheus(PrometheusConfig(url, ca_file=ca_file), {}, JobControl()) as opened:
        answer = opened.instant("up", "up", NOW)
    if answer.state == "failed":
        raise SignalError(answer.note)
    return answer.state


def embedder(url: str, ca_file: Path | None) -> object:
    opened = open_embedder("it", EmbedderConfig("it", "rag_api", url, ca_file=ca_file), {}, JobControl())
    try:
        return opened.embed(["a"], query=True)
    finally:
        opened.close()


EACH = [
    pytest.param(service, reply({}), 200, id="service"),
    pytest.param(endpoint, reply(b"a 1\n"), {"a": {(): 1.0}}, id="endpoint"),
    pytest.param(prometheus, reply(success("vector", [])), "empty", id="prometheus"),
    pytest.param(embedder, reply({"dimension": 1, "vectors": [[1.0]]}), [[1.0]], id="embedder"),
]


@pytest.mark.parametrize(("asking", "behaviour", "found"), EACH)
def test_a_service_that_ca_file_vouches_for(
    asking: Asking, behaviour: Behaviour, found: object, tmp_path: Path
) -> None:
    with behind_tls(behaviour, tmp_path) as front:
        assert asking(front.url, front.ca_file) == found


@pytest.mark.parametrize(("asking", "behaviour", "found"), EACH)
def test_nobody_else_is_trusted(asking: Asking, behaviour: Behaviour, found: object, tmp_path: Path) -> None:
    """Neither an unknown authority, nor another authority than the named one, nor a certificate of another host."""
    other = tmp_path / "other"
    other.mkdir()
    with behind_tls(behaviour, tmp_path) as front, behind_tls(behaviour, other, name="elsewhere.test") as stranger:
        for url, ca_file in (
            (front.url, None),
            (front.url, stranger.ca_file),
            (stranger.url, stranger.ca_file),
        ):
            with pytest.raises(QdrillError) as refused:
                asking(url, ca_file)
            assert "is not trusted" in str(refused.value)
            assert "ca_file" in str(refused.value)
            assert "\n" not in str(refused.value)


@pytest.mark.parametrize("asking", [service, endpoint, prometheus, embedder])
def test_a_place_without_tls_is_no_question_of_trust(asking: Asking) -> None:
    with OddService(reply({})) as plain:
        url = plain.url.replace("http:", "https:").replace("127.0.0.1", "localhost")
        with pytest.raises(QdrillError) as refused:
            asking(url, None)
    assert "answers without TLS; write http:// in its url" in str(refused.value)
    known = str(refused.value).replace("it answers", "Prometheus answers", 1)
    assert "不使用 TLS；请在其 url 中写 http://" in WORDS["zh"].sentence(known)


@pytest.mark.parametrize("asking", [service, endpoint, prometheus, embedder])
@pytest.mark.parametrize(
    ("text", "why"),
    [(None, "cannot be read: No such file"), ("no certificate", "holds no certificate"), ("", "holds no certificate")],
)
def test_a_ca_file_that_cannot_be_used(asking: Asking, text: str | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises((UsageError, SignalError)) as refused:
        asking("https://localhost:1", file)
    assert f"ca_file {file} {why}" in str(refused.value)


@pytest.mark.parametrize("cut", [5, 40, 60])
def test_tls_cut_in_the_middle_of_an_answer_is_no_answer(cut: int, tmp_path: Path) -> None:
    whole = reply(b"a 1\nb 2\nc 3\n")
    with behind_tls(whole, tmp_path, cut=cut) as front, pytest.raises(SignalError) as broken:
        endpoint(front.url, front.ca_file)
    assert "broke the connection" in str(broken.value)
