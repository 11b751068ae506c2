"""The runbook's environment variables, keys, and where each value came from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from qdrill.config import GrafanaConfig, Origin, RagApiConfig, StoreConfig, api_key, settings
from qdrill.errors import UsageError
from tests.unit.config_files import DRILL, STORE, load, refused


def test_the_runbooks_variables() -> None:
    config = load(
        None,
        {
            "QDRANT_URL": "https://db.example/",
            "QDRANT_API_KEY": "k",
            "RAG_COLLECTION": "docs",
            "BACKUP_JSON": "b.json",
            "API_BASE": "http://rag:8000/",
        },
    )
    env = StoreConfig(name="env", url="https://db.example:6333", api_key_env="QDRANT_API_KEY")
    assert config.stores == {"env": env}
    assert config.default_store == env
    book = config.runbook
    assert (book.collection, book.restore_collection) == ("docs", "docs")
    assert (book.backup_json, book.qdrant_url, book.api_base) == (Path("b.json"), env.url, "http://rag:8000")
    assert config.rag_api == RagApiConfig(url="http://rag:8000")


def test_older_names_are_read_and_newer_ones_win() -> None:
    old = {"QDRANT_HTTP": "http://old", "SRC_DUMP": "old.json"}
    assert load(None, old).runbook.qdrant_url == "http://old:6333"
    assert load(None, old).origins["stores.env.url"] == Origin("environment QDRANT_HTTP")
    both = load(None, old | {"QDRANT_URL": "http://new", "BACKUP_JSON": "new.json"})
    assert (both.runbook.qdrant_url, both.runbook.backup_json) == ("http://new:6333", Path("new.json"))


def test_an_empty_variable_is_not_set() -> None:
    empty = dict.fromkeys(["QDRANT_URL", "QDRANT_API_KEY", "RAG_COLLECTION", "BACKUP_JSON", "API_BASE"], "")
    assert load(None, empty) == load(None, {})


def test_the_environments_store_stands_beside_those_of_the_file() -> None:
    config = load(STORE, {"QDRANT_URL": "http://db", "QDRANT_API_KEY": "k"})
    assert list(config.stores) == ["local", "env"]
    assert config.default_store.name == "env"
    assert config.stores["local"].api_key_env is None
    assert load(STORE).default_store.name == "local"


def test_the_key_goes_to_the_default_server_too() -> None:
    config = load(None, {"QDRANT_API_KEY": "k"})
    assert config.stores["local"].api_key_env == "QDRANT_API_KEY"
    assert config.origins["stores.local.api_key_env"] == Origin("environment QDRANT_API_KEY")


def test_api_base_comes_before_the_file_and_keeps_the_rest() -> None:
    config = load('[rag_api]\nurl = "http://file"\ntenant_id = "t"', {"API_BASE": "http://env"})
    assert config.rag_api == RagApiConfig(url="http://env", tenant_id="t")
    assert config.origins["rag_api.url"] == Origin("environment API_BASE")
    assert config.origins["rag_api.tenant_id"] == Origin("drills.toml", 3)


@pytest.mark.parametrize(
    ("environ", "part"),
    [
        ({"QDRANT_URL": "db:6333"}, "environment: QDRANT_URL must begin with http://"),
        ({"QDRANT_HTTP": "http://u:hunter2@db"}, "environment: QDRANT_HTTP must not hold a user name"),
        ({"API_BASE": "http://x?hunter2"}, "environment: API_BASE must hold no ?"),
        (
            {"RAG_COLLECTION": "a/b"},
            'environment: RAG_COLLECTION is not usable: a collection name cannot contain "/"',
        ),
    ],
)
def test_a_variable_that_is_wrong_is_named(environ: Mapping[str, str], part: str) -> None:
    message = refused(None, environ)
    assert part in message
    assert "hunter2" not in message


KEYED = StoreConfig(name="local", url="http://x:6333", api_key_env="MY_KEY")


def test_a_key_comes_from_its_variable() -> None:
    assert api_key(KEYED, {"MY_KEY": "secret"}) == "secret"
    assert api_key(StoreConfig(name="x", path=Path("x")), {"MY_KEY": "secret"}) is None


@pytest.mark.parametrize("environ", [{}, {"MY_KEY": ""}])
def test_a_missing_key_names_variable_and_table(environ: Mapping[str, str]) -> None:
    with pytest.raises(UsageError, match=r"MY_KEY is not set, and \[stores.local\] takes its key from it"):
        api_key(KEYED, environ)
    with pytest.raises(UsageError, match=r"\[grafana\]"):
        api_key(GrafanaConfig(url="http://x", dashboard_uid="u", api_key_env="MY_KEY"), environ)


@pytest.mark.parametrize("key", ["hunter2\n", "hunter2 x", "hunter2é", "\x00hunter2"])
def test_a_key_no_header_can_carry_is_not_repeated(key: str) -> None:
    with pytest.raises(UsageError) as caught:
        api_key(KEYED, {"MY_KEY": key})
    assert "hunter2" not in str(caught.value)


def test_origins_name_the_line() -> None:
    text = (
        "# stores.local.url = 1\n"  # 1
        'restored_suffix = "_r"\n'
        "stores.local.url = 'http://x' # dotted\n"
        '[ \'stores\' . "embedded" ]  # comment with ] and "\n'
        "path = '''a#\n"  # 5
        "[b]'''\n"
        "read_only = true\n"
        "[[drill]]\n"
        'name = "one"\n'
        "objectives = { rto_seconds = 5, min_overlap = 0.5 }\n"  # 10
        "[[drill]]\n"
        'name = "two"\n'
        "[[drill.search]]\n"
        "query_vector = [\n"
        "  1.0, # ]\n"  # 15
        "  2.0,\n"
        "]\n"
        "top_k = 2\n"
        "[[drill.search]]\n"
        'random = 1\nvector = "a\\"b = c"\n'  # 20
        "[drill.objectives]\n"
        "rpo_seconds = 1\n"
    )
    origins = load(text).origins
    lines = {key: origin.line for key, origin in origins.items() if origin.source == "drills.toml"}
    assert lines == {
        "restored_suffix": 2,
        "stores.local.url": 3,
        "stores.embedded.path": 5,
        "stores.embedded.read_only": 7,
        "drill.one.objectives.rto_seconds": 10,
        "drill.one.objectives.min_overlap": 10,
        "drill.two.search.0.query_vector": 14,
        "drill.two.search.0.top_k": 18,
        "drill.two.search.1.random": 20,
        "drill.two.search.1.vector": 21,
        "drill.two.objectives.rpo_seconds": 23,
    }
    assert origins["drill.two.target"] == Origin("default")
    assert str(origins["restored_suffix"]) == "drills.toml line 2"


def test_settings_show_every_value_and_no_key() -> None:
    environ = {"QDRANT_API_KEY": "hunter2", "QDRANT_URL": "http://db"}
    config = load(DRILL.replace('6333"', '6333"\napi_key_env = "OTHER_KEY"') + 'operator = "a\\u001b[31m"', environ)
    shown = {setting.key: setting for setting in settings(config, environ)}
    assert set(shown) == set(config.origins)
    assert shown["stores.env.api_key_env"].value == "set (from QDRANT_API_KEY)"
    assert shown["stores.local.api_key_env"].value == "not set"
    assert shown["stores.local.production"].value == "false"
    assert shown["drill.nightly.operator"].value == "a\\x1b[31m"
    assert shown["runbook.qdrant_url"].origin == Origin("environment QDRANT_URL")
    assert "hunter2" not in repr(config) + repr(shown)
