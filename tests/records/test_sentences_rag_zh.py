"""What is said of the RAG API, in Chinese: every sentence that its code can say has one."""

from __future__ import annotations

import re

import pytest

from qdrill.archive.dump_plan import SchemaOrigin, _schema_note
from qdrill.drill.from_config import _TWO_QDRANTS
from qdrill.drill.rag_checks import EXPECTED
from qdrill.drill.rag_restore import why_not_through
from qdrill.records.words import WORDS
from qdrill.signals.rag_answers import unusable
from qdrill.signals.rag_api import _advice

ZH = WORDS["zh"]
LABEL = "the RAG API at http://127.0.0.1:8000"
NAMED = {"config": {"params": {"vectors": {"v": {"size": 4, "distance": "Dot"}}}}}
SENTENCES = [
    _schema_note("vector 4", SchemaOrigin(None, "Cosine")),
    "vectors made anew from payload.text, not the source's own: 3",
    "method rag_api needs the RAG API; add [rag_api] with its url to drills.toml",
    EXPECTED,
    _TWO_QDRANTS,
    why_not_through(NAMED, "lab/a"),
    str(unusable(LABEL, "is not JSON")),
    *(f"{LABEL} answered {status}: 原因; {_advice(status)}" for status in (400, 401, 404, 429, 500)),
    *(f"{LABEL} answered {status}; {_advice(status)}" for status in (400, 403, 405, 503)),
    "1 context",
    "2 contexts, best score 0.6098",
    "1 of 2 queries find contexts; text 登录 via rag_api: "
    "ok, and no context; so it answers for a missing collection, too",
]


@pytest.mark.parametrize("english", SENTENCES)
def test_it_is_said_in_chinese(english: str) -> None:
    chinese = ZH.sentence(english)
    assert re.search("[一-鿿]", chinese)
    assert not re.search(r"\b(the|is|of|with|look|check|find|has)\b", chinese.replace("is not JSON", ""))


def test_the_check_has_a_name() -> None:
    assert ZH.check("rag_preflight") == "RAG 预检 rag_preflight"
