"""The console in a browser: who may ask, what is said, and that the page really draws the console."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("textual_serve", reason="the extra `web` is not installed")

from qdrill.console.serve import page_command, serve
from qdrill.errors import UsageError
from tests.cli.runner import environment

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
PATIENCE = 60.0


@dataclass
class Served:
    """A server under test: its port and its process, and what it said on stderr once it listened."""

    port: int
    process: subprocess.Popen[str]
    said: str


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def served(directory: Path) -> Iterator[Served]:
    """`qdrill serve` in `directory`; ends as by Ctrl-C, and says nothing more then."""
    port = free_port()
    command = [sys.executable, "-m", "qdrill", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=directory, env=environment(), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = process.stderr.readline() + process.stderr.readline()
    try:
        yield Served(port, process, said)
    finally:
        process.send_signal(2)
        _, rest = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest) == (0, "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for the tests that only ask."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


def asked(port: int, **headers: str) -> tuple[int, dict[str, str]]:
    """Status and headers of the page."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, dict(error.headers)


def test_it_says_where_it_is_and_that_it_has_no_login(server: Served) -> None:
    assert f"http://127.0.0.1:{server.port}" in server.said
    assert "no login: everyone on this machine" in server.said


def test_it_listens_on_this_machine_alone(server: Served) -> None:
    tables = [Path(f"/proc/{server.process.pid}/net/{name}").read_text() for name in ("tcp", "tcp6")]
    listening = [line.split()[1] for table in tables for line in table.splitlines()[1:] if line.split()[3] == "0A"]
    mine = [place.split(":")[0] for place in listening if int(place.split(":")[1], 16) == server.port]
    assert mine == ["0100007F"]


def test_its_own_page_is_served_and_may_not_be_framed(server: Served) -> None:
    status, headers = asked(server.port)
    assert status == 200
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert asked(server.port, Origin=f"http://localhost:{server.port}")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
    ],
)
def test_pages_and_names_of_others_are_refused(server: Served, headers: dict[str, str]) -> None:
    assert asked(server.port, **headers)[0] == 403


def test_the_websocket_is_refused_to_a_page_of_another_origin(server: Served) -> None:
    upgrade = "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\nConnection: Upgrade\r\n"
    upgrade += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as link:
        link.sendall(upgrade.format(port=server.port, origin="http://evil.example").encode())
        assert link.recv(64).startswith(b"HTTP/1.1 403")


def test_a_port_in_use_is_one_plain_line(server: Served, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "qdrill", "serve", "--port", str(server.port)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 2
    assert done.stderr == f"qdrill: port {server.port} of 127.0.0.1 is in use; name another with --port\n"


def test_a_configuration_that_cannot_be_used_is_refused_before_any_page_asks(tmp_path: Path) -> None:
    (tmp_path / "drills.toml").write_text("[stores.x]\n")
    with pytest.raises(UsageError):
        serve(free_port(), tmp_path / "drills.toml")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    with pytest.raises(UsageError, match=r"pip install \"qdrill\[web\]\""):
        serve(1, None)


def test_a_path_of_any_kind_stays_one_word_of_the_page_s_command(tmp_path: Path) -> None:
    path = tmp_path / "a b; $(touch x) 'q'.toml"
    shown = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {page_command(path)}"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[-1] == str(path)


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: the page was not opened in a browser")
def test_a_browser_draws_the_console(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with served(tmp_path / "served") as found:
        drawn, picture = asyncio.run(_drawn(found.port, tmp_path / "profile"))
    for word in ("qdrill", "1 Drill", "2 Collections", "6 Records"):
        assert word in drawn
    assert picture.startswith(b"\x89PNG")


async def _drawn(port: int, profile: Path) -> tuple[str, bytes]:
    """The text on the page once the console is drawn, and a picture of it.

    Without WebGL the terminal in the page is made of elements, whose text can be read.
    """
    command = [
        CHROMIUM,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-3d-apis",
        "--window-size=1280,800",
    ]
    command += ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    browser = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    try:
        assert browser.stderr is not None
        place = ""
        while not place:
            line = (await asyncio.wait_for(browser.stderr.readline(), PATIENCE)).decode()
            assert line, "Chromium ended before it listened"
            place = "".join(re.findall(r"DevTools listening on ws://([^/]+)/", line))
        return await _read_page(place, f"http://127.0.0.1:{port}/")
    finally:
        browser.terminate()
        await browser.communicate()


async def _read_page(place: str, url: str) -> tuple[str, bytes]:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        async with session.put(f"http://{place}/json/new?{url}") as answer:
            tab = await answer.json()
        async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as link:
            text, until = "", time.monotonic() + PATIENCE
            while "6 Records" not in text and time.monotonic() < until:
                expression = "[...document.querySelectorAll('.xterm-rows')].map(row => row.innerText).join('')"
                found = await _call(link, "Runtime.evaluate", expression=expression)
                text = str(found["result"]["result"].get("value", "")).replace("\xa0", " ")
            shot = await _call(link, "Page.captureScreenshot")
            return text, base64.b64decode(shot["result"]["data"])


async def _call(link: Any, method: str, **parameters: object) -> dict[str, Any]:
    await link.send_json({"id": 1, "method": method, "params": parameters})
    while True:
        answer: dict[str, Any] = json.loads((await link.receive()).data)
        if answer.get("id") == 1:
            return answer
