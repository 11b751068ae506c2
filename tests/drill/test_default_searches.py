"""Searches of a drill that names none, and of one that names as many as the default has."""

from __future__ import annotations

from qdrill.drill.plan import DEFAULT_SEARCHES, searches_for
from qdrill.drill.search_plan import SearchSpec
from tests.support.fake_reader import FakeReader

ONE = FakeReader([], {"vectors": {"size": 2}}).info()
SEVEN = FakeReader([], {"vectors": {name: {"size": 2} for name in "abcdefg"}}).info()


def test_none_named_are_spread_over_all_vectors() -> None:
    assert searches_for((), ONE, "docs") == DEFAULT_SEARCHES
    assert [(one.using, one.number) for one in searches_for((), SEVEN, "docs")] == [(name, 1) for name in "abcdefg"]


def test_what_is_named_means_what_it_says_whatever_the_default_is() -> None:
    for number in (3, DEFAULT_SEARCHES[0].number):
        named = (SearchSpec("random", number=number, top_k=10),)
        assert searches_for(named, SEVEN, "docs") == named
