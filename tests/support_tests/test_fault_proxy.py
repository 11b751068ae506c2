"""The fault proxy breaks what its schedule says, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.fault_proxy import Fault, FaultProxy, Rule, Schedule
from tests.support.processes import start_server

SCROLL = "/collections/c/points/scroll"
COUNT = "/collections/c/points/count"
POINTS = 20


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with start_server(tmp_path_factory.mktemp("upstream")) as server:
        with httpx.Client(base_url=server.url) as client:
            client.put("/collections/c", json={"vectors": {"size": 2, "distance": "Dot"}})
            points = [{"id": number, "vector": [number, 0.1]} for number in range(POINTS)]
            client.put("/collections/c/points?wait=true", json={"points": points})
        yield server.url


def scroll(client: httpx.Client, offset: int = 0) -> Any:
    response = client.post(SCROLL, json={"limit": 8, "offset": offset, "with_vector": True})
    assert response.status_code == 200
    return response.json()["result"]


def ids(page: Any) -> list[int]:
    return [point["id"] for point in page["points"]]


def proxied(upstream: str, *rules: Rule, seed: int = 0) -> FaultProxy:
    return FaultProxy(upstream, Schedule(rules, seed))


def test_without_rules_bytes_pass_unchanged(upstream: str) -> None:
    body = {"limit": 100, "with_vector": True}
    with proxied(upstream) as proxy:
        through = httpx.post(proxy.url + SCROLL, json=body)
        straight = httpx.post(upstream + SCROLL, json=body)
        assert through.content == straight.content
        assert through.headers["content-type"] == "application/json"
        assert proxy.requests == [("POST", SCROLL)]
        assert proxy.faults == []


def test_headers_and_query_reach_the_server(tmp_path: Path) -> None:
    with start_server(tmp_path, api_key="k") as server, proxied(server.url) as proxy:
        assert httpx.get(proxy.url + "/collections").status_code == 401
        assert httpx.get(proxy.url + "/collections", headers={"api-key": "k"}).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"),
    [
        (Fault.STATUS_500, 500, None),
        (Fault.STATUS_429, 429, "1"),
        (Fault.STATUS_429_NO_RETRY_AFTER, 429, None),
    ],
)
def test_statuses(upstream: str, fault: Fault, status: int, retry_after: str | None) -> None:
    with proxied(upstream, Rule(fault, times=1)) as proxy, httpx.Client(base_url=proxy.url) as client:
        response = client.post(COUNT, json={})
        assert response.status_code == status
        assert response.headers.get("retry-after") == retry_after
        assert "error" in response.json()["status"]
        assert client.post(COUNT, json={}).json()["result"] == {"count": POINTS}


def test_reset_mid_body(upstream: str) -> None:
    rule = Rule(Fault.RESET_MID_BODY, times=1)
    with proxied(upstream, rule) as proxy, httpx.Client(base_url=proxy.url) as client:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            scroll(client)
        assert ids(scroll(client)) == list(range(8))


def test_refuse(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.REFUSE, at=[1])) as proxy, httpx.Client(base_url=proxy.url) as client:
        assert ids(scroll(client)) == list(range(8))
        with pytest.raises(httpx.RemoteProtocolError):
            scroll(client)
        assert ids(scroll(client)) == list(range(8))


def test_slow_drip_arrives_whole_in_small_pieces(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.SLOW_DRIP)) as proxy, httpx.Client(base_url=proxy.url) as client:
        with client.stream("POST", SCROLL, json={"limit": 8}) as response:
            pieces = list(response.iter_raw())
        assert len(pieces) > 1
        assert len(json.loads(b"".join(pieces))["result"]["points"]) == 8


def test_truncated_json_has_a_valid_length(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.TRUNCATED_JSON)) as proxy:
        response = httpx.post(proxy.url + SCROLL, json={})
        assert int(response.headers["content-length"]) == len(response.content)
        with pytest.raises(json.JSONDecodeError):
            response.json()


def test_html_instead_of_an_answer(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.HTML_200)) as proxy:
        response = httpx.post(proxy.url + SCROLL, json={})
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/html")


def test_early_end_says_there_is_no_more(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.EARLY_END)) as proxy, httpx.Client(base_url=proxy.url) as client:
        page = scroll(client)
        assert page["next_page_offset"] is None
        assert ids(page) == [0, 1, 2, 3]


def test_loop_gives_the_page_before_again(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.LOOP, at=[1])) as proxy, httpx.Client(base_url=proxy.url) as client:
        first = scroll(client)
        assert scroll(client, first["next_page_offset"]) == first
        assert ids(scroll(client, 8)) == list(range(8, 16))


def test_loop_on_the_first_page_points_at_itself(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.LOOP, at=[0])) as proxy, httpx.Client(base_url=proxy.url) as client:
        assert scroll(client)["next_page_offset"] == 0


def test_repeat_row_keeps_the_number_of_rows(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.REPEAT_ROW)) as proxy, httpx.Client(base_url=proxy.url) as client:
        page = scroll(client)
        assert len(ids(page)) == 8
        assert len(set(ids(page))) == 7


def test_faults_of_scrolls_leave_other_paths_alone(upstream: str) -> None:
    with proxied(upstream, Rule(Fault.LOOP)) as proxy:
        assert httpx.post(proxy.url + COUNT, json={}).json()["result"] == {"count": POINTS}
        assert proxy.faults == []


def test_rule_with_method_and_path(upstream: str) -> None:
    rule = Rule(Fault.STATUS_500, method="POST", path=lambda path: path.endswith("/count"), at=[1])
    with proxied(upstream, rule) as proxy, httpx.Client(base_url=proxy.url) as client:
        answers = [client.post(path, json={}).status_code for path in (COUNT, SCROLL, COUNT, COUNT)]
        assert answers == [200, 200, 500, 200]
        assert proxy.faults == [(2, Fault.STATUS_500)]


def test_server_that_is_gone_looks_like_a_closed_connection(tmp_path: Path) -> None:
    with start_server(tmp_path) as server, proxied(server.url) as proxy:
        server.kill()
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(proxy.url + "/")


def decided(seed: int) -> list[Fault | None]:
    schedule = Schedule([Rule(Fault.STATUS_500, chance=0.3), Rule(Fault.REFUSE, chance=0.2, times=3)], seed)
    return [schedule.decide("GET", "/") for _ in range(100)]


def test_same_seed_same_faults() -> None:
    assert decided(7) == decided(7)
    assert decided(7) != decided(8)
    assert decided(7).count(Fault.REFUSE) == 3
    assert 10 < decided(7).count(Fault.STATUS_500) < 60
