"""`qdrill api` as a process of its own, and the recorded exchanges."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from qdrill.stores.base import Store
from qdrill.stores.edge import EdgeStore
from qdrill.stores.server import ServerStore
from tests.cli.runner import start

RECORDED = Path(__file__).resolve().parents[1] / "data" / "wire" / "rag-api"
STOP_SECONDS = 60
_AT = re.compile(r" is at (http://\S+)")


@dataclass(frozen=True)
class Service:
    url: str
    process: subprocess.Popen[str]
    client: httpx.Client

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.client.post(path, json=body, headers=headers)

    def imported(self, **body: Any) -> httpx.Response:
        return self.post("/collections/import", body)

    def samples(self) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
        """The import metrics without buckets and times: sample name -> labels -> value."""
        found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
        for sample in import_samples(self.client.get("/metrics").text):
            found.setdefault(sample[0], {})[sample[1]] = sample[2]
        return found


def import_samples(text: str) -> list[tuple[str, tuple[tuple[str, str], ...], float]]:
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    kept = [one for one in samples if re.fullmatch("import_.*_(total|count)", one.name)]
    return [(one.name, tuple(sorted(one.labels.items())), one.value) for one in kept]


@contextmanager
def serving(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None, signals: int = 1, code: int = 0
) -> Iterator[Service]:
    """The service with the drills.toml of `folder`, ended by `signals` SIGINTs; it must end with `code`, quietly."""
    process = start("api", "--listen", "127.0.0.1:0", *arguments, cwd=folder, env=env)
    try:
        url = _url(process)
        with httpx.Client(base_url=url, trust_env=False, timeout=STOP_SECONDS) as client:
            yield Service(url, process, client)
        for _ in range(signals):
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=STOP_SECONDS)
        assert (process.returncode, out) == (code, ""), err
        assert "Traceback" not in err
        assert "Exception" not in err
        assert "internal error" not in err
    finally:
        process.kill()
        process.communicate()


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        if found := _AT.search(line):
            return found[1]
    raise AssertionError("".join(said))


def recording(number: int) -> dict[str, Any]:
    (path,) = RECORDED.glob(f"{number:02}-*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def create(store: Store, name: str, size: int, distance: str = "Cosine") -> None:
    """An empty collection of unnamed vectors; the store is closed again."""
    try:
        store.writer(name).create({"vectors": {"size": size, "distance": distance}})
    finally:
        store.close()


def edge_lab(folder: Path, extra: str = "", mark: str = "") -> EdgeStore:
    """A drills.toml with one embedded store, and that store; close it before the service is asked."""
    (folder / "drills.toml").write_text(f'[stores.lab]\npath = "edge"\n{mark}\n{extra}\n')
    return EdgeStore(folder / "edge", "lab")


def server_lab(folder: Path, url: str) -> ServerStore:
    (folder / "drills.toml").write_text(f'[stores.lab]\nurl = "{url}"\n')
    return ServerStore(url, label="lab")


def points(store: Store, name: str) -> list[dict[str, Any]]:
    """Everything that a small collection holds; the store is closed again."""
    try:
        rows: Sequence[Any] = json.loads(b"[%b]" % bytes(store.reader(name).scroll(None, 1000).rows))
        return list(rows)
    finally:
        store.close()


def jsonl(*rows: Mapping[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
