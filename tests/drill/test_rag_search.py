"""Sample searches and the preflight through the RAG API: what passes, and what proves nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from qdrill.config_model import (
    Config,
    DrillConfig,
    SearchConfig,
    StoreConfig,
)
from qdrill.config_services import RagApiConfig
from qdrill.control import JobControl
from qdrill.drill.from_config import plan_from_config, search_specs
from qdrill.drill.rag_checks import preflight_checks
from qdrill.drill.rag_search import as_point_id
from qdrill.drill.search import ask_all, outcome_evidence, run_searches, wait_until_right
from qdrill.drill.search_plan import TIE_SPARE, PlannedSearch, SearchSpec, plan_searches
from qdrill.embedders.base import Embedder
from qdrill.errors import Interrupted, QdrillError, SignalError, UsageError
from qdrill.results import Hit, SearchOutcome
from qdrill.signals.rag_answers import Preflight
from qdrill.signals.rag_api import ApiRefused, RagApi
from tests.support.fake_reader import FakeReader, Point

PARAMS = {"vectors": {"size": 2, "distance": "Dot"}}
POINTS: list[Point] = [{"id": n, "payload": {"text": f"doc {n}"}, "vector": [float(n), 1.0]} for n in range(1, 9)]
HITS = (Hit(3, 0.9, {"text": "c"}), Hit(1, 0.5, {"text": "a"}), Hit(2, 0.25, {"text": "b"}))
GOOD = Preflight(True, 2, 10, 0.5, 0.4, sources=HITS[:1])
SPEC = SearchSpec("text", text="登录", top_k=3, via="rag_api")
DOWN = SignalError("the RAG API at http://x cannot be reached; check that it is running")
MISMATCH = ApiRefused("the RAG API answered 400: another dimension", status=400, reason="another dimension")


@dataclass
class Service:
    """Answers by the collection's name; an error is raised."""

    hits: dict[str, Sequence[Hit] | QdrillError] = field(default_factory=lambda: {"source": HITS, "target": HITS})
    flight: Preflight | QdrillError = GOOD
    most: int = 1000
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def search(self, query: str, collection: str, top_k: int) -> tuple[Hit, ...]:
        self.asked.append((query, collection, top_k))
        if top_k > self.most:
            raise ApiRefused("answered 422: top_k", status=422, reason="top_k")
        found = self.hits[collection]
        if isinstance(found, QdrillError):
            raise found
        return tuple(found[:top_k])

    def preflight(self, query: str, collection: str, top_k: int) -> Preflight:
        self.asked.append((query, collection, top_k))
        if isinstance(self.flight, QdrillError):
            raise self.flight
        return self.flight


def reader(name: str, points: Sequence[Point] = POINTS) -> FakeReader:
    return FakeReader(list(points), PARAMS, name=name)


def plan(service: Service | None, *specs: SearchSpec) -> list[PlannedSearch]:
    return plan_searches(specs or [SPEC], reader("source"), {}, seed=1, service=service)


def run(service: Service, *specs: SearchSpec, target: FakeReader | None = None) -> SearchOutcome:
    (outcome,) = run_searches(
        plan(service, *specs),
        reader("source"),
        target or reader("target"),
        min_overlap=1.0,
        control=JobControl(),
    )
    return outcome


def flight(found: Preflight | QdrillError, *specs: SearchSpec) -> tuple[str, str]:
    (check,) = preflight_checks(plan(Service(flight=found), *specs), reader("target"))
    assert (check.name, check.required) == ("rag_preflight", True)
    return check.state, check.seen


# ---------------------------------------------------------------- searches


def test_both_sides_are_asked_by_name_and_compared() -> None:
    service = Service()
    found = run(service)
    assert (found.state, found.overlap, found.same_order, found.max_score_change) == ("pass", 1.0, True, 0.0)
    assert (found.name, found.kind, found.source_hits) == ("text 登录 via rag_api", "text", HITS)
    limit = 3 + TIE_SPARE
    assert service.asked == [("登录", "source", limit), ("登录", "target", limit)]


def test_a_service_that_takes_no_larger_number_is_asked_for_what_is_needed() -> None:
    service = Service(most=3)
    assert run(service).state == "pass"
    assert [top_k for _, _, top_k in service.asked] == [67, 3, 67, 3]


@pytest.mark.parametrize(
    ("source", "target", "state", "words"),
    [
        (HITS, (), "fail", "the target finds nothing; the source finds 3"),
        ((), (), "inconclusive", "the source itself finds nothing"),
        ((), HITS, "inconclusive", "the source itself finds nothing"),
        (HITS, (HITS[0], HITS[2]), "fail", "2 of 3 hits"),
        (HITS, (*HITS[:2], Hit(2, 0.26)), "fail", "the score of 2 changed"),
        (DOWN, HITS, "inconclusive", "the source gave no answer: the RAG API at http://x cannot be reached"),
        (HITS, DOWN, "inconclusive", "the target gave no answer: the RAG API at http://x cannot be reached"),
        (HITS, MISMATCH, "fail", "the target refused: the RAG API answered 400: another dimension"),
        (HITS, ApiRefused("answered 401", status=401, reason=""), "inconclusive", "the target gave no answer"),
        (HITS, ApiRefused("answered 429", status=429, reason=""), "inconclusive", "the target gave no answer"),
        (HITS, ApiRefused("answered 500", status=500, reason=""), "inconclusive", "the target gave no answer"),
        (MISMATCH, HITS, "inconclusive", "the source gave no answer"),
        ((Hit(77, 0.9), *HITS), HITS, "inconclusive", "finds points in source that its store does not hold (77)"),
        (HITS, (HITS[0], Hit("x\x1b[2J", 0.5), HITS[2]), "inconclusive", "does not hold (x\\x1b[2J)"),
    ],
)
def test_answers_are_judged_by_what_is_in_them(source: Any, target: Any, state: str, words: str) -> None:
    found = run(Service({"source": source, "target": target}))
    assert found.state == state
    assert words in found.reason
    assert found.reason.isprintable()


def test_ids_are_compared_as_the_service_gives_them() -> None:
    as_text = tuple(Hit(str(hit.id), hit.score) for hit in HITS)
    assert run(Service({"source": as_text, "target": as_text})).state == "pass"
    mixed = run(Service({"source": as_text, "target": HITS}))
    assert (mixed.state, mixed.overlap) == ("fail", 0.0)


def test_a_point_lost_in_the_target_is_found_out_while_it_is_waited_for() -> None:
    service = Service({"source": HITS, "target": ()})
    planned = plan(service)
    answers = ask_all(planned, reader("source"), JobControl())
    late = reader("target")
    recovery = wait_until_right(planned, answers, late, JobControl(), 0.0, min_overlap=1.0)
    assert (recovery.outcomes[0].state, recovery.validated) == ("fail", None)
    service.hits["target"] = HITS
    recovery = wait_until_right(planned, answers, late, JobControl(), 0.0, min_overlap=1.0)
    assert recovery.validated is not None


def test_what_cannot_be_asked_is_kept_as_inconclusive() -> None:
    (search,) = plan(None)
    assert (search.runnable, "no RAG API is configured" in search.reason) == (False, True)
    (outcome,) = run_searches([search], reader("source"), reader("target"), min_overlap=1.0, control=JobControl())
    assert outcome.state == "inconclusive"


def test_a_cancellation_is_not_an_answer() -> None:
    with pytest.raises(Interrupted):
        run(Service({"source": Interrupted("interrupted"), "target": HITS}))
    with pytest.raises(Interrupted):
        flight(Interrupted("interrupted"))


@pytest.mark.parametrize(
    ("given", "meant"),
    [(7, 7), ("7", 7), (str(2**64 - 1), 2**64 - 1), (str(2**64), None), ("9" * 5000, None), ("", None), ("٣", None),
     ("8127ED8DD8F843BCAC3EB154B48CCCAB", "8127ed8d-d8f8-43bc-ac3e-b154b48cccab"), ("x", None)],
)  # fmt: skip
def test_which_point_an_api_means(given: int | str, meant: int | str | None) -> None:
    assert as_point_id(given) == meant


# ---------------------------------------------------------------- preflight


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (GOOD, "pass", "2 contexts, best score 0.5000"),
        (Preflight(True, 1, 7, None, None), "pass", "1 context"),
        (Preflight(True, 0, 0, None, None), "fail", "0 of 1 queries find contexts; text 登录 via rag_api: ok, and no"),
        (Preflight(False, 0, 0, None, None, "no such model"), "fail", "not ok: no such model"),
        (Preflight(False, 3, 9, 0.5, 0.5), "fail", "not ok: no reason given"),
        (DOWN, "inconclusive", "cannot be reached"),
        (MISMATCH, "inconclusive", "another dimension"),
        (Preflight(True, 1, 7, 0.5, 0.5, sources=(Hit(99, 0.5),)), "inconclusive", "the target does not hold (99)"),
    ],
)
def test_a_preflight_passes_with_contexts_alone(found: Any, state: str, words: str) -> None:
    said, seen = flight(found)
    assert said == state
    assert words in seen


def test_a_preflight_asks_the_target_for_every_query_through_the_api() -> None:
    service = Service()
    other = SearchSpec("text", text="退款", top_k=5, via="rag_api")
    searches = [*plan(service, SPEC, other), *plan(service, SearchSpec("id", point=3))]
    (check,) = preflight_checks(searches, reader("target"))
    assert (check.state, check.seen) == ("pass", "2 of 2 queries find contexts")
    assert service.asked == [("登录", "target", 3), ("退款", "target", 5)]


def test_without_a_search_through_the_api_there_is_no_preflight() -> None:
    assert list(preflight_checks(plan(Service(), SearchSpec("id", point=3)), reader("target"))) == []


def test_a_query_that_fails_outweighs_one_that_cannot_be_asked() -> None:
    service = Service(flight=Preflight(True, 0, 0, None, None))
    broken = SearchSpec("text", text="a", via="rag_api", problem="two stores")
    (check,) = preflight_checks(plan(service, broken, SPEC), reader("target"))
    assert (check.state, check.ids) == ("fail", ("text a via rag_api", "text 登录 via rag_api"))


# ---------------------------------------------------------------- from the configuration

STORES = {"lab": StoreConfig("lab", url="http://127.0.0.1:1"), "far": StoreConfig("far", url="http://127.0.0.1:2")}
TEXT = SearchConfig(text="登录", top_k=3, via="rag_api")


class Opened:
    """What a plan opens."""

    name = "e"

    def embed(self, texts: Sequence[str], *, query: bool) -> list[Any]:
        return [[0.5, float(query)] for _ in texts]

    def close(self) -> None:
        pass


def planned(*searches: SearchConfig, target: str = "lab/b", api: bool = True, **options: Any) -> Any:
    config = Config(stores=STORES, rag_api=RagApiConfig("http://127.0.0.1:3"))
    drill = DrillConfig("d", "lab/a", target, searches=searches, **options)
    opened: list[str] = []

    def open_api() -> RagApi | None:
        opened.append("api")
        return RagApi(RagApiConfig("http://127.0.0.1:3"), {}, JobControl()) if api else None

    def open_embedder(name: str) -> Embedder:
        opened.append(name)
        return Opened()

    return plan_from_config(config, drill, "a", 1, open_embedder, open_api), opened


def test_a_search_with_embedder_and_service_is_two_searches() -> None:
    both = list(search_specs(SearchConfig(text="登录", top_k=3, embedder="e", via="rag_api", vector="v")))
    assert [(one.embedder, one.via, one.using) for one in both] == [("e", "", "v"), ("", "rag_api", "v")]
    assert [one.via for one in search_specs(TEXT)] == ["rag_api"]
    assert [one.via for one in search_specs(SearchConfig(random=3))] == [""]


def test_a_plan_opens_the_api_only_where_it_is_asked() -> None:
    plan, opened = planned(TEXT)
    assert (opened, plan.searches[0].problem, plan.embedders) == (["api"], "", {})
    assert isinstance(plan.rag_api, RagApi)
    plan, opened = planned(SearchConfig(random=3))
    assert (opened, plan.rag_api) == ([], None)
    plan, opened = planned(SearchConfig(text="a", embedder="e", via="rag_api"))
    assert sorted(opened) == ["api", "e"]


def test_two_stores_are_not_served_by_one_api() -> None:
    plan, _ = planned(TEXT, SearchConfig(random=3), target="far/b")
    assert plan.searches[0].problem.startswith("source and target are in two stores")
    assert plan.searches[1].problem == ""
    service = Service()
    (search,) = plan_searches(plan.searches[:1], reader("source"), {}, seed=1, service=service)
    (check,) = preflight_checks([search], reader("target"))
    assert (search.runnable, check.state, service.asked) == (False, "inconclusive", [])


def test_the_method_needs_the_api() -> None:
    plan, opened = planned(method="rag_api")
    assert (opened, plan.method) == (["api"], "rag_api")
    with pytest.raises(UsageError, match=r"add \[rag_api\] with its url"):
        planned(method="rag_api", api=False)


def test_the_outcome_is_evidence_like_any_other() -> None:
    document = json.loads(json.dumps(outcome_evidence(run(Service()))))
    assert (document["name"], document["source"]["hits"][0]["text"]) == ("text 登录 via rag_api", "c")
