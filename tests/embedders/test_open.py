"""Settings that cannot work are refused before anything is asked, in one line, without the secret."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from qdrill.control import JobControl
from qdrill.embedders.open import KINDS, open_embedder
from qdrill.errors import UsageError
from tests.embedders.conftest import Settings


def refusal(environ: dict[str, str] | None = None, **settings: Any) -> str:
    with pytest.raises(UsageError) as caught:
        open_embedder("mine", Settings(**settings), environ or {}, JobControl())
    message = str(caught.value)
    assert message.startswith("embedder mine: ") and "\n" not in message
    return message


@pytest.mark.parametrize("kind", ["ollama", "rag_api", "openai"])
@pytest.mark.parametrize("url", [None, "", "localhost:11434", "file:///etc/passwd", "http://", "http://a b/"])
def test_a_url_is_needed(kind: str, url: str | None) -> None:
    assert "set url in drills.toml" in refusal(kind=kind, url=url, model="m")


@pytest.mark.parametrize("url", ["http://user:s3cret@host", "http://host/?key=s3cret", "http://host/#s3cret"])
def test_a_url_holds_no_secret_and_none_is_shown(url: str) -> None:
    assert "s3cret" not in refusal(kind="rag_api", url=url)


@pytest.mark.parametrize("kind", ["ollama", "openai"])
def test_a_model_is_needed(kind: str) -> None:
    assert "needs a model" in refusal(kind=kind, url="http://localhost:1")


def test_a_named_key_must_be_there() -> None:
    message = refusal(kind="openai", url="http://localhost:1", model="m", api_key_env="MY_KEY")
    assert 'the variable "MY_KEY" is not set' in message


def test_a_key_that_no_header_can_carry_is_refused_unshown() -> None:
    environ = {"K": "ab\r\nX: y"}
    message = refusal(environ, kind="openai", url="http://localhost:1", model="m", api_key_env="K")
    assert "header cannot carry" in message and "X: y" not in message


def test_an_unknown_kind_lists_the_kinds() -> None:
    message = refusal(kind="magic\x1b[2J")
    assert "\x1b" not in message and ", ".join(KINDS) in message


def test_opening_loads_neither_httpx_nor_the_engine() -> None:
    code = (
        "import sys, qdrill.embedders.open, qdrill.drill.search\n"
        "print([name for name in ('httpx', 'qdrant_edge', 'numpy', 'textual', 'rich', 'click')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
