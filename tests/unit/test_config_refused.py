"""drills.toml: everything that is refused, each in one plain line that holds no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.config import load_config
from qdrill.errors import UsageError
from tests.unit.config_files import DRILL, STORE, load, refused


def test_unknown_keys_are_refused_with_the_nearest() -> None:
    message = refused('[stores.local]\nulr = "http://localhost:6333"')
    assert message == 'drills.toml: [stores.local] has no key "ulr"; did you mean "url"?'


def test_broken_toml_names_its_line() -> None:
    assert refused("a = 1\n\nb = \n") == "drills.toml line 3: Invalid value; fix it"
    assert refused("[stores.local\n").startswith("drills.toml line 1: ")
    assert refused("x = 'open\n\n").startswith("drills.toml line 1: ")
    assert refused("x = 1\nx = 2").startswith("drills.toml line 2: ")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('artefacts = "x"', 'the top level has no key "artefacts"; did you mean "artifacts"?'),
        ('[prometheus]\nulr = "x"', '[prometheus] has no key "ulr"; did you mean "url"?'),
        (
            DRILL + "[drill.objectives]\nrto_second = 1",
            'nightly objectives has no key "rto_second"; did you mean',
        ),
        (
            DRILL + "[[drill.search]]\nrandom = 1\ntopk = 1",
            'nightly search 1 has no key "topk"; did you mean "top_k"',
        ),
        (
            '[stores.local]\nurl = "http://x"\napi_key = "hunter2"',
            'no key "api_key"; did you mean "api_key_env"?',
        ),
        ("stores = 5", "drills.toml: stores must be a table, not a whole number"),
        ('[stores]\nlocal = "http://u:hunter2@x"', "[stores.local] must be a table, not text"),
        ('[drill]\nname = "x"', "must be a list of tables; write [[drill]], not [drill]"),
        (DRILL + "[drill.search]\nrandom = 1", "write [[drill.search]], not [drill.search]"),
        ("drill = [1]", "must be a table, not a whole number"),
        ("[stores.local]\nurl = 5", "[stores.local] url must be text, not a whole number"),
        (STORE + "timeout_seconds = true", "timeout_seconds must be a number, not true or false"),
        (STORE + 'timeout_seconds = "60"', "timeout_seconds must be a number, not text"),
        (STORE + "timeout_seconds = inf", "timeout_seconds must be a finite number"),
        (STORE + "timeout_seconds = -5", "timeout_seconds must be 0.1 or more, not -5"),
        (STORE + "connections = 4.0", "connections must be a whole number, not a number"),
        (STORE + "connections = 1" + "0" * 400, "connections must be 64 or less"),
        (STORE + "connections = 1" + "0" * 5000, "a number is too long"),
        (STORE + "read_only = 1", "read_only must be true or false, not a whole number"),
        (STORE + "ca_file = 2020-01-01", "ca_file must be text, not a date"),
        (DRILL + "delay_ms_per_point = -1", "[[drill]] nightly delay_ms_per_point must be 0 or more, not -1"),
        (DRILL + "[drill.objectives]\nmin_overlap = 1.5", "min_overlap must be 1 or less, not 1.5"),
        (DRILL + 'after = "destroy"', 'after must be one of keep, delete, not "destroy"'),
        (STORE + 'path = "x"', "[stores.local] has both url and path"),
        ("[stores.local]", "[stores.local] needs a url"),
        ('[stores."a/b"]\nurl = "http://x"', 'drills.toml: [stores] has a name "a/b"'),
        ('[stores.env]\nurl = "http://x"', "[stores.env] has the name of the store that QDRANT_URL makes"),
        ('[stores.s]\nurl = "http://x/prefix"', "[stores.s] url must end after host and port"),
        ('[rag_api]\nurl = "http://x?key=hunter2"', "[rag_api] url must hold no ? or #"),
        ("[grafana]\ndashboard_uid = 'x'", "[grafana] needs a url"),
        ('[stores.s]\npath = "a\\u0000b"', "NUL"),
        ('artifacts = ""', "artifacts must not be empty"),
        ('restored_suffix = "/../x"', "restored_suffix must be 1 to 60 letters"),
        ("[embedders.x]", "[embedders.x] needs a kind"),
        ('[embedders.x]\nkind = "olama"', 'must be one of bm25, rag_api, ollama, openai, not "olama"'),
        ('[embedders.x]\nkind = "ollama"', "is of kind ollama and needs a model"),
        ('[embedders.x]\nkind = "openai"\nmodel = "m"', "needs a url"),
        ('[embedders.x]\nkind = "bm25"\nurl = "http://x"', "is of kind bm25, which takes no url"),
        ('[embedders.x]\nkind = "rag_api"', "has no url; add one, or [rag_api]"),
        ("[[drill]]", "[[drill]] 1 needs a name"),
        ('[[drill]]\nname = "../x"', "name must be letters, digits"),
        (DRILL + '[[drill]]\nname = "nightly"', "has the name of another drill"),
        (DRILL + 'source = "locla/x"', '[[drill]] nightly: there is no store "locla"; did you mean "local"?'),
        (DRILL + 'target = "other/x"', 'there is no store "other"'),
        (DRILL + 'source = "local/a"\ntarget = "http://127.0.0.1/a"', "one collection as source and target"),
        (DRILL + "[[drill.search]]\ntop_k = 3", "search 1 has no query; add one of text, point"),
        (DRILL + "[[drill.search]]\nrandom = 1\npoint = 1", "more than one query (point, random)"),
        (DRILL + "[[drill.search]]\nrandom = 1\ntop_k = 0", "top_k must be 1 or more, not 0"),
        (DRILL + "[[drill.search]]\npoint = -1", "point must be 0 or more"),
        (DRILL + '[[drill.search]]\npoint = "x"', 'point must be a whole number or a UUID, not "x"'),
        (DRILL + "[[drill.search]]\nquery_vector = [1, nan]", "must be a finite number"),
        (DRILL + "[[drill.search]]\nquery_vector = [[1], [1, 2]]", "rows of one length"),
        (DRILL + "[[drill.search]]\nquery_vector = []", "query_vector must not be empty"),
        (DRILL + '[[drill.search]]\ntext = "x"', "needs an embedder"),
        (DRILL + '[[drill.search]]\ntext = "x"\nembedder = "y"', 'not there: "y"; none is configured'),
        (DRILL + '[[drill.search]]\ntext = "x"\nvia = "rag_api"', "which is not configured; add [rag_api]"),
        (DRILL + '[[drill.search]]\nrandom = 1\nvia = "rag_api"', "goes with text only"),
        ("x = " + "[" * 20000, "nested too deep"),
        ("x = [[\x1b", "line 1"),
    ],
)
def test_what_is_wrong_is_named(text: str, part: str) -> None:
    message = refused(text)
    assert part in message
    assert "hunter2" not in message


def test_an_unknown_embedder_gets_the_nearest() -> None:
    text = DRILL + '[[drill.search]]\ntext = "x"\nembedder = "olama"\n[embedders.ollama]\nkind = "ollama"\nmodel = "m"'
    assert 'search 1 names an embedder that is not there: "olama"; did you mean "ollama"?' in refused(text)


@pytest.mark.parametrize(
    "secret",
    [
        "eyJhbGciOiJIUzI1NiJ9.e30.abc",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "deadbeefdeadbeef01234567",
        "two words",
        "",
        "kJHgfdSAqwERtyUIopLKjhGFdsa",
    ],
)
def test_a_key_instead_of_a_name_is_refused_and_not_repeated(secret: str) -> None:
    message = refused(STORE + f'api_key_env = "{secret}"')
    assert "never the key" in message
    assert not secret or secret not in message


@pytest.mark.parametrize("name", ["QDRANT_API_KEY", "KEY2", "_x", "QDRANT_CLOUD_EU1_PRODUCTION_KEY"])
def test_names_of_variables_are_taken(name: str) -> None:
    assert load(STORE + f'api_key_env = "{name}"').stores["local"].api_key_env == name


@pytest.mark.parametrize("section", ["[stores.x]", "[prometheus]", "[metrics.x]", "[rag_api]", "[grafana]"])
def test_a_password_in_a_url_is_refused_and_not_repeated(section: str) -> None:
    message = refused(f'{section}\nurl = "http://user:hunter2@host:1"')
    assert "put the key in an environment variable" in message
    assert "hunter2" not in message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert refused(b"# ok\n# \xff") == "drills.toml line 2: this is not UTF-8; save the file as UTF-8"
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        load_config(tmp_path / "missing.toml", {})
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load_config(tmp_path, {})


@given(st.text(st.sampled_from("ab[]{}\"'=.#\n\\,1 \x1b登"), max_size=60))
def test_any_file_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        load(text)
    except UsageError as error:
        assert str(error).isprintable()
