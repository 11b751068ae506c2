"""What the tests of Chinese sentences share: what may stay English in them, and what may not."""

from __future__ import annotations

import re

from qdrill.records.words import WORDS

HAN = re.compile("[\u4e00-\u9fff]")
# Names of things that are the same in Chinese: products, formats, identifiers, keys, addresses.
KEPT = re.compile(
    r"https?://[^\s（）；，]+|\[[\w.]+\](?=[ 及的])|\[(?:grafana|rag_api|prometheus|exporter|console\.keys)\]"
    r"|RAG API|Qdrant|qdrill|Prometheus|Grafana|Pushgateway|Unicode|Textual|drills\.toml|HTTP_PROXY|NO_PROXY"
    r"|(?<![A-Za-z])(?:[a-z]+_[a-z_]+|urls?|URL|JSON|PNG|TOML|UTF-8|HTTP|HTML|NaN|EOF|HOST:PORT|MiB|kB|id|ok|model"
    r"|metrics|model|dimension|payload|p95|true|false|RTO|listen|api|[A-Z]\w*(?:Error|Exception))(?![A-Za-z])"
)


def chinese(english: str) -> str:
    """A sentence of qdrill in Chinese."""
    return WORDS["zh"].sentence(english)


def left(english: str, *said: str) -> str:
    """English words that the Chinese of `english` still has; `said` are names and a service's own words."""
    found = chinese(english)
    assert HAN.search(found), f"{english!r} became {found!r}"
    for words in sorted(said, key=len, reverse=True):
        found = found.replace(words, "")
    return " ".join(re.findall("[A-Za-z]{2,}", KEPT.sub("", found)))
