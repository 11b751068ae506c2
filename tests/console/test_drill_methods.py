"""Which methods the drill form offers, and what the console says of them."""

from __future__ import annotations

from typing import get_args

import pytest

from qdrill.config_model import Config, Method
from qdrill.config_services import RagApiConfig
from qdrill.console.i18n import catalogue
from qdrill.console.panels.drill_fields import methods
from qdrill.console.panels.drill_words import dry_words
from qdrill.drill.start import _LOADING
from tests.console.test_drill_words import EN, ZH


def test_through_the_rag_api_is_offered_where_there_is_one() -> None:
    with_api = Config(rag_api=RagApiConfig("http://localhost:8000"))
    assert methods(Config(), "rows") == ("rows", "snapshot")
    assert methods(with_api, "rows") == methods(Config(), "rag_api") == ("rows", "snapshot", "rag_api")


@pytest.mark.parametrize("method", get_args(Method))
def test_every_method_has_words(method: Method) -> None:
    assert all(f"drill.method.{method}" in catalogue(language) for language in ("en", "zh"))
    for first in ("create it", "delete local/b, then create it anew"):
        text = f"local/b: {first}; {_LOADING[method]}"
        assert dry_words(EN, text).endswith(_LOADING[method])
        assert dry_words(ZH, text) != text
