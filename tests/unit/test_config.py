"""drills.toml: its defaults, its sample, and what is read from it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from qdrill import config_load, config_signals
from qdrill.config import (
    DrillConfig,
    EmbedderConfig,
    ExpectConfig,
    ExporterConfig,
    GrafanaConfig,
    MetricsConfig,
    Origin,
    PrometheusConfig,
    QueryConfig,
    RagApiConfig,
    SearchConfig,
    StoreConfig,
    api_key,
    load_config,
)
from qdrill.errors import UsageError
from qdrill.results import Objectives
from tests.unit.config_files import DRILL, STORE, load

ROOT = Path(__file__).parents[2]


def test_without_a_file_there_is_a_local_server() -> None:
    config = load()
    assert config.stores == {"local": StoreConfig(name="local", url="http://localhost:6333")}
    assert (config.artifacts, config.restored_suffix, config.drills) == (Path("artifacts"), "_restored", ())
    assert config.default_store.name == "local"
    assert (config.file, config.rag_api) == (None, None)
    assert set(map(str, config.origins.values())) == {"default"}


def test_the_sample_says_what_the_design_says() -> None:
    config = load_config(ROOT / "drills.toml", {})
    local, embedded = config.stores["local"], config.stores["embedded"]
    assert (local.kind, local.url, local.timeout_seconds, local.connections) == (
        "server",
        "http://localhost:6333",
        60.0,
        6,
    )
    assert (embedded.kind, embedded.path) == ("embedded", ROOT / ".qdrill/embedded")
    assert config.embedders["ollama"] == EmbedderConfig(
        name="ollama", kind="ollama", url="http://localhost:11434", model="nomic-embed-text"
    )
    assert config.prometheus == PrometheusConfig(url="http://localhost:9090")
    assert config.metrics["rag"] == MetricsConfig(name="rag", url="http://localhost:8000/metrics")
    assert config.rag_api == RagApiConfig(url="http://localhost:8000")
    assert config.grafana == GrafanaConfig(url="http://localhost:3000", dashboard_uid="qdrill")
    assert config.drill("nightly") == DrillConfig(
        name="nightly",
        source="local/default_collection",
        target="local/default_collection_restored",
        objectives=Objectives(rto_seconds=900, rpo_seconds=3600, min_overlap=1.0),
        searches=(SearchConfig(text="登录", top_k=3, embedder="ollama"), SearchConfig(random=5)),
    )


def test_the_sample_needs_no_key() -> None:
    config = load_config(ROOT / "drills.toml", {})
    assert [api_key(store, {}) for store in config.stores.values()] == [None, None]


def test_the_designs_own_example_loads() -> None:
    config = load(
        """
        [stores.local]                       # a Qdrant server
        url = "http://localhost:6333"
        api_key_env = "QDRANT_API_KEY"       # the name of a variable, never a key
        [stores.embedded]
        path = ".qdrill/embedded"
        [embedders.ollama]
        kind = "ollama"
        url = "http://localhost:11434"
        model = "nomic-embed-text"
        [[drill]]
        name = "nightly"
        source = "local/default_collection"
        target = "local/default_collection_restored"
        method = "rows"
        delay_ms_per_point = 0
        after = "keep"
        [drill.objectives]
        rto_seconds = 900
        [[drill.search]]
        text = "登录"
        embedder = "ollama"
        vector = "text"
        [[drill.search]]
        random = 5
        """
    )
    assert config.stores["local"].api_key_env == "QDRANT_API_KEY"
    assert config.drills[0].searches[0].vector == "text"


def test_every_field_of_a_table_has_a_reader() -> None:
    readers = {
        StoreConfig: config_load._STORE,
        EmbedderConfig: config_load._EMBEDDER,
        MetricsConfig: config_signals._SERVICE,
        PrometheusConfig: config_signals.PROMETHEUS,
        RagApiConfig: config_signals.RAG_API,
        GrafanaConfig: config_signals.GRAFANA,
        ExporterConfig: config_signals._EXPORTER,
        QueryConfig: config_signals._QUERY,
        ExpectConfig: config_signals._EXPECT,
        SearchConfig: config_load._SEARCH,
        Objectives: config_load._OBJECTIVES,
        DrillConfig: config_load._DRILL,
    }
    for table, known in readers.items():
        singular = {"searches": "search", "queries": "query", "expects": "expect"}
        names = {singular.get(field.name, field.name) for field in dataclasses.fields(table)}
        # What other tables lend is not written in these.
        lent = {"lent"} if table is StoreConfig else {"tenant_id"} if table is EmbedderConfig else set()
        assert set(known) - {"name"} == names - {"name"} - lent, table


def test_the_configuration_cannot_be_changed() -> None:
    config = load(STORE)
    with pytest.raises(TypeError):
        config.stores["x"] = config.stores["local"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.stores["local"].production = False  # type: ignore[misc]


def test_a_drill_needs_only_a_name() -> None:
    drill = load(DRILL).drills[0]
    assert (drill.source, drill.target) == ("local/default_collection", "local/default_collection_restored")
    assert (drill.method, drill.after, drill.level, drill.aliases) == ("rows", "keep", "full", False)
    assert drill.objectives == Objectives()


def test_the_target_follows_source_and_suffix() -> None:
    text = 'restored_suffix = "__restored"\n' + DRILL
    assert load(text + 'source = "local/docs"').drills[0].target == "local/docs__restored"
    assert load(text + 'source = "http://db/a%20b"').drills[0].target == "http://db/a%20b__restored"
    assert load(text, {"RAG_COLLECTION": "docs"}).drills[0].source == "local/docs"
    both = '[stores.spare]\npath = "spare"\n' + DRILL + 'source = "local/docs"\ntarget = "spare"'
    assert load(both).drills[0].target == "spare/docs_restored"


def test_a_target_that_is_named_needs_no_suffix() -> None:
    long = "x" * 250
    drill = load(DRILL + f'source = "local/{long}"\ntarget = "local/short"').drills[0]
    assert drill.target == "local/short"


def test_queries_of_every_kind() -> None:
    text = DRILL + "".join(
        f"[[drill.search]]\n{line}\n"
        for line in [
            "point = 18446744073709551615",
            'point = "0B8A12A6-5C0F-4C59-8E1D-6B7C5A9E2F10"',
            "query_vector = [1, 2.5]",
            "query_vector = [[1.0],\n [2.0]]",
        ]
    )
    searches = load(text).drills[0].searches
    assert [search.point for search in searches[:2]] == [2**64 - 1, "0b8a12a6-5c0f-4c59-8e1d-6b7c5a9e2f10"]
    assert [search.query_vector for search in searches[2:]] == [(1.0, 2.5), ((1.0,), (2.0,))]


def test_a_text_search_takes_the_only_embedder() -> None:
    text = DRILL + '[[drill.search]]\ntext = "x"\n[embedders.words]\nkind = "bm25"\n'
    assert load(text).drills[0].searches[0].embedder == "words"


def test_embedders_find_their_service() -> None:
    config = load(
        '[rag_api]\nurl = "http://rag:8000/"\n[embedders.a]\nkind = "rag_api"\n'
        '[embedders.b]\nkind = "ollama"\nmodel = "m"\n'
    )
    assert [one.url for one in config.embedders.values()] == ["http://rag:8000", "http://localhost:11434"]


def test_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "drills.toml"
    file.write_text(
        'artifacts = "out"\n[stores.e]\npath = "/abs"\n[[drill]]\nname = "n"\nsource = "edge:data/a%20b"\n'
        'archive = "x.json"',
        encoding="utf-8",
    )
    config = load_config(file, {})
    assert (config.artifacts, config.stores["e"].path) == (tmp_path / "out", Path("/abs"))
    assert config.drills[0].source == f"edge:{tmp_path}/data/a%20b"
    assert config.drills[0].archive == tmp_path / "x.json"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    config = load(b"\xef\xbb\xbf" + STORE.replace("\n", "\r\n").encode())
    assert config.origins["stores.local.url"] == Origin("drills.toml", 2)


def test_a_drill_is_found_by_name() -> None:
    config = load(DRILL)
    assert config.drill("nightly") is config.drills[0]
    with pytest.raises(UsageError, match='no drill "nigthly"; did you mean "nightly"'):
        config.drill("nigthly")
    with pytest.raises(UsageError, match="none is configured"):
        load("").drill("nightly")


def test_importing_the_configuration_is_cheap() -> None:
    code = "import sys, qdrill.config; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "httpx",
        "qdrant_client",
        "qdrant_edge",
        "numpy",
        "orjson",
        "rich",
        "textual",
        "click",
        "asyncio",
    }
    assert not heavy & set(out.stdout.split())
