"""A Qdrant server behind TLS with a certificate of the house's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from qdrill.errors import ExitCode, StoreError
from qdrill.records.render_toml import load_record
from qdrill.stores import retry
from qdrill.stores.server import ServerStore
from tests.cli.runner import qdrill
from tests.faults.conftest import NewName
from tests.support.collections import create_body, fill, point
from tests.support.tls_front import TlsFront

POINTS = 60


@pytest.fixture
def source(store: ServerStore, new_name: NewName) -> str:
    name = new_name()
    fill(store.writer(name), [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    return name


@contextmanager
def tls(store: ServerStore, folder: Path, name: str = "localhost", cut: int | None = None) -> Iterator[TlsFront]:
    parts = urlsplit(store.url)
    assert parts.hostname and parts.port
    with TlsFront((parts.hostname, parts.port), folder, name=name, cut_after=cut) as front:
        yield front


def configure(home: Path, url: str, ca_file: str | None) -> None:
    trust = f'ca_file = "{ca_file}"\n' if ca_file else ""
    (home / "drills.toml").write_text(f'[stores.far]\nurl = "{url}"\n{trust}')


def test_a_whole_drill_over_tls(store: ServerStore, source: str, new_name: NewName, home: Path) -> None:
    target = new_name()
    with tls(store, home) as front:
        configure(home, front.url, front.ca_file.name)
        ran = qdrill("run", "--source", f"far/{source}", "--target", f"far/{target}", "--random", "3", cwd=home)
    assert ran.code == 0, ran.err
    (record,) = (home / "artifacts" / "drills").glob("*/drill.toml")
    assert load_record(record).target.points_exact == POINTS == store.reader(target).count()


@pytest.mark.parametrize("asked", ["collections", "backup"])
@pytest.mark.parametrize("what", ["unknown authority", "another authority", "another host"])
def test_who_is_not_trusted_gets_nothing(
    store: ServerStore, source: str, home: Path, tmp_path: Path, asked: str, what: str
) -> None:
    with tls(store, home) as front, tls(store, tmp_path, name="elsewhere.test") as stranger:
        url = stranger.url if what == "another host" else front.url
        configure(home, url, None if what == "unknown authority" else str(stranger.ca_file))
        arguments = ("backup", f"far/{source}") if asked == "backup" else ("collections", "far")
        ran = qdrill(*arguments, cwd=home)
    assert ran.code == ExitCode.STORE
    assert "is not trusted (" in ran.err
    assert "(tried once); check its url, or name the certificates that it goes by as ca_file in drills.toml" in ran.err
    assert not list(home.glob("artifacts/**/*.json"))


@pytest.mark.parametrize(
    ("text", "why"), [(None, "cannot be read: No such file"), ("no certificate", "holds no certificate in PEM form")]
)
def test_a_ca_file_that_cannot_be_used(home: Path, text: str | None, why: str) -> None:
    if text is not None:
        (home / "ca.pem").write_text(text)
    configure(home, "https://localhost:1", "ca.pem")
    for command in (("collections",), ("backup", "far/x"), ("doctor",)):
        ran = qdrill(*command, cwd=home)
        assert ran.code != 0
        assert f"ca.pem {why}" in ran.out + ran.err


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_tls_cut_in_the_middle_of_an_answer(
    store: ServerStore, source: str, tmp_path: Path, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_backoff", lambda state: 0.001)
    with tls(store, tmp_path, cut=cut) as front:
        broken = ServerStore(front.url, ca_file=str(front.ca_file))
        with pytest.raises(StoreError) as failed:
            broken.reader(source).info()
        broken.close()
    assert "check that the server is up and reachable" in str(failed.value)
