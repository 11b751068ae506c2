"""An embedding service in this process: scripted answers over a real loopback socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Settings:
    """An EmbedderSettings."""

    kind: str
    url: str | None = None
    model: str | None = None
    api_key_env: str | None = None
    language: str | None = None
    tokenizer: str | None = None
    dimension: int | None = None
    tenant_id: str | None = None
    ca_file: Path | None = None


@dataclass(frozen=True)
class Asked:
    """A request that the service got; `headers` by lower-case name."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Reply:
    """An answer to give; `hold` is waited for before it is given."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Script = Callable[[Asked], Reply]


class FakeService:
    """Answers each request by the next reply of `replies`, the last one again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.replies: list[Reply | Script] = []
        self.arrived = threading.Event()
        self.release = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        self.arrived.set()
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply if isinstance(reply, Reply) else reply(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = service.answer(Asked(self.path, headers, body))
                if reply.hold is not None:
                    reply.hold.wait(10)
                try:
                    self.send_response(reply.status)
                    for name, value in {"Content-Length": str(len(reply.data)), **reply.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply.data)
                except OSError:  # the client has gone: what several tests are about
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


@pytest.fixture
def service() -> Iterator[FakeService]:
    """A service on a free port, stopped at the end."""
    running = FakeService()
    yield running
    running.stop()
