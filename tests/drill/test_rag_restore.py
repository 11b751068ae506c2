"""Restoring through the RAG API: against the reference service over a server, and against services that mislead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from qdrill.api.hashing import hashed
from qdrill.archive.reader import ArchiveReader
from qdrill.config_model import (
    Config,
    DrillConfig,
    SearchConfig,
    StoreConfig,
)
from qdrill.config_services import MetricsConfig, RagApiConfig
from qdrill.control import JobControl
from qdrill.drill.rag_restore import as_line, restore_through, why_not_through
from qdrill.drill.restore import RestoreOptions
from qdrill.drill.restore_journal import RestoreJournal
from qdrill.drill.runner import Damage, DrillOutcome
from qdrill.drill.start import dry_run, make_plan, open_ends, start_drill
from qdrill.errors import SignalError, UsageError
from qdrill.events import Event, Progress, ignore
from qdrill.session import Session
from qdrill.signals.rag_api import RagApi
from qdrill.stores.server import ServerStore
from tests.api.service import Service, serving
from tests.drill.drills import check, states
from tests.drill.stages import backup, unchanged
from tests.embedders.conftest import Asked, FakeService, Reply, service
from tests.support.places import Recipe, delete_points, make, new_name
from tests.support.processes import RunningServer

__all__ = ["service"]

DIMS = 64
COSINE = {"vectors": {"size": DIMS, "distance": "Cosine"}, "hnsw_config": {"m": 8}}
TEXTS = (
    "登录失败怎么办",
    "如何登录系统",
    "重置密码的步骤",
    "退款多久到账",
    "How do I log in?",
    "a\u2028b\u0085c\u2029d",
)
ODD = {"float": 1.0, "large": 2**64 - 1, "tiny": 5e-7, "quoted": '\\"{"id":7}\n\u001b[31m', "emoji": "🙂", "null": None}
POINTS = [
    {"id": n, "payload": {"text": f"{TEXTS[n % len(TEXTS)]} {n}", **ODD}, "vector": hashed(f"{TEXTS[n % 6]} {n}", DIMS)}
    for n in range(1, 61)
]
RECIPE = Recipe(COSINE, POINTS, {"text": "keyword"})
VIA = SearchConfig(text="登录 7", top_k=3, via="rag_api")
Lab = Callable[..., "Rehearsal"]


@pytest.fixture(scope="module")
def api(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The reference service over the test server."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "drills.toml").write_text(f'[stores.lab]\nurl = "{server.url}"\n')
    with serving(folder, "--dimension", str(DIMS)) as running:
        yield running


class Rehearsal:
    """A drill by method rag_api of a collection on the test server."""

    def __init__(self, place: ServerStore, folder: Path, url: str, recipe: Recipe = RECIPE) -> None:
        self.place, self.folder = place, folder
        self.source, self.target = new_name("source"), new_name("target")
        make(place, self.source, recipe)
        self.events: list[Event] = []
        config = Config(
            artifacts=folder / "artifacts",
            stores={"lab": StoreConfig("lab", url=place.url)},
            metrics={"rag": MetricsConfig("rag", f"{url}/metrics")},
            rag_api=RagApiConfig(url, timeout_seconds=20.0),
        )
        self.session = Session(config, {}, JobControl(), self.events.append)
        self.drill = DrillConfig(
            "through", f"lab/{self.source}", f"lab/{self.target}", method="rag_api", searches=(VIA,)
        )  # fmt: skip

    def run(self, damage: Damage | None = None, **options: Any) -> DrillOutcome:
        from qdrill.drill.runner import run_drill

        plan = make_plan(self.session, self.drill, **options)
        plan = replace(plan, recovery_seconds=0.0)
        return run_drill(plan, open_ends(self.session, self.drill), self.session.control, self.events.append, damage)

    def ids(self) -> list[int]:
        rows = json.loads(b"[%b]" % bytes(self.place.reader(self.target).scroll(None, 1000).rows))
        return [row["id"] for row in rows]


@pytest.fixture
def lab(server: RunningServer, tmp_path: Path) -> Iterator[Lab]:
    place, opened = ServerStore(server.url, label="lab"), list[Session]()

    def make_lab(url: str, recipe: Recipe = RECIPE) -> Rehearsal:
        made = Rehearsal(place, tmp_path, url, recipe)
        opened.append(made.session)
        return made

    yield make_lab
    for session in opened:
        session.close()
    place.close()


def moved(api: Service, collection: str) -> dict[str, float]:
    """The service's own import metrics of one collection."""
    key = ("collection", collection)
    return {name: value for name, found in api.samples().items() for labels, value in found.items() if key in labels}


# ---------------------------------------------------------------- a drill through the reference service


def test_a_drill_through_the_api_passes_and_moves_its_metrics(api: Service, lab: Lab) -> None:
    drill = lab(api.url)
    with unchanged(drill.place, drill.source):
        outcome = start_drill(drill.session, drill.drill, make_plan(drill.session, drill.drill))
        counted = moved(api, drill.target)
        drill.place.writer(drill.target).delete()
    result = outcome.result
    assert (result.verdict, result.method) == ("pass", "rag_api"), result.reason
    assert states(result)["rag_preflight"] == states(result)["points_compared"] == "pass"
    assert result.restore is not None
    assert (result.restore.points_restored, result.restore.config_differences) == (60, ())
    assert counted["import_rows_total"] == 60.0
    assert counted["import_batches_total"] == counted["import_duration_seconds_count"] == 1.0
    assert [(one.name, one.state) for one in result.searches] == [("text 登录 7 via rag_api", "pass")]
    assert 'method = "rag_api"' in outcome.record.read_text()


def test_a_row_that_the_service_does_not_take_is_listed_and_fails_the_drill(api: Service, lab: Lab) -> None:
    empty: list[Mapping[str, Any]] = [{"id": 7001, "payload": {"text": "no vector"}, "vector": {}}]
    drill = lab(api.url, Recipe(COSINE, [*POINTS, *empty]))
    result = drill.run().result
    assert (result.verdict, drill.ids()) == ("fail", list(range(1, 61)))
    assert check(result, "points_restored").seen == "restored 60 of 61 points"
    assert check(result, "rows_accepted").ids == ("7001",)
    assert result.restore is not None
    assert result.restore.rejected[0].reason != "no reason given"
    assert moved(api, drill.target)["import_rows_total"] == 60.0


def test_a_point_lost_after_the_restore_fails_search_and_comparison(api: Service, lab: Lab) -> None:
    drill = lab(api.url)
    lost = drill.place.reader(drill.source)
    best = RagApi(RagApiConfig(api.url), {}, JobControl()).search("登录 7", lost.name, 1)[0].id
    result = drill.run(damage=lambda writer: delete_points(drill.place, writer.reader.name, [best])).result
    assert {states(result)[name] for name in ("sample_searches", "points_compared", "points_restored")} == {"fail"}
    assert states(result)["rag_preflight"] == "pass"


def test_the_dry_run_names_the_way(api: Service, lab: Lab) -> None:
    drill = lab(api.url)
    plan, ends = make_plan(drill.session, drill.drill), open_ends(drill.session, drill.drill)
    said = dict(dry_run(plan, ends))["restore"]
    assert said.endswith("create it; import every row through the RAG API, then indexes, settings")


def test_a_target_may_be_replaced(api: Service, lab: Lab) -> None:
    drill = lab(api.url)
    make(drill.place, drill.target, Recipe(COSINE, POINTS[:3]))
    result = drill.run(replace=drill.target).result
    assert (result.verdict, len(drill.ids())) == ("pass", 60), result.reason


# ---------------------------------------------------------------- refused before the first write

NAMED = {"vectors": {"text": {"size": DIMS, "distance": "Dot"}}}
MULTI = {"vectors": {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}}}


@pytest.mark.parametrize("body", [NAMED, {**COSINE, "sparse_vectors": {"bm25": {}}}, MULTI])
def test_only_one_unnamed_dense_vector_goes_through(api: Service, lab: Lab, body: dict[str, Any]) -> None:
    drill = lab(api.url, Recipe(body))
    with pytest.raises(UsageError, match=r"takes rows with one unnamed dense vector: it has .*; use method rows"):
        start_drill(drill.session, drill.drill, make_plan(drill.session, drill.drill))
    assert drill.target not in drill.place.collections()


def test_what_goes_through() -> None:
    assert why_not_through({"config": {"params": {"vectors": {"size": 4, "distance": "Dot"}}}}, "lab/a") == ""
    hostile = {"config": {"params": {"vectors": {"a\x1b[2J\n": {"size": 4, "distance": "Dot"}}}}}
    assert why_not_through(hostile, "lab/a").isprintable()


def answers(**by_path: Any) -> Callable[[Asked], Reply]:
    """A service in front of nothing: what it answers to `search` and to `load`; every preflight finds a context."""
    flight = {"ok": True, "contexts_count": 1, "ctx_total_len": 1, "max_score": 1.0, "avg_score": 1.0}

    def answer(asked: Asked) -> Reply:
        if asked.path == "/api/v1/rag/preflight":
            return Reply(flight)
        given = by_path["search" if asked.path == "/embedding/search" else "load"]
        found = given(asked.body) if callable(given) else given
        return found if isinstance(found, Reply) else Reply(found)

    return answer


def everything(body: Mapping[str, Any]) -> dict[str, Any]:
    """Says that every line was imported."""
    lines = body["jsonl"].count("\n") + 1
    return {"imported": lines, "total_lines": lines, "skipped": 0, "conflicts_skipped": 0, "batches": 1, "errors": []}


def test_an_api_in_front_of_another_qdrant_is_refused_before_anything_is_made(service: FakeService, lab: Lab) -> None:
    service.replies = [answers(search={"matches": [{"id": 1, "score": 1.0}]}, load=everything)]
    drill = lab(service.url)
    result = drill.run().result
    assert (result.verdict, result.refused) == ("inconclusive", True)
    assert "serves another Qdrant" in result.error
    assert "nothing was written" in result.error
    assert drill.target not in drill.place.collections()
    assert "/collections/import" not in [asked.path for asked in service.asked]


@pytest.mark.parametrize("matches", [[], [{"id": 4711, "score": 1.0}]])
def test_an_api_that_does_not_see_the_target_may_not_replace_it(
    service: FakeService, lab: Lab, matches: list[Any]
) -> None:
    service.replies = [answers(search={"matches": matches}, load=everything)]
    drill = lab(service.url)
    make(drill.place, drill.target, Recipe(COSINE, POINTS[:3]))
    with unchanged(drill.place, drill.target):
        result = drill.run(replace=drill.target).result
    assert "serves another Qdrant" in result.error


def test_an_api_that_is_down_fails_the_restore_and_leaves_nothing(service: FakeService, lab: Lab) -> None:
    drill = lab(service.url)
    service.stop()
    result = drill.run().result
    assert result.verdict == "fail"
    assert result.reason.startswith("restore: the RAG API at http://127.0.0.1:")
    assert drill.target not in drill.place.collections()


# ---------------------------------------------------------------- services that mislead


def test_what_the_service_says_it_imported_counts_for_nothing(service: FakeService, lab: Lab) -> None:
    service.replies = [answers(search={"matches": []}, load=everything)]
    drill = lab(service.url)
    result = drill.run().result
    assert (result.verdict, drill.ids()) == ("fail", [])
    assert check(result, "points_restored").seen == "restored 0 of 60 points"
    assert states(result)["sample_searches"] == "inconclusive"


def test_a_service_that_breaks_off_can_be_gone_on_with(
    api: Service, service: FakeService, lab: Lab, tmp_path: Path, small_chunks: None
) -> None:
    relay = Relay(api.url, breaks_at=3)
    service.replies = [relay]
    drill = lab(service.url)
    path = tmp_path / "docs.json"
    backup(drill.place.reader(drill.source), path)
    writer, options = drill.place.writer(drill.target), RestoreOptions(f"lab/{drill.target}", lanes=1)
    client = RagApi(RagApiConfig(service.url), {}, JobControl())
    with ArchiveReader(path) as archive:
        assert len(archive.manifest.chunks) > 4
        with pytest.raises(SignalError, match="answered 500: no space left"):
            restore_through(client, archive, writer, drill.target, options, JobControl(), ignore)
        journal = RestoreJournal(path, archive.manifest.digest, options.address)
        assert journal.exists()
        relay.breaks_at = 0
        resumed = replace(options, resume=True)
        restored = restore_through(client, archive, writer, drill.target, resumed, JobControl(), ignore)
        assert not journal.exists()
    assert (restored.result.points_restored, restored.result.resumed_chunks > 0) == (60, True)
    assert moved(api, drill.target)["import_rows_total"] == 60.0


def test_rows_skipped_without_a_word_are_asked_for_again(api: Service, service: FakeService, lab: Lab) -> None:
    """A service may list only some of the lines that it skipped; the others are found by looking at the target."""
    relay = Relay(api.url, drops=2)
    service.replies = [relay]
    drill = lab(service.url)
    result = drill.run().result
    assert (result.verdict, len(drill.ids())) == ("pass", 60), result.reason
    assert relay.imports == 2


class Relay:
    """The reference service behind another: the import `breaks_at` fails, the first one loses `drops` lines."""

    def __init__(self, url: str, *, breaks_at: int = 0, drops: int = 0) -> None:
        self.url, self.breaks_at, self.drops, self.imports = url, breaks_at, drops, 0

    def __call__(self, asked: Asked) -> Reply:
        body = dict(asked.body)
        if asked.path == "/collections/import":
            self.imports += 1
            if self.imports == self.breaks_at:
                return Reply({"detail": "no space left"}, 500)
        dropped = self.drops if asked.path == "/collections/import" and self.imports == 1 else 0
        if dropped:
            body["jsonl"] = "\n".join(body["jsonl"].split("\n")[:-dropped])
        answer = httpx.post(self.url + asked.path, json=body, trust_env=False, timeout=30)
        found = answer.json()
        if dropped:
            found |= {"total_lines": found["total_lines"] + dropped, "skipped": dropped}
        return Reply(found, answer.status_code)


def test_a_request_refused_for_one_row_is_halved_down_to_it(service: FakeService, lab: Lab) -> None:
    def load(body: Mapping[str, Any]) -> Reply | dict[str, Any]:
        rows = [json.loads(line) for line in body["jsonl"].split("\n")]
        if any(row["id"] == 17 for row in rows):
            return Reply({"detail": "bad point 17\x1b[2J"}, 400)
        return everything(body)

    service.replies = [answers(search={"matches": []}, load=load)]
    drill = lab(service.url)
    result = drill.run().result
    assert result.restore is not None
    assert [(one.id, one.reason) for one in result.restore.rejected] == [(17, "bad point 17\\x1b[2J")]


def test_progress_tells_rows_and_batches(api: Service, lab: Lab) -> None:
    drill = lab(api.url)
    drill.run()
    last = [event for event in drill.events if isinstance(event, Progress) and event.job == "restore"]
    points = [event for event in last if event.phase == "points"]
    assert (points[-1].done, points[-1].total) == (60, 60)


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (b'{"id":1,"vector":[0.1,5e-07,1.0]}', '{"id":1,"vector":[0.1,5e-07,1.0]}'),
        (b'{"id":1,\r\n"vector":[1]}', '{"id":1,  "vector":[1]}'),
        ('{"t":"a\u2028b\u2029c\x85d"}'.encode(), '{"t":"a\\u2028b\\u2029c\\u0085d"}'),
        ('{"t":"登录🙂\\n"}'.encode(), '{"t":"登录🙂\\n"}'),
    ],
)
def test_a_row_is_one_line_with_its_own_numbers(row: bytes, line: str) -> None:
    made = as_line(row)
    assert made == line
    assert len(made.splitlines()) == 1
    assert json.loads(made) == json.loads(row)
