"""The router behind HTTP."""

from __future__ import annotations

import sys
from urllib.parse import parse_qsl, urlsplit

from tests.support.restserver.errors import ApiError
from tests.support.restserver.http11 import HttpHandler, HttpServer
from tests.support.restserver.request import Request, failure
from tests.support.restserver.routes import Router


class Handler(HttpHandler):
    server: Server

    def respond(self) -> None:
        try:
            # Only the JSON of a request is limited, not an uploaded file.
            upload = urlsplit(self.path).path.endswith("/snapshots/upload")
            body = self.read_body(sys.maxsize if upload else self.server.max_body)
        except ApiError as error:
            self.send(failure(error))
            self.drain()
            return
        response = self.server.router.answer(self._request(body))
        if self.server.router.store.closing:
            self.close_connection = True
            return
        self.send(response)

    def _request(self, body: bytes) -> Request:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        return Request(self.command, url.path.rstrip("/") or "/", query, headers, body)


class Server(HttpServer):
    daemon_threads = True

    def __init__(self, port: int, router: Router, max_body: int) -> None:
        self.router = router
        self.max_body = max_body
        super().__init__(port, Handler)
