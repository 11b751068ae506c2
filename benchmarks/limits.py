"""What the server could do if nobody looked at the data: the limits that qdrill is held against."""

from __future__ import annotations

import http.client
import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

PAGE = 1000
CONNECTIONS = 4


def page_starts(url: str, name: str) -> list[Any]:
    """The first id of every page of a collection."""
    starts: list[Any] = []
    after = None
    while True:
        body = {"offset": after, "limit": PAGE, "with_payload": False, "with_vector": False}
        answer = httpx.post(f"{url}/collections/{name}/points/scroll", json=body, timeout=120).raise_for_status()
        result = answer.json()["result"]
        starts += [row["id"] for row in result["points"][:1]]
        after = result["next_page_offset"]
        if after is None:
            return starts


def scroll_with_curl(url: str, name: str, starts: Sequence[Any]) -> float:
    """Seconds that `curl --parallel` takes to scroll everything to /dev/null over four connections.

    Where the pages begin is known in advance, so there is no pass over the ids and nothing waits.
    """
    requests = [_curl_request(url, name, start) for start in starts]
    with tempfile.NamedTemporaryFile("w", suffix=".curl") as config:
        config.write("next\n".join(requests))
        config.flush()
        command = ["curl", "--silent", "--parallel", "--parallel-max", str(CONNECTIONS), "--config", config.name]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - started


def _curl_request(url: str, name: str, start: Any) -> str:
    body = json.dumps({"offset": start, "limit": PAGE, "with_payload": True, "with_vector": True})
    quoted = body.replace('"', '\\"')
    lines = [
        f'url = "{url}/collections/{name}/points/scroll"',
        'request = "POST"',
        'header = "Content-Type: application/json"',
        f'data = "{quoted}"',
        'output = "/dev/null"',
    ]
    return "\n".join(lines) + "\n"


def ready_bodies(archive: str) -> list[bytes]:
    """Upsert bodies made ahead of time from an archive: one a chunk."""
    lines = Path(archive).read_bytes().split(b"\n")[1:-2]
    return [b'{"points":[' + line.removesuffix(b",") + b"]}" for line in lines]


def send_bodies(url: str, name: str, bodies: list[bytes]) -> float:
    """Seconds that four plain threads take to send them with wait=true."""
    parts = urlsplit(url)
    path = f"/collections/{name}/points?wait=true"
    queue = list(reversed(bodies))
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 6333, timeout=120)
        while True:
            with lock:
                if not queue:
                    break
                body = queue.pop()
            connection.request("PUT", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started
