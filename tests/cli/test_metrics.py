"""`qdrill metrics`: the board and PromQL on the command line, and the exit codes."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from tests.cli.runner import qdrill
from tests.signals.boards import TARGET, Exposed
from tests.support.odd_service import Behaviour, OddService, Talk, hang, html, reply

CHINESE = {"LC_ALL": "zh_CN.UTF-8"}


def _home(tmp_path: Path, *tables: str) -> Path:
    drill = f'[[drill]]\nname = "nightly"\nsource = "lab/docs"\ntarget = "lab/{TARGET}"\n'
    (tmp_path / "drills.toml").write_text("\n".join(['[stores.lab]\npath = "edge"', *tables, drill]))
    return tmp_path


def _endpoint(url: str, name: str = "rag", seconds: float = 5) -> str:
    return f'[metrics.{name}]\nurl = "{url}/metrics"\ntimeout_seconds = {seconds}'


def _prometheus(url: str, seconds: float = 5) -> str:
    return f'[prometheus]\nurl = "{url}"\ntimeout_seconds = {seconds}\nscrape_interval_seconds = 1'


def _matrix(*series: tuple[dict[str, str], list[tuple[float, str]]]) -> Behaviour:
    result = [{"metric": labels, "values": values} for labels, values in series]
    return reply({"status": "success", "data": {"resultType": "matrix", "result": result}})


def _bad_query(talk: Talk) -> None:
    reply({"status": "error", "errorType": "bad_data", "error": 'parse error: unclosed "("'}, 400)(talk)


def test_the_tiles_are_a_table_with_value_source_and_age(tmp_path: Path) -> None:
    shown = Exposed(rows=100_000, points=100_000, memory=228_986_880, durations=(0.05,))
    with OddService(shown.answer()) as one:
        ran = qdrill("metrics", cwd=_home(tmp_path, _endpoint(one.url)))
    assert (ran.code, ran.err) == (0, "")
    rows = next(line for line in ran.out.splitlines() if line.startswith("rows imported"))
    assert rows.split()[2:6] == ["100,000", "–", "endpoint", "rag"]
    assert "229.0 MB" in ran.out
    assert "95 ms" in ran.out
    skipped = next(line for line in ran.out.splitlines() if line.startswith("rows skipped"))
    assert skipped.split()[2] == "unknown"
    assert f"no endpoint has import_skipped_total of {TARGET}: absent is not 0" in " ".join(ran.out.split())


def test_json_is_one_document_with_nothing_guessed(tmp_path: Path) -> None:
    with OddService(Exposed(rows=8).answer()) as one:
        ran = qdrill("metrics", "nightly", "--json", cwd=_home(tmp_path, _endpoint(one.url)))
    document = ran.json
    assert (ran.code, document["exit_code"], document["collection"]) == (0, 0, TARGET)
    tiles = {one["key"]: one for one in document["tiles"]}
    assert (tiles["import_rows"]["value"], tiles["import_rows"]["source"]) == (8, "endpoint rag")
    assert (tiles["import_skipped"]["value"], tiles["qdrant_points"]["value"]) == (None, None)


def test_chinese_words(tmp_path: Path) -> None:
    with OddService(Exposed(rows=8).answer()) as one:
        ran = qdrill("metrics", cwd=_home(tmp_path, _endpoint(one.url)), env=CHINESE)
    assert "导入行数" in ran.out
    assert "未知" in ran.out


def test_a_service_that_fails_is_said_and_the_rest_shown(tmp_path: Path) -> None:
    with OddService(Exposed(rows=8).answer()) as one, OddService(html()) as page:
        home = _home(tmp_path, _endpoint(one.url), _endpoint(page.url, "page"), _prometheus(page.url))
        ran = qdrill("metrics", cwd=home)
    assert ran.code == 0
    assert len(ran.err.splitlines()) == 2, ran.err
    assert all(line.startswith("qdrill: ") for line in ran.err.splitlines())
    assert "endpoint rag" in ran.out


def test_nothing_readable_is_inconclusive(tmp_path: Path) -> None:
    with OddService(hang()) as hung:
        ran = qdrill("metrics", cwd=_home(tmp_path, _endpoint(hung.url, seconds=0.3), _prometheus(hung.url, 0.3)))
    assert ran.code == 4
    assert len(ran.err.splitlines()) == 2, ran.err
    assert " 0 " not in ran.out


def test_nothing_configured_says_what_to_add(tmp_path: Path) -> None:
    ran = qdrill("metrics", cwd=_home(tmp_path))
    assert ran.code == 4
    assert "add [metrics.NAME]" in ran.error
    assert "[prometheus]" in ran.error


def test_a_drill_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    ran = qdrill("metrics", "nightli", cwd=_home(tmp_path))
    assert ran.code == 2
    assert 'did you mean "nightly"?' in ran.error


def test_a_query_prints_its_series(tmp_path: Path) -> None:
    one = ({"__name__": "up", "job": "a\x1b[31m"}, [(1.0, "0"), (2.0, "1"), (3.0, "1")])
    with OddService(_matrix(one)) as prometheus:
        home = _home(tmp_path, _prometheus(prometheus.url))
        ran = qdrill("metrics", "--query", "up", "--minutes", "15", cwd=home)
        document = qdrill("metrics", "--query", "up", "--json", cwd=home).json
    assert ran.code == 0
    assert "\x1b" not in ran.out
    line = ran.out.splitlines()[1]
    assert line.startswith('up{job="a\\x1b[31m"}')
    assert line.split()[1:] == ["1", "3", "▁██"]
    assert document["series"][0]["points"] == [[1.0, 0.0], [2.0, 1.0], [3.0, 1.0]]


def test_a_query_without_data_is_no_error(tmp_path: Path) -> None:
    with OddService(_matrix()) as prometheus:
        ran = qdrill("metrics", "--query", "nothing", cwd=_home(tmp_path, _prometheus(prometheus.url)))
    assert (ran.code, ran.err) == (0, "")
    assert "no data" in ran.out


def test_a_wrong_expression_and_a_silent_prometheus_have_codes_of_their_own(tmp_path: Path) -> None:
    with OddService(_bad_query) as prometheus:
        home = _home(tmp_path, _prometheus(prometheus.url))
        wrong = qdrill("metrics", "--query", "sum(", cwd=home)
        empty = qdrill("metrics", "--query", " ", cwd=home)
        as_json = qdrill("metrics", "--query", "sum(", "--json", cwd=home)
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        home = _home(tmp_path, _prometheus(f"http://127.0.0.1:{nobody_listens.getsockname()[1]}"))
        silent = qdrill("metrics", "--query", "up", cwd=home)
    assert (wrong.code, empty.code, as_json.code, silent.code) == (2, 2, 2, 3)
    assert 'unclosed "("' in wrong.error
    assert silent.error.startswith("Prometheus at http://127.0.0.1:")
    assert json.loads(as_json.out)["exit_code"] == 2


def test_a_query_without_prometheus_is_a_usage_error(tmp_path: Path) -> None:
    ran = qdrill("metrics", "--query", "up", cwd=_home(tmp_path))
    assert ran.code == 2
    assert "add [prometheus]" in ran.error
    both = qdrill("metrics", "nightly", "--query", "up", cwd=_home(tmp_path))
    assert both.code == 2


def test_a_hostile_collection_name_stays_a_label(tmp_path: Path) -> None:
    from urllib.parse import parse_qs, urlsplit

    with OddService(_matrix()) as prometheus:
        home = _home(tmp_path, _prometheus(prometheus.url))
        text = (home / "drills.toml").read_text().replace(TARGET, "a%0Ab'{}=~")
        (home / "drills.toml").write_text(text)
        ran = qdrill("metrics", cwd=home)
        asked = [parse_qs(urlsplit(one.path).query)["query"][0] for one in prometheus.asked]
    assert ran.code == 0
    assert 'sum(import_rows_total{collection="a%0Ab\'{}=~"})' in asked


def test_numbers_that_are_none_are_shown_and_not_drawn(tmp_path: Path) -> None:
    values = [(1.0, "NaN"), (2.0, "1"), (3.0, "+Inf"), (4.0, "2")]
    with OddService(_matrix(({"job": "a"}, values))) as service:
        done = qdrill("metrics", "--query", "vector(0)/0", cwd=_home(tmp_path, _prometheus(service.url)))
    assert done.code == 0, done.err
    assert "internal error" not in done.err
    assert "▁" in done.out
