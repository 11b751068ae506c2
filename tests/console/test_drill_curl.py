"""A request as curl: what is pasted does what the request did, no key is in it, and nothing acts on the terminal."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.config_model import StoreConfig
from qdrill.console.i18n import say
from qdrill.console.panels.drill_curl import as_curl
from qdrill.events import RequestDone
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, raw_controls

LOCAL = StoreConfig("local", url="http://local.invalid:6333", api_key_env="QDRANT_API_KEY")
OTHER = StoreConfig("other", url="https://other.invalid:6333", api_key_env="OTHER_KEY")
EMBEDDED = StoreConfig("embedded", path=Path("x"))


def english(key: str, **values: object) -> str:
    return say("en", key, **values)


def command(request: RequestDone, *stores: StoreConfig) -> str:
    made, _ = as_curl(english, request, stores)
    assert made is not None
    return made


def test_the_whole_request() -> None:
    made = command(samples.request(), LOCAL, OTHER)
    assert made == (
        "curl -sS -X POST http://local.invalid:6333/collections/default_collection/points/scroll "
        "-H \"api-key: $QDRANT_API_KEY\" -H 'Content-Type: application/json' --data-raw '{\"limit\":500}'"
    )


def test_without_a_url_it_is_made_of_the_only_server() -> None:
    request = samples.request(url="", body="")
    made, note = as_curl(english, request, (LOCAL, EMBEDDED))
    assert made is not None
    assert "http://local.invalid:6333/collections/" in made
    assert note == english("drill.curl.no_body")


@pytest.mark.parametrize(
    ("stores", "why"), [((LOCAL, OTHER), "drill.curl.ambiguous"), ((EMBEDDED,), "drill.curl.no_server")]
)
def test_where_the_server_is_not_known_there_is_no_command(stores: tuple[StoreConfig, ...], why: str) -> None:
    assert as_curl(english, samples.request(url=""), stores) == (None, english(why))


@pytest.mark.parametrize(
    "url", ["https://local.invalid:6333/x", "http://elsewhere.invalid:6333/x", "http://local.invalid:1/x", "nonsense"]
)
def test_a_key_goes_to_its_own_server_alone(url: str) -> None:
    assert "api-key" not in command(samples.request(url=url), LOCAL)


def test_a_variable_that_is_no_name_is_left_out() -> None:
    assert "api-key" not in command(samples.request(), replace(LOCAL, api_key_env='X"; rm -rf /; "'))


def test_a_method_that_is_none_is_refused() -> None:
    assert as_curl(english, samples.request(method="GET; reboot"), (LOCAL,))[0] is None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_paths_and_bodies_stay_one_argument_and_off_the_terminal(text: str) -> None:
    request = samples.request(url=f"http://local.invalid:6333/{text}", body=f'{{"text": "{text}"}}')
    made = command(request, LOCAL)
    assert not raw_controls(made.replace("\t", ""))
    words = shlex.split(made)
    assert words[:4] == ["curl", "-sS", "-X", "POST"]
    assert words[4].startswith("http://local.invalid:6333/")
    assert words[-2] == "--data-raw"
    assert len(words) in (9, 11)  # with the key, where the URL could be read


def test_a_body_that_is_not_kept_is_named_in_the_command() -> None:
    command, note = as_curl(english, samples.request(method="PUT", body="", detail="800 points"), [samples.store()])
    assert command is not None
    assert command.endswith(" # the body (800 points) is left out")
    assert note == english("drill.curl.no_body")
