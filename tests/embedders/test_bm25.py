"""BM25 by the real engine."""

from __future__ import annotations

import pytest

from qdrill.control import JobControl
from qdrill.embedders.base import Embedder, Sparse, is_sparse
from qdrill.embedders.open import open_embedder
from qdrill.errors import Interrupted, StoreError, UsageError
from tests.embedders.conftest import Settings


def opened(control: JobControl | None = None, *, language: str | None = None, tokenizer: str | None = None) -> Embedder:
    settings = Settings("bm25", language=language, tokenizer=tokenizer)
    return open_embedder("words", settings, {}, control or JobControl())


def sparse(embedder: Embedder, text: str, *, query: bool) -> Sparse:
    (embedding,) = embedder.embed([text], query=query)
    assert is_sparse(embedding)
    return embedding


def test_a_chinese_word_is_found_inside_a_sentence() -> None:
    embedder = opened()
    (token,), weights = sparse(embedder, "登录", query=True)
    assert weights == [1.0]
    assert token in sparse(embedder, "如何登录系统", query=False)[0]
    assert token in sparse(embedder, "登录失败怎么办", query=False)[0]
    assert token not in sparse(embedder, "How do I log in?", query=False)[0]


def test_queries_weigh_one_and_documents_by_frequency() -> None:
    embedder = opened()
    indices, values = sparse(embedder, "error error disk", query=True)
    assert values == [1.0] * len(indices)
    counted = dict(zip(*sparse(embedder, "error error disk", query=False), strict=True))
    assert len(set(counted.values())) == 2


def test_a_language_adds_its_stop_words() -> None:
    assert sparse(opened(), "的", query=True)[0] != []
    assert sparse(opened(language="chinese"), "的", query=True) == ([], [])


@pytest.mark.parametrize("language", ["none", "klingon", "\ud800"])
def test_a_language_that_the_engine_refuses_is_a_usage_error(language: str) -> None:
    with pytest.raises(UsageError, match="embedder words: the engine has no language"):
        opened(language=language)


def test_an_unknown_tokenizer_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match='no tokenizer "jieba"; use one of multilingual, word'):
        opened(tokenizer="jieba")


@pytest.mark.parametrize("tokenizer", ["multilingual", "Word", "whitespace", "prefix"])
def test_each_tokenizer_works(tokenizer: str) -> None:
    assert sparse(opened(tokenizer=tokenizer), "disk error", query=True)[0] != []


def test_a_text_that_is_no_unicode_is_a_plain_error() -> None:
    with pytest.raises(StoreError, match=r"the text \\ud800 is not valid Unicode"):
        opened().embed(["\ud800"], query=True)


def test_a_cancellation_is_felt() -> None:
    control = JobControl()
    control.cancel()
    with pytest.raises(Interrupted):
        opened(control).embed(["a"], query=True)
